"""Who holds which slot, and when: the only writer of allocations.

A slot is free for a time if no live allocation overlaps it and, when the time includes now, no car is still in
it. The database refuses an overlap (promise I1); the search here is what makes that refusal rare.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Exists, Max, Min, OuterRef, Q, QuerySet

from parking.db import writing
from parking.db.locks import lock_bookings, lock_bookings_nobody_holds, locked_slots
from parking.db.transactions import use_case
from parking.domain.callers import SYSTEM
from parking.domain.errors import Busy
from parking.domain.states import BookingStatus, ReleaseReason
from parking.models import AuditEvent, ParkingBooking, ParkingSession, ParkingSlot, SlotAllocation, Vehicle
from parking.queries import outages

_LAPSE_BATCH: Final = 200
_SEARCHES: Final = 8
_AT_THE_GATE: Final = timedelta(minutes=10)


def lapse_stale(*, zone_id: int, vehicle_id: int | None, now: datetime) -> bool:
    """Write down what time has already decided, for a zone and a vehicle: holds unpaid, bookings not shown up.

    Promise I4 rests on this, not on any background job. A booking that somebody else has locked is passed over:
    it is being paid, entered or lapsed at this moment. Returns whether there was none of these: what is in the way
    then is so by right.
    """
    while ids := _stale(zone_id=zone_id, vehicle_id=vehicle_id, now=now):
        if not lapse(bookings=lock_bookings_nobody_holds(booking_ids=ids), now=now):
            return False
    return True


def wait_for_stale(*, zone_id: int, plate: str, now: datetime) -> None:
    """Wait until the bookings that `lapse_stale` passed over are decided: a use case of its own, because only who
    holds nothing else can wait for anybody."""
    vehicle_id = Vehicle.objects.filter(number=plate).values_list("id", flat=True).first()
    with use_case():
        ids = _stale(zone_id=zone_id, vehicle_id=vehicle_id, now=now)
        lapse(bookings=lock_bookings(booking_ids=ids), now=now)


def lapse_everywhere(*, now: datetime) -> int:
    """Write down every lapsed hold and no-show: housekeeping, on which no promise rests. Returns how many."""
    done = 0
    while True:
        with use_case():
            stale = SlotAllocation.objects.filter(lapses_at__lte=now).values_list("booking_id", flat=True)
            lapsed = lapse(bookings=lock_bookings_nobody_holds(booking_ids=list(stale[:_LAPSE_BATCH])), now=now)
        done += lapsed
        if lapsed == 0:
            return done


def lapse(*, bookings: list[ParkingBooking], now: datetime) -> int:
    """Expire the unpaid and close the paid whose time is over, among bookings that the caller has locked.

    Returns how many there were.
    """
    lapsed = set(
        SlotAllocation.objects.filter(booking__in=bookings, lapses_at__lte=now).values_list("booking_id", flat=True)
    )
    fates = (
        (BookingStatus.CREATED, BookingStatus.EXPIRED, ReleaseReason.HOLD_LAPSED),
        (BookingStatus.PAID, BookingStatus.NO_SHOW, ReleaseReason.NO_SHOW),
    )
    done = 0
    for before, after, reason in fates:
        ids = [booking.id for booking in bookings if booking.id in lapsed and booking.status == before]
        if ids:
            _release_all(booking_ids=ids, reason=reason, now=now)
            ParkingBooking.objects.filter(id__in=ids).update(status=after, closed_at=now)
            AuditEvent.objects.bulk_create(
                AuditEvent(at=now, action=f"booking.{after.lower()}", caller=SYSTEM.label, booking_id=booking_id)
                for booking_id in ids
            )
            done += len(ids)
    return done


def take_free_slot(
    *, zone_id: int, start: datetime, end: datetime, now: datetime, is_sold: bool = False
) -> ParkingSlot | None:
    """Lock a slot that is free, and not out of service, from `start` to `end`; None if the zone has none.

    A zone that is out of service as a whole takes no new booking; with `is_sold`, what was sold before still gets room.

    The search starts at a random slot and passes over slots that others are taking, so that a crowd spreads; when
    only those are left it waits for one, because "all were locked" is not "full". The slot is looked at again
    under its lock. Raises Busy if others were faster time after time.
    """
    free = _free_between(start=start, end=end, now=now, is_sold=is_sold)
    ends = ParkingSlot.objects.filter(zone_id=zone_id).aggregate(first=Min("id"), last=Max("id"))
    if ends["first"] is None:
        return None
    pivot = ends["first"] + secrets.randbelow(ends["last"] - ends["first"] + 1)
    wait = False
    for _ in range(_SEARCHES):
        candidates = locked_slots(wait=wait).filter(free, zone_id=zone_id, in_service=True).order_by("id")
        slot = candidates.filter(id__gte=pivot).first() or candidates.filter(id__lt=pivot).first()
        if slot is None and wait:
            return None
        if slot is not None and ParkingSlot.objects.filter(free, id=slot.id).exists():
            return slot
        wait = slot is None
    raise Busy


def promise(*, slot: ParkingSlot, booking: ParkingBooking, start: datetime, end: datetime, lapses_at: datetime) -> None:
    """Hold the slot for the booking, and do not ask for the number of the new row."""
    allocation = SlotAllocation(
        slot=slot,
        zone_id=slot.zone_id,
        booking=booking,
        occupies_from=start,
        occupies_until=end,
        lapses_at=lapses_at,
    )
    writing.insert(allocation)


def allocate(
    *,
    slot: ParkingSlot,
    booking: ParkingBooking,
    start: datetime,
    end: datetime,
    lapses_at: datetime | None,
    parked_at: datetime | None = None,
) -> SlotAllocation:
    return SlotAllocation.objects.create(
        slot=slot,
        zone_id=slot.zone_id,
        booking=booking,
        occupies_from=start,
        occupies_until=end,
        lapses_at=lapses_at,
        parked_at=parked_at,
    )


def retake(*, booking: ParkingBooking, now: datetime) -> bool:
    """Hold a slot again for a booking whose hold had lapsed, if its window, its vehicle and the zone allow it."""
    if now >= booking.ends_at:
        return False
    lapse_stale(zone_id=booking.zone_id, vehicle_id=booking.vehicle_id, now=now)
    others = ParkingBooking.objects.filter(vehicle_id=booking.vehicle_id, closed_at=None).exclude(id=booking.id)
    if others.filter(starts_at__lt=booking.ends_at, ends_at__gt=booking.starts_at).exists():
        return False
    start = max(now, booking.starts_at)
    inside = ParkingSession.objects.filter(vehicle_id=booking.vehicle_id, exit_time=None)
    if start == now and inside.exists():
        return False
    slot = take_free_slot(zone_id=booking.zone_id, start=start, end=booking.ends_at, now=now)
    if slot is None:
        return False
    allocate(slot=slot, booking=booking, start=start, end=booking.ends_at, lapses_at=booking.ends_at)
    return True


def park_again(*, booking: ParkingBooking, slot_id: int, now: datetime) -> None:
    """A car that had paid and did not leave: it takes a slot again if there is one, else it stands at the gate."""
    end = now + _AT_THE_GATE
    own = locked_slots(wait=True).get(id=slot_id)
    free = _free_between(start=now, end=end, now=now, is_sold=True)
    slot: ParkingSlot | None = own
    if not ParkingSlot.objects.filter(free, id=slot_id).exists():
        slot = take_free_slot(zone_id=own.zone_id, start=now, end=end, now=now, is_sold=True)
    if slot is not None:
        allocate(slot=slot, booking=booking, start=now, end=end, lapses_at=None, parked_at=now)


def keep_hold_until(*, allocation: SlotAllocation | None, lapses_at: datetime) -> None:
    """Of a live allocation that was read under the booking's lock. A car that stands in its slot lapses never."""
    if allocation is not None and allocation.parked_at is None:
        allocation.lapses_at = lapses_at
        writing.update(allocation, "lapses_at")


