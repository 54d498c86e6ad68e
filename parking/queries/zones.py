"""Room and price of zones, counted from allocations: there is no flag that could be wrong (promise I5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Count, Exists, OuterRef, Q, Subquery

from parking.domain.errors import UnknownZone
from parking.models import OccupancyCorrection, ParkingSession, ParkingSlot, ParkingZone, SlotAllocation
from parking.queries import outages, snapshots

MAX_ZONES: Final = 500
_MAX_ID: Final = 2**63 - 1


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
    zones = ParkingZone.objects.filter(is_open=True).select_related("tariff").order_by("id")[:MAX_ZONES]
    return _statuses(zones=list(zones), now=now)


def get_zone_status(*, zone_id: int, now: datetime) -> ZoneStatus:
    """One zone with its room at `now`. Raises UnknownZone."""
    known = ParkingZone.objects.select_related("tariff").filter(id=zone_id) if 0 < zone_id <= _MAX_ID else []
    for status in _statuses(zones=list(known), now=now):
        return status
    raise UnknownZone


def count_zones() -> int:
    return ParkingZone.objects.filter(is_open=True).count()


def _statuses(*, zones: list[ParkingZone], now: datetime) -> list[ZoneStatus]:
    ids = [zone.id for zone in zones]
    in_service = ParkingSlot.objects.filter(zone_id__in=ids, in_service=True)
    totals = _counts(in_service.values("zone_id").annotate(n=Count("id")))
    still_held = Q(parked_at=None, occupies_from__lte=now, lapses_at__gt=now)
    live = SlotAllocation.objects.filter(zone_id__in=ids, released_at=None).values("zone_id")
    inside = _counts(live.filter(parked_at__isnull=False).annotate(n=Count("id")))
    held = _counts(live.filter(still_held).annotate(n=Count("id")))
    sessions = _counts(
        ParkingSession.objects.filter(zone_id__in=ids, exit_time=None).values("zone_id").annotate(n=Count("id"))
    )
    somebody = SlotAllocation.objects.filter(
        still_held | Q(parked_at__isnull=False), slot=OuterRef("pk"), released_at=None
    )
    out = _counts(
        in_service.filter(Exists(outages.of_slot_at(moment=now)), ~Exists(somebody))
        .values("zone_id")
        .annotate(n=Count("id"))
    )
    unaccounted = _unaccounted_cars(zone_ids=ids)
    return [
        ZoneStatus(
            id=zone.id,
            name=zone.name,
            hourly_rate_minor=snapshots.tariff_of(version=zone.tariff).hourly_rate_minor,
            currency=zone.tariff.currency,
            total_slots=totals.get(zone.id, 0),
            occupied_slots=inside.get(zone.id, 0),
            held_slots=held.get(zone.id, 0),
            out_of_service_slots=out.get(zone.id, 0),
            unaccounted_cars=unaccounted.get(zone.id, 0),
            active_sessions=sessions.get(zone.id, 0),
        )
        for zone in zones
    ]


def _unaccounted_cars(*, zone_ids: list[int]) -> dict[int, int]:
    """By the newest count of each zone, which holds until the next."""
    of_zone = OccupancyCorrection.objects.filter(zone=OuterRef("zone")).order_by("-at", "-id")
    newest = OccupancyCorrection.objects.filter(zone_id__in=zone_ids, id=Subquery(of_zone.values("id")[:1]))
    return {one.zone_id: max(0, one.counted_inside - one.known_inside) for one in newest}


def _counts(rows) -> dict[int, int]:  # type: ignore[no-untyped-def]
    return {row["zone_id"]: row["n"] for row in rows}
