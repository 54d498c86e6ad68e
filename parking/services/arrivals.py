"""Which slot an arriving car gets: its own, if at all possible (DESIGN section 2, "slot allocation").

A paying driver is turned away only when every slot of the zone has a car in it.
"""

from __future__ import annotations

from datetime import datetime

from parking.db import writing
from parking.db.locks import lock_bookings_nobody_holds
from parking.domain.entry import Admission
from parking.domain.errors import Busy
from parking.domain.states import ReleaseReason
from parking.models import ParkingBooking, ParkingSlot, SlotAllocation
from parking.queries import outages
from parking.services import slots


def park(
    *, booking: ParkingBooking, allocation: SlotAllocation, admission: Admission, now: datetime
) -> SlotAllocation | None:
    """The allocation in which the car now stands; None if there is no slot for it."""
    others = slots.live_on_slot(slot_id=allocation.slot_id, other_than=booking)
    if others.filter(lapses_at__lte=now).exists():
        slots.lapse_stale(zone_id=booking.zone_id, vehicle_id=None, now=now)
    own_slot_is_empty = not others.filter(parked_at__isnull=False).exists()
    before_its_window = others.filter(
        occupies_from__lt=allocation.occupies_from, occupies_until__gt=admission.occupies_from
    )
    may_have_its_own = own_slot_is_empty and not (admission.is_early and before_its_window.exists())
    if not may_have_its_own:
        return _park_elsewhere(booking=booking, allocation=allocation, admission=admission, now=now)
    if outages.slots_out_at(moment=now).filter(slot_id=allocation.slot_id).exists():
        # No other slot was free when it went out of service. Nobody who paid is turned away for that.
        moved = _park_in_a_free_one(booking=booking, allocation=allocation, admission=admission, now=now)
        if moved is not None:
            return moved
    return _park_in_own_slot(booking=booking, allocation=allocation, admission=admission, now=now)


def _park_in_own_slot(
    *, booking: ParkingBooking, allocation: SlotAllocation, admission: Admission, now: datetime
) -> SlotAllocation:
    """A late car stays its full hours: who has not entered and now overlaps is given another slot if there is one."""
    until = make_room(
        allocation=allocation, start=admission.occupies_from, wanted_until=admission.occupies_until, now=now
    )
    return stand(allocation=allocation, admission=admission, until=until, now=now)


def stand(*, allocation: SlotAllocation, admission: Admission, until: datetime, now: datetime) -> SlotAllocation:
    """The car stands in its own slot, which nobody else was promised before `until`."""
    allocation.occupies_from = min(allocation.occupies_from, admission.occupies_from)
    allocation.occupies_until = until
    allocation.parked_at = now
    allocation.lapses_at = None
    writing.update(allocation, "occupies_from", "occupies_until", "parked_at", "lapses_at")
    return allocation


def make_room(*, allocation: SlotAllocation, start: datetime, wanted_until: datetime, now: datetime) -> datetime:
    """Move whoever has not entered off the slot between `start` and `wanted_until`, as far as other slots are free.

    Returns until when the allocation's own car may then stand there.
    """
    others = SlotAllocation.objects.filter(slot_id=allocation.slot_id, released_at=None).exclude(id=allocation.id)
    in_the_way = others.filter(occupies_from__lt=wanted_until, occupies_until__gt=start)
    for other in in_the_way.order_by("occupies_from"):
        if not _move_away(other=other, now=now):
            return other.occupies_from
    return wanted_until


def clear_slot(*, slot_id: int, start: datetime, end: datetime | None, now: datetime) -> tuple[int, int]:
    """Move whoever has not entered off the slot between `start` and `end` (None: from then on), each to a slot that
    is free for all of its window. Returns how many were moved, and how many stay: cars inside, and who found none."""
    live = SlotAllocation.objects.filter(slot_id=slot_id, released_at=None, occupies_until__gt=start)
    in_the_way = live if end is None else live.filter(occupies_from__lt=end)
    waiting = list(in_the_way.filter(parked_at=None).order_by("occupies_from"))
    for allocation in waiting:
        _move_away(other=allocation, now=now)
    stays = in_the_way.count()
    still_there = in_the_way.filter(id__in=[allocation.id for allocation in waiting]).count()
    return len(waiting) - still_there, stays


