"""Caps: within each window, what the steps come to is at most so much.

A step belongs to the moment at which it begins. It is limited by what is left in every window around that moment.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from parking.domain.tariffs.local_times import DAY_MINUTES, MINUTE, WEEK_MINUTES, minutes_until, moment_of
from parking.domain.tariffs.rules import Cap, CapPer
from parking.domain.tariffs.steps import Run

_FOR_EVER: Final = 10**12
_ROLLING_MINUTES: Final = {CapPer.DAY_FROM_ENTRY: DAY_MINUTES, CapPer.WEEK_FROM_ENTRY: WEEK_MINUTES}


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """A run, and how many of its steps the stay has to pay."""

    run: Run
    steps: int

    @property
    def sum_minor(self) -> int:
        return self.run.sum_of(self.steps)


def deductions(*, counted: Sequence[Counted], caps: Sequence[Cap], entered_at: datetime, zone: ZoneInfo) -> list[int]:
    """What each cap takes off the steps, minor units. Steps come in the order of time; `entered_at` is in UTC."""
    windows = [_Window(cap=cap, entered_at=entered_at, zone=zone) for cap in caps]
    taken_off = [0] * len(caps)
    if not caps:
        return taken_off
    for part in counted:
        run, done = part.run, 0
        while done < part.steps:
            minute = run.starts + done * run.every
            stop = min(window.move_to(minute) for window in windows)
            until = min(part.steps, run.steps_before(stop))
            amount_minor = run.sum_of(until) - run.sum_of(done)
            tightest = min(range(len(caps)), key=lambda index: windows[index].left_minor)
            paid_minor = min(amount_minor, windows[tightest].left_minor)
            taken_off[tightest] += amount_minor - paid_minor
            for window in windows:
                window.left_minor -= paid_minor
            done = until
    return taken_off


class _Window:
    """The window of one cap that holds now, and what is left in it."""

    def __init__(self, *, cap: Cap, entered_at: datetime, zone: ZoneInfo) -> None:
        self._cap = cap
        self._entered_at = entered_at
        self._zone = zone
        self._ends = -1
        self.left_minor = 0

    def move_to(self, minute: int) -> int:
        """Goes to the window in which `minute` of the stay lies, and gives the minute at which that ends."""
        if minute >= self._ends:
            self._ends, is_capped = self._end_after(minute)
            self.left_minor = self._cap.at_most_minor if is_capped else _FOR_EVER
        return self._ends

    def _end_after(self, minute: int) -> tuple[int, bool]:
        """When the window around `minute` ends, and whether it is one: outside the nights nothing is capped."""
        if self._cap.per is CapPer.STAY:
            return _FOR_EVER, True
        if rolling := _ROLLING_MINUTES.get(self._cap.per):
            return (minute // rolling + 1) * rolling, True
        day = (self._entered_at + minute * MINUTE).astimezone(self._zone).date()
        if self._cap.per is CapPer.NIGHT:
            return self._night_edge_after(minute, day=day)
        days = 1 if self._cap.per is CapPer.DAY else 7 - day.weekday()
        return self._minute_of(day=day + timedelta(days=days), minute_of_day=0), True

    def _night_edge_after(self, minute: int, *, day: date) -> tuple[int, bool]:
        night = self._cap.night
        for days in (-1, 0, 1):
            for edge, is_end in ((night.starts, False), (night.ends_after_midnight_of_start, True)):
                at = self._minute_of(day=day + timedelta(days=days), minute_of_day=edge)
                if at > minute:
                    return at, is_end
        raise AssertionError("there is a night after every moment")

    def _minute_of(self, *, day: date, minute_of_day: int) -> int:
        moment = moment_of(day=day, minute=minute_of_day, zone=self._zone)
        return minutes_until(moment=moment, entered_at=self._entered_at)
