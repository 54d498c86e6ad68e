"""More hours for a booking, before its car enters or while it is inside.

Nothing is held while the extension is being paid: the room is looked at before, and taken when the money is there.
Should it be gone by then, the money goes back (decision 12).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from parking.domain.bookings import Extension, plan_extension
from parking.domain.callers import SYSTEM
from parking.domain.errors import NotExtendable, ParkingError, VehicleBusy, ZoneFull
from parking.models import ParkingBooking, ParkingSession, ParkingSlot, Payment, SlotAllocation
from parking.queries import outages, snapshots
from parking.services import arrivals, audit, slots
from parking.services.results import BookingExtended, PaymentAnswer


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """An extension that can be had now, and what it would change."""

    extension: Extension
    allocation: SlotAllocation
    session: ParkingSession | None


def plan(*, booking: ParkingBooking, extra_hours: int, asked_at: datetime, now: datetime) -> Plan | ParkingError:
    """What the extension costs, if the vehicle has the time. The booking and its vehicle are locked.

    `asked_at` is when the driver asked for it, before the payment that has settled now.
    """
    allocation = snapshots.live_allocation(booking=booking)
    session = ParkingSession.objects.filter(booking=booking).first()
    money = snapshots.money_of(booking=booking)
    stay = (
        None
        if session is None
        else snapshots.stay_snapshot(
            booking=booking, session=session, quote=snapshots.open_quote(session=session), money=money
        )
    )
    extension = plan_extension(
        booking=snapshots.booking_snapshot(booking=booking, allocation=allocation, money=money),
        stay=stay,
        tariff=snapshots.tariff_of(version=booking.tariff),
        extra_hours=extra_hours,
        now=asked_at if session else now,
    )
    if isinstance(extension, ParkingError):
        slots.lapse(bookings=[booking], now=now)
        return extension
    if allocation is None or booking.permit_id is not None:
        return NotExtendable()
    if _vehicle_is_busy(booking=booking, until=extension.until):
        return VehicleBusy("This vehicle has another booking that begins before the extended time would end.")
    slots.lapse_stale(zone_id=booking.zone_id, vehicle_id=booking.vehicle_id, now=now)
    return Plan(extension=extension, allocation=allocation, session=session)


def refusal_for_room(*, plan: Plan, now: datetime) -> ParkingError | None:
    """Why there is no room for the longer time, as far as can be told before it is paid."""
    allocation, until = plan.allocation, plan.extension.until
    others = SlotAllocation.objects.filter(slot_id=allocation.slot_id, released_at=None).exclude(id=allocation.id)
    in_the_way = list(others.filter(occupies_from__lt=until, occupies_until__gt=allocation.occupies_until))
    movable = not _goes_out_of_service(plan=plan) and all(
        other.parked_at is None
        and slots.take_free_slot(
            zone_id=other.zone_id, start=other.occupies_from, end=other.occupies_until, now=now, is_sold=True
        )
        for other in in_the_way
    )
    if movable or _other_slot_for(plan=plan, now=now):
        return None
    if not in_the_way:
        return ZoneFull("The slot goes out of service before the extended time would end, and no other one is free.")
    first = min(other.occupies_from for other in in_the_way)
    return ZoneFull(f"The slot is promised to another from {first:%Y-%m-%d %H:%M} UTC on, and no other one is free.")


def give(*, booking: ParkingBooking, payment: Payment, now: datetime) -> ParkingError | None:
    """The extension was captured: the hours are theirs. An error says that the money goes back."""
    if payment.extra_hours is None:
        raise RuntimeError(f"payment {payment.id} extends by no hours")
    planned = plan(booking=booking, extra_hours=payment.extra_hours, asked_at=payment.created_at, now=now)
    if isinstance(planned, ParkingError):
        return planned
    return apply(booking=booking, plan=planned, amount_minor=payment.amount_minor, now=now)


def apply(*, booking: ParkingBooking, plan: Plan, amount_minor: int, now: datetime) -> ParkingError | None:
    """Make the booking longer. Who has promised the slot for that time and has not entered moves to another."""
    allocation, until = plan.allocation, plan.extension.until
    if not _take_the_time(plan=plan, now=now):
        return ZoneFull("The slot was promised to another meanwhile, and no other one is free. The money goes back.")
    if plan.session is None:
        slots.keep_hold_until(allocation=snapshots.live_allocation(booking=booking), lapses_at=until)
    booking.hours = plan.extension.hours
    if now <= booking.ends_at:  # a window that is over is not opened again in hindsight
        booking.ends_at = max(booking.ends_at, until)
    booking.price_minor += amount_minor
    booking.save(update_fields=["hours", "ends_at", "price_minor"])
    audit.record(
        action="booking.extended",
        caller=SYSTEM,
        at=now,
        booking_id=booking.id,
        data={"hours": booking.hours, "amount_minor": amount_minor, "slot_id": allocation.slot_id},
    )
    return None


def read_extended(*, booking_id: UUID, payment: PaymentAnswer | None) -> BookingExtended:
    booking = ParkingBooking.objects.get(id=booking_id)
    session = ParkingSession.objects.filter(booking=booking).first()
    allocation = snapshots.live_allocation(booking=booking)
    begins_at = session.entry_time if session else booking.starts_at
    return BookingExtended(
        booking_id=booking.id,
        hours=booking.hours,
        paid_until=begins_at + timedelta(hours=booking.hours),
        slot_number=allocation.slot.number if allocation else "",
        currency=booking.currency,
        payment=payment,
    )


def _take_the_time(*, plan: Plan, now: datetime) -> bool:
    allocation, until = plan.allocation, plan.extension.until
    if until <= allocation.occupies_until:
        return True
    if not _goes_out_of_service(plan=plan):
        start = max(now, allocation.occupies_until)
        room_until = arrivals.make_room(allocation=allocation, start=start, wanted_until=until, now=now)
        if room_until >= until:
            _stay_on(allocation=allocation, until=until, now=now)
            return True
    slot = _other_slot_for(plan=plan, now=now)
    if slot is None:
        return False
    arrivals.move(allocation=allocation, slot=slot, start=allocation.occupies_from, end=until, now=now)
    return True


def _stay_on(*, allocation: SlotAllocation, until: datetime, now: datetime) -> None:
    """On the same slot for longer. What it was promised to others in the past is not taken from them in hindsight."""
    if now <= allocation.occupies_until:
        allocation.occupies_until = until
        allocation.save(update_fields=["occupies_until"])
    else:
        arrivals.move(
            allocation=allocation,
            slot=allocation.slot,
            start=now,
            end=until,
            now=now,
            parked_at=now if allocation.parked_at else None,
        )


def _goes_out_of_service(*, plan: Plan) -> bool:
    """Whether the slot by itself is out in the added time. Of a zone that is, who is there already may stay longer."""
    allocation = plan.allocation
    out = outages.between(start=allocation.occupies_until, end=plan.extension.until)
    return plan.extension.until > allocation.occupies_until and out.filter(slot_id=allocation.slot_id).exists()


def _other_slot_for(*, plan: Plan, now: datetime) -> ParkingSlot | None:
    """Another slot for the whole time: only for a car that has not entered."""
    allocation = plan.allocation
    if plan.session is not None:
        return None
    return slots.take_free_slot(
        zone_id=allocation.zone_id, start=allocation.occupies_from, end=plan.extension.until, now=now
    )


def _vehicle_is_busy(*, booking: ParkingBooking, until: datetime) -> bool:
    others = ParkingBooking.objects.filter(vehicle_id=booking.vehicle_id, closed_at=None).exclude(id=booking.id)
    return others.filter(starts_at__lt=until, ends_at__gt=booking.starts_at).exists()
