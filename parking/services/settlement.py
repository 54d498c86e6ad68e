"""What a provider said of a charge, recorded: in whatever order it comes, and however often (promises I11, I17).

It is told by an answer, by a look-up or by an event; all three end here. Things move forward only: what is captured
stays captured, and "failed" is not final until the provider has had three days to change its mind.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from parking.db import writing
from parking.db.charges import ToSettle, lock_to_settle
from parking.db.transactions import require_transaction
from parking.domain.callers import SYSTEM
from parking.domain.errors import AlreadyPaid, ParkingError, PaymentDeclined
from parking.domain.states import BookingStatus, PaymentKind, PaymentStatus, SessionStatus
from parking.domain.times import not_before
from parking.gateways.base import ChargeOutcome, Declined, Pending, Succeeded
from parking.models import ParkingBooking, Payment
from parking.services import audit, collection, extensions, refunds, slots
from parking.services.results import PaymentAnswer

LATE_AUTHORISATION: Final = timedelta(days=3)
"""So long may a charge that failed still succeed (DESIGN section 6)."""
_FIRST_LOOK: Final = timedelta(seconds=30)
_LONGEST_PAUSE: Final = timedelta(hours=6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """The answer to whoever asked, and the refunds that were ordered, to be asked for after the commit."""

    answer: PaymentAnswer | ParkingError
    refund_ids: list[UUID] = field(default_factory=list)


def next_look(*, attempts: int, now: datetime) -> datetime:
    """When to ask the provider again: soon at first, then ever more seldom."""
    return now + min(_LONGEST_PAUSE, _FIRST_LOOK * (1 << min(attempts, 16)))


def settle(*, payment_id: UUID, outcome: ChargeOutcome | None, now: datetime) -> Settled:
    """Record an outcome (None: it could not be told), and what follows from it for the booking or the stay."""
    require_transaction()
    found = lock_to_settle(payment_id=payment_id)
    payment, booking = found.payment, found.booking
    now = not_before(now, booking.created_at, booking.paid_at, payment.created_at)
    match outcome:
        case Succeeded() if payment.status == PaymentStatus.COMPLETED:
            if outcome.reference != payment.provider_reference:
                return capture_again(payment=payment, reference=outcome.reference, now=now)
        case Succeeded():
            return _succeed(found=found, reference=outcome.reference, now=now)
        case Declined() if payment.status != PaymentStatus.COMPLETED:
            return Settled(answer=_decline(found=found, code=outcome.code, now=now))
        case _ if payment.status == PaymentStatus.PENDING:
            return Settled(answer=_wait(payment=payment, booking=booking, outcome=outcome, now=now))
        case _ if payment.status == PaymentStatus.FAILED:
            _look_again(payment=payment, now=now)
            writing.update(payment, "lease_until", "attempts", "next_attempt_at")
        case _:
            pass
    return Settled(answer=_as_it_stands(payment=payment, booking=booking))


def _as_it_stands(*, payment: Payment, booking: ParkingBooking) -> PaymentAnswer | ParkingError:
    """The answer for who comes when somebody else has already recorded how it went."""
    if payment.status == PaymentStatus.FAILED:
        return PaymentDeclined(details={"payment_id": str(payment.id), "decline_code": payment.failure_code})
    if payment.surplus_minor > 0:
        return AlreadyPaid("This payment was not needed any more. It is refunded in full.")
    return _answer(payment=payment, booking=booking)


def capture_again(*, payment: Payment, reference: str, now: datetime) -> Settled:
    """The provider captured a second time for one payment: a row of its own, all of it surplus, refunded once."""
    require_transaction()
    return take_up_surplus(
        booking_id=payment.booking_id,
        kind=PaymentKind(payment.kind),
        provider=payment.provider,
        reference=reference,
        amount_minor=payment.amount_minor,
        currency=payment.currency,
        now=now,
    )


def take_up_surplus(
    *,
    booking_id: UUID,
    kind: PaymentKind,
    provider: str,
    reference: str,
    amount_minor: int,
    currency: str,
    now: datetime,
) -> Settled:
    """Record a capture that the provider knows and we did not ask for, and order its refund; once."""
    require_transaction()
    refusal = AlreadyPaid("This was already paid. The second payment is refunded in full.")
    if Payment.objects.filter(provider=provider, provider_reference=reference).exists():
        return Settled(answer=refusal)
    surplus = Payment.objects.create(
        id=uuid4(),
        booking_id=booking_id,
        kind=kind,
        status=PaymentStatus.COMPLETED,
        amount_minor=amount_minor,
        captured_minor=amount_minor,
        surplus_minor=amount_minor,
        currency=currency,
        provider=provider,
        provider_reference=reference,
        created_at=now,
        completed_at=now,
    )
    _audit(action="payment.surplus", payment=surplus, now=now)
    return Settled(answer=refusal, refund_ids=refunds.order_surplus(payment=surplus, reason="captured again", now=now))


def _succeed(*, found: ToSettle, reference: str, now: datetime) -> Settled:
    payment, booking = found.payment, found.booking
    refusal = _give(found=found, now=now)
    payment.status = PaymentStatus.COMPLETED
    payment.captured_minor = payment.amount_minor
    payment.surplus_minor = payment.amount_minor if refusal else 0
    payment.provider_reference = reference
    payment.completed_at = now
    payment.lease_until = None
    payment.next_attempt_at = None
    payment.failure_code = ""
    writing.update(
        payment,
        "status",
        "captured_minor",
        "surplus_minor",
        "provider_reference",
        "completed_at",
        "lease_until",
        "next_attempt_at",
        "failure_code",
    )
    _audit(action="payment.surplus" if refusal else "payment.completed", payment=payment, now=now)
    if refusal is not None:
        refund_ids = refunds.order_surplus(payment=payment, reason=refusal.code, now=now)
        return Settled(answer=refusal, refund_ids=refund_ids)
    return Settled(answer=_answer(payment=payment, booking=booking))


def _give(*, found: ToSettle, now: datetime) -> ParkingError | None:
    """Give what was bought; an error says that it cannot be had any more, so that the money goes back."""
    payment, booking = found.payment, found.booking
    match payment.kind:
        case PaymentKind.BOOKING:
            return collection.give_booking(booking=booking, allocation=found.allocation, now=now)
        case PaymentKind.EXTENSION:
            return extensions.give(booking=booking, payment=payment, now=now)
        case _:
            return collection.give_stay(booking=booking, payment=payment, now=now)


def _decline(*, found: ToSettle, code: str, now: datetime) -> ParkingError:
    payment, booking = found.payment, found.booking
    if payment.status == PaymentStatus.PENDING:
        payment.status = PaymentStatus.FAILED
        payment.failed_at = now
        payment.failure_code = code[:64]
        if booking.status == BookingStatus.CREATED:
            slots.keep_hold_until(allocation=found.allocation, lapses_at=booking.expires_at)
        _audit(action="payment.failed", payment=payment, now=now)
    _look_again(payment=payment, now=now)
    writing.update(payment, "status", "failed_at", "failure_code", "lease_until", "attempts", "next_attempt_at")
    return PaymentDeclined(details={"payment_id": str(payment.id), "decline_code": code})


def _look_again(*, payment: Payment, now: datetime) -> None:
    """Put off the next look at a payment that failed, until the provider can no longer change its mind."""
    payment.lease_until = None
    payment.attempts += 1
    look_at = next_look(attempts=payment.attempts, now=now)
    final_at = (payment.failed_at or now) + LATE_AUTHORISATION
    payment.next_attempt_at = look_at if look_at < final_at else None


def _wait(*, payment: Payment, booking: ParkingBooking, outcome: ChargeOutcome | None, now: datetime) -> PaymentAnswer:
    payment.lease_until = None
    payment.attempts += 1
    payment.next_attempt_at = next_look(attempts=payment.attempts, now=now)
    if isinstance(outcome, Pending):
        payment.provider_reference = outcome.reference
    writing.update(payment, "lease_until", "attempts", "next_attempt_at", "provider_reference")
    next_action = outcome.next_action if isinstance(outcome, Pending) else {}
    return _answer(payment=payment, booking=booking, next_action=next_action)


def _answer(
    *, payment: Payment, booking: ParkingBooking, next_action: Mapping[str, str] | None = None
) -> PaymentAnswer:
    session = payment.session
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
        next_action=dict(next_action or {}),
    )


def _audit(*, action: str, payment: Payment, now: datetime) -> None:
    audit.record(
        action=action,
        caller=SYSTEM,
        at=now,
        booking_id=payment.booking_id,
        data={"payment_id": str(payment.id), "kind": payment.kind, "amount_minor": payment.amount_minor},
    )
