"""Season tickets: the hours of a week that are paid for. What a stay has outside of them costs the tariff.

The hours are wall times of one time zone. An hour that the clocks skip has no length; one that comes twice is
permitted as `parking.domain.tariffs.local_times` reads it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Annotated, Final, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from parking.domain.errors import AlreadyEntered, ParkingError, PermitFull, PermitOver, VehicleInside
from parking.domain.states import AdjustmentKind
from parking.domain.tariffs import Tariff
from parking.domain.tariffs.local_times import DAY_MINUTES, moment_of
from parking.domain.times import format_time

MAX_STRETCHES: Final = 50
_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_TIME: Final = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]|24:00")
_LOOK_AHEAD: Final = timedelta(days=8)
_WORDS: Final = {"extra_forbidden": "no such key", "missing": "is missing"}

Span = tuple[datetime, datetime]
"""From the first moment to the second, which is no part of it."""


class HoursProblem(ValueError):
    """A definition is no weekly hours. `problems` lists everything that is wrong with it, each with its path."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(self.problems))


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """The same hours on some days of the week: minutes after midnight; beyond 1440 they end on the next day."""

    days: frozenset[int]
    starts: int
    ends: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WeeklyHours:
    """When a permit's cars may park for nothing; without stretches, always."""

    zone: ZoneInfo
    stretches: tuple[Stretch, ...] = ()

    def within(self, *, start: datetime, end: datetime) -> list[Span]:
        """The permitted spans from `start` to `end`, in UTC and in order, none of which touches the next."""
        if not self.stretches:
            return [(start, end)]
        joined: list[Span] = []
        for begins, ends in sorted(self._spans(start=start, end=end)):
            if joined and begins <= joined[-1][1]:
                joined[-1] = (joined[-1][0], max(joined[-1][1], ends))
            else:
                joined.append((begins, ends))
        return joined

    def _spans(self, *, start: datetime, end: datetime) -> Iterator[Span]:
        day = start.astimezone(self.zone).date() - timedelta(days=1)
        last_day = end.astimezone(self.zone).date()
        while day <= last_day:
            for stretch in self.stretches:
                if day.weekday() in stretch.days:
                    begins = max(start, moment_of(day=day, minute=stretch.starts, zone=self.zone))
                    ends = min(end, moment_of(day=day, minute=stretch.ends, zone=self.zone))
                    if begins < ends:
                        yield begins, ends
            day += timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class PermitDiscount:
    """What a permit pays of a stay: all but the stretches outside of its hours and its validity.

    Each of these costs what the tariff asks of a stay of its own; together they never cost more than the whole.
    """

    hours: WeeklyHours
    valid_from: datetime
    valid_until: datetime

    @property
    def kind(self) -> AdjustmentKind:
        return AdjustmentKind.PERMIT

    def net(self, *, tariff: Tariff, entered_at: datetime, until: datetime) -> int:
        """Minor units that the stay up to `until` costs its driver."""
        whole_minor = tariff.stay_price(entered_at=entered_at, left_at=until).amount_minor
        outside = self.outside(entered_at=entered_at, until=until)
        outside_minor = sum(tariff.stay_price(entered_at=start, left_at=end).amount_minor for start, end in outside)
        return min(whole_minor, outside_minor)

    def takes(self, *, price_minor: int, left_minor: int, tariff: Tariff, entered_at: datetime, until: datetime) -> int:
        return min(left_minor, price_minor - self.net(tariff=tariff, entered_at=entered_at, until=until))

    def outside(self, *, entered_at: datetime, until: datetime) -> list[Span]:
        """What of the stay is not paid for. A stay without length is outside if its moment is."""
        entered_at, until = entered_at.astimezone(UTC), until.astimezone(UTC)
        if entered_at == until:
            return [] if self.free_until(at=entered_at) > entered_at else [(entered_at, until)]
        found: list[Span] = []
        reached = entered_at
        for start, end in self._free(start=entered_at, end=until):
            if reached < start:
                found.append((reached, start))
            reached = end
        if reached < until:
            found.append((reached, until))
        return found

    def free_until(self, *, at: datetime) -> datetime:
        """Until when a car may stay from `at` on for nothing, if it is to be told within eight days; else `at`."""
        for start, end in self._free(start=at, end=at + _LOOK_AHEAD):
            if start == at:
                return end
        return at

    def _free(self, *, start: datetime, end: datetime) -> list[Span]:
        start, end = max(start, self.valid_from), min(end, self.valid_until)
        return self.hours.within(start=start, end=end) if start < end else []


