"""Zones slot by slot at one moment, and the cars that stay longer than they paid for (promise I5: from allocations)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from django.db.models import OuterRef, Q, QuerySet, Subquery

from parking.domain.states import SessionStatus
from parking.domain.times import not_before
from parking.models import ParkingSlot, ParkingZone, Quote, SlotAllocation
from parking.queries import outages

MAX_ZONES: Final = 50
MAX_SLOTS: Final = 5_000
MAX_OVERSTAYS: Final = 200


class SlotState(StrEnum):
    FREE = "free"
    HELD = "held"
    """Somebody is about to pay for it."""
    PAID = "paid"
    """Paid for, and its car is still expected."""
    INSIDE = "inside"
    OVERSTAYING = "overstaying"
    """A car is inside, and what it paid for is over."""
    OUT = "out"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedSlot:
    """One slot now. `until` is when what makes it so ends: the hold, the paid time, the outage (None: not known)."""

    slot_id: int
    number: str
    state: SlotState
    booking_id: UUID | None = None
    vehicle_number: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    reason: str = ""
    """Why it is out of service."""
    next_from: datetime | None = None
    """When the next booking of the slot begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ZonePlan:
    """A zone with its slots in the order of their numbers, and how many there are in each state."""

    zone_id: int
    zone_name: str
    is_open: bool
    slots: tuple[PlannedSlot, ...]
    counts: Mapping[SlotState, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Overstay:
    """A car inside whose paid time is over. `told_minor` is the newest unpaid amount that it was told."""

    booking_id: UUID
    session_id: UUID
    zone_name: str
    slot_number: str
    vehicle_number: str
    entered_at: datetime
    paid_until: datetime
    over: timedelta
    is_at_the_exit: bool
    told_minor: int | None
    currency: str


def slot_plans(*, now: datetime, zone_ids: Collection[int] | None = None, with_records: bool) -> list[ZonePlan]:
    """The slots of these zones (None: of all, at most 50 zones and 5,000 slots), in four statements.

    Only `with_records` are bookings and plates named: for who may see records.
    """
    zones = ParkingZone.objects.all() if zone_ids is None else ParkingZone.objects.filter(id__in=list(zone_ids))
    found = list(zones.order_by("id")[:MAX_ZONES])
    ids = [zone.id for zone in found]
    slots = ParkingSlot.objects.filter(zone_id__in=ids).order_by("zone_id", "number")[:MAX_SLOTS]
    held = _by_slot(allocations=_live(now=now).filter(zone_id__in=ids))
    out = _Outages.at(moment=now, zone_ids=ids)
    planned: dict[int, list[PlannedSlot]] = {zone.id: [] for zone in found}
    for slot in slots:
        one = _planned(slot=slot, allocations=held.get(slot.id, []), out=out, now=now)
        planned[slot.zone_id].append(one if with_records else replace(one, booking_id=None, vehicle_number=None))
    return [_plan(zone=zone, slots=planned[zone.id]) for zone in found]


def list_overstays(*, now: datetime, zone_ids: Collection[int] | None = None) -> list[Overstay]:
    """Cars inside beyond what they paid for, the longest first, at most 200; in one statement."""
    newest_told = Quote.objects.filter(session=OuterRef("booking__session")).order_by("-id")
    parked = SlotAllocation.objects.filter(released_at=None, parked_at__isnull=False, occupies_until__lte=now)
    if zone_ids is not None:
        parked = parked.filter(zone_id__in=list(zone_ids))
    rows = parked.select_related("slot", "zone", "booking__session").annotate(
        told=Subquery(newest_told.filter(paid_at=None).values("amount_minor")[:1])
    )
    over = [_overstay(allocation=row, told_minor=row.told, now=now) for row in rows if _paid_until(row) <= now]
    return sorted(over, key=lambda one: one.paid_until)[:MAX_OVERSTAYS]


def _live(*, now: datetime) -> QuerySet[SlotAllocation]:
    """What holds a slot now or later: cars inside, and holds that have not lapsed."""
    good = SlotAllocation.objects.filter(Q(parked_at__isnull=False) | Q(lapses_at__gt=now), released_at=None)
    return good.select_related("booking__session").order_by("occupies_from")


def _by_slot(*, allocations: Iterable[SlotAllocation]) -> dict[int, list[SlotAllocation]]:
    found: dict[int, list[SlotAllocation]] = {}
    for one in allocations:
        found.setdefault(one.slot_id, []).append(one)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outages:
    """Why, and until when, zones and slots are out of service at one moment."""

    of_zones: Mapping[int, tuple[str, datetime | None]]
    of_slots: Mapping[int, tuple[str, datetime | None]]

    @classmethod
    def at(cls, *, moment: datetime, zone_ids: Collection[int]) -> _Outages:
        rows = outages.between(start=moment, end=moment + timedelta.resolution).filter(zone_id__in=zone_ids)
        found = list(rows.order_by("starts_at", "id"))
        return cls(
            of_zones={row.zone_id: (row.reason, row.ends_at) for row in found if row.slot_id is None},
            of_slots={row.slot_id: (row.reason, row.ends_at) for row in found if row.slot_id is not None},
        )

    def of(self, *, slot: ParkingSlot) -> tuple[str, datetime | None] | None:
        if not slot.in_service:
            return "", None
        return self.of_slots.get(slot.id) or self.of_zones.get(slot.zone_id)


def _planned(*, slot: ParkingSlot, allocations: list[SlotAllocation], out: _Outages, now: datetime) -> PlannedSlot:
    """A car inside is shown before a booking that begins, and both before an outage: the plan shows who is there."""
    now_here = [one for one in allocations if one.parked_at is not None or one.occupies_from <= now]
    next_from = next((one.occupies_from for one in allocations if one not in now_here), None)
    here = min(now_here, key=lambda one: one.parked_at is None, default=None)
    if here is not None:
        return PlannedSlot(
            slot_id=slot.id,
            number=slot.number,
            state=_state_of(allocation=here, now=now),
            booking_id=here.booking_id,
            vehicle_number=here.booking.plate,
            since=here.parked_at or here.occupies_from,
            until=_paid_until(here) if here.parked_at is not None else here.lapses_at,
            next_from=next_from,
        )
    outage = out.of(slot=slot)
    if outage is not None:
        reason, until = outage
        return PlannedSlot(
            slot_id=slot.id, number=slot.number, state=SlotState.OUT, until=until, reason=reason, next_from=next_from
        )
    return PlannedSlot(slot_id=slot.id, number=slot.number, state=SlotState.FREE, next_from=next_from)


def _state_of(*, allocation: SlotAllocation, now: datetime) -> SlotState:
    if allocation.parked_at is not None:
        return SlotState.OVERSTAYING if _paid_until(allocation) <= now else SlotState.INSIDE
    return SlotState.HELD if allocation.booking.paid_at is None else SlotState.PAID


def _paid_until(allocation: SlotAllocation) -> datetime:
    """A car that paid its overtime on foot has until its `leave_by` to drive out."""
    session = getattr(allocation.booking, "session", None)
    return not_before(allocation.occupies_until, session.leave_by if session is not None else None)


def _plan(*, zone: ParkingZone, slots: list[PlannedSlot]) -> ZonePlan:
    counts = {state: sum(slot.state is state for slot in slots) for state in SlotState}
    return ZonePlan(zone_id=zone.id, zone_name=zone.name, is_open=zone.is_open, slots=tuple(slots), counts=counts)


def _overstay(*, allocation: SlotAllocation, told_minor: int | None, now: datetime) -> Overstay:
    session = allocation.booking.session
    return Overstay(
        booking_id=allocation.booking_id,
        session_id=session.id,
        zone_name=allocation.zone.name,
        slot_number=allocation.slot.number,
        vehicle_number=session.plate,
        entered_at=session.entry_time,
        paid_until=_paid_until(allocation),
        over=now - _paid_until(allocation),
        is_at_the_exit=session.status == SessionStatus.AWAITING_PAYMENT,
        told_minor=told_minor,
        currency=allocation.booking.currency,
    )