def release(
    *, booking: ParkingBooking, reason: ReleaseReason, now: datetime, allocation: SlotAllocation | None = None
) -> None:
    """Let go of the booking's slot; of its live `allocation`, where the caller has read it under the lock."""
    if allocation is None:
        _release_all(booking_ids=[booking.id], reason=reason, now=now)
        return
    allocation.released_at, allocation.release_reason, allocation.lapses_at = now, reason, None
    writing.update(allocation, "released_at", "release_reason", "lapses_at")


def _stale(*, zone_id: int, vehicle_id: int | None, now: datetime) -> list[UUID]:
    stale = SlotAllocation.objects.filter(lapses_at__lte=now)
    ids = set(stale.filter(zone_id=zone_id).values_list("booking_id", flat=True)[:_LAPSE_BATCH])
    if vehicle_id is not None:
        of_vehicle = stale.filter(booking__vehicle_id=vehicle_id, booking__closed_at=None)
        ids |= set(of_vehicle.values_list("booking_id", flat=True))
    return list(ids)


def live_on_slot(*, slot_id: int, other_than: ParkingBooking) -> QuerySet[SlotAllocation]:
    return SlotAllocation.objects.filter(slot_id=slot_id, released_at=None).exclude(booking=other_than)


def _release_all(*, booking_ids: list[UUID], reason: ReleaseReason, now: datetime) -> None:
    SlotAllocation.objects.filter(booking_id__in=booking_ids, released_at=None).update(
        released_at=now, release_reason=reason, lapses_at=None
    )


def _free_between(*, start: datetime, end: datetime, now: datetime, is_sold: bool) -> Q:
    in_the_way = Q(occupies_from__lt=end, occupies_until__gt=start)
    if start <= now:
        in_the_way |= Q(parked_at__isnull=False)
    nobody = ~Q(Exists(SlotAllocation.objects.filter(in_the_way, slot=OuterRef("pk"), released_at=None)))
    out = outages.of_slot_between(start=start, end=end, with_zone=not is_sold)
    return nobody & ~Q(Exists(out))
