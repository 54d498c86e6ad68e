"""Years, months and days to choose from, by the calendar: the oldest and the newest record are all that is asked."""

from __future__ import annotations

from calendar import month_name, monthrange
from collections.abc import Iterator
from datetime import date
from typing import Any

from django.contrib.admin.views.main import ChangeList
from django.utils import timezone

_MOST_YEARS = 20


def day_links(*, records: ChangeList) -> dict[str, Any] | None:
    """The next finer choices within the span of all records, for `admin/date_hierarchy.html`.

    Django's own looks at every record to see which days there are.
    """
    field = records.date_hierarchy
    span = _span(records=records, field=field) if field else None
    if span is None:
        return None
    year, month, day = (_chosen(records=records, key=f"{field}__{part}") for part in ("year", "month", "day"))

    def link(**parts: int) -> str:
        return records.get_query_string({f"{field}__{part}": value for part, value in parts.items()}, [f"{field}__"])

    if year is None or not 1 <= year <= date.max.year:
        years = list(range(span[0].year, span[1].year + 1))[-_MOST_YEARS:]
        return {"show": True, "choices": [{"link": link(year=one), "title": str(one)} for one in years]}
    if month is None or not 1 <= month <= 12:
        choices = [{"link": link(year=year, month=one), "title": month_name[one]} for one in _months(year, span=span)]
        return {"show": True, "back": {"link": link(), "title": "All dates"}, "choices": choices}
    back = {"link": link(year=year), "title": str(year)}
    days: list[dict[str, str | None]] = [
        {"link": None if one == day else link(year=year, month=month, day=one), "title": f"{one} {month_name[month]}"}
        for one in _days(year, month, span=span)
    ]
    if day is not None:
        back = {"link": link(year=year, month=month), "title": f"{month_name[month]} {year}"}
        days = [one for one in days if one["link"] is None]
    return {"show": True, "back": back, "choices": days}


def _span(*, records: ChangeList, field: str) -> tuple[date, date] | None:
    """The days of the oldest and the newest record; two look-ups in the index of `field`."""
    moments = records.model._default_manager.values_list(field, flat=True)
    first, last = moments.order_by(field).first(), moments.order_by(f"-{field}").first()
    return (timezone.localtime(first).date(), timezone.localtime(last).date()) if first and last else None


def _chosen(*, records: ChangeList, key: str) -> int | None:
    text = str(records.params.get(key, ""))
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 4 else None


def _months(year: int, *, span: tuple[date, date]) -> Iterator[int]:
    for month in range(1, 13):
        if (span[0].year, span[0].month) <= (year, month) <= (span[1].year, span[1].month):
            yield month


def _days(year: int, month: int, *, span: tuple[date, date]) -> Iterator[int]:
    for day in range(1, monthrange(year, month)[1] + 1):
        if span[0] <= date(year, month, day) <= span[1]:
            yield day
