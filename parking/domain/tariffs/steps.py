"""How a price grows with the time parked: runs of equal steps, reckoned and never counted minute by minute.

A step is what the price grows by at one moment of the stay. Moments are minutes from the entry.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from parking.domain.tariffs.rules import Band, Boundary, OnChange, Rate
from parking.domain.tariffs.schedule import Period


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """`count` steps of one band, `every` minutes apart, the first at `starts`."""

    starts: int
    amount_minor: int
    every: int = 1
    count: int = 1
    rate: int = 0
    band: int = 0
    counts_at_start: bool = False
    """The first step counts for a stay that ends at that very minute (`boundary` "after")."""
    spread_over: int = 0
    """Pro rata: a step is one minute, and `amount_minor` the price of so many."""
    minutes_before: int = 0
    """Pro rata: how many minutes of the band came before this run."""
    stops: int = 0
    """Where the band or the period ends."""

    @property
    def is_flat(self) -> bool:
        return self.every == self.count == 1 and not self.spread_over

    def sum_of(self, count: int) -> int:
        """What the first `count` steps come to, in minor units."""
        if not self.spread_over:
            return count * self.amount_minor
        return self._spread(self.minutes_before + count) - self._spread(self.minutes_before)

    def _spread(self, minutes: int) -> int:
        return (2 * self.amount_minor * minutes + self.spread_over) // (2 * self.spread_over)

    def steps_before(self, minute: int) -> int:
        """How many of the steps are before `minute`."""
        return min(self.count, max(0, -((self.starts - minute) // self.every)))

    def steps_counted(self, *, charged_minutes: int, step_grace: int, is_first: bool) -> int:
        """How many steps a stay of `charged_minutes` has to pay; the first step of a stay has no grace."""
        counted = self.steps_before(charged_minutes - step_grace)
        if counted == 0 and self.counts_at_start and self.starts + step_grace <= charged_minutes:
            return 1
        if counted == 0 and is_first and not self.spread_over:
            return int(self.starts == 0 or self.starts < charged_minutes)
        return counted


def runs_of(
    *, periods: Sequence[Period], rates: Sequence[Rate], boundary: Boundary, on_change: OnChange
) -> Iterator[Run]:
    """All steps of a stay that is cut into `periods`, in the order of time."""
    parked = _Parked(boundary=boundary)
    for period in periods:
        rate = rates[period.rate]
        if rate.is_free:
            continue
        if on_change is OnChange.RESTART:
            parked = _Parked(boundary=boundary)
        yield from parked.stay_on(rate=rate, period=period)


class _Parked:
    """The clock of the time parked, and what is paid for already. Free time does not pass on it."""

    def __init__(self, *, boundary: Boundary) -> None:
        self._boundary = boundary
        self._clock = 0
        self._rate = -1
        self._band = -1
        self._band_entered = 0
        self._paid_until = 0
        self._sum_minor = 0

    def stay_on(self, *, rate: Rate, period: Period) -> Iterator[Run]:
        """The steps of one period. An interval that still runs is paid for, whatever its rate was."""
        if period.rate != self._rate:
            self._rate, self._band = period.rate, -1
        start, end = self._clock, self._clock + period.ends - period.starts
        now = max(start, self._paid_until)
        while now < end:
            index = rate.band_at(minutes_parked=now)
            band = rate.bands[index]
            is_new = index != self._band
            if is_new:
                self._band, self._band_entered = index, now
            stop = end if band.until is None else min(band.until, end)
            moment = _Moment(
                now=now,
                stop=stop,
                is_new=is_new,
                is_open=is_new and self._boundary is Boundary.AFTER and now == band.starts and now > start,
            )
            for run in self._steps(band=band, moment=moment):
                shift = period.starts - start
                placed = replace(run, rate=period.rate, band=index, starts=run.starts + shift, stops=stop + shift)
                self._sum_minor += placed.sum_of(placed.count)
                yield placed
            now = max(stop, self._paid_until)
        self._clock = end

    def _steps(self, *, band: Band, moment: _Moment) -> list[Run]:
        """The runs of one band between two readings of the clock."""
        now, each = moment.now, band.each
        if each is None:
            taken_back = self._sum_minor if band.is_total else 0
            step = Run(starts=now, amount_minor=band.amount_minor - taken_back, counts_at_start=moment.is_open)
            return [step] if moment.is_new else []
        if band.is_total:
            return self._whole_intervals(amount_minor=band.amount_minor, each=each, moment=moment)
        if band.is_pro_rata:
            before = now - self._band_entered
            count = moment.stop - now
            return [
                Run(starts=now, count=count, amount_minor=band.amount_minor, spread_over=each, minutes_before=before)
            ]
        count = -((now - moment.stop) // each)
        paid_until = now + count * each
        self._paid_until = paid_until if band.until is None else min(paid_until, band.until)
        return [
            Run(starts=now, every=each, count=count, amount_minor=band.amount_minor, counts_at_start=moment.is_open)
        ]

    def _whole_intervals(self, *, amount_minor: int, each: int, moment: _Moment) -> list[Run]:
        """So much per started interval of the whole time parked: first up to that, then one interval at a time."""
        now = moment.now
        # At the very end of an interval the next has not started. To enter a band is to go beyond that point.
        started = now // each + 1 if moment.is_new and not moment.is_open else max(1, -(-now // each))
        missing_minor = started * amount_minor - self._sum_minor
        runs = []
        if moment.is_new or missing_minor:
            runs.append(Run(starts=now, amount_minor=missing_minor, counts_at_start=moment.is_open))
        if started * each < moment.stop:
            count = -((started * each - moment.stop) // each)
            runs.append(Run(starts=started * each, every=each, count=count, amount_minor=amount_minor))
        return runs


@dataclass(frozen=True, slots=True, kw_only=True)
class _Moment:
    """The clock of the time parked where a band begins or goes on, and where it stops."""

    now: int
    stop: int
    is_new: bool
    is_open: bool
