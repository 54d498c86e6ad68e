"""What money is asked for, and what it buys: a booking its slot, a stay its way out."""

from __future__ import annotations

from datetime import datetime, timedelta

from parking.db import writing
from parking.domain.errors import (
    AlreadyPaid,
    BookingCancelled,
    HoldLapsed,
    NothingDue,
    ParkingError,
    QuoteOutdated,
)
from parking.domain.money import format_amount
from parking.domain.states import BookingStatus, ReleaseReason, SessionStatus
from parking.domain.stays import Bill, Requote, bill_at, decide_collection
from parking.domain.times import format_time, not_before
from parking.models import ParkingBooking, ParkingSession, Payment, Quote, SlotAllocation
from parking.queries import snapshots
from parking.services import discounting, slots


def quote_to_pay(*, booking: ParkingBooking, session: ParkingSession, now: datetime) -> Quote | ParkingError:
    """The standing quote, or a new one; QuoteOutdated (with the new amount told) if the amount has grown."""
    now = not_before(now, session.entry_time, session.exit_time, session.billed_until)
    quote = snapshots.open_quote(session=session)
    stay = snapshots.stay_snapshot(
        booking=booking, session=session, quote=quote, money=snapshots.money_of(booking=booking)
    )
    decision = decide_collection(stay=stay, tariff=snapshots.tariff_of(version=booking.tariff), now=now)
    match decision:
        case ParkingError():
            return decision
        case Requote():
            told = tell(booking=booking, session=session, bill=decision.bill, now=now)
            return _outdated(quote=told)
        case _ if decision.is_new_quote or quote is None or quote.amount_minor != decision.bill.due_minor:
            # Late money for an earlier amount lowers what is due: no more than that may be charged.
            return tell(booking=booking, session=session, bill=decision.bill, now=now)
        case _:
            return quote


def tell(*, booking: ParkingBooking, session: ParkingSession, bill: Bill, now: datetime) -> Quote:
    """Write down an amount that the driver is told, and how long it stands."""
    policy = snapshots.policy_of(version=booking.policy)
    return Quote.objects.create(
        session=session,
        amount_minor=bill.due_minor,
        currency=booking.currency,
        as_of=bill.billed_until,
        valid_until=now + timedelta(seconds=policy.quote_seconds),
    )


def give_booking(*, booking: ParkingBooking, now: datetime) -> ParkingError | None:
    """The booking's price was captured: the slot is theirs. An error says that the money was not needed.

    Late money takes a slot again if one is free, and goes back otherwise (DESIGN section 6).
    """
    match booking.status:
        case BookingStatus.CREATED if now < booking.ends_at and snapshots.live_allocation(booking=booking) is not None:
            slots.keep_hold_until(booking=booking, lapses_at=booking.ends_at)
        case BookingStatus.CREATED | BookingStatus.EXPIRED:
            # Whose car it would be is not known any more, once they were forgotten.
            if booking.anonymised_at is not None or not slots.retake(booking=booking, now=now):
                return HoldLapsed(
                    "The payment arrived after the time to pay was over, and no slot is left. It is refunded in full."
                )
        case BookingStatus.CANCELLED | BookingStatus.NO_SHOW:
            return BookingCancelled("The booking was closed before the payment arrived. It is refunded in full.")
        case _:
            return AlreadyPaid("This booking was already paid. The second payment is refunded in full.")
    booking.status = BookingStatus.PAID
    booking.paid_at = now
    booking.closed_at = None
    writing.update(booking, "status", "paid_at", "closed_at")
    return None


def give_stay(*, booking: ParkingBooking, payment: Payment, now: datetime) -> ParkingError | None:
    """What was due for the stay was captured. At the exit that completes it and frees the slot: the car is at
    the gate. On foot the session stays active, and leaves free until `leave_by`."""
    session, quote = payment.session, payment.quote
    if session is None or quote is None:
        raise RuntimeError(f"additional payment {payment.id} names no session or no quote")
    newer_is_paid = Quote.objects.filter(session=session, id__gt=quote.id, paid_at__isnull=False).exists()
    if session.status == SessionStatus.COMPLETED or quote.paid_at is not None or newer_is_paid:
        return NothingDue("Nothing was due any more. The payment is refunded in full.")
    quote.paid_at = now
    writing.update(quote, "paid_at")
    policy = snapshots.policy_of(version=booking.policy)
    if now > quote.valid_until + timedelta(seconds=policy.pending_payment_seconds):
        # Late money for an old amount: it counts, and the next scan tells what has come on top since.
        return None
    stay = snapshots.stay_snapshot(
        booking=booking, session=session, quote=None, money=snapshots.money_of(booking=booking)
    )
    bill = bill_at(stay=stay, tariff=snapshots.tariff_of(version=booking.tariff), until=quote.as_of)
    if bill.due_minor > payment.amount_minor:
        # A fee came on top while this amount was being paid.
        return None
    session.billed_until = quote.as_of
    session.leave_by = now + timedelta(seconds=policy.leave_seconds)
    if session.status == SessionStatus.AWAITING_PAYMENT:
        complete(booking=booking, session=session, bill=bill, now=now)
    writing.update(session, "status", "exit_time", "billed_until", "leave_by", "gate_opened_at")
    return None


def complete(
    *,
    booking: ParkingBooking,
    session: ParkingSession,
    bill: Bill,
    now: datetime,
    allocation: SlotAllocation | None = None,
) -> None:
    """End the stay: nothing of the bill is due any more. The caller saves the session."""
    discounting.record_granted(booking=booking, session=session, bill=bill, now=now)
    session.status = SessionStatus.COMPLETED
    session.exit_time = now
    slots.release(booking=booking, reason=ReleaseReason.EXITED, now=now, allocation=allocation)
    if booking.closed_at is None:
        booking.closed_at = now
        writing.update(booking, "closed_at")


def _outdated(*, quote: Quote) -> QuoteOutdated:
    amount = format_amount(amount_minor=quote.amount_minor, currency=quote.currency)
    return QuoteOutdated(
        details={
            "additional_amount": amount,
            "currency": quote.currency,
            "quote_valid_until": format_time(moment=quote.valid_until),
        }
    )
