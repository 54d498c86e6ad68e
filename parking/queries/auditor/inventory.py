"""I1 to I3: who holds which slot."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from parking.queries.auditor.findings import Finding, Question, each_row, name_ids
from parking.queries.auditor.reading import LAG, Reader, when, when_or_none

_SOLD_SPANS_THAT_OVERLAP: Final = """
SELECT slot_id, id, earlier_id, begins, earlier_ends, parked_at, released_at, earlier_parked_at, earlier_released_at
FROM (
    SELECT slot_id, id, begins, parked_at, released_at,
        LAG(id) OVER by_slot AS earlier_id,
        LAG(ends) OVER by_slot AS earlier_ends,
        LAG(parked_at) OVER by_slot AS earlier_parked_at,
        LAG(released_at) OVER by_slot AS earlier_released_at
    FROM (
        SELECT id, slot_id, parked_at, released_at,
            CASE WHEN moved_at > occupies_from THEN moved_at ELSE occupies_from END AS begins,
            CASE WHEN released_at < occupies_until THEN released_at ELSE occupies_until END AS ends
        FROM (
            SELECT id, slot_id, occupies_from, occupies_until, parked_at, released_at,
                LAG(released_at) OVER (PARTITION BY booking_id ORDER BY id) AS moved_at
            FROM parking_slotallocation
        ) allocation
    ) span
    WHERE ends > begins
    WINDOW by_slot AS (PARTITION BY slot_id ORDER BY begins, id)
) neighbours
WHERE begins < earlier_ends AND (released_at IS NOT NULL OR earlier_released_at IS NOT NULL)
"""

_CARS_THAT_OVERLAP: Final = """
SELECT slot_id, id, earlier_id, parked_at, earlier_released_at
FROM (
    SELECT slot_id, id, parked_at, released_at,
        LAG(id) OVER by_slot AS earlier_id,
        LAG(released_at) OVER by_slot AS earlier_released_at
    FROM parking_slotallocation
    WHERE parked_at IS NOT NULL AND (released_at IS NULL OR released_at > parked_at)
    WINDOW by_slot AS (PARTITION BY slot_id ORDER BY parked_at, id)
) neighbours
WHERE earlier_id IS NOT NULL AND (parked_at < earlier_released_at
    OR (earlier_released_at IS NULL AND released_at IS NOT NULL))
"""


def _sold_spans_overlap(read: Reader) -> Iterator[Finding]:
    """In history: from when an allocation began to hold its slot until its time was over or it was released.

    A pair of cars that stood there at one time is I2's, so it is left out here.
    """
    for row in read(_SOLD_SPANS_THAT_OVERLAP):
        slot_id, allocation_id, earlier_id, begins, earlier_ends, *cars = row
        if when(earlier_ends) - when(begins) > LAG and not _both_inside(*cars):
            yield Finding(
                problem="A slot was held twice for the same time.",
                ids=name_ids(
                    names=("slot", "allocation", "other_allocation"), values=(slot_id, allocation_id, earlier_id)
                ),
            )


def _both_inside(parked_at: Any, released_at: Any, other_parked_at: Any, other_released_at: Any) -> bool:
    """Whether both are parked cars, and at one time."""
    if parked_at is None or other_parked_at is None:
        return False
    mine, theirs = when_or_none(released_at), when_or_none(other_released_at)
    return (theirs is None or when(parked_at) < theirs) and (mine is None or when(other_parked_at) < mine)


def _cars_overlap(read: Reader) -> Iterator[Finding]:
    """In history: two cars in one slot, from parking to release."""
    for slot_id, allocation_id, earlier_id, parked_at, earlier_released_at in read(_CARS_THAT_OVERLAP):
        if earlier_released_at is None or when(earlier_released_at) - when(parked_at) > LAG:
            yield Finding(
                problem="Two cars were in one slot at the same time.",
                ids=name_ids(
                    names=("slot", "allocation", "other_allocation"), values=(slot_id, allocation_id, earlier_id)
                ),
            )


SLOT_IS_HELD_ONCE: Final[tuple[Question, ...]] = (
    each_row(
        problem="Two live allocations hold one slot for the same time.",
        ids=("slot", "allocation", "other_allocation"),
        sql="""
            SELECT a.slot_id, a.id, other.id
            FROM parking_slotallocation a
            JOIN parking_slotallocation other ON other.slot_id = a.slot_id AND other.id > a.id
            WHERE a.released_at IS NULL AND other.released_at IS NULL
                AND a.occupies_from < other.occupies_until AND other.occupies_from < a.occupies_until
                AND (a.parked_at IS NULL OR other.parked_at IS NULL)
        """,
    ),
    _sold_spans_overlap,
)

ONE_CAR_ONE_PLACE: Final[tuple[Question, ...]] = (
    each_row(
        problem="A slot has more than one car in it now.",
        ids=("slot", "allocation", "other_allocation"),
        sql="""
            SELECT slot_id, MIN(id), MAX(id)
            FROM parking_slotallocation
            WHERE released_at IS NULL AND parked_at IS NOT NULL
            GROUP BY slot_id HAVING COUNT(*) > 1
        """,
    ),
    _cars_overlap,
    each_row(
        problem="A vehicle is inside on two tickets at once.",
        ids=("vehicle", "session", "other_session"),
        sql="""
            SELECT vehicle_id, MIN(CAST(id AS text)), MAX(CAST(id AS text))
            FROM parking_parkingsession
            WHERE exit_time IS NULL
            GROUP BY vehicle_id HAVING COUNT(*) > 1
        """,
    ),
    each_row(
        problem="A vehicle has two live bookings for the same time.",
        ids=("vehicle", "booking", "other_booking"),
        sql="""
            SELECT b.vehicle_id, b.id, other.id
            FROM parking_parkingbooking b
            JOIN parking_parkingbooking other ON other.vehicle_id = b.vehicle_id AND other.id > b.id
            WHERE b.closed_at IS NULL AND other.closed_at IS NULL
                AND b.starts_at < other.ends_at AND other.starts_at < b.ends_at
        """,
    ),
)

ONE_ZONE: Final[tuple[Question, ...]] = (
    each_row(
        problem="An allocation, its slot and its booking are not all of one zone.",
        ids=("allocation", "slot", "booking"),
        sql="""
            SELECT a.id, a.slot_id, a.booking_id
            FROM parking_slotallocation a
            JOIN parking_parkingslot slot ON slot.id = a.slot_id
            JOIN parking_parkingbooking b ON b.id = a.booking_id
            WHERE a.zone_id <> slot.zone_id OR a.zone_id <> b.zone_id
        """,
    ),
    each_row(
        problem="A session, its slot and its booking are not all of one zone.",
        ids=("session", "slot", "booking"),
        sql="""
            SELECT s.id, s.slot_id, s.booking_id
            FROM parking_parkingsession s
            JOIN parking_parkingslot slot ON slot.id = s.slot_id
            JOIN parking_parkingbooking b ON b.id = s.booking_id
            WHERE s.zone_id <> slot.zone_id OR s.zone_id <> b.zone_id
        """,
    ),
    each_row(
        problem="A session is of another vehicle than its booking.",
        ids=("session", "booking"),
        sql="""
            SELECT s.id, s.booking_id
            FROM parking_parkingsession s
            JOIN parking_parkingbooking b ON b.id = s.booking_id
            WHERE s.vehicle_id <> b.vehicle_id
        """,
    ),
)
