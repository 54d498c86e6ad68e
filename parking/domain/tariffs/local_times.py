"""Local wall times as moments, counted in minutes from the entry.

A local time that the clocks skip means the moment at which they went forward; one that comes twice means the
first. So later wall times are never earlier moments, and a period whose times were all skipped has no length.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

MINUTE: Final = timedelta(minutes=1)
DAY_MINUTES: Final = 24 * 60
WEEK_MINUTES: Final = 7 * DAY_MINUTES
_OFFSETS_LOOKED_AT_EVERY: Final = timedelta(days=7)


def moment_of(*, day: date, minute: int, zone: ZoneInfo) -> datetime:
    """The moment in UTC of a wall time, `minute` minutes (0 to 2880) after the midnight that begins `day`."""
    days, minute = divmod(minute, DAY_MINUTES)
    wall = datetime.combine(day + timedelta(days=days), time(minute // 60, minute % 60), tzinfo=zone)
    moment = wall.astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) == wall.replace(tzinfo=None):
        return moment
    return _change_between(start=wall.replace(fold=1).astimezone(UTC), end=moment, zone=zone)


def minutes_until(*, moment: datetime, entered_at: datetime) -> int:
    """The first whole minute of the stay that begins at or after `moment`. Both in UTC; below zero for the past."""
    return -((entered_at - moment) // MINUTE)


def clock_changes(*, start: datetime, end: datetime, zone: ZoneInfo) -> list[tuple[date, timedelta]]:
    """The local days between two moments on which the clocks changed, and by how much they went forward."""
    changes = []
    offset, seen = _offset(start, zone=zone), start
    while seen < end:
        following = min(seen + _OFFSETS_LOOKED_AT_EVERY, end)
        if (new_offset := _offset(following, zone=zone)) != offset:
            changed_at = _change_between(start=seen, end=following, zone=zone)
            changes.append(((changed_at - MINUTE).astimezone(zone).date(), new_offset - offset))
            offset = new_offset
        seen = following
    return changes


def _offset(moment: datetime, *, zone: ZoneInfo) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta(0)


def _change_between(*, start: datetime, end: datetime, zone: ZoneInfo) -> datetime:
    """When, to the minute, the clocks changed between two moments before and after the change."""
    before = _offset(start, zone=zone)
    low, high = 0, -((start - end) // MINUTE)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _offset(start + middle * MINUTE, zone=zone) == before else (low, middle)
    return start + high * MINUTE
