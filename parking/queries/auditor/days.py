"""I12 in the office: a day that was closed is the sum of its payments and refunds."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from parking.queries.auditor.findings import Finding, Question, each_row, name_ids
from parking.queries.auditor.reading import Reader, when

_CLOSED: Final = """
SELECT id, site_id, currency, starts_at, ends_at, captured_minor, refunded_minor FROM parking_dayclose
ORDER BY site_id, starts_at
"""
_MOVED: Final = """
SELECT z.site_id, p.currency, p.completed_at, p.captured_minor, 0 FROM parking_payment p
JOIN parking_parkingbooking b ON b.id = p.booking_id
JOIN parking_parkingzone z ON z.id = b.zone_id
WHERE p.completed_at IS NOT NULL
UNION ALL
SELECT z.site_id, r.currency, r.processed_at, 0, r.amount_minor FROM parking_refund r
JOIN parking_payment p ON p.id = r.payment_id
JOIN parking_parkingbooking b ON b.id = p.booking_id
JOIN parking_parkingzone z ON z.id = b.zone_id
WHERE r.processed_at IS NOT NULL
"""


@dataclass(slots=True, kw_only=True)
class _Day:
    """What was written down of a day, and what is found of it. Minor units."""

    close_id: int
    currency: str
    starts_at: datetime
    ends_at: datetime
    written: tuple[int, int]
    captured_minor: int = 0
    refunded_minor: int = 0


@dataclass(slots=True)
class _Site:
    days: list[_Day] = field(default_factory=list)
    starts: list[datetime] = field(default_factory=list)

    def day_at(self, moment: datetime) -> _Day | None:
        n = bisect_right(self.starts, moment) - 1
        return self.days[n] if n >= 0 and moment < self.days[n].ends_at else None


def _closed_days_that_do_not_add_up(read: Reader) -> Iterator[Finding]:
    """One look at all money, whatever the number of days."""
    sites: dict[int, _Site] = defaultdict(_Site)
    for close_id, site_id, currency, starts_at, ends_at, *written in read(_CLOSED):
        day = _Day(
            close_id=close_id,
            currency=currency,
            starts_at=when(starts_at),
            ends_at=when(ends_at),
            written=(written[0], written[1]),
        )
        sites[site_id].days.append(day)
        sites[site_id].starts.append(day.starts_at)
    if not sites:
        return
    for site_id, currency, moved_at, captured_minor, refunded_minor in read(_MOVED):
        found = sites[site_id].day_at(when(moved_at))
        if found is not None and found.currency == currency:
            found.captured_minor += captured_minor
            found.refunded_minor += refunded_minor
    for site in sites.values():
        yield from (_finding(day) for day in site.days if (day.captured_minor, day.refunded_minor) != day.written)


def _finding(day: _Day) -> Finding:
    captured_minor, refunded_minor = day.written
    return Finding(
        problem=f"A day was closed with {captured_minor} minor units captured and {refunded_minor} refunded, and its"
        f" payments and refunds say {day.captured_minor} and {day.refunded_minor}.",
        ids=name_ids(names=("day_close",), values=(day.close_id,)),
    )


DAYS_ADD_UP: Final[tuple[Question, ...]] = (
    _closed_days_that_do_not_add_up,
    each_row(
        problem="A day was closed while a cashier's shift of it was open.",
        ids=("day_close", "shift"),
        sql="""
            SELECT d.id, s.id FROM parking_dayclose d
            JOIN parking_cashiershift s ON s.site_id = d.site_id AND s.opened_at < d.ends_at
            WHERE s.closed_at IS NULL OR s.closed_at > d.closed_at
        """,
    ),
)
