"""What a day brings: how many come for what, when, for how long, and what they book. Drawn by chance, from a seed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from math import ceil
from random import Random
from typing import Final
from zoneinfo import ZoneInfo

from parking.domain.tariffs import MAX_BOOKED_HOURS
from parking.services.demo.people import Driver, Town

SATURDAY: Final = 5
_REGULARS: Final = 0.7
"""So many of those who come for work come every day, with the same car."""
_BOOKS_AHEAD: Final = 0.25
_OVERTIME: Final = 0.15
_TOO_LONG: Final = 0.3
"""So many leave before the hours they booked are over, by an hour or more."""


class Conduct(StrEnum):
    """What somebody who has booked makes of it."""

    STAYS = "stays"
    NEVER_PAYS = "never pays"
    CANCELS_IN_TIME = "cancels in time"
    CANCELS_LATE = "cancels late"
    DOES_NOT_COME = "does not come"


_CONDUCT: Final[Mapping[Conduct, int]] = {
    Conduct.STAYS: 88,
    Conduct.NEVER_PAYS: 4,
    Conduct.CANCELS_IN_TIME: 4,
    Conduct.CANCELS_LATE: 2,
    Conduct.DOES_NOT_COME: 2,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One car's plan for one day. `starts_at` None says that it books on the spot, for now."""

    driver: Driver
    zone: str
    hours: int
    booked_at: datetime
    starts_at: datetime | None
    arrives_at: datetime
    leaves_at: datetime
    conduct: Conduct = Conduct.STAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class _Purpose:
    """Why people come: their share of a working day and of the weekend, when, for how long, and where they park."""

    workday: float
    weekend: float
    arrival: tuple[float, float, float]
    """The earliest, latest and likeliest hour of the day."""
    stay: tuple[float, float, float]
    """The shortest, longest and likeliest, in hours."""
    zones: str
    """One letter for each of a handful of cars."""
    comes_daily: bool = False


_PURPOSES: Final = (
    _Purpose(workday=0.42, weekend=0.05, arrival=(7.3, 10.5, 9), stay=(6, 10, 8.5), zones="ABBBCC", comes_daily=True),
    _Purpose(workday=0.22, weekend=0.35, arrival=(9.5, 18, 12), stay=(0.4, 3, 1.2), zones="AAABBC"),
    _Purpose(workday=0.12, weekend=0.12, arrival=(15, 19, 17.5), stay=(0.4, 2.5, 1), zones="AABB"),
    _Purpose(workday=0.17, weekend=0.28, arrival=(17.5, 21, 19), stay=(1.5, 4.5, 2.6), zones="AAAB"),
    _Purpose(workday=0.07, weekend=0.05, arrival=(18.5, 23, 20), stay=(9, 15, 12), zones="BCCC"),
)


class Planner:
    """All visits of a number of days, in a zone of time."""

    def __init__(self, *, random: Random, town: Town, cars_a_day: int, time_zone: ZoneInfo) -> None:
        self._random = random
        self._town = town
        self._cars_a_day = cars_a_day
        self._time_zone = time_zone
        self._regulars = [town.driver() for _ in range(round(cars_a_day * _PURPOSES[0].workday * _REGULARS))]

    def visits(self, *, days: Sequence[date]) -> Iterator[Visit]:
        for day in days:
            is_weekend = day.weekday() >= SATURDAY
            regulars = iter(self._random.sample(self._regulars, len(self._regulars)))
            for purpose in _PURPOSES:
                share = purpose.weekend if is_weekend else purpose.workday
                for _ in range(round(self._cars_a_day * share * self._random.uniform(0.85, 1.15))):
                    known = next(regulars, None) if purpose.comes_daily else None
                    yield self._visit(day=day, purpose=purpose, driver=known or self._town.driver())

    def recent(self, *, count: int, now: datetime) -> Iterator[Visit]:
        """Some who have come within the last hours and stay on, so that a garage is alive at night too."""
        for _ in range(count):
            arrives_at = now - timedelta(minutes=self._random.uniform(5, 150))
            zone, hours = self._random.choice("AABC"), self._random.randint(3, 5)
            yield Visit(
                driver=self._town.driver(),
                zone=zone,
                hours=hours,
                booked_at=arrives_at - timedelta(minutes=6),
                starts_at=None,
                arrives_at=arrives_at,
                leaves_at=arrives_at + timedelta(hours=hours),
            )

    def _visit(self, *, day: date, purpose: _Purpose, driver: Driver) -> Visit:
        random = self._random
        midnight = datetime(day.year, day.month, day.day, tzinfo=self._time_zone)
        arrives_at = midnight + timedelta(hours=random.triangular(*purpose.arrival))
        stay_hours = random.triangular(*purpose.stay)
        ahead = random.random() < _BOOKS_AHEAD
        booked_at = arrives_at - (
            timedelta(hours=random.uniform(3, 16)) if ahead else timedelta(minutes=random.uniform(4, 14))
        )
        return Visit(
            driver=driver,
            zone=random.choice(purpose.zones),
            hours=self._hours_booked(stay_hours=stay_hours),
            booked_at=booked_at,
            starts_at=arrives_at - timedelta(minutes=random.uniform(-10, 10)) if ahead else None,
            arrives_at=arrives_at,
            leaves_at=arrives_at + timedelta(hours=stay_hours),
            conduct=random.choices(list(_CONDUCT), weights=list(_CONDUCT.values()))[0],
        )

    def _hours_booked(self, *, stay_hours: float) -> int:
        """Most book what they will need; some too little, and find out at the exit; some too much, and get it back."""
        needed, chance = ceil(stay_hours), self._random.random()
        if chance < _OVERTIME:
            needed -= 1 if needed > 1 else 0
        elif chance < _OVERTIME + _TOO_LONG:
            needed += self._random.choice([1, 1, 2])
        return min(max(needed, 1), MAX_BOOKED_HOURS)
