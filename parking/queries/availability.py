"""Room of a zone over a time to come, counted from allocations, outages and the slots in service (promise I5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Q

from parking.domain.availability import Room, Taken, check_span, room_over_time
from parking.domain.errors import UnknownZone
from parking.models import ParkingSlot, ParkingZone, SlotAllocation
from parking.queries import outages

_MAX_ID: Final = 2**63 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneRoom:
    """The room of one zone from `start` to `end`."""

    zone_id: int
    zone_name: str
    start: datetime
    end: datetime
    total_slots: int
    room: Room


def get_room(*, zone_id: int, start: datetime, end: datetime, now: datetime) -> ZoneRoom:
    """How many slots of the zone can be booked from `start` to `end`, as far as is known at `now`.

    Raises InvalidField; UnknownZone, also for a zone that is closed, because it sells no bookings.
    """
    check_span(start=start, end=end, now=now)
    zone = ParkingZone.objects.filter(id=zone_id, is_open=True).first() if 0 < zone_id <= _MAX_ID else None
    if zone is None:
        raise UnknownZone
    slot_ids = list(ParkingSlot.objects.filter(zone=zone, in_service=True).values_list("id", flat=True))
    taken = [
        *_held(zone_id=zone.id, start=start, end=end, now=now),
        *_out(zone_id=zone.id, slot_ids=slot_ids, start=start, end=end),
    ]
    return ZoneRoom(
        zone_id=zone.id,
        zone_name=zone.name,
        start=start,
        end=end,
        total_slots=len(slot_ids),
        room=room_over_time(slot_ids=slot_ids, taken=taken, start=start, end=end),
    )


def _held(*, zone_id: int, start: datetime, end: datetime, now: datetime) -> list[Taken]:
    """What holds are good for, and cars inside: one that stays too long is there now, whatever it was sold."""
    still_there = now + timedelta.resolution
    live = SlotAllocation.objects.filter(zone_id=zone_id, released_at=None, occupies_from__lt=end)
    good = live.filter(Q(lapses_at=None) | Q(lapses_at__gt=now))
    rows = good.filter(Q(occupies_until__gt=start) | Q(parked_at__isnull=False))
    return [
        Taken(slot_id=slot_id, starts_at=begins, ends_at=max(until, still_there) if parked_at else until)
        for slot_id, begins, until, parked_at in rows.values_list(
            "slot_id", "occupies_from", "occupies_until", "parked_at"
        )
    ]


def _out(*, zone_id: int, slot_ids: list[int], start: datetime, end: datetime) -> list[Taken]:
    """Slots out of service, one by one or all of the zone."""
    rows = outages.between(start=start, end=end).filter(zone_id=zone_id)
    return [
        Taken(slot_id=one, starts_at=outage.starts_at, ends_at=outage.ends_at)
        for outage in rows
        for one in (slot_ids if outage.slot_id is None else [outage.slot_id])
    ]
