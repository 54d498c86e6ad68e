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
from django.db.models import Q

from parking.db import writing
from parking.db.charges import lock_to_pay
from parking.db.locks import lock_booking, lock_booking_and_vehicle
from parking.db.transactions import use_case
from parking.domain.bookings import refusal_to_pay
from parking.domain.callers import DRIVER, Caller
from parking.domain.errors import (
    InvalidField,
    ParkingError,
    PaymentInProgress,
    QuoteOutdated,
    UnknownBooking,
    UnknownSession,
)
from parking.domain.permissions import Permission
from parking.domain.states import BookingStatus, PaymentKind, PaymentMethod, PaymentStatus, SessionStatus
from parking.domain.times import not_before
from parking.gateways import CASH, gateway
from parking.gateways.base import Charge, ChargeOutcome, Declined, GatewayTimeout, NeverReceived, Pending
from parking.models import ParkingBooking, ParkingSession, Payment, Quote
from parking.queries import snapshots
from parking.services import audit, collection, extensions, refunds, shifts, slots
from parking.services.one_by_one import one_by_one
from parking.services.results import BookingExtended, PaymentAnswer
from parking.services.settlement import settle

_LEASE: Final = timedelta(seconds=30)
_LOOK_BATCH: Final = 100
_MAX_TOKEN_LENGTH: Final = 64
_NEVER_RECEIVED: Final = Declined(code="never_received")
_ABANDONED: Final = Declined(code="abandoned")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Begun:
    """A payment that this request may talk to the provider about; `is_new` if the provider was never asked.

    `may_charge` says that a charge which the provider turns out never to have received may be sent once more.
    """

    payment: Payment
    is_new: bool
    may_charge: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Means:
    """How a payment is made, through whom, and who took it if it is cash."""

    method: PaymentMethod
    provider: str
    token: str
    cashier_id: int | None


def process_booking_payment(
    *,
    booking_id: UUID,
    gateway_data: Mapping[str, object],
    method: PaymentMethod = PaymentMethod.ONLINE,
    caller: Caller = DRIVER,
    now: datetime,
) -> PaymentAnswer:
    """Pay for a booking, once. If a payment is already on its way, ask how it stands instead.

    Source: specification, "Payment Processing"; DESIGN sections 2 and 6. Raises UnknownBooking, HoldLapsed,
    AlreadyPaid, BookingCancelled, PaymentInProgress, PaymentDeclined, InvalidField.
    """
    caller.require(Permission.BOOKING_PAY)
    means = _means(gateway_data=gateway_data, method=method, caller=caller)
    with use_case():
        begun = _begin_booking_payment(booking_id=booking_id, means=means, caller=caller, now=now)
    return _see_through(begun=begun, now=now)


def process_additional_payment(
    *,
    session_id: UUID,
    gateway_data: Mapping[str, object],
    method: PaymentMethod = PaymentMethod.ONLINE,
    caller: Caller = DRIVER,
    now: datetime,
) -> PaymentAnswer:
    """Pay what a stay costs beyond what was paid: at the exit, or on foot before it.

    Source: specification, "Exit Flow"; DESIGN section 2. Raises UnknownSession, NothingDue, QuoteOutdated when
    the amount has grown since it was told (nothing is charged then), PaymentInProgress, PaymentDeclined.
    """
    caller.require(Permission.STAY_PAY)
    means = _means(gateway_data=gateway_data, method=method, caller=caller)
    with use_case():
        begun = _begin_additional_payment(session_id=session_id, means=means, caller=caller, now=now)
    return _see_through(begun=begun, now=now)


