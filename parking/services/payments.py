"""Taking money: write the intent, commit, ask the provider, record what came of it (DESIGN section 6).

No provider is called inside a transaction. Whatever crashes in between, the pending row is there, and the next
request about it looks the charge up under the same key instead of charging again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from django.conf import settings

from parking.db.locks import lock_booking, lock_booking_and_vehicle
from parking.db.transactions import use_case
from parking.domain.bookings import refusal_to_pay
from parking.domain.callers import DRIVER, SYSTEM, Caller
from parking.domain.errors import (
    InvalidField,
    ParkingError,
    PaymentDeclined,
    PaymentInProgress,
    UnknownBooking,
    UnknownSession,
)
from parking.domain.permissions import Permission
from parking.domain.states import BookingStatus, PaymentKind, PaymentStatus, SessionStatus
from parking.domain.times import not_before
from parking.gateways import gateway
from parking.gateways.base import (
    Charge,
    ChargeOutcome,
    Declined,
    GatewayTimeout,
    NeverReceived,
    Pending,
    Succeeded,
)
from parking.models import ParkingBooking, ParkingSession, Payment, Quote
from parking.queries import snapshots
from parking.services import audit, collection, refunds, slots
from parking.services.results import PaymentAnswer

_LEASE: Final = timedelta(seconds=30)
_MAX_TOKEN_LENGTH: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class _Begun:
    """A payment that this request may talk to the provider about; `is_new` if the provider was never asked."""

    payment: Payment
    is_new: bool


def process_booking_payment(
    *, booking_id: UUID, gateway_data: Mapping[str, object], caller: Caller = DRIVER, now: datetime
) -> PaymentAnswer:
    """Pay for a booking, once. If a payment is already on its way, ask how it stands instead.

    Source: specification, "Payment Processing"; DESIGN sections 2 and 6. Raises UnknownBooking, HoldLapsed,
    AlreadyPaid, BookingCancelled, PaymentInProgress, PaymentDeclined, InvalidField.
    """
    caller.require(Permission.BOOKING_PAY)
    token = _token(gateway_data=gateway_data)
    with use_case():
        begun = _begin_booking_payment(booking_id=booking_id, token=token, caller=caller, now=now)
    return _see_through(begun=begun, caller=caller, now=now)


def process_additional_payment(
    *, session_id: UUID, gateway_data: Mapping[str, object], caller: Caller = DRIVER, now: datetime
) -> PaymentAnswer:
    """Pay what a stay costs beyond what was paid: at the exit, or on foot before it.

    Source: specification, "Exit Flow"; DESIGN section 2. Raises UnknownSession, NothingDue, QuoteOutdated when
    the amount has grown since it was told (nothing is charged then), PaymentInProgress, PaymentDeclined.
    """
    caller.require(Permission.STAY_PAY)
    token = _token(gateway_data=gateway_data)
    with use_case():
        begun = _begin_additional_payment(session_id=session_id, token=token, caller=caller, now=now)
    return _see_through(begun=begun, caller=caller, now=now)


def _begin_booking_payment(*, booking_id: UUID, token: str, caller: Caller, now: datetime) -> _Begun | ParkingError:
    booking = lock_booking(booking_id=booking_id)
    if booking is None:
        return UnknownBooking()
    now = not_before(now, booking.created_at, booking.paid_at)
    pending = _pending(booking=booking, kind=PaymentKind.BOOKING)
    if pending is not None:
        return _take_over(payment=pending, now=now)
    refusal = refusal_to_pay(
        booking=snapshots.booking_snapshot(
            booking=booking,
            allocation=snapshots.live_allocation(booking=booking),
            money=snapshots.Money(captured_minor=0, refunded_minor=0),
        ),
        now=now,
    )
    if refusal is not None:
        slots.lapse(bookings=[booking], now=now)
        return refusal
    payment = _intent(booking=booking, kind=PaymentKind.BOOKING, amount_minor=booking.price_minor, token=token, now=now)
    policy = snapshots.policy_of(version=booking.policy)
    slots.keep_hold_until(
        booking=booking, lapses_at=booking.expires_at + timedelta(seconds=policy.pending_payment_seconds)
    )
    _audit(action="payment.begun", payment=payment, caller=caller, now=now)
    return _Begun(payment=payment, is_new=True)


def _begin_additional_payment(*, session_id: UUID, token: str, caller: Caller, now: datetime) -> _Begun | ParkingError:
    booking_id = ParkingSession.objects.filter(id=session_id).values_list("booking_id", flat=True).first()
    booking = lock_booking(booking_id=booking_id) if booking_id else None
    if booking is None:
        return UnknownSession()
    pending = _pending(booking=booking, kind=PaymentKind.ADDITIONAL)
    if pending is not None:
        return _take_over(payment=pending, now=now)
    session = ParkingSession.objects.get(id=session_id)
    quote = collection.quote_to_pay(booking=booking, session=session, now=now)
    if isinstance(quote, ParkingError):
        return quote
    payment = _intent(
        booking=booking,
        kind=PaymentKind.ADDITIONAL,
        amount_minor=quote.amount_minor,
        token=token,
        now=now,
        session=session,
        quote=quote,
    )
    _audit(action="payment.begun", payment=payment, caller=caller, now=now)
    return _Begun(payment=payment, is_new=True)


def _see_through(*, begun: _Begun | ParkingError, caller: Caller, now: datetime) -> PaymentAnswer:
    if isinstance(begun, ParkingError):
        raise begun
    outcome = _ask_provider(begun=begun, now=now)
    with use_case():
        settled, refund_ids = _settle(payment_id=begun.payment.id, outcome=outcome, caller=caller, now=now)
    refunds.attempt(refund_ids=refund_ids, now=now)
    if isinstance(settled, ParkingError):
        raise settled
    return settled


def _ask_provider(*, begun: _Begun, now: datetime) -> ChargeOutcome | None:
    """What the provider says of the charge; None if it cannot be told."""
    payment = begun.payment
    provider = gateway(provider=payment.provider)
    charge = Charge(
        key=str(payment.id),
        amount_minor=payment.amount_minor,
        currency=payment.currency,
        token=payment.provider_token,
        begun_at=payment.created_at,
    )
    try:
        if not begun.is_new:
            known = provider.look_up_charge(charge=charge, now=now)
            if not isinstance(known, NeverReceived):
                return known
        return provider.create_charge(charge=charge, now=now)
    except GatewayTimeout:
        return None


def _settle(
    *, payment_id: UUID, outcome: ChargeOutcome | None, caller: Caller, now: datetime
) -> tuple[PaymentAnswer | ParkingError, list[UUID]]:
    """Record what the provider said, and what follows from it. Returns the answer and the refunds it ordered."""
    booking_id = Payment.objects.values_list("booking_id", flat=True).get(id=payment_id)
    booking = lock_booking_and_vehicle(booking_id=booking_id)
    payment = Payment.objects.select_related("session", "quote").get(id=payment_id)
    if booking is None:
        raise RuntimeError(f"payment {payment_id} has no booking")
    now = not_before(now, booking.created_at, booking.paid_at, payment.created_at)
    if payment.status == PaymentStatus.COMPLETED:
        return _answer(payment=payment, booking=booking), []
    if isinstance(outcome, Succeeded):
        return _succeed(payment=payment, booking=booking, reference=outcome.reference, caller=caller, now=now)
    if isinstance(outcome, Declined):
        return _decline(payment=payment, booking=booking, code=outcome.code, caller=caller, now=now), []
    payment.lease_until = None
    if isinstance(outcome, Pending):
        payment.provider_reference = outcome.reference
    payment.save(update_fields=["lease_until", "provider_reference"])
    next_action = dict(outcome.next_action) if isinstance(outcome, Pending) else {}
    return _answer(payment=payment, booking=booking, next_action=next_action), []


def _succeed(
    *, payment: Payment, booking: ParkingBooking, reference: str, caller: Caller, now: datetime
) -> tuple[PaymentAnswer | ParkingError, list[UUID]]:
    if payment.kind == PaymentKind.BOOKING:
        refusal = collection.give_booking(booking=booking, now=now)
    else:
        refusal = collection.give_stay(booking=booking, payment=payment, now=now)
    payment.status = PaymentStatus.COMPLETED
    payment.captured_minor = payment.amount_minor
    payment.surplus_minor = payment.amount_minor if refusal else 0
    payment.provider_reference = reference
    payment.completed_at = now
    payment.lease_until = None
    payment.failure_code = ""
    payment.save(
        update_fields=[
            "status",
            "captured_minor",
            "surplus_minor",
            "provider_reference",
            "completed_at",
            "lease_until",
            "failure_code",
        ]
    )
    _audit(action="payment.surplus" if refusal else "payment.completed", payment=payment, caller=caller, now=now)
    if refusal is not None:
        return refusal, refunds.order_surplus(payment=payment, reason=refusal.code, now=now)
    return _answer(payment=payment, booking=booking), []


def _decline(*, payment: Payment, booking: ParkingBooking, code: str, caller: Caller, now: datetime) -> ParkingError:
    if payment.status == PaymentStatus.PENDING:
        payment.status = PaymentStatus.FAILED
        payment.failed_at = now
        payment.failure_code = code[:64]
        payment.lease_until = None
        payment.save(update_fields=["status", "failed_at", "failure_code", "lease_until"])
        if booking.status == BookingStatus.CREATED:
            slots.keep_hold_until(booking=booking, lapses_at=booking.expires_at)
        _audit(action="payment.failed", payment=payment, caller=caller, now=now)
    return PaymentDeclined(details={"payment_id": str(payment.id), "decline_code": code})


def _pending(*, booking: ParkingBooking, kind: PaymentKind) -> Payment | None:
    return Payment.objects.filter(booking=booking, kind=kind, status=PaymentStatus.PENDING).first()


def _take_over(*, payment: Payment, now: datetime) -> _Begun | ParkingError:
    """Ask about a payment that is on its way, unless another request is just doing so."""
    if payment.lease_until is not None and now < payment.lease_until:
        return PaymentInProgress()
    payment.lease_until = now + _LEASE
    payment.save(update_fields=["lease_until"])
    return _Begun(payment=payment, is_new=False)


def _intent(
    *,
    booking: ParkingBooking,
    kind: PaymentKind,
    amount_minor: int,
    token: str,
    now: datetime,
    session: ParkingSession | None = None,
    quote: Quote | None = None,
) -> Payment:
    return Payment.objects.create(
        id=uuid4(),
        booking=booking,
        session=session,
        quote=quote,
        kind=kind,
        amount_minor=amount_minor,
        currency=booking.currency,
        provider=settings.PARKING_PAYMENT_PROVIDER,
        provider_token=token,
        created_at=now,
        lease_until=now + _LEASE,
    )


def _token(*, gateway_data: Mapping[str, object]) -> str:
    """The provider's token in the client's data. Whatever else the client sends is neither used nor kept."""
    token = gateway_data.get("token", "")
    if not isinstance(token, str) or len(token) > _MAX_TOKEN_LENGTH or not token.isprintable():
        raise InvalidField(
            field="payment_gateway_data.token",
            problem=f"must be a text of at most {_MAX_TOKEN_LENGTH} characters.",
        )
    gateway(provider=settings.PARKING_PAYMENT_PROVIDER).check_token(token=token)
    return token


def _answer(
    *, payment: Payment, booking: ParkingBooking, next_action: Mapping[str, str] | None = None
) -> PaymentAnswer:
    session = ParkingSession.objects.filter(booking=booking).first() if payment.session_id else None
    return PaymentAnswer(
        payment_id=payment.id,
        booking_id=booking.id,
        session_id=session.id if session else None,
        amount_minor=payment.amount_minor,
        currency=payment.currency,
        payment_status=PaymentStatus(payment.status),
        booking_status=BookingStatus(booking.status),
        session_status=SessionStatus(session.status) if session else None,
        leave_by=session.leave_by if session else None,
        next_action=next_action or {},
    )


def _audit(*, action: str, payment: Payment, caller: Caller, now: datetime) -> None:
    audit.record(
        action=action,
        caller=caller if action == "payment.begun" else SYSTEM,
        at=now,
        booking_id=payment.booking_id,
        data={"payment_id": str(payment.id), "kind": payment.kind, "amount_minor": payment.amount_minor},
    )
