"""Which slot an arriving car gets: its own, if at all possible (DESIGN section 2, "slot allocation").

A paying driver is turned away only when every slot of the zone has a car in it.
"""

from __future__ import annotations

from datetime import datetime

from parking.db.locks import lock_bookings_nobody_holds
from parking.domain.entry import Admission
from parking.domain.errors import Busy
from parking.domain.states import ReleaseReason
from parking.models import ParkingBooking, ParkingSlot, SlotAllocation
from parking.services import slots


def park(
    *, booking: ParkingBooking, allocation: SlotAllocation, admission: Admission, now: datetime
) -> SlotAllocation | None:
    """The allocation in which the car now stands; None if there is no slot for it."""
    others = slots.live_on_slot(slot_id=allocation.slot_id, other_than=booking)
    own_slot_is_empty = not others.filter(parked_at__isnull=False).exists()
    before_its_window = others.filter(
        occupies_from__lt=allocation.occupies_from, occupies_until__gt=admission.occupies_from
    )
    if own_slot_is_empty and not (admission.is_early and before_its_window.exists()):
        return _park_in_own_slot(booking=booking, allocation=allocation, admission=admission, now=now)
    return _park_elsewhere(booking=booking, allocation=allocation, admission=admission, now=now)


def _park_in_own_slot(
    *, booking: ParkingBooking, allocation: SlotAllocation, admission: Admission, now: datetime
) -> SlotAllocation:
    """A late car stays its full hours: who has not entered and now overlaps is given another slot if there is one."""
    until = admission.occupies_until
    in_the_way = slots.live_on_slot(slot_id=allocation.slot_id, other_than=booking).filter(
        occupies_from__lt=until, occupies_until__gt=admission.occupies_from
    )
    for other in in_the_way.order_by("occupies_from"):
        if not _move_away(other=other, now=now):
            until = other.occupies_from
            break
    allocation.occupies_from = min(allocation.occupies_from, admission.occupies_from)
    allocation.occupies_until = until
    allocation.parked_at = now
    allocation.lapses_at = None
    allocation.save(update_fields=["occupies_from", "occupies_until", "parked_at", "lapses_at"])
    return allocation


def _move_away(*, other: SlotAllocation, now: datetime) -> bool:
    """Give a booking that has not entered another slot for its whole window, if one is free and nobody holds it."""
    if not lock_bookings_nobody_holds(booking_ids=[other.booking_id]):
        return False
    other.refresh_from_db()
    if other.released_at is not None or other.parked_at is not None:
        return other.released_at is not None
    slot = slots.take_free_slot(zone_id=other.zone_id, start=other.occupies_from, end=other.occupies_until, now=now)
    if slot is None:
        return False
    _move(allocation=other, slot=slot, start=other.occupies_from, end=other.occupies_until, now=now)
    return True


def _park_elsewhere(
    *, booking: ParkingBooking, allocation: SlotAllocation, admission: Admission, now: datetime
) -> SlotAllocation | None:
    slots.lapse_stale(zone_id=booking.zone_id, vehicle_id=None, now=now)
    for until in dict.fromkeys((admission.occupies_until, allocation.occupies_until)):
        slot = slots.take_free_slot(zone_id=booking.zone_id, start=now, end=until, now=now)
        if slot is not None:
            return _move(allocation=allocation, slot=slot, start=now, end=until, now=now, parked_at=now)
    if admission.is_early:
        return None
    return _swap(booking=booking, allocation=allocation, now=now)


def _swap(*, booking: ParkingBooking, allocation: SlotAllocation, now: datetime) -> SlotAllocation | None:
    """Stand in an empty slot that is promised to somebody who has not come yet, and promise them this one.

    Each booking keeps one slot; whoever stays too long in this one may be gone by the time they come. Raises Busy
    rather than turn a paying driver away for a booking that somebody else has locked at this moment.
    """
    occupied = SlotAllocation.objects.filter(zone_id=booking.zone_id, released_at=None, parked_at__isnull=False).values(
        "slot_id"
    )
    promised = (
        SlotAllocation.objects.filter(zone_id=booking.zone_id, released_at=None, parked_at=None, slot__in_service=True)
        .exclude(slot_id__in=occupied)
        .filter(occupies_from__lt=allocation.occupies_until, occupies_until__gt=now)
        .select_related("slot", "booking")
        .order_by("id")
    )
    all_seen = True
    for other in promised:
        if not lock_bookings_nobody_holds(booking_ids=[other.booking_id]):
            all_seen = False
            continue
        other.refresh_from_db()
        if other.released_at is not None or other.parked_at is not None:
            continue
        taken = _exchange(mine=allocation, theirs=other, now=now)
        if taken is not None:
            return taken
    if not all_seen:
        raise Busy
    return None


def _exchange(*, mine: SlotAllocation, theirs: SlotAllocation, now: datetime) -> SlotAllocation | None:
    """Trade slots if what is left of each window fits the other slot, everybody else's allocations considered."""
    their_start = max(now, theirs.occupies_from)
    fits_there = not _crowded(slot=theirs.slot, start=now, end=mine.occupies_until, but=[mine, theirs])
    fits_here = not _crowded(slot=mine.slot, start=their_start, end=theirs.occupies_until, but=[mine, theirs])
    if not (fits_there and fits_here):
        return None
    my_slot, their_slot = mine.slot, theirs.slot
    slots.release(booking=theirs.booking, reason=ReleaseReason.MOVED, now=now)
    parked = _move(allocation=mine, slot=their_slot, start=now, end=mine.occupies_until, now=now, parked_at=now)
    slots.allocate(
        slot=my_slot,
        booking=theirs.booking,
        start=their_start,
        end=theirs.occupies_until,
        lapses_at=theirs.lapses_at,
    )
    return parked


def _crowded(*, slot: ParkingSlot, start: datetime, end: datetime, but: list[SlotAllocation]) -> bool:
    return (
        SlotAllocation.objects.filter(slot=slot, released_at=None, occupies_from__lt=end, occupies_until__gt=start)
        .exclude(id__in=[allocation.id for allocation in but])
        .exists()
    )


def _move(
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