def extend_booking(
    *,
    booking_id: UUID,
    hours: int,
    gateway_data: Mapping[str, object],
    method: PaymentMethod = PaymentMethod.ONLINE,
    expected_until: datetime | None = None,
    caller: Caller = DRIVER,
    now: datetime,
) -> BookingExtended:
    """Buy `hours` whole hours more for a booking that is paid, or for the car that is inside on it.

    `expected_until` is the end that the driver was shown: if the hours would end at another time by now, as when the
    same form comes twice, nothing is bought.

    Source: DESIGN section 2; decision 12. Raises UnknownBooking, NotExtendable, InvalidField for more hours than a
    booking may have, VehicleBusy, ZoneFull when the slot is promised to others and no other is free,
    QuoteOutdated when the end is another one, PaymentInProgress, PaymentDeclined.
    """
    caller.require(Permission.BOOKING_PAY)
    means = _means(gateway_data=gateway_data, method=method, caller=caller)
    with use_case():
        begun = _begin_extension(
            booking_id=booking_id, hours=hours, expected_until=expected_until, means=means, caller=caller, now=now
        )
    payment = None if begun is None else _see_through(begun=begun, now=now)
    return extensions.read_extended(booking_id=booking_id, payment=payment)


def _begin_booking_payment(*, booking_id: UUID, means: _Means, caller: Caller, now: datetime) -> _Begun | ParkingError:
    found = lock_to_pay(booking_id=booking_id, kind=PaymentKind.BOOKING)
    if found is None:
        return UnknownBooking()
    booking, pending = found.booking, found.pending
    now = not_before(now, booking.created_at, booking.paid_at)
    if pending is not None:
        stands = _still_stands(payment=pending, booking=booking, means=means, now=now)
        return _take_over(payment=pending, is_wanted=stands and booking.status == BookingStatus.CREATED, now=now)
    refusal = refusal_to_pay(
        booking=snapshots.booking_snapshot(
            booking=booking,
            allocation=found.allocation,
            money=snapshots.Money(captured_minor=0, refunded_minor=0),
        ),
        now=now,
    )
    if refusal is not None:
        slots.lapse(bookings=[booking], now=now)
        return refusal
    payment = _intent(booking=booking, kind=PaymentKind.BOOKING, amount_minor=booking.price_minor, means=means, now=now)
    policy = snapshots.policy_of(version=booking.policy)
    slots.keep_hold_until(
        allocation=found.allocation, lapses_at=booking.expires_at + timedelta(seconds=policy.pending_payment_seconds)
    )
    return _begun(payment=payment, caller=caller, now=now)


def _begin_additional_payment(
    *, session_id: UUID, means: _Means, caller: Caller, now: datetime
) -> _Begun | ParkingError:
    booking_id = ParkingSession.objects.filter(id=session_id).values_list("booking_id", flat=True).first()
    booking = lock_booking(booking_id=booking_id) if booking_id else None
    if booking is None:
        return UnknownSession()
    session = ParkingSession.objects.get(id=session_id)
    pending = _pending(booking=booking, kind=PaymentKind.ADDITIONAL)
    if pending is not None:
        stands = _still_stands(payment=pending, booking=booking, means=means, now=now)
        return _take_over(payment=pending, is_wanted=stands and session.status != SessionStatus.COMPLETED, now=now)
    quote = collection.quote_to_pay(booking=booking, session=session, now=now)
    if isinstance(quote, ParkingError):
        return quote
    payment = _intent(
        booking=booking,
        kind=PaymentKind.ADDITIONAL,
        amount_minor=quote.amount_minor,
        means=means,
        now=now,
        session=session,
        quote=quote,
    )
    return _begun(payment=payment, caller=caller, now=now)


