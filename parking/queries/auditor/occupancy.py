"""I4 and I5: holds that end by themselves, and room that is counted, not remembered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from parking.domain.states import BookingStatus
from parking.queries.auditor.findings import Finding, Question, each_row, name_ids
from parking.queries.auditor.reading import LAG, Reader, when, when_or_none

_HOLDS: Final = """
SELECT a.id, a.booking_id, b.status, b.policy_id, a.lapses_at, b.expires_at, b.ends_at,
    CASE WHEN EXISTS (SELECT 1 FROM parking_payment p WHERE p.booking_id = b.id
        AND p.kind = 'BOOKING' AND p.status = 'PENDING') THEN 1 ELSE 0 END
FROM parking_slotallocation a
JOIN parking_parkingbooking b ON b.id = a.booking_id
WHERE a.released_at IS NULL AND a.parked_at IS NULL AND b.status <> 'USED'
"""

# A paid window counts from payment, for late money may take a slot again; until its booking is closed.
_WINDOWS_BEYOND_THE_SLOTS: Final = """
SELECT zone_id, slots, taken, at, until
FROM (
    SELECT steps.zone_id, steps.at,
        SUM(steps.step) OVER (PARTITION BY steps.zone_id ORDER BY steps.at, steps.step, steps.id
            ROWS UNBOUNDED PRECEDING) AS taken,
        LEAD(steps.at) OVER (PARTITION BY steps.zone_id ORDER BY steps.at, steps.step, steps.id) AS until,
        COALESCE(room.slots, 0) AS slots
    FROM (
        SELECT id, zone_id, 1 AS step,
            CASE WHEN paid_at > starts_at THEN paid_at ELSE starts_at END AS at
        FROM parking_parkingbooking
        WHERE paid_at IS NOT NULL
            AND (closed_at IS NULL OR (closed_at > paid_at AND closed_at > starts_at)) AND ends_at > paid_at
        UNION ALL
        SELECT id, zone_id, -1 AS step,
            CASE WHEN closed_at < ends_at THEN closed_at ELSE ends_at END AS at
        FROM parking_parkingbooking
        WHERE paid_at IS NOT NULL
            AND (closed_at IS NULL OR (closed_at > paid_at AND closed_at > starts_at)) AND ends_at > paid_at
    ) steps
    LEFT JOIN (SELECT zone_id, COUNT(*) AS slots FROM parking_parkingslot GROUP BY zone_id) room
        ON room.zone_id = steps.zone_id
) sweep
WHERE taken > slots
ORDER BY zone_id, at
"""

# A car counts from entry until its stay is completed for the first time. One that paid, did not leave and was asked
# again stands in a slot if there is one, and at the gate if there is none.
_CARS_BEYOND_THE_SLOTS: Final = """
SELECT zone_id, slots, taken, at, until
FROM (
    SELECT steps.zone_id, steps.at,
        SUM(steps.step) OVER (PARTITION BY steps.zone_id ORDER BY steps.at, steps.step, steps.id
            ROWS UNBOUNDED PRECEDING) AS taken,
        LEAD(steps.at) OVER (PARTITION BY steps.zone_id ORDER BY steps.at, steps.step, steps.id) AS until,
        COALESCE(room.slots, 0) AS slots
    FROM (
        SELECT s.id, b.zone_id, 1 AS step, s.entry_time AS at
        FROM parking_parkingsession s JOIN parking_parkingbooking b ON b.id = s.booking_id
        WHERE b.closed_at IS NULL OR b.closed_at > s.entry_time
        UNION ALL
        SELECT s.id, b.zone_id, -1 AS step, b.closed_at AS at
        FROM parking_parkingsession s JOIN parking_parkingbooking b ON b.id = s.booking_id
        WHERE b.closed_at > s.entry_time
    ) steps
    LEFT JOIN (SELECT zone_id, COUNT(*) AS slots FROM parking_parkingslot GROUP BY zone_id) room
        ON room.zone_id = steps.zone_id
) sweep
WHERE taken > slots
ORDER BY zone_id, at
"""


def _holds_that_never_lapse(read: Reader) -> Iterator[Finding]:
    """A hold is passed over when its `lapses_at` is reached, so that must be the time the policy names."""
    for allocation_id, booking_id, status, policy_id, lapses_at, expires_at, ends_at, pending in read(_HOLDS):
        allowed = []
        if status == BookingStatus.CREATED:
            allowed = [when(expires_at)]
            if pending:
                allowed.append(allowed[0] + timedelta(seconds=read.policy(policy_id).pending_payment_seconds))
        elif status == BookingStatus.PAID:
            allowed = [when(ends_at)]
        if when_or_none(lapses_at) not in allowed:
            problem = (
                "A hold does not lapse when its time is over."
                if allowed
                else "A booking that is closed still holds a slot."
            )
            yield Finding(
                problem=problem, ids=name_ids(names=("allocation", "booking"), values=(allocation_id, booking_id))
            )


@dataclass(slots=True, kw_only=True)
class _Excess:
    """A time during which a zone had more than it has slots, and the most there were."""

    zone_id: int
    slots: int
    taken: int
    began: datetime
    ended: datetime | None


def _excesses(rows: Iterable[tuple[Any, ...]]) -> Iterator[_Excess]:
    """The steps of the sweep, put together where one goes on where the one before it ends."""
    excess: _Excess | None = None
    for zone_id, slots, taken, at, until in rows:
        if excess is not None and (excess.zone_id, excess.ended) == (zone_id, when(at)):
            excess.taken, excess.ended = max(excess.taken, int(taken)), when_or_none(until)
            continue
        if excess is not None:
            yield excess
        excess = _Excess(zone_id=zone_id, slots=slots, taken=int(taken), began=when(at), ended=when_or_none(until))
    if excess is not None:
        yield excess


def _more_than_there_are(*, sql: str, what: str) -> Question:
    """Each time during which more were counted than the zone has slots, unless it is no longer than a lag."""

    def ask(read: Reader) -> Iterator[Finding]:
        for excess in _excesses(read(sql)):
            if excess.ended is None or excess.ended - excess.began > LAG:
                yield Finding(
                    problem=f"From {excess.began:%Y-%m-%d %H:%M:%S} UTC on, {excess.taken} {what}"
                    f" in a zone of {excess.slots} slots.",
                    ids=name_ids(names=("zone",), values=(excess.zone_id,)),
                )

    return ask


HOLDS_LAPSE: Final[tuple[Question, ...]] = (
    _holds_that_never_lapse,
    each_row(
        problem="An allocation that is released, or has its car in it, still has a time to lapse.",
        ids=("allocation", "booking"),
        sql="""
            SELECT id, booking_id FROM parking_slotallocation
            WHERE lapses_at IS NOT NULL AND (released_at IS NOT NULL OR parked_at IS NOT NULL)
        """,
    ),
)

ROOM_IS_COUNTED: Final[tuple[Question, ...]] = (
    _more_than_there_are(sql=_WINDOWS_BEYOND_THE_SLOTS, what="paid windows were sold"),
    _more_than_there_are(sql=_CARS_BEYOND_THE_SLOTS, what="cars were inside"),
    each_row(
        problem="A car is inside and no slot is marked as having it.",
        ids=("session", "booking"),
        sql="""
            SELECT s.id, s.booking_id FROM parking_parkingsession s
            WHERE s.status = 'ACTIVE' AND NOT EXISTS (
                SELECT 1 FROM parking_slotallocation a
                WHERE a.booking_id = s.booking_id AND a.released_at IS NULL AND a.parked_at IS NOT NULL)
        """,
    ),
    each_row(
        problem="A slot is marked as having a car that is not inside.",
        ids=("allocation", "booking"),
        sql="""
            SELECT a.id, a.booking_id FROM parking_slotallocation a
            WHERE a.released_at IS NULL AND a.parked_at IS NOT NULL AND NOT EXISTS (
                SELECT 1 FROM parking_parkingsession s WHERE s.booking_id = a.booking_id AND s.exit_time IS NULL)
        """,
    ),
    each_row(
        problem="A booking that waits for payment or for its car holds no slot.",
        ids=("booking",),
        sql="""
            SELECT b.id FROM parking_parkingbooking b
            WHERE b.status IN ('CREATED', 'PAID')
                AND NOT EXISTS (SELECT 1 FROM parking_parkingsession s WHERE s.booking_id = b.id)
                AND NOT EXISTS (SELECT 1 FROM parking_slotallocation a
                    WHERE a.booking_id = b.id AND a.released_at IS NULL)
        """,
    ),
    each_row(
        problem="A booking holds more than one slot.",
        ids=("booking", "allocation", "other_allocation"),
        sql="""
            SELECT booking_id, MIN(id), MAX(id) FROM parking_slotallocation
            WHERE released_at IS NULL
            GROUP BY booking_id HAVING COUNT(*) > 1
        """,
    ),
)
