"""Tickets that are replaced, and tickets that are lost: the old code opens nothing any more."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from parking.db.locks import lock_booking
from parking.db.transactions import use_case
from parking.domain.adjustments import lost_ticket_fee
from parking.domain.callers import Caller
from parking.domain.codes import CODE_RANDOM_BITS, qr_code_from_bits
from parking.domain.errors import (
    AlreadyExited,
    AlreadyPaid,
    BookingCancelled,
    HoldLapsed,
    LostTicketCharged,
    NoShow,
    ParkingError,
    PermitTicket,
    UnknownBooking,
    UnknownSession,
)
from parking.domain.permissions import Permission
from parking.domain.reasons import clean_reason
from parking.domain.states import AdjustmentKind, AdjustmentStatus, BookingStatus, SessionStatus
from parking.domain.times import not_before
from parking.models import Adjustment, ParkingBooking, ParkingSession, RetiredCode
from parking.queries import snapshots
from parking.services import adjustments, audit, collection


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTicket:
    """The code that opens the gates from now on. Minor units: the fee for losing the old one, and what is due now."""

    booking_id: UUID
    session_id: UUID | None
    vehicle_number: str
    qr_code: str
    fee_minor: int
    due_minor: int
    currency: str


def replace_ticket(*, booking_id: UUID, reason: str, caller: Caller, now: datetime) -> NewTicket:
    """Give the booking a new code, for nothing; the old one is dead at once.

    Raises InvalidField, UnknownBooking, AlreadyExited, BookingCancelled, HoldLapsed, NoShow, PermitTicket.
    """
    caller.require(Permission.TICKET_REPLACE)
    why = clean_reason(text=reason)
    with use_case():
        case = _lock_case(booking_id=booking_id, now=now)
        _retire_code(case=case, reason=why, caller=caller)
        audit.record(action="ticket.replaced", caller=caller, at=case.now, booking_id=booking_id, data={"reason": why})
    return _new_ticket(case=case, fee_minor=0)


def report_lost_ticket(*, session_id: UUID, reason: str, caller: Caller, now: datetime) -> NewTicket:
    """Replace the ticket of a car that is inside, and charge the tariff's fee for it, once a stay.

    Find the car first: its own ticket is worth more than a fee. Raises what `replace_ticket` does, UnknownSession,
    AlreadyPaid once the stay is paid up, LostTicketCharged.
    """
    caller.require(Permission.TICKET_REPLACE)
    why = clean_reason(text=reason)
    booking_id = ParkingSession.objects.filter(id=session_id).values_list("booking_id", flat=True).first()
    if booking_id is None:
        raise UnknownSession
    with use_case():
        case = _lock_case(booking_id=booking_id, now=now)
        _check_not_charged(case=case)
        _retire_code(case=case, reason=why, caller=caller)
        fee_minor = _charge(case=case, reason=why, caller=caller)
        audit.record(
            action="ticket.lost",
            caller=caller,
            at=case.now,
            booking_id=booking_id,
            data={"session_id": str(session_id), "reason": why, "fee_minor": fee_minor},
        )
        after = adjustments.case_of(booking=case.booking, session=case.session, now=case.now)
        _tell_anew(case=after)
    return _new_ticket(case=after, fee_minor=fee_minor)


def _lock_case(*, booking_id: UUID, now: datetime) -> adjustments.Case:
    booking = lock_booking(booking_id=booking_id)
    if booking is None:
        raise UnknownBooking
    session = ParkingSession.objects.filter(booking=booking).first()
    refusal = _refusal(booking=booking, session=session, now=now)
    if refusal is not None:
        raise refusal
    return adjustments.case_of(booking=booking, session=session, now=now)


def _refusal(*, booking: ParkingBooking, session: ParkingSession | None, now: datetime) -> ParkingError | None:
    """Why this ticket is of no use any more."""
    if session is not None and session.gate_opened_at is not None:
        return AlreadyExited("This car has left, so its ticket is not replaced.")
    if booking.permit_id is not None:
        return PermitTicket()
    snapshot = snapshots.booking_snapshot(
        booking=booking,
        allocation=snapshots.live_allocation(booking=booking),
        money=snapshots.money_of(booking=booking),
    )
    match snapshot.status_at(now=not_before(now, booking.created_at, booking.paid_at)):
        case BookingStatus.CANCELLED:
            return BookingCancelled()
        case BookingStatus.EXPIRED:
            return HoldLapsed()
        case BookingStatus.NO_SHOW:
            return NoShow()
        case _:
            return None


def _retire_code(*, case: adjustments.Case, reason: str, caller: Caller) -> None:
    booking = case.booking
    RetiredCode.objects.create(
        code=booking.qr_code, booking=booking, reason=reason, retired_by=caller.label, retired_at=case.now
    )
    booking.qr_code = qr_code_from_bits(bits=secrets.randbits(CODE_RANDOM_BITS))
    booking.save(update_fields=["qr_code"])


def _check_not_charged(*, case: adjustments.Case) -> None:
    if case.session is None or case.session.status == SessionStatus.COMPLETED:
        raise AlreadyPaid("This stay is paid up. Replace its ticket instead; there is no fee for that.")
    charged = Adjustment.objects.filter(session=case.session, kind=AdjustmentKind.LOST_TICKET)
    if charged.exclude(status=AdjustmentStatus.REJECTED).exists():
        raise LostTicketCharged(
            "The fee for a lost ticket was already charged for this stay. Replace the ticket again without one."
        )


def _charge(*, case: adjustments.Case, reason: str, caller: Caller) -> int:
    """Minor units; no row is written for a tariff that asks nothing."""
    if case.session is None:
        return 0
    fee_minor = lost_ticket_fee(
        tariff=snapshots.tariff_of(version=case.booking.tariff), entered_at=case.session.entry_time, now=case.now
    )
    if fee_minor > 0:
        adjustments.write(
            case=case, kind=AdjustmentKind.LOST_TICKET, amount_minor=fee_minor, reason=reason, caller=caller
        )
    return fee_minor


def _tell_anew(*, case: adjustments.Case) -> None:
    """An amount that the driver was told without the fee stands no more."""
    if case.session is None or case.bill is None or case.bill.due_minor == 0:
        return
    if snapshots.open_quote(session=case.session) is not None:
        collection.tell(booking=case.booking, session=case.session, bill=case.bill, now=case.now)


def _new_ticket(*, case: adjustments.Case, fee_minor: int) -> NewTicket:
    return NewTicket(
        booking_id=case.booking.id,
        session_id=case.session.id if case.session else None,
        vehicle_number=case.booking.plate,
        qr_code=case.booking.qr_code,
        fee_minor=fee_minor,
        due_minor=case.costs.due_minor,
        currency=case.booking.currency,
    )