def _begin_extension(
    *,
    booking_id: UUID,
    hours: int,
    expected_until: datetime | None,
    means: _Means,
    caller: Caller,
    now: datetime,
) -> _Begun | ParkingError | None:
    """None: the hours cost nothing more, and are theirs already."""
    booking = lock_booking_and_vehicle(booking_id=booking_id)
    if booking is None:
        return UnknownBooking()
    now = not_before(now, booking.created_at, booking.paid_at)
    pending = _pending(booking=booking, kind=PaymentKind.EXTENSION)
    if pending is not None:
        if pending.extra_hours != hours:
            return PaymentInProgress()
        stands = _still_stands(payment=pending, booking=booking, means=means, now=now)
        return _take_over(payment=pending, is_wanted=stands, now=now)
    plan = extensions.plan(booking=booking, extra_hours=hours, asked_at=now, now=now)
    if isinstance(plan, ParkingError):
        return plan
    if expected_until is not None and plan.extension.until != expected_until:
        return QuoteOutdated("The hours would end at another time than was shown. Nothing was charged; look again.")
    amount_minor = plan.extension.amount_minor
    if amount_minor == 0:
        return extensions.apply(booking=booking, plan=plan, amount_minor=0, now=now)
    refusal = extensions.refusal_for_room(plan=plan, now=now)
    if refusal is not None:
        return refusal
    payment = _intent(
        booking=booking,
        kind=PaymentKind.EXTENSION,
        amount_minor=amount_minor,
        means=means,
        now=now,
        extra_hours=hours,
    )
    return _begun(payment=payment, caller=caller, now=now)


def _begun(*, payment: Payment, caller: Caller, now: datetime) -> _Begun:
    audit.record(
        action="payment.begun",
        caller=caller,
        at=now,
        booking_id=payment.booking_id,
        data={"payment_id": str(payment.id), "kind": payment.kind, "amount_minor": payment.amount_minor},
    )
    return _Begun(payment=payment, is_new=True, may_charge=True)


def look_into_due(*, now: datetime) -> int:
    """Ask the providers about payments that wait, or failed of late, and are due for a look. Returns how many.

    A job: it ends what a crash, an outage or a lost answer has left open. A charge that a provider never received
    was never taken.
    """
    free = Q(lease_until=None) | Q(lease_until__lte=now)
    due = Payment.objects.filter(free, next_attempt_at__lte=now).exclude(status=PaymentStatus.COMPLETED)
    ids = list(due.order_by("next_attempt_at").values_list("id", flat=True)[:_LOOK_BATCH])
    return one_by_one(ids=ids, deal_with=lambda payment_id: _look_into(payment_id=payment_id, now=now), what="payment")


def _look_into(*, payment_id: UUID, now: datetime) -> bool:
    with use_case():
        begun = _take_up(payment_id=payment_id, now=now)
    if begun is None:
        return False
    outcome = _look_up(payment=begun.payment, now=now)
    if isinstance(outcome, NeverReceived):
        outcome = _NEVER_RECEIVED
    with use_case():
        settled = settle(payment_id=payment_id, outcome=outcome, now=now)
    refunds.attempt(refund_ids=settled.refund_ids, now=now)
    return True


def _take_up(*, payment_id: UUID, now: datetime) -> _Begun | None:
    """Take the lease of a payment that is still due; None if somebody else was faster."""
    lock_booking(booking_id=Payment.objects.values_list("booking_id", flat=True).get(id=payment_id))
    payment = Payment.objects.get(id=payment_id)
    is_due = payment.next_attempt_at is not None and payment.next_attempt_at <= now
    if payment.status == PaymentStatus.COMPLETED or not is_due:
        return None
    begun = _take_over(payment=payment, is_wanted=False, now=now)
    return begun if isinstance(begun, _Begun) else None


def _see_through(*, begun: _Begun | ParkingError, now: datetime) -> PaymentAnswer:
    if isinstance(begun, ParkingError):
        raise begun
    outcome = _ask_provider(begun=begun, now=now)
    with use_case():
        settled = settle(payment_id=begun.payment.id, outcome=outcome, now=now)
    refunds.attempt(refund_ids=settled.refund_ids, now=now)
    if isinstance(settled.answer, ParkingError):
        raise settled.answer
    return settled.answer


