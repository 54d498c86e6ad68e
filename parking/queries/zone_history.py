"""A zone's past: how full it was by the hour, beside the same weekday before, and what it brought by the day."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from django.db import connection
from django.db.models import Q

from parking.domain.days import BusinessDay, days_until
from parking.domain.errors import InvalidField, UnknownZone
from parking.models import ParkingSession, ParkingSlot, ParkingZone
from parking.queries.sites import today_of

MAX_WEEKS: Final = 8
MAX_DAYS: Final = 92
_HOURS: Final = 24
_DAYS_OF_A_WEEK: Final = 7
_CHUNK: Final = 2000
_MAX_ID: Final = 2**63 - 1

# By quarters of an hour, because every time zone is so many of them away from UTC: so each is of one day, wherever that
# begins. The span stands in the statement as it is, for the planner to see how little of the tables it touches.
_REVENUE: Final = """
SELECT quarter, SUM(captured_minor), SUM(refunded_minor) FROM (
    SELECT {completed} AS quarter, p.captured_minor, 0 AS refunded_minor
    FROM parking_payment p
    JOIN parking_parkingbooking b ON b.id = p.booking_id
    WHERE b.zone_id = %(zone)s AND p.completed_at >= %(since)s AND p.completed_at < %(until)s
    UNION ALL
    SELECT {processed} AS quarter, 0 AS captured_minor, r.amount_minor AS refunded_minor
    FROM parking_refund r
    JOIN parking_payment p ON p.id = r.payment_id
    JOIN parking_parkingbooking b ON b.id = p.booking_id
    WHERE b.zone_id = %(zone)s AND r.processed_at >= %(since)s AND r.processed_at < %(until)s
) moved
GROUP BY quarter
"""
_QUARTER: Final = {
    "postgresql": "CAST(FLOOR(EXTRACT(EPOCH FROM {field}) / 900) AS bigint)",
    "sqlite": "CAST(strftime('%%s', {field}) AS integer) / 900",
}
_QUARTER_SECONDS: Final = 900


@dataclass(frozen=True, slots=True, kw_only=True)
class OccupancyOfDay:
    """Cars inside at each full hour from 0 to 23 by the clock on the wall; None for hours that are still to come."""

    day: date
    cars: tuple[int | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OccupancyHistory:
    """Today beside the same weekday of the weeks before, the newest first. `usual` is their mean, with one decimal."""

    zone_id: int
    zone_name: str
    total_slots: int
    today: OccupancyOfDay
    before: tuple[OccupancyOfDay, ...]
    usual: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RevenueOfDay:
    """What was captured and what was paid back on one day, in minor units."""

    day: date
    captured_minor: int
    refunded_minor: int

    @property
    def kept_minor(self) -> int:
        return self.captured_minor - self.refunded_minor


@dataclass(frozen=True, slots=True, kw_only=True)
class RevenueHistory:
    """The last days, the oldest first, today included."""

    zone_id: int
    zone_name: str
    currency: str
    days: tuple[RevenueOfDay, ...]


def occupancy_history(*, zone_id: int, now: datetime, weeks: int = 4) -> OccupancyHistory:
    """How full the zone is today by the hour, and was on the same weekday. Raises UnknownZone, InvalidField."""
    if not 1 <= weeks <= MAX_WEEKS:
        raise InvalidField(field="weeks", problem=f"must be from 1 to {MAX_WEEKS}.")
    zone = _zone(zone_id=zone_id)
    today = today_of(site=zone.site, now=now)
    days = [today.before(days=_DAYS_OF_A_WEEK * ago) for ago in range(weeks + 1)]
    counted = _counted(zone=zone, days=days, now=now)
    before = counted[1:]
    return OccupancyHistory(
        zone_id=zone.id,
        zone_name=zone.name,
        total_slots=ParkingSlot.objects.filter(zone=zone, in_service=True).count(),
        today=counted[0],
        before=before,
        usual=tuple(round(sum(day.cars[hour] or 0 for day in before) / len(before), 1) for hour in range(_HOURS)),
    )


def revenue_history(*, zone_id: int, now: datetime, days: int = 30) -> RevenueHistory:
    """What the zone brought on each of the last days, in one statement. Raises UnknownZone, InvalidField."""
    if not 1 <= days <= MAX_DAYS:
        raise InvalidField(field="days", problem=f"must be from 1 to {MAX_DAYS}.")
    zone = _zone(zone_id=zone_id)
    wanted = list(days_until(last=today_of(site=zone.site, now=now), count=days))
    starts = [one.starts_at for one in wanted]
    captured, refunded = [0] * days, [0] * days
    for moment, captured_minor, refunded_minor in _moved(zone=zone, since=starts[0], until=wanted[-1].ends_at):
        n = bisect_right(starts, moment) - 1
        captured[n] += captured_minor
        refunded[n] += refunded_minor
    return RevenueHistory(
        zone_id=zone.id,
        zone_name=zone.name,
        currency=zone.site.currency,
        days=tuple(
            RevenueOfDay(day=one.day, captured_minor=captured[n], refunded_minor=refunded[n])
            for n, one in enumerate(wanted)
        ),
    )


def _zone(*, zone_id: int) -> ParkingZone:
    zone = ParkingZone.objects.select_related("site").filter(id=zone_id).first() if 0 < zone_id <= _MAX_ID else None
    if zone is None:
        raise UnknownZone
    return zone


def _counted(*, zone: ParkingZone, days: Sequence[BusinessDay], now: datetime) -> tuple[OccupancyOfDay, ...]:
    """Each stay is counted at the full hours that it spans: what comes in adds one, what has gone takes it away."""
    hours = [[day.at(hour=hour) for hour in range(_HOURS)] for day in days]
    changes = [[0] * (_HOURS + 1) for _ in days]
    for entered_at, left_at in _stays(zone=zone, days=days):
        for n, full_hours in enumerate(hours):
            changes[n][bisect_left(full_hours, entered_at)] += 1
            if left_at is not None:
                changes[n][bisect_left(full_hours, left_at)] -= 1
    return tuple(
        OccupancyOfDay(day=day.day, cars=tuple(_running(changes=changes[n], hours=hours[n], now=now)))
        for n, day in enumerate(days)
    )


def _running(*, changes: Sequence[int], hours: Sequence[datetime], now: datetime) -> Iterator[int | None]:
    inside = 0
    for change, hour in zip(changes, hours, strict=False):
        inside += change
        yield inside if hour <= now else None


def _stays(*, zone: ParkingZone, days: Sequence[BusinessDay]) -> Iterator[tuple[datetime, datetime | None]]:
    """Entry and exit of all stays that touch one of the days; read from an index alone, in flat memory."""
    touching = Q()
    for day in days:
        touching |= Q(exit_time__gt=day.starts_at, entry_time__lt=day.ends_at)
    stays = ParkingSession.objects.filter(zone=zone).order_by()
    over = stays.filter(touching, exit_time__gt=min(day.starts_at for day in days))
    yield from over.values_list("entry_time", "exit_time").iterator(chunk_size=_CHUNK)
    yield from stays.filter(exit_time=None).values_list("entry_time", "exit_time").iterator(chunk_size=_CHUNK)


def _moved(*, zone: ParkingZone, since: datetime, until: datetime) -> Iterator[tuple[datetime, int, int]]:
    """What was captured and refunded in each quarter of an hour in which money moved."""
    quarter = _QUARTER[connection.vendor]
    statement = _REVENUE.format(
        completed=quarter.format(field="p.completed_at"), processed=quarter.format(field="r.processed_at")
    )
    moment = connection.ops.adapt_datetimefield_value
    with connection.cursor() as cursor:
        cursor.execute(statement, {"zone": zone.id, "since": moment(since), "until": moment(until)})
        for number, captured_minor, refunded_minor in cursor.fetchall():
            at = datetime.fromtimestamp(number * _QUARTER_SECONDS, tz=UTC)
            yield at, int(captured_minor), int(refunded_minor)
