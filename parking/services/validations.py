"""A merchant's code, used for a stay: reserved now, granted when the stay ends (`parking.services.discounting`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from parking.db.locks import lock_booking, lock_discount
from parking.db.transactions import use_case
from parking.domain.callers import DRIVER, Caller
from parking.domain.discounts import CodeSnapshot, StayForCode, canonical_code, refusal_of_code
from parking.domain.errors import NotEntered, ParkingError, UnknownBooking, UnknownDiscount, UnknownSession
from parking.domain.permissions import Permission
from parking.domain.states import SessionStatus
from parking.domain.stays import Bill, current_bill
from parking.domain.times import not_before
from parking.models import DiscountCode, ParkingBooking, ParkingSession, Validation
from parking.queries import snapshots
from parking.services import audit


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidationApplied:
    """What the code takes of the bill as it is now, in minor units, and what is left of that."""

    booking_id: UUID
    session_id: UUID
    code: str
    merchant: str
    gives_minor: int
    at_most_minor: int
    total_minor: int
    due_minor: int
    refund_minor: int
    """What was prepaid beyond the total: it goes back at the exit."""
    currency: str


def apply_validation(
    *,
    code: str,
    booking_id: UUID | None = None,
    session_id: UUID | None = None,
    caller: Caller = DRIVER,
    now: datetime,
) -> ValidationApplied:
    """Use a merchant's code for a stay that is not over; the most that it may give is reserved of its budget.

    So what a driver is told never grows because the budget ran out meanwhile. Raises UnknownBooking, UnknownSession,
    NotEntered, UnknownDiscount, and DiscountRefused with the reason in its message.
    """
    caller.require(Permission.VALIDATION_APPLY)
    canonical = canonical_code(text=code)
    if booking_id is None:
        booking_id = _booking_of(session_id=session_id) if session_id is not None else None
    if booking_id is None:
        raise UnknownSession
    with use_case():
        outcome = _apply(booking_id=booking_id, code=canonical, caller=caller, now=now)
    if isinstance(outcome, ParkingError):
        raise outcome
    return outcome


def _booking_of(*, session_id: UUID) -> UUID | None:
    return ParkingSession.objects.filter(id=session_id).values_list("booking_id", flat=True).first()


def _apply(*, booking_id: UUID, code: str | None, caller: Caller, now: datetime) -> ValidationApplied | ParkingError:
    booking = lock_booking(booking_id=booking_id)
    if booking is None:
        return UnknownBooking()
    session = ParkingSession.objects.filter(booking=booking).first()
    if session is None:
        return NotEntered("The car has not entered yet. Use the code once it is inside.")
    now = not_before(now, session.entry_time, session.billed_until)
    discount = lock_discount(code=code) if code else None
    if discount is None:
        return UnknownDiscount()
    refusal = refusal_of_code(
        code=_snapshot(discount=discount), stay=_stay(booking=booking, session=session, discount=discount), now=now
    )
    if refusal is not None:
        return refusal
    validation = _reserve(discount=discount, session=session, caller=caller, now=now)
    audit.record(
        action="validation.applied",
        caller=caller,
        at=now,
        booking_id=booking.id,
        data={"discount_id": discount.id, "reserved_minor": validation.reserved_minor},
    )
    return _applied(
        booking=booking,
        session=session,
        validation=validation,
        bill=_bill(booking=booking, session=session, now=now),
    )


def _snapshot(*, discount: DiscountCode) -> CodeSnapshot:
    return CodeSnapshot(
        at_most_minor=discount.at_most_minor,
        currency=discount.currency,
        budget_minor=discount.budget_minor,
        spent_minor=discount.spent_minor,
        max_uses=discount.max_uses,
        uses=discount.uses,
        valid_from=discount.valid_from,
        valid_until=discount.valid_until,
        is_closed=discount.closed_at is not None or discount.merchant.closed_at is not None,
    )


def _stay(*, booking: ParkingBooking, session: ParkingSession, discount: DiscountCode) -> StayForCode:
    used = list(Validation.objects.filter(session=session).values_list("discount_id", flat=True))
    return StayForCode(
        has_ended=session.status == SessionStatus.COMPLETED,
        currency=booking.currency,
        codes_used=len(used),
        has_this_code=discount.id in used,
    )


def _reserve(*, discount: DiscountCode, session: ParkingSession, caller: Caller, now: datetime) -> Validation:
    discount.uses += 1
    discount.spent_minor += discount.at_most_minor
    discount.save(update_fields=["uses", "spent_minor"])
    return Validation.objects.create(
        discount=discount,
        session=session,
        reserved_minor=discount.at_most_minor,
        applied_by=caller.label,
        applied_at=now,
    )


def _bill(*, booking: ParkingBooking, session: ParkingSession, now: datetime) -> Bill:
    stay = snapshots.stay_snapshot(
        booking=booking,
        session=session,
        quote=snapshots.open_quote(session=session),
        money=snapshots.money_of(booking=booking),
    )
    return current_bill(stay=stay, tariff=snapshots.tariff_of(version=booking.tariff), now=now)[0]


def _applied(
    *, booking: ParkingBooking, session: ParkingSession, validation: Validation, bill: Bill
) -> ValidationApplied:
    return ValidationApplied(
        booking_id=booking.id,
        session_id=session.id,
        code=validation.discount.code,
        merchant=validation.discount.merchant.name,
        gives_minor=bill.taken[-1].amount_minor,
        at_most_minor=validation.reserved_minor,
        total_minor=bill.total_minor,
        due_minor=bill.due_minor,
        refund_minor=bill.refund_minor,
        currency=booking.currency,
    )