def _move_away(*, other: SlotAllocation, now: datetime) -> bool:
    """Give a booking that has not entered another slot for its whole window, if one is free and nobody holds it."""
    if not lock_bookings_nobody_holds(booking_ids=[other.booking_id]):
        return False
    other.refresh_from_db()
    if other.released_at is not None or other.parked_at is not None:
        return other.released_at is not None
    slot = slots.take_free_slot(
        zone_id=other.zone_id, start=other.occupies_from, end=other.occupies_until, now=now, is_sold=True
    )
    if slot is None:
        return False
    move(allocation=other, slot=slot, start=other.occupies_from, end=other.occupies_until, now=now)
    return True


def _park_elsewhere(
    *, booking: ParkingBooking, allocation: SlotAllocation, admission: Admission, now: datetime
) -> SlotAllocation | None:
    moved = _park_in_a_free_one(booking=booking, allocation=allocation, admission=admission, now=now)
    if moved is not None or admission.is_early:
        return moved
    traded = _trade_slots(booking=booking, allocation=allocation, now=now)
    if traded is None:
        return None
    return _park_in_own_slot(booking=booking, allocation=traded, admission=admission, now=now)


def _park_in_a_free_one(
    *, booking: ParkingBooking, allocation: SlotAllocation, admission: Admission, now: datetime
) -> SlotAllocation | None:
    slots.lapse_stale(zone_id=booking.zone_id, vehicle_id=None, now=now)
    for until in dict.fromkeys((admission.occupies_until, allocation.occupies_until)):
        slot = slots.take_free_slot(zone_id=booking.zone_id, start=now, end=until, now=now, is_sold=True)
        if slot is not None:
            return move(allocation=allocation, slot=slot, start=now, end=until, now=now, parked_at=now)
    return None


def _trade_slots(*, booking: ParkingBooking, allocation: SlotAllocation, now: datetime) -> SlotAllocation | None:
    """Stand in an empty slot that is promised to others: the two slots trade all that is promised on them.

    Every booking keeps a slot for its whole window; whoever stays too long in this one may be gone by then. None
    only if a car is in every slot. Raises Busy if every empty slot's promises are being changed at this moment.
    """
    live = SlotAllocation.objects.filter(zone_id=booking.zone_id, released_at=None)
    occupied = live.filter(parked_at__isnull=False).values("slot_id")
    out = outages.slots_out_at(moment=now).values("slot_id")
    in_service = ParkingSlot.objects.filter(zone_id=booking.zone_id, in_service=True).exclude(id__in=out)
    empty = in_service.exclude(id__in=occupied)
    contended = False
    for other in empty.exclude(id=allocation.slot_id).order_by("id"):
        promised = live.filter(slot_id__in=[allocation.slot_id, other.id], parked_at=None, occupies_until__gt=now)
        others = set(promised.exclude(booking=booking).values_list("booking_id", flat=True))
        if len(lock_bookings_nobody_holds(booking_ids=list(others))) < len(others):
            contended = True
            continue
        under_lock = list(promised)
        if {one.booking_id for one in under_lock} - others != {booking.id}:
            contended = True  # somebody was promised one of the slots since we looked
            continue
        return _traded(promised=under_lock, mine=allocation, other=other, now=now)
    if contended:
        raise Busy
    return None


def _traded(
    *, promised: list[SlotAllocation], mine: SlotAllocation, other: ParkingSlot, now: datetime
) -> SlotAllocation:
    """What is left of each slot's promises fits the other slot, because they fit each other, and whoever stays too
    long was to be gone by now. Returns the arriving car's own."""
    for allocation in promised:
        slots.release(booking=allocation.booking, reason=ReleaseReason.MOVED, now=now)
    traded = {
        allocation.booking_id: slots.allocate(
            slot=other if allocation.slot_id == mine.slot_id else mine.slot,
            booking=allocation.booking,
            start=max(now, allocation.occupies_from),
            end=allocation.occupies_until,
            lapses_at=allocation.lapses_at,
        )
        for allocation in promised
    }
    return traded[mine.booking_id]


def move(
    *,
    allocation: SlotAllocation,
    slot: ParkingSlot,
    start: datetime,
    end: datetime,
    now: datetime,
    parked_at: datetime | None = None,
) -> SlotAllocation:
    """History stays: the old allocation is released and a new one made."""
    slots.release(booking=allocation.booking, reason=ReleaseReason.MOVED, now=now)
    return slots.allocate(
        slot=slot,
        booking=allocation.booking,
        start=start,
        end=end,
        lapses_at=None if parked_at else allocation.lapses_at,
        parked_at=parked_at,
    )
