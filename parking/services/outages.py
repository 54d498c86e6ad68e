"""Slots and zones out of service for a time: who is promised one is given another, and nobody who paid loses out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import F
from django.db.models.functions import Greatest

from parking.db.locks import locked_slots
from parking.db.transactions import use_case
from parking.domain.callers import Caller
from parking.domain.errors import SlotInOutage, UnknownOutage, UnknownSlot, UnknownZone
from parking.domain.outages import OutageSpan, plan_span
from parking.domain.permissions import Permission
from parking.domain.reasons import clean_reason
from parking.models import Outage, ParkingSlot, ParkingZone, SlotAllocation
from parking.queries import outages
from parking.queries.outages import OutageReport
from parking.services import arrivals, audit, slots

_MAX_ID: Final = 2**63 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class OutagePlanned:
    """An outage, and what became of the bookings that stand in its time."""

    outage: OutageReport
    moved: int
    """So many that had not entered were given another slot."""
    remaining: int
    """So many keep theirs: cars inside, bookings for which no other slot was free, and all of a whole zone."""


def plan_outage(
    *,
    zone_id: int,
    slot_number: str | None = None,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    reason: str,
    caller: Caller,
    now: datetime,
) -> OutagePlanned:
    """Give the slot, or (none named) the whole zone, to no new booking for the time.

    A booking that stands on the slot and has not entered is moved if another slot is free for all of its window; if
    none is, it keeps its own, because nobody who paid is turned away for an outage. Of a whole zone nobody is moved.
    Raises UnknownZone, UnknownSlot, SlotInOutage, InvalidField.
    """
    caller.require(Permission.SLOT_MANAGE)
    span = plan_span(starts_at=starts_at, ends_at=ends_at, now=now)
    kept_reason = clean_reason(text=reason)
    with use_case():
        zone = _known_zone(zone_id=zone_id)
        slot = _lock_slots(zone=zone, slot_number=slot_number)
        if outages.between(start=span.starts_at, end=span.ends_at).filter(zone=zone, slot=slot).exists():
            raise SlotInOutage
        outage = Outage.objects.create(
            zone=zone,
            slot=slot,
            starts_at=span.starts_at,
            ends_at=span.ends_at,
            reason=kept_reason,
            made_by=caller.label,
            created_at=now,
        )
        moved, remaining = _make_way(zone=zone, slot=slot, span=span, now=now)
        audit.record(
            action="outage.planned",
            caller=caller,
            at=now,
            data={
                "outage_id": outage.id,
                "zone_id": zone.id,
                "slot": slot_number,
                "moved": moved,
                "remaining": remaining,
            },
        )
        return OutagePlanned(outage=outages.report_of(outage=outage), moved=moved, remaining=remaining)


def end_outage(*, outage_id: int, caller: Caller, now: datetime) -> OutageReport:
    """Put the slot or zone back into service now, or call the outage off if it has not begun. A second time changes
    nothing. Raises UnknownOutage."""
    caller.require(Permission.SLOT_MANAGE)
    with use_case():
        known = Outage.objects.filter(id=outage_id if 0 < outage_id <= _MAX_ID else 0)
        not_over = outages.between(start=now, end=None).filter(id__in=known)
        if not_over.update(ends_at=Greatest(F("starts_at"), now)):
            audit.record(action="outage.ended", caller=caller, at=now, data={"outage_id": outage_id})
        outage = known.select_related("slot").first()
        if outage is None:
            raise UnknownOutage
        return outages.report_of(outage=outage)


def list_outages(*, zone_id: int, caller: Caller, now: datetime) -> list[OutageReport]:
    """Those of the zone that are not over, the first to start first. Raises UnknownZone."""
    caller.require(Permission.SLOT_MANAGE)
    return outages.list_outages(zone_id=zone_id, now=now)


def _known_zone(*, zone_id: int) -> ParkingZone:
    zone = ParkingZone.objects.filter(id=zone_id).first() if 0 < zone_id <= _MAX_ID else None
    if zone is None:
        raise UnknownZone
    return zone


def _lock_slots(*, zone: ParkingZone, slot_number: str | None) -> ParkingSlot | None:
    """Lock the slot, or all of the zone: who is just being given one of them is seen, and nobody comes after.

    Raises UnknownSlot.
    """
    wanted = locked_slots(wait=True).filter(zone=zone).order_by("id")
    if slot_number is None:
        list(wanted)
        return None
    slot = wanted.filter(number=slot_number).first()
    if slot is None:
        raise UnknownSlot
    return slot


def _make_way(*, zone: ParkingZone, slot: ParkingSlot | None, span: OutageSpan, now: datetime) -> tuple[int, int]:
    """How many bookings were moved, and how many stay."""
    slots.lapse_stale(zone_id=zone.id, vehicle_id=None, now=now)
    if slot is not None:
        return arrivals.clear_slot(slot_id=slot.id, start=span.starts_at, end=span.ends_at, now=now)
    live = SlotAllocation.objects.filter(zone=zone, released_at=None, occupies_until__gt=span.starts_at)
    stay = live if span.ends_at is None else live.filter(occupies_from__lt=span.ends_at)
    return 0, stay.count()
