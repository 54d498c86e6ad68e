"""Who came, who left, who is expected and who is about to go, around one moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from parking.domain.errors import InvalidField
from parking.models import ParkingSession, ParkingSite, ParkingZone, SlotAllocation
from parking.queries.sites import time_zone_of

MAX_HOURS: Final = 24
MAX_LISTED: Final = 20
_HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class HourOfTraffic:
    """One hour by the clock on the wall: what happened in it so far, and what is still expected in it."""

    starts_at: datetime
    arrived: int
    left: int
    arriving: int
    """Paid bookings that begin then and have not entered."""
    leaving: int
    """Cars inside whose paid time ends then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A car that came or left, or that is expected to. `at` is when."""

    at: datetime
    booking_id: UUID
    vehicle_number: str
    zone_name: str
    slot_number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """The hours around now, and the cars nearest to it: at most 20 each, the nearest first."""

    hours: tuple[HourOfTraffic, ...]
    arrived: tuple[Passage, ...]
    left: tuple[Passage, ...]
    arriving: tuple[Passage, ...]
    leaving: tuple[Passage, ...]


def traffic_around(*, site: ParkingSite, now: datetime, hours_back: int = 6, hours_ahead: int = 6) -> Traffic:
    """What was and what is expected, in eight statements. Raises InvalidField for more than 24 hours either way."""
    for field, hours in (("hours_back", hours_back), ("hours_ahead", hours_ahead)):
        if not 0 <= hours <= MAX_HOURS:
            raise InvalidField(field=field, problem=f"must be from 0 to {MAX_HOURS}.")
    zone_ids = list(ParkingZone.objects.filter(site=site).values_list("id", flat=True))
    this_hour = now.astimezone(time_zone_of(site=site)).replace(minute=0, second=0, microsecond=0)
    starts = [this_hour.astimezone(now.tzinfo) + n * _HOUR for n in range(-hours_back, hours_ahead + 1)]
    first, end = starts[0], starts[-1] + _HOUR
    stays = ParkingSession.objects.filter(zone_id__in=zone_ids)
    came = stays.filter(entry_time__gte=first, entry_time__lte=now)
    went = stays.filter(exit_time__gte=first, exit_time__lte=now)
    live = SlotAllocation.objects.filter(zone_id__in=zone_ids, released_at=None)
    coming = live.filter(
        parked_at=None, lapses_at__gt=now, booking__paid_at__isnull=False, occupies_from__gt=now, occupies_from__lt=end
    )
    going = live.filter(parked_at__isnull=False, occupies_until__gt=now, occupies_until__lt=end)
    counted = [
        _by_hour(rows=came, field="entry_time", starts=starts),
        _by_hour(rows=went, field="exit_time", starts=starts),
        _by_hour(rows=coming, field="occupies_from", starts=starts),
        _by_hour(rows=going, field="occupies_until", starts=starts),
    ]
    return Traffic(
        hours=tuple(
            HourOfTraffic(
                starts_at=start,
                arrived=counted[0][n],
                left=counted[1][n],
                arriving=counted[2][n],
                leaving=counted[3][n],
            )
            for n, start in enumerate(starts)
        ),
        arrived=_stays(rows=came.order_by("-entry_time"), field="entry_time"),
        left=_stays(rows=went.order_by("-exit_time"), field="exit_time"),
        arriving=_holds(rows=coming.order_by("occupies_from", "id"), field="occupies_from"),
        leaving=_holds(rows=going.order_by("occupies_until", "id"), field="occupies_until"),
    )


def _by_hour(*, rows: QuerySet[Any], field: str, starts: list[datetime]) -> Mapping[int, int]:
    """How many of the rows fall into each hour, in one statement."""
    counts = {
        f"hour_{n}": Count("pk", filter=Q(**{f"{field}__gte": start, f"{field}__lt": start + _HOUR}))
        for n, start in enumerate(starts)
    }
    found = rows.order_by().aggregate(**counts)
    return {n: found[f"hour_{n}"] for n in range(len(starts))}


def _stays(*, rows: QuerySet[ParkingSession], field: str) -> tuple[Passage, ...]:
    found = rows.select_related("zone", "slot")[:MAX_LISTED]
    return tuple(
        Passage(
            at=getattr(stay, field),
            booking_id=stay.booking_id,
            vehicle_number=stay.plate,
            zone_name=stay.zone.name,
            slot_number=stay.slot.number,
        )
        for stay in found
    )


def _holds(*, rows: QuerySet[SlotAllocation], field: str) -> tuple[Passage, ...]:
    found = rows.select_related("zone", "slot", "booking")[:MAX_LISTED]
    return tuple(
        Passage(
            at=getattr(hold, field),
            booking_id=hold.booking_id,
            vehicle_number=hold.booking.plate,
            zone_name=hold.zone.name,
            slot_number=hold.slot.number,
        )
        for hold in found
    )