def _ask_provider(*, begun: _Begun, now: datetime) -> ChargeOutcome | None:
    """Charge, or ask how a charge stands that was begun before; None if it cannot be told."""
    if not begun.is_new:
        known = _look_up(payment=begun.payment, now=now)
        if not begun.may_charge and isinstance(known, NeverReceived):
            return _NEVER_RECEIVED
        if not begun.may_charge and isinstance(known, Pending):
            # The payer left it lying. Another may begin; should this one succeed after all, it is late money.
            return _ABANDONED
        if not isinstance(known, NeverReceived):
            return known
    try:
        return gateway(provider=begun.payment.provider).create_charge(charge=_charge(payment=begun.payment), now=now)
    except GatewayTimeout:
        return None


def _look_up(*, payment: Payment, now: datetime) -> ChargeOutcome | NeverReceived | None:
    try:
        return gateway(provider=payment.provider).look_up_charge(charge=_charge(payment=payment), now=now)
    except GatewayTimeout:
        return None


def _charge(*, payment: Payment) -> Charge:
    return Charge(
        key=str(payment.id),
        booking_id=str(payment.booking_id),
        amount_minor=payment.amount_minor,
        currency=payment.currency,
        token=payment.provider_token,
        begun_at=payment.created_at,
        reference=payment.provider_reference or "",
    )


def _pending(*, booking: ParkingBooking, kind: PaymentKind) -> Payment | None:
    return Payment.objects.filter(booking=booking, kind=kind, status=PaymentStatus.PENDING).first()


def _take_over(*, payment: Payment, is_wanted: bool, now: datetime) -> _Begun | ParkingError:
    """Ask about a payment that is on its way, unless another request is just doing so."""
    if payment.lease_until is not None and now < payment.lease_until:
        return PaymentInProgress()
    payment.lease_until = now + _LEASE
    writing.update(payment, "lease_until")
    return _Begun(payment=payment, is_new=False, may_charge=is_wanted)


def _still_stands(*, payment: Payment, booking: ParkingBooking, means: _Means, now: datetime) -> bool:
    """Whether the charge may be sent again: paid in the same way, and neither the hold nor the amount is over."""
    stands_for = timedelta(seconds=snapshots.policy_of(version=booking.policy).pending_payment_seconds)
    return payment.method == means.method and now < payment.created_at + stands_for


def _intent(
    *,
    booking: ParkingBooking,
    kind: PaymentKind,
    amount_minor: int,
    means: _Means,
    now: datetime,
    session: ParkingSession | None = None,
    quote: Quote | None = None,
    extra_hours: int | None = None,
) -> Payment:
    """The row to be charged for, written before anybody is asked. Cash raises NoOpenShift without a drawer for it."""
    shift = None
    if means.cashier_id is not None:
        shift = shifts.lock_shift_for_cash(cashier_id=means.cashier_id, currency=booking.currency)
    payment = Payment(
        id=uuid4(),
        booking=booking,
        session=session,
        quote=quote,
        extra_hours=extra_hours,
        kind=kind,
        amount_minor=amount_minor,
        currency=booking.currency,
        method=means.method,
        provider=means.provider,
        provider_token=means.token,
        collected_by_id=means.cashier_id,
        shift=shift,
        created_at=now,
        lease_until=now + _LEASE,
        next_attempt_at=now + _LEASE,
    )
    writing.insert(payment)
    return payment


def _means(*, gateway_data: Mapping[str, object], method: PaymentMethod, caller: Caller) -> _Means:
    """How it is paid. Of the client's data only the provider's token is used or kept; cash needs a cashier by name,
    and an open shift when it is begun."""
    token = gateway_data.get("token", "")
    if not isinstance(token, str) or len(token) > _MAX_TOKEN_LENGTH or not token.isprintable():
        raise InvalidField(
            field="payment_gateway_data.token",
            problem=f"must be a text of at most {_MAX_TOKEN_LENGTH} characters.",
        )
    cashier_id = None
    provider = settings.PARKING_PAYMENT_PROVIDER
    if method is PaymentMethod.CASH:
        caller.require(Permission.CASH_COLLECT)
        cashier_id = shifts.cashier_id_of(caller=caller)
        provider = CASH
    gateway(provider=provider).check_token(token=token)
    return _Means(method=method, provider=provider, token=token, cashier_id=cashier_id)
