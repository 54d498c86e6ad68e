"""When which slots are out of service. A slot is, by itself or with its whole zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import F, OuterRef, Q, QuerySet

from parking.domain.errors import UnknownZone
from parking.models import Outage, ParkingZone

MAX_OUTAGES: Final = 500
_MAX_ID: Final = 2**63 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class OutageReport:
    """One slot, or (none named) a whole zone, out of service; without an end, until somebody ends it."""

    outage_id: int
    zone_id: int
    slot_number: str | None
    starts_at: datetime
    ends_at: datetime | None
    reason: str
    made_by: str


def between(*, start: datetime, end: datetime | None) -> QuerySet[Outage]:
    """Outages that share a moment with the time from `start` to `end` (None: for good).

    One that was called off before it began is over as it starts, and shares none.
    """
    not_over = Outage.objects.filter(Q(ends_at=None) | (Q(ends_at__gt=start) & Q(ends_at__gt=F("starts_at"))))
    return not_over if end is None else not_over.filter(starts_at__lt=end)


def of_slot_between(*, start: datetime, end: datetime, with_zone: bool) -> QuerySet[Outage]:
    """For a query of slots: those of the slot, and `with_zone` those of its whole zone."""
    of_slot = Q(slot=OuterRef("pk"))
    return between(start=start, end=end).filter(of_slot | Q(slot=None) if with_zone else of_slot, zone=OuterRef("zone"))


def of_slot_at(*, moment: datetime) -> QuerySet[Outage]:
    """For a query of slots: those of the slot or its whole zone at that moment."""
    return _at(moment=moment).filter(Q(slot=OuterRef("pk")) | Q(slot=None), zone=OuterRef("zone"))


def slots_out_at(*, moment: datetime) -> QuerySet[Outage]:
    """Those of single slots at that moment."""
    return _at(moment=moment).filter(slot__isnull=False)


def list_outages(*, zone_id: int, now: datetime) -> list[OutageReport]:
    """Those of the zone that are not over, the first to start first. Raises UnknownZone."""
    if not 0 < zone_id <= _MAX_ID or not ParkingZone.objects.filter(id=zone_id).exists():
        raise UnknownZone
    rows = between(start=now, end=None).filter(zone_id=zone_id).select_related("slot").order_by("starts_at", "id")
    return [report_of(outage=outage) for outage in rows[:MAX_OUTAGES]]


def report_of(*, outage: Outage) -> OutageReport:
    return OutageReport(
        outage_id=outage.id,
        zone_id=outage.zone_id,
        slot_number=outage.slot.number if outage.slot else None,
        starts_at=outage.starts_at,
        ends_at=outage.ends_at,
        reason=outage.reason,
        made_by=outage.made_by,
    )


def _at(*, moment: datetime) -> QuerySet[Outage]:
    return Outage.objects.filter(Q(ends_at=None) | Q(ends_at__gt=moment), starts_at__lte=moment)
