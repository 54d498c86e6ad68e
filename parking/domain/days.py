"""Business days: midnight to midnight where the garage stands, whatever the clock does in between."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class BusinessDay:
    """One day of a site. It has 24 hours, or 23 or 25 where clocks are changed."""

    day: date
    time_zone: ZoneInfo

    @property
    def starts_at(self) -> datetime:
        return self.at(hour=0)

    @property
    def ends_at(self) -> datetime:
        return BusinessDay(day=self.day + DAY, time_zone=self.time_zone).starts_at

    def at(self, *, hour: int) -> datetime:
        """The moment in UTC at which the clock on the wall shows the full hour, the first time it does."""
        return datetime.combine(self.day, time(hour), tzinfo=self.time_zone).astimezone(UTC)

    def before(self, *, days: int) -> BusinessDay:
        return BusinessDay(day=self.day - days * DAY, time_zone=self.time_zone)


def zone_of(*, name: str) -> ZoneInfo:
    """The time zone of that name; UTC for a name that is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def day_of(*, moment: datetime, time_zone: ZoneInfo) -> BusinessDay:
    return BusinessDay(day=moment.astimezone(time_zone).date(), time_zone=time_zone)


def days_until(*, last: BusinessDay, count: int) -> Iterator[BusinessDay]:
    """So many days, the oldest first, `last` the newest."""
    return (last.before(days=ago) for ago in range(count - 1, -1, -1))