@dataclass(frozen=True, slots=True, kw_only=True)
class PermitSnapshot:
    """What the entry gate needs to know of a permit and of the car that shows its code."""

    valid_from: datetime
    valid_until: datetime
    is_revoked: bool
    car_is_removed: bool
    cars_at_once: int
    cars_inside: int
    """Of this permit; the car itself is one of them if it is inside on it."""
    car_is_inside: bool
    is_inside_elsewhere: bool
    """The car, on another ticket."""


def refusal_of_permit(*, permit: PermitSnapshot, now: datetime) -> ParkingError | None:
    """Why the permit lets the car in not now; None if it does. Outside of its hours it does: that costs the tariff."""
    if permit.is_revoked:
        return PermitOver("This permit was revoked. Ask the operator.")
    if permit.car_is_removed:
        return PermitOver("This car is no longer on the permit. Ask who holds the permit.")
    if now < permit.valid_from:
        return PermitOver(f"This permit is not valid yet, but from {format_time(moment=permit.valid_from)} on.")
    if now >= permit.valid_until:
        return PermitOver()
    if permit.car_is_inside:
        return AlreadyEntered("This car is inside already. It must leave before it can enter again.")
    if permit.is_inside_elsewhere:
        return VehicleInside()
    if permit.cars_inside >= permit.cars_at_once:
        return PermitFull()
    return None


def read_weekly_hours(*, definition: object) -> WeeklyHours:
    """The hours that a stored definition describes. Raises HoursProblem if it describes none."""
    try:
        form = _HoursForm.model_validate(definition)
    except ValidationError as error:
        raise HoursProblem([_problem(details) for details in error.errors(include_url=False)]) from None
    stretches = (
        Stretch(
            days=frozenset(_DAYS.index(day) for day in one.days),
            starts=_minutes(one.starts),
            ends=_minutes(one.ends) + (DAY_MINUTES if _minutes(one.ends) < _minutes(one.starts) else 0),
        )
        for one in form.hours or ()
    )
    return WeeklyHours(zone=ZoneInfo(form.time_zone), stretches=tuple(stretches))


@cache
def _time_zone_names() -> frozenset[str]:
    return frozenset(available_timezones())


def _a_time_zone(text: str) -> str:
    if text not in _time_zone_names():
        raise ValueError(f"{text[:64]!r} is no IANA time zone, such as Asia/Kolkata")
    return text


def _a_time(text: str) -> str:
    if not _TIME.fullmatch(text):
        raise ValueError("must be a time of the day, such as 07:30")
    return text


def _minutes(text: str) -> int:
    return int(text[:2]) * 60 + int(text[3:])


class _StretchForm(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    days: Annotated[list[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]], Field(min_length=1, max_length=7)]
    starts: Annotated[str, AfterValidator(_a_time), Field(alias="from")]
    ends: Annotated[str, AfterValidator(_a_time), Field(alias="to")]

    @model_validator(mode="after")
    def _has_a_length(self) -> _StretchForm:
        if _minutes(self.starts) == DAY_MINUTES:
            raise ValueError("from must be before 24:00")
        if self.starts == self.ends:
            raise ValueError("from and to must differ; a whole day is from 00:00 to 24:00")
        return self


class _HoursForm(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    time_zone: Annotated[str, AfterValidator(_a_time_zone)]
    always: bool | None = None
    hours: Annotated[list[_StretchForm], Field(min_length=1, max_length=MAX_STRETCHES)] | None = None

    @model_validator(mode="after")
    def _says_one_thing(self) -> _HoursForm:
        if self.always is False or (self.always is None) == (self.hours is None):
            raise ValueError("must have either hours, or always: true")
        return self


def _problem(details: ErrorDetails) -> str:
    path = "weekly_hours"
    for part in details["loc"]:
        path += f"[{part}]" if isinstance(part, int) else f".{part}"
    words = _WORDS.get(details["type"], details["msg"].removeprefix("Value error, "))
    return f"{path}: {words[0].lower()}{words[1:]}"
