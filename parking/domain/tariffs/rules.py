"""The parts of a tariff of rates, as checked data. All durations are minutes, all amounts minor units."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from parking.domain.tariffs.local_times import DAY_MINUTES


class Boundary(StrEnum):
    """To which band the minute belongs at which one band ends and the next begins."""

    BEFORE = "before"
    AFTER = "after"


class OnChange(StrEnum):
    """What a change of rate does to the time parked."""

    RESTART = "restart"
    CONTINUE = "continue"


class CapPer(StrEnum):
    """The windows of a cap. 24h and 7d roll from the entry; day, week and night are local."""

    DAY_FROM_ENTRY = "24h"
    WEEK_FROM_ENTRY = "7d"
    DAY = "day"
    WEEK = "week"
    NIGHT = "night"
    STAY = "stay"


@dataclass(frozen=True, slots=True, kw_only=True)
class DayTimes:
    """From one local time to another, as minutes after midnight; over midnight if `ends` is not after `starts`."""

    starts: int = 0
    ends: int = DAY_MINUTES

    @property
    def is_over_midnight(self) -> bool:
        return self.ends <= self.starts

    @property
    def ends_after_midnight_of_start(self) -> int:
        """`ends`, counted from the midnight that begins the day of `starts`."""
        return self.ends + DAY_MINUTES if self.is_over_midnight else self.ends


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """What parking costs from one age of the stay to another; flat if `each` is None."""

    starts: int
    until: int | None
    each: int | None
    amount_minor: int
    is_total: bool
    is_pro_rata: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """The bands that hold at certain local times. No bands: these times are free."""

    name: str
    days: frozenset[int]
    """Monday is 0. All days, unless the rate is for certain dates."""
    dates: frozenset[date]
    times: DayTimes
    bands: tuple[Band, ...]

    @property
    def is_free(self) -> bool:
        return not self.bands

    def band_at(self, *, minutes_parked: int) -> int:
        return bisect_right(self.bands, minutes_parked, key=lambda band: band.starts) - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Cap:
    name: str
    per: CapPer
    at_most_minor: int
    night: DayTimes = DayTimes()


@dataclass(frozen=True, slots=True, kw_only=True)
class Grace:
    """`start`: stays of at most this are free. `step`: a further step counts once it is older. `end`: taken off."""

    start: int = 0
    step: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One price for a stay that enters and leaves within certain local times."""

    name: str
    days: frozenset[int]
    enter: DayTimes
    leave_from: int | None
    leave_to: int
    """Both counted from the midnight that begins the day on which the times of entry start."""
    longest: int | None
    price_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LostTicket:
    fee_minor: int
    total_at_most_minor: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tax:
    basis_points: int
    is_included: bool
