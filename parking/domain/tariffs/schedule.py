"""Which rate holds when: at every local moment exactly one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from parking.domain.tariffs.local_times import DAY_MINUTES, MINUTE, WEEK_MINUTES, minutes_until, moment_of
from parking.domain.tariffs.rules import Rate

DAY_NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

Switches = tuple[tuple[int, int], ...]
"""The minute of the day from which a rate holds, and its index; the first is at minute 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A stretch of a stay under one rate, in minutes from the entry; `ends` is not part of it."""

    rate: int
    starts: int
    ends: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """The switches of each weekday, and those of the special days that differ."""

    week: tuple[Switches, ...]
    special_days: Mapping[date, Switches]

    @property
    def is_constant(self) -> bool:
        return not self.special_days and len({rate for day in self.week for _, rate in day}) == 1

    def periods(self, *, entered_at: datetime, minutes: int, zone: ZoneInfo) -> list[Period]:
        """The first `minutes` minutes of a stay, cut wherever the rate changes. `entered_at` is in UTC."""
        if self.is_constant:
            return [Period(rate=self.week[0][0][1], starts=0, ends=minutes)]
        changes: list[tuple[int, int]] = []
        for minute, rate in self._changes(entered_at=entered_at, minutes=minutes, zone=zone):
            # A period that the clocks skip has no length: whatever follows it takes its place.
            while changes and changes[-1][0] >= minute:
                changes.pop()
            if not changes or changes[-1][1] != rate:
                changes.append((minute, rate))
        return [
            Period(rate=rate, starts=starts, ends=ends)
            for (starts, rate), (ends, _) in pairwise([*changes, (minutes, -1)])
        ]

    def _changes(self, *, entered_at: datetime, minutes: int, zone: ZoneInfo) -> Iterable[tuple[int, int]]:
        day = entered_at.astimezone(zone).date()
        last_day = (entered_at + minutes * MINUTE).astimezone(zone).date()
        current = -1
        while day <= last_day:
            for minute_of_day, rate in self.special_days.get(day, self.week[day.weekday()]):
                if rate != current:
                    moment = moment_of(day=day, minute=minute_of_day, zone=zone)
                    minute = max(0, minutes_until(moment=moment, entered_at=entered_at))
                    if minute >= minutes:
                        return
                    yield minute, rate
                    current = rate
            day += timedelta(days=1)


def schedule_of(*, rates: Sequence[Rate], problems: list[str]) -> Schedule | None:
    """The schedule of these rates; None, and the gaps and overlaps are added to `problems`, if there is none."""
    weekly = [(index, rate) for index, rate in enumerate(rates) if not rate.dates]
    stretches = [
        (start + shift, start + length + shift, index)
        for index, rate in weekly
        for start, length in ((day * DAY_MINUTES + rate.times.starts, _length(rate)) for day in sorted(rate.days))
        for shift in (0, -WEEK_MINUTES)  # what runs over the end of Sunday comes back on Monday
    ]
    switches, found = _weekly_switches(stretches=stretches, rates=rates)
    special = sorted(
        (day.toordinal() * DAY_MINUTES + rate.times.starts, _length(rate), index)
        for index, rate in enumerate(rates)
        for day in rate.dates
    )
    found += _special_overlaps(special=special, rates=rates)
    problems += found
    if found:
        return None
    week = tuple(_day_switches(switches=switches, day=day) for day in range(7))
    return Schedule(week=week, special_days=_special_days(special=special, week=week))


def _length(rate: Rate) -> int:
    return rate.times.ends_after_midnight_of_start - rate.times.starts


def _weekly_switches(
    *, stretches: Sequence[tuple[int, int, int]], rates: Sequence[Rate]
) -> tuple[list[tuple[int, int]], list[str]]:
    """(minute of the week, rate) wherever the rate changes; and what is wrong, a weekday and time each."""
    edges = sorted(
        {0, WEEK_MINUTES} | {edge for stretch in stretches for edge in stretch[:2] if 0 <= edge < WEEK_MINUTES}
    )
    switches: list[tuple[int, int]] = []
    wrong: list[tuple[int, int, str]] = []
    for start, end in pairwise(edges):
        holding = sorted({index for from_, to, index in stretches if from_ <= start < to})
        if len(holding) == 1:
            switches.append((start, holding[0]))
            continue
        names = " and ".join(rates[index].name for index in holding)
        what = f"more than one rate holds ({names})" if holding else "no rate holds"
        if wrong and wrong[-1][1:] == (start, what):
            start = wrong.pop()[0]  # noqa: PLW2901 -- one problem, however many edges are within it
        wrong.append((start, end, what))
    return switches, [f"rates: {what} from {_week_time(start)} to {_week_time(end)}" for start, end, what in wrong]


def _week_time(minute: int) -> str:
    day, minute = divmod(minute % WEEK_MINUTES, DAY_MINUTES)
    return f"{DAY_NAMES[day]} {minute // 60:02}:{minute % 60:02}"


def _day_switches(*, switches: Sequence[tuple[int, int]], day: int) -> Switches:
    start = day * DAY_MINUTES
    before = [rate for minute, rate in switches if minute <= start][-1]
    later = [(minute - start, rate) for minute, rate in switches if start < minute < start + DAY_MINUTES]
    return ((0, before), *later)


def _special_overlaps(*, special: Sequence[tuple[int, int, int]], rates: Sequence[Rate]) -> list[str]:
    problems = []
    for (start, length, index), (next_start, _, next_index) in pairwise(special):
        if next_start < start + length:
            day = date.fromordinal(next_start // DAY_MINUTES).isoformat()
            problems.append(f"rates: {rates[index].name} and {rates[next_index].name} both hold on {day}")
    return problems


def _special_days(*, special: Sequence[tuple[int, int, int]], week: Sequence[Switches]) -> dict[date, Switches]:
    days: dict[date, Switches] = {}
    for start, length, index in special:
        first = start // DAY_MINUTES
        for ordinal in range(first, (start + length - 1) // DAY_MINUTES + 1):
            midnight = ordinal * DAY_MINUTES
            day = date.fromordinal(ordinal)
            days[day] = _overlaid(
                switches=days.get(day, week[day.weekday()]),
                starts=max(0, start - midnight),
                ends=min(DAY_MINUTES, start + length - midnight),
                rate=index,
            )
    return days


def _overlaid(*, switches: Switches, starts: int, ends: int, rate: int) -> Switches:
    """The switches of a day, with `rate` put over them from `starts` to `ends`."""
    resumed = [old for minute, old in switches if minute <= ends][-1]
    return (
        *((minute, old) for minute, old in switches if minute < starts),
        (starts, rate),
        *([(ends, resumed)] if ends < DAY_MINUTES else []),
        *((minute, old) for minute, old in switches if minute > ends),
    )
