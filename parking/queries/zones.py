"""Room and price of zones, counted from allocations: there is no flag that could be wrong (promise I5)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Final

from django.db import connection

from parking.db.cursors import prepared_cursor
from parking.domain.errors import UnknownZone
from parking.domain.states import VehicleClass
from parking.domain.tariffs import read_tariff
from parking.models import ParkingZone, ZoneTariff

MAX_ZONES: Final = 500
_MAX_ID: Final = 2**63 - 1
_HELD: Final = "a.parked_at IS NULL AND a.occupies_from <= %s AND a.lapses_at > %s"
# One statement, so that all that is counted is of one moment.
_ZONES: Final = f"""
SELECT z.id, z.name, CAST(t.definition AS text), t.currency,
    (SELECT COUNT(*) FROM parking_parkingslot s WHERE s.zone_id = z.id AND s.in_service),
    (SELECT COUNT(*) FROM parking_slotallocation a
        WHERE a.zone_id = z.id AND a.released_at IS NULL AND a.parked_at IS NOT NULL),
    (SELECT COUNT(*) FROM parking_slotallocation a WHERE a.zone_id = z.id AND a.released_at IS NULL AND {_HELD}),
    (SELECT COUNT(DISTINCT s.id) FROM parking_outage o
        JOIN parking_parkingslot s ON s.zone_id = o.zone_id AND (o.slot_id = s.id OR o.slot_id IS NULL)
        WHERE o.zone_id = z.id AND s.in_service AND o.starts_at <= %s AND (o.ends_at IS NULL OR o.ends_at > %s)
            AND NOT EXISTS (SELECT 1 FROM parking_slotallocation a WHERE a.slot_id = s.id AND a.released_at IS NULL
                AND (a.parked_at IS NOT NULL OR ({_HELD})))),
    (SELECT c.counted_inside - c.known_inside FROM parking_occupancycorrection c
        WHERE c.zone_id = z.id ORDER BY c.at DESC, c.id DESC LIMIT 1),
    (SELECT COUNT(*) FROM parking_parkingsession s WHERE s.zone_id = z.id AND s.exit_time IS NULL)
FROM parking_parkingzone z JOIN parking_tariffversion t ON t.id = z.tariff_id
WHERE """  # noqa: S608 -- our own words
_MOMENTS: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneStatus:
    """A zone at one moment. Inside, held and out of service are counted apart; what is none of these is available."""

    id: int
    name: str
    hourly_rate_minor: int
    currency: str
    total_slots: int
    occupied_slots: int
    held_slots: int
    out_of_service_slots: int
    """In an outage now, and nobody in them or holding them."""
    unaccounted_cars: int
    """Cars that were counted inside beyond those known, as of the newest count."""
    active_sessions: int

    @property
    def available_slots(self) -> int:
        taken = self.occupied_slots + self.held_slots + self.out_of_service_slots + self.unaccounted_cars
        return max(0, self.total_slots - taken)

    @property
    def occupancy_percentage(self) -> float:
        """Cars inside, of all slots, in percent with one decimal."""
        return round(100 * self.occupied_slots / self.total_slots, 1) if self.total_slots else 0.0


def list_zones(*, now: datetime) -> list[ZoneStatus]:
    """Every open zone with its room at `now`."""
    return _statuses(which=f"z.is_open ORDER BY z.id LIMIT {MAX_ZONES}", values=[], now=now)


def get_zone_status(*, zone_id: int, now: datetime) -> ZoneStatus:
    """One zone with its room at `now`. Raises UnknownZone."""
    if 0 < zone_id <= _MAX_ID:
        for status in _statuses(which="z.id = %s", values=[zone_id], now=now):
            return status
    raise UnknownZone


def classes_with_prices() -> list[VehicleClass]:
    """The classes of vehicles that some open zone has a price of its own for."""
    named = ZoneTariff.objects.filter(zone__is_open=True).values_list("vehicle_class", flat=True).distinct()
    return [one for one in VehicleClass if one in set(named)]


def count_zones() -> int:
    return ParkingZone.objects.filter(is_open=True).count()


def _statuses(*, which: str, values: Sequence[object], now: datetime) -> list[ZoneStatus]:
    moment = connection.ops.adapt_datetimefield_value(now)
    with prepared_cursor() as cursor:
        cursor.execute(_ZONES + which, [*[moment] * _MOMENTS, *values])
        return [_status(*row) for row in cursor.fetchall()]


def _status(
    zone_id: int,
    name: str,
    definition: str,
    currency: str,
    total: int,
    inside: int,
    held: int,
    out: int,
    unaccounted: int | None,
    sessions: int,
) -> ZoneStatus:
    return ZoneStatus(
        id=zone_id,
        name=name,
        hourly_rate_minor=_hourly_rate(definition),
        currency=currency,
        total_slots=total,
        occupied_slots=inside,
        held_slots=held,
        out_of_service_slots=out,
        unaccounted_cars=max(0, unaccounted or 0),
        active_sessions=sessions,
    )


@lru_cache(maxsize=1000)
def _hourly_rate(definition: str) -> int:
    return read_tariff(definition=json.loads(definition)).hourly_rate_minor
