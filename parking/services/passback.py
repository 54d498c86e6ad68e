"""A car that is inside on an earlier ticket, as far as anybody knows, and is seen to be outside.

Its earlier stay is ended on purpose: priced up to this moment as at an exit, and only if nothing is due for it, so
that no car leaves unpaid. The gate counts as opened then, so the old ticket opens none again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from parking.db.locks import lock_booking_and_vehicle, lock_bookings_nobody_holds
from parking.db.transactions import require_transaction, use_case
from parking.domain.callers import Caller
from parking.domain.errors import Busy, ParkingError, UnknownSession, VehicleInside
from parking.domain.money import format_amount
from parking.domain.permissions import Permission
from parking.domain.plates import canonical_plate
from parking.domain.reasons import clean_reason
from parking.domain.states import RefundKind
from parking.domain.stays import OpenGate, decide_exit
from parking.domain.times import not_before
from parking.models import ParkingBooking, ParkingSession
from parking.queries import snapshots
from parking.services import audit, collection, refunds


@dataclass(frozen=True, slots=True, kw_only=True)
class PassbackReset:
    """A stay that was ended because a person says that its car has left without a scan."""

    session_id: UUID
    booking_id: UUID
    vehicle_number: str
    total_minor: int
    refund_minor: int
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ended:
    """A stay that is over now, and the refunds that were ordered for it."""

    reset: PassbackReset
    refund_ids: list[UUID]


def reset_passback(*, vehicle_number: str, reason: str, caller: Caller, now: datetime) -> PassbackReset:
    """End the stay of a car that has left without a scan, as a person declares it.

    Raises InvalidField, UnknownSession when no such car is inside; VehicleInside with what is due, while it is:
    collect it first, or waive it.
    """
    caller.require(Permission.PASSBACK_RESET)
    plate = canonical_plate(text=vehicle_number)
    data = {"reason": clean_reason(text=reason)}
    with use_case():
        booking, session = _lock_stay(plate=plate)
        ended = _end(booking=booking, session=session, action="passback.reset", data=data, caller=caller, now=now)
    if isinstance(ended, ParkingError):
        raise ended
    refunds.attempt(refund_ids=ended.refund_ids, now=now)
    return ended.reset


def end_earlier_stay(*, vehicle_id: int, caller: Caller, now: datetime) -> list[UUID] | ParkingError:
    """End the stay on another ticket of a vehicle that is locked. Returns the refunds that were ordered for it.

    VehicleInside says that money is due for it. Raises Busy while somebody else is at work on it.
    """
    require_transaction()
    session = ParkingSession.objects.filter(vehicle_id=vehicle_id, exit_time=None).first()
    if session is None:
        return []
    held = lock_bookings_nobody_holds(booking_ids=[session.booking_id])
    if not held:
        raise Busy
    session.refresh_from_db()
    if session.exit_time is not None:
        return []
    ended = _end(booking=held[0], session=session, action="passback.closed", data={}, caller=caller, now=now)
    return ended if isinstance(ended, ParkingError) else ended.refund_ids


def _lock_stay(*, plate: str) -> tuple[ParkingBooking, ParkingSession]:
    open_stays = ParkingSession.objects.filter(vehicle__number=plate, exit_time=None)
    booking_id = open_stays.values_list("booking_id", flat=True).first()
    booking = lock_booking_and_vehicle(booking_id=booking_id) if booking_id else None
    session = open_stays.filter(booking=booking).first() if booking else None
    if booking is None or session is None:
        raise UnknownSession("No car with this plate is inside. Check the plate.")
    return booking, session


def _end(
    *,
    booking: ParkingBooking,
    session: ParkingSession,
    action: str,
    data: Mapping[str, object],
    caller: Caller,
    now: datetime,
) -> _Ended | ParkingError:
    """Complete the stay as an exit scan would, without one."""
    now = not_before(now, session.entry_time, session.billed_until)
    money = snapshots.money_of(booking=booking)
    quote = snapshots.open_quote(session=session)
    decision = decide_exit(
        stay=snapshots.stay_snapshot(booking=booking, session=session, quote=quote, money=money),
        tariff=snapshots.tariff_of(version=booking.tariff),
        now=now,
    )
    if isinstance(decision, ParkingError):
        return decision
    bill = decision.bill
    if not isinstance(decision, OpenGate):
        return _due(amount_minor=bill.due_minor, currency=booking.currency)
    session.billed_until = bill.billed_until
    collection.complete(booking=booking, session=session, bill=bill, now=now)
    session.gate_opened_at = now
    session.save(update_fields=["status", "exit_time", "billed_until", "gate_opened_at"])
    told = {"session_id": str(session.id), "total_minor": bill.total_minor, "refund_minor": bill.refund_minor}
    audit.record(action=action, caller=caller, at=now, booking_id=booking.id, data={**told, **data})
    refund_ids = refunds.order(
        booking=booking,
        amount_minor=bill.refund_minor,
        kind=RefundKind.UNUSED_TIME,
        reason="unused hours",
        now=now,
    )
    reset = PassbackReset(
        session_id=session.id,
        booking_id=booking.id,
        vehicle_number=session.plate,
        total_minor=bill.total_minor,
        refund_minor=bill.refund_minor,
        currency=booking.currency,
    )
    return _Ended(reset=reset, refund_ids=refund_ids)


def _due(*, amount_minor: int, currency: str) -> VehicleInside:
    amount = format_amount(amount_minor=amount_minor, currency=currency)
    return VehicleInside(
        f"This vehicle is parked on another ticket, and {amount} {currency} are due for that stay. Collect or waive "
        "it first.",
        details={"additional_amount": amount, "currency": currency},
    )
