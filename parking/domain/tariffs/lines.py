"""The price of a stay in words: what was charged for which time, what caps took off, when the clocks changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from parking.domain.tariffs import phrases
from parking.domain.tariffs.caps import Counted
from parking.domain.tariffs.contract import PriceLine
from parking.domain.tariffs.local_times import MINUTE, clock_changes
from parking.domain.tariffs.rules import Band, Rate
from parking.domain.tariffs.schedule import Period

MAX_SEPARATE_LINES: Final = 60
"""A longer bill has one line for each band of each rate, whenever the stay was in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """A stay that is being priced; `entered_at` is in UTC."""

    entered_at: datetime
    minutes: int
    zone: ZoneInfo
    currency: str

    def at(self, minute: int) -> datetime:
        """The local time of a minute of the stay, no later than its end."""
        return (self.entered_at + min(minute, self.minutes) * MINUTE).astimezone(self.zone)

    def line(self, words: str, *, amount_minor: int) -> PriceLine:
        """A line about the whole stay."""
        return PriceLine(words=words, starts_at=self.at(0), ends_at=self.at(self.minutes), amount_minor=amount_minor)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deduction:
    """What one cap took off; minor units, not below zero."""

    words: str
    amount_minor: int


@dataclass(slots=True, kw_only=True)
class _Entry:
    """A line before it is put in words. Band -1 is free time."""

    rate: int
    band: int
    starts: int
    ends: int
    steps: int
    amount_minor: int


def priced_lines(
    *,
    stay: Stay,
    rates: Sequence[Rate],
    periods: Sequence[Period],
    counted: Sequence[Counted],
    deductions: Sequence[Deduction],
) -> tuple[PriceLine, ...]:
    """The lines of all steps and of the free time in the order of time, then the deductions of the caps."""
    entries = [_entry(part) for part in counted if part.steps]
    entries += [
        _Entry(rate=period.rate, band=-1, starts=period.starts, ends=period.ends, steps=0, amount_minor=0)
        for period in periods
        if rates[period.rate].is_free and period.starts < stay.minutes
    ]
    entries = _joined(sorted(entries, key=lambda entry: entry.starts))
    lines = [_line(entry, stay=stay, rates=rates) for entry in entries]
    lines += [
        stay.line(f"{deduction.words}: limit reached", amount_minor=-deduction.amount_minor)
        for deduction in deductions
        if deduction.amount_minor
    ]
    return tuple(lines)


def notes_of(*, stay: Stay) -> tuple[str, ...]:
    """What a driver may wonder about: the clocks changed while the vehicle was parked."""
    end = stay.entered_at + stay.minutes * MINUTE
    return tuple(
        f"The clocks went {'forward' if forward > timedelta(0) else 'back'} by"
        f" {phrases.duration(abs(forward) // MINUTE)} on {day.isoformat()} during the stay."
        f" The time that really passed is charged: {phrases.duration(stay.minutes)}."
        for day, forward in clock_changes(start=stay.entered_at, end=end, zone=stay.zone)
    )


def _entry(part: Counted) -> _Entry:
    run = part.run
    return _Entry(
        rate=run.rate,
        band=run.band,
        starts=run.starts,
        ends=run.stops if run.is_flat else run.starts + part.steps * run.every,
        steps=part.steps,
        amount_minor=part.sum_minor,
    )


def _joined(entries: list[_Entry]) -> list[_Entry]:
    """Parts of one band that follow one another are one entry; if there are very many, all parts are."""
    is_long = len(entries) > MAX_SEPARATE_LINES
    joined: dict[object, _Entry] = {}
    last: tuple[int, int] | None = None
    visit = 0
    for entry in entries:
        if (entry.rate, entry.band) != last:
            last, visit = (entry.rate, entry.band), visit + 1
        key = last if is_long else (last, visit)
        if key in joined:
            joined[key].ends = max(joined[key].ends, entry.ends)
            joined[key].steps += entry.steps
            joined[key].amount_minor += entry.amount_minor
        else:
            joined[key] = entry
    return list(joined.values())


def _line(entry: _Entry, *, stay: Stay, rates: Sequence[Rate]) -> PriceLine:
    rate = rates[entry.rate]
    what = "free" if entry.band < 0 else _band_words(rate.bands[entry.band], steps=entry.steps, currency=stay.currency)
    return PriceLine(
        words=f"{rate.name}: {what}",
        starts_at=stay.at(entry.starts),
        ends_at=stay.at(entry.ends),
        amount_minor=entry.amount_minor,
    )


def _band_words(band: Band, *, steps: int, currency: str) -> str:
    price = phrases.amount(band.amount_minor, currency=currency)
    if band.each is None:
        total = f", {price} in all" if band.is_total else ""
        times = f"{steps} x " if steps > 1 else ""
        return f"{times}{phrases.ages(band)}{total}"
    each = phrases.duration(band.each)
    if band.is_pro_rata:
        return f"{phrases.duration(steps)} at {price} per {each}"
    return f"{phrases.ages(band)}, {price} per {each} of all" if band.is_total else f"{steps} x {each}"
