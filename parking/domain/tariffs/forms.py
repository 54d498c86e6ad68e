"""The shape of a definition: its keys, their types and how each text is written. What they mean comes after."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from functools import cache
from typing import Annotated, Final, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, StringConstraints

from parking.domain.errors import InvalidField
from parking.domain.money import currency_exponent
from parking.domain.tariffs.rules import Boundary, CapPer, OnChange

MAX_RATES: Final = 16
MAX_BANDS: Final = 24
MAX_DATES: Final = 400
MAX_CAPS: Final = 8
MAX_OFFERS: Final = 8
MAX_TEXT: Final = 60
MAX_DURATION_MINUTES: Final = 366 * 24 * 60
DAY_CODES: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_DURATION: Final = re.compile(r"(?:([0-9]{1,3})d)?(?:([0-9]{1,4})h)?(?:([0-9]{1,6})m)?", re.ASCII)
_TIME: Final = re.compile(r"(?:([01][0-9]|2[0-3]):([0-5][0-9])|24:00)", re.ASCII)
_DATE: Final = re.compile(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}", re.ASCII)
_DAYS: Final = re.compile(r"(mon|tue|wed|thu|fri|sat|sun)(?:-(mon|tue|wed|thu|fri|sat|sun))?", re.ASCII)


def _duration(text: str) -> int:
    """Minutes of ``"90m"``, ``"24h"``, ``"7d"`` or ``"1h30m"``. Raises ValueError if it says nothing, or too much."""
    match = _DURATION.fullmatch(text)
    days, hours, minutes = (int(part or 0) for part in match.groups()) if match else (0, 0, 0)
    total = (days * 24 + hours) * 60 + minutes
    if not 0 < total <= MAX_DURATION_MINUTES:
        raise ValueError(f"{text!r} is no duration from 1m to 366d, such as 30m, 24h or 7d")
    return total


def _time(text: str) -> int:
    """Minutes after midnight of ``"22:00"``; ``"24:00"`` is the end of the day. Raises ValueError."""
    if not _TIME.fullmatch(text):
        raise ValueError(f"{text!r} is no time of day, such as 06:30")
    return int(text[:2]) * 60 + int(text[3:])


def _date(text: str) -> date:
    """Raises ValueError for what is no day from 2000 to 2099."""
    try:
        if _DATE.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise ValueError(f"{text!r} is no date, such as 2026-12-25")


def _days(text: str) -> frozenset[int]:
    """Monday is 0; ``"sat-mon"`` runs over the end of the week. Raises ValueError."""
    match = _DAYS.fullmatch(text)
    if not match:
        raise ValueError(f"{text!r} is no day, such as mon or mon-fri")
    first = DAY_CODES.index(match[1])
    last = DAY_CODES.index(match[2] or match[1])
    return frozenset((first + step) % 7 for step in range((last - first) % 7 + 1))


def _basis_points(text: str) -> int:
    """``"7.5"`` percent are 750. Raises ValueError beyond 100 percent or two digits after the point."""
    if not re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,2})?", text, re.ASCII):
        raise ValueError(f"{text!r} is no percentage, such as 18 or 7.5")
    whole, _, fraction = text.partition(".")
    basis_points = int(whole) * 100 + int(fraction.ljust(2, "0"))
    if basis_points > 10_000:
        raise ValueError(f"{text!r} is more than 100 percent")
    return basis_points


def _currency(text: str) -> str:
    """Raises ValueError for what is no ISO 4217 code."""
    try:
        currency_exponent(currency=text)
    except InvalidField:
        raise ValueError(f"{text!r} is no ISO 4217 currency code") from None
    return text


@cache
def _time_zone_names() -> frozenset[str]:
    return frozenset(available_timezones())


def _time_zone(text: str) -> ZoneInfo:
    """Raises ValueError for what is no IANA time zone."""
    if text not in _time_zone_names():
        raise ValueError(f"{text!r} is no IANA time zone, such as Europe/Berlin")
    return ZoneInfo(text)


def _text(parse: Callable[[str], object]) -> PlainValidator:
    """A value that is written as a short text."""

    def read(value: object) -> object:
        if not isinstance(value, str) or len(value) > MAX_TEXT:
            raise ValueError("must be a short text")
        return parse(value)

    return PlainValidator(read)


# No control characters, no line ends, no lone halves of a character: a name is printed on a line.
Name = Annotated[str, StringConstraints(min_length=1, max_length=60, pattern=r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]+$")]
Text = Annotated[str, StringConstraints(max_length=2000)]
Amount = Annotated[str, StringConstraints(max_length=MAX_TEXT)]
Duration = Annotated[int, _text(_duration)]
TimeOfDay = Annotated[int, _text(_time)]
Days = Annotated[frozenset[int], _text(_days)]


class Form(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class BandForm(Form):
    until: Duration | None = None
    each: Duration | None = None
    adds: Amount | None = None
    total: Amount | None = None
    pro_rata: bool = False


class WhenForm(Form):
    days: Annotated[list[Days], Field(min_length=1, max_length=7)] | None = None
    dates: Annotated[list[Annotated[date, _text(_date)]], Field(min_length=1, max_length=MAX_DATES)] | None = None
    from_: TimeOfDay | None = Field(default=None, alias="from")
    to: TimeOfDay | None = None


class RateForm(Form):
    name: Name
    when: WhenForm | None = None
    free: Literal[True] | None = None
    bands: Annotated[list[BandForm], Field(min_length=1, max_length=MAX_BANDS)] | None = None


class CapForm(Form):
    per: Annotated[CapPer, Field(strict=False)]
    at_most: Amount
    name: Name | None = None
    from_: TimeOfDay | None = Field(default=None, alias="from")
    to: TimeOfDay | None = None


class GraceForm(Form):
    start: Duration | None = None
    step: Duration | None = None
    end: Duration | None = None


class EnterForm(Form):
    from_: TimeOfDay = Field(alias="from")
    to: TimeOfDay


class LeaveForm(Form):
    from_: TimeOfDay | None = Field(default=None, alias="from")
    to: TimeOfDay


class OfferForm(Form):
    name: Name
    days: Annotated[list[Days], Field(min_length=1, max_length=7)] | None = None
    enter: EnterForm
    leave: LeaveForm
    longest: Duration | None = None
    price: Amount


class LostTicketForm(Form):
    fee: Amount
    total_at_most: Amount | None = None


class TaxForm(Form):
    percent: Annotated[int, _text(_basis_points)]
    included: bool


class RatesForm(Form):
    kind: Literal["rates"]
    name: Name = "Parking"
    description: Text = ""
    currency: Annotated[str, _text(_currency)]
    time_zone: Annotated[ZoneInfo, _text(_time_zone)]
    rates: Annotated[list[RateForm], Field(min_length=1, max_length=MAX_RATES)]
    boundary: Annotated[Boundary, Field(strict=False)] = Boundary.BEFORE
    on_change: Annotated[OnChange, Field(strict=False)] = OnChange.RESTART
    caps: Annotated[list[CapForm], Field(max_length=MAX_CAPS)] = []
    grace: GraceForm = GraceForm()
    minimum_charge: Amount | None = None
    offers: Annotated[list[OfferForm], Field(max_length=MAX_OFFERS)] = []
    lost_ticket: LostTicketForm | None = None
    tax: TaxForm | None = None
    may_fall: bool = False
