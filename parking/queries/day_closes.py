"""Days that were closed, as they were written down then, and those that still wait for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from parking.domain.day_closes import closes_from
from parking.domain.days import days_until
from parking.models import DayClose, ParkingSite
from parking.queries.sites import today_of

MAX_LISTED: Final = 31
MAX_WAITING: Final = 31


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedDay:
    """`totals` is the day line by line; amounts are minor units of `currency`."""

    site_name: str
    day: date
    starts_at: datetime
    ends_at: datetime
    currency: str
    captured_minor: int
    refunded_minor: int
    totals: Mapping[str, Any]
    closed_by: str
    closed_at: datetime

    @property
    def kept_minor(self) -> int:
        return self.captured_minor - self.refunded_minor


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedDays:
    """One page, the newest first. `older` is what to ask for the next with, None on the last."""

    days: tuple[ClosedDay, ...]
    older: date | None


def list_closed_days(*, site: ParkingSite, before: date | None = None) -> ClosedDays:
    """31 closed days, the newest first; those before `before`."""
    rows = DayClose.objects.filter(site=site).select_related("site").order_by("-day")
    found = list((rows.filter(day__lt=before) if before is not None else rows)[: MAX_LISTED + 1])
    shown = found[:MAX_LISTED]
    return ClosedDays(
        days=tuple(closed_day(row=row) for row in shown), older=shown[-1].day if len(found) > MAX_LISTED else None
    )


def get_closed_day(*, site: ParkingSite, day: date) -> ClosedDay | None:
    """None for a day that nobody has closed."""
    row = DayClose.objects.filter(site=site, day=day).select_related("site").first()
    return closed_day(row=row) if row is not None else None


def days_to_close(*, site: ParkingSite, now: datetime) -> list[date]:
    """The days of the last month that can be closed by now and are not, the oldest first."""
    today = today_of(site=site, now=now)
    began = today_of(site=site, now=site.created_at).day
    recent = list(days_until(last=today.before(days=1), count=MAX_WAITING))
    closed = set(DayClose.objects.filter(site=site, day__gte=recent[0].day).values_list("day", flat=True))
    return [
        one.day
        for one in recent
        if one.day >= began and one.day not in closed and now >= closes_from(ends_at=one.ends_at)
    ]


def closed_day(*, row: DayClose) -> ClosedDay:
    return ClosedDay(
        site_name=row.site.name,
        day=row.day,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        currency=row.currency,
        captured_minor=row.captured_minor,
        refunded_minor=row.refunded_minor,
        totals=row.totals,
        closed_by=row.closed_by,
        closed_at=row.closed_at,
    )
