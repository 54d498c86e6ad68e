"""Slots and zones out of service, and cars that were counted."""

from __future__ import annotations

from parking.models import OccupancyCorrection, Outage
from tests.db.broken import Statement, breaks
from tests.db.rows import Rows, change
from tests.garage import OPENING, at


def _outage(rows: Rows, **changes: object) -> Outage:
    row = {"zone": rows.zone, "starts_at": OPENING, "reason": "Painting", "made_by": "system", "created_at": OPENING}
    return Outage.objects.create(**row | changes)


def _correction(rows: Rows, **changes: object) -> OccupancyCorrection:
    row = {"zone": rows.zone, "at": OPENING, "counted_inside": 2, "known_inside": 1, "reason": "Walked through"}
    return OccupancyCorrection.objects.create(**row | {"made_by": "system"} | changes)


@breaks("parking_outage_span")
def an_outage_that_ends_before_it_starts(rows: Rows) -> Statement:
    return lambda: _outage(rows, ends_at=at(minutes=-1))


@breaks("parking_outage_reason")
def an_outage_without_a_reason(rows: Rows) -> Statement:
    return lambda: _outage(rows, reason="")


@breaks("parking_outage_kept")
def an_outage_deleted(rows: Rows) -> Statement:
    return _outage(rows).delete


@breaks("parking_outage_fixed")
def an_outage_that_started_later_after_all(rows: Rows) -> Statement:
    outage = _outage(rows)
    return lambda: change(outage, starts_at=at(minutes=60))


@breaks("parking_outage_one_zone")
def an_outage_of_another_zones_slot(rows: Rows) -> Statement:
    other = rows.other_zone()
    return lambda: _outage(rows, zone=other, slot=rows.slot)


@breaks("parking_outage_of_its_slot")
def a_zone_out_of_service_that_was_a_slot_after_all(rows: Rows) -> Statement:
    outage = _outage(rows)
    return lambda: change(outage, slot=rows.slot)


@breaks("parking_correction_reason")
def a_correction_without_a_reason(rows: Rows) -> Statement:
    return lambda: _correction(rows, reason="")


@breaks("parking_correction_kept")
def a_correction_deleted(rows: Rows) -> Statement:
    return _correction(rows).delete


@breaks("parking_correction_unchanged")
def a_correction_corrected(rows: Rows) -> Statement:
    correction = _correction(rows)
    return lambda: change(correction, counted_inside=3)
