"""The entry gate: load, decide, apply, record."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from parking.db import writing
from parking.db.tickets import Ticket
from parking.domain.callers import Caller
from parking.domain.entry import Admission, decide_entry
from parking.domain.errors import ParkingError, TooEarly, ZoneFull
from parking.domain.policy import Policy
from parking.domain.states import AntiPassback, BookingStatus, RefundKind, ReleaseReason, ScanType
from parking.domain.times import format_time, not_before
from parking.models import ParkingBooking, ParkingSession, SlotAllocation
from parking.queries import snapshots
from parking.services import arrivals, audit, passback, permits, refunds, scans, slots
from parking.services.results import EntryAdmitted


def scan_entry_qr(
    *,
    qr_code: str,
    scanner_device_id: str,
    scanner_location: str = "",
    scan_id: str | None = None,
    device_time: datetime | None = None,
    caller: Caller,
    now: datetime,
) -> EntryAdmitted:
    """Let a paid booking in, once, and open its session (specification, "Entry Flow").

    Where the policy's anti-passback is soft or off, a stay of the vehicle on another ticket is ended first, unless
    money is due for it. Raises UnknownDevice and its kin, UnknownCode, PaymentRequired, TooEarly, AlreadyEntered,
    VehicleInside, BookingCancelled, HoldLapsed, NoShow; ZoneFull when every slot of the zone has a car in it, and then
    all that was paid is refunded at once. Every attempt is logged, those that are refused too.
    """
    scan = scans.Scan(
        scan_type=ScanType.ENTRY,
        qr_code=qr_code,
        scanner_device_id=scanner_device_id,
        scanner_location=scanner_location,
        scan_id=scan_id,
        device_time=device_time,
        caller=caller,
        scanned_at=now,
    )
    return scans.carry_out(scan=scan, answer_type=EntryAdmitted, decide=lambda ticket: _enter(scan=scan, ticket=ticket))


def _enter(*, scan: scans.Scan, ticket: Ticket) -> scans.Outcome[EntryAdmitted]:
    booking, allocation = ticket.booking, ticket.allocation
    now = not_before(scan.scanned_at, booking.created_at, booking.paid_at)
    money = snapshots.money_of_ticket(ticket=ticket)
    decision = decide_entry(
        booking=snapshots.booking_snapshot(booking=booking, allocation=allocation, money=money),
        vehicle_inside=ticket.vehicle_is_inside,
        policy=_policy_of(booking),
        now=now,
    )
    if isinstance(decision, ParkingError):
        slots.lapse(bookings=[booking], now=now)
        return scans.Outcome(answer=decision)
    if allocation is None:
        raise RuntimeError(f"booking {booking.id} is paid and holds no slot")
    refund_ids: list[UUID] | ParkingError = []
    if decision.ends_earlier_stay:
        refund_ids = passback.end_earlier_stay(vehicle_id=booking.vehicle_id, caller=scan.caller, now=now)
    if isinstance(refund_ids, ParkingError):
        return scans.Outcome(answer=refund_ids)
    outcome = _place(scan=scan, ticket=ticket, allocation=allocation, admission=decision, now=now)
    return scans.Outcome(answer=outcome.answer, refund_ids=[*refund_ids, *outcome.refund_ids])


def _place(
    *,
    scan: scans.Scan,
    ticket: Ticket,
    allocation: SlotAllocation,
    admission: Admission,
    now: datetime,
) -> scans.Outcome[EntryAdmitted]:
    """Give the car a slot, if there is one for it."""
    booking = ticket.booking
    if ticket.slot_is_promised_to_others or ticket.slot_is_out:
        parked = arrivals.park(booking=booking, allocation=allocation, admission=admission, now=now)
    else:
        parked = arrivals.stand(allocation=allocation, admission=admission, until=admission.occupies_until, now=now)
    if parked is not None:
        marked = admission.ends_earlier_stay and _policy_of(booking).anti_passback is AntiPassback.SOFT
        return scans.Outcome(answer=_admit(scan=scan, booking=booking, parked=parked, marked=marked, now=now))
    if admission.is_early:
        return scans.Outcome(
            answer=TooEarly(
                "No slot is free before your booking starts. Come back when it does; your slot is kept.",
                details={"entry_from": format_time(moment=booking.starts_at)},
            )
        )
    return _turn_away(
        scan=scan, booking=booking, paid_minor=snapshots.money_of_ticket(ticket=ticket).kept_minor, now=now
    )


def _admit(
    *, scan: scans.Scan, booking: ParkingBooking, parked: SlotAllocation, marked: bool, now: datetime
) -> EntryAdmitted:
    booking.status = BookingStatus.USED
    writing.update(booking, "status")
    session = ParkingSession(
        id=uuid4(),
        booking=booking,
        zone_id=booking.zone_id,
        slot=parked.slot,
        vehicle_id=booking.vehicle_id,
        plate=booking.plate,
        entry_time=now,
    )
    writing.insert(session)
    audit.record(
        action="session.entered",
        caller=scan.caller,
        at=now,
        booking_id=booking.id,
        data={"session_id": str(session.id), "slot": parked.slot.number} | ({"passback": True} if marked else {}),
    )
    return EntryAdmitted(
        session_id=session.id,
        booking_id=booking.id,
        vehicle_number=session.plate,
        slot_number=parked.slot.number,
        zone_name=booking.zone.name,
        entry_time=now,
        paid_until=permits.free_until(booking=booking, at=now)
        if booking.permit_id is not None
        else now + timedelta(hours=booking.hours),
        passback=marked,
    )


def _turn_away(
    *, scan: scans.Scan, booking: ParkingBooking, paid_minor: int, now: datetime
) -> scans.Outcome[EntryAdmitted]:
    """Every slot has a car in it: all that was paid goes back at once (DESIGN section 2, "no slot left")."""
    booking.status = BookingStatus.CANCELLED
    booking.closed_at = now
    booking.save(update_fields=["status", "closed_at"])
    slots.release(booking=booking, reason=ReleaseReason.ZONE_FULL, now=now)
    refund_ids = refunds.order(
        booking=booking, amount_minor=paid_minor, kind=RefundKind.ZONE_FULL, reason="zone full", now=now
    )
    audit.record(
        action="booking.zone_full",
        caller=scan.caller,
        at=now,
        booking_id=booking.id,
        data={"refund_minor": paid_minor},
    )
    refusal = ZoneFull("Every slot of this zone has a car in it. All that you paid is being refunded now.")
    return scans.Outcome(answer=refusal, refund_ids=refund_ids)


def _policy_of(booking: ParkingBooking) -> Policy:
    return snapshots.policy_of(version=booking.policy)
