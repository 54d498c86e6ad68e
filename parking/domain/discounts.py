"""What merchants' codes take of a stay's price, and whether a code may be used at all.

Codes work on one another's result, in the order in which they were used: the second takes of what the first has
left. So whatever is combined, a longer stay never costs less.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from parking.domain.errors import DiscountRefused, InvalidField
from parking.domain.money import MAX_AMOUNT_MINOR
from parking.domain.states import AdjustmentKind, DiscountKind
from parking.domain.tariffs import Tariff
from parking.domain.tax import WHOLE_BASIS_POINTS
from parking.domain.times import format_time

MAX_CODES_PER_STAY: Final = 5
MAX_MINUTES: Final = 366 * 24 * 60
_CODE: Final = re.compile(r"[A-Z0-9][A-Z0-9-]{3,31}")


class Net(Protocol):
    """A price of which something was taken already."""

    def net(self, *, tariff: Tariff, entered_at: datetime, until: datetime) -> int:
        """Minor units that the stay up to `until` costs after it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeDiscount:
    """One use of a code for one stay. Once it was granted, that amount stands."""

    validation_id: int
    code: str
    gives: DiscountKind
    value: int
    """Minutes, minor units or basis points, by `gives`."""
    at_most_minor: int
    granted_minor: int | None = None
    before: Net | None = None
    """What comes before it: the permit, or the code that was used before; None for the tariff itself."""

    @property
    def kind(self) -> AdjustmentKind:
        return AdjustmentKind.VALIDATION

    def takes(self, *, price_minor: int, left_minor: int, tariff: Tariff, entered_at: datetime, until: datetime) -> int:
        return min(left_minor, self.off(tariff=tariff, entered_at=entered_at, until=until))

    def net(self, *, tariff: Tariff, entered_at: datetime, until: datetime) -> int:
        before_minor = self._net_before(tariff=tariff, entered_at=entered_at, until=until)
        return before_minor - self.off(tariff=tariff, entered_at=entered_at, until=until)

    def off(self, *, tariff: Tariff, entered_at: datetime, until: datetime) -> int:
        """Minor units that it takes of what those before it have left of the price."""
        before_minor = self._net_before(tariff=tariff, entered_at=entered_at, until=until)
        if self.granted_minor is not None:
            return min(before_minor, self.granted_minor)
        match self.gives:
            case DiscountKind.TIME:
                sooner = max(entered_at, until - timedelta(minutes=self.value))
                off_minor = before_minor - self._net_before(tariff=tariff, entered_at=entered_at, until=sooner)
            case DiscountKind.AMOUNT:
                off_minor = self.value
            case DiscountKind.PERCENT:
                # Half a minor unit goes to the driver.
                off_minor = (2 * before_minor * self.value + WHOLE_BASIS_POINTS) // (2 * WHOLE_BASIS_POINTS)
        return max(0, min(off_minor, before_minor, self.at_most_minor))

    def _net_before(self, *, tariff: Tariff, entered_at: datetime, until: datetime) -> int:
        if self.before is not None:
            return self.before.net(tariff=tariff, entered_at=entered_at, until=until)
        return tariff.stay_price(entered_at=entered_at, left_at=until).amount_minor


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeSnapshot:
    """What the rules need to know of a code, in minor units of one currency."""

    at_most_minor: int
    currency: str
    budget_minor: int | None
    spent_minor: int
    max_uses: int | None
    uses: int
    valid_from: datetime
    valid_until: datetime
    is_closed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StayForCode:
    """What the rules need to know of the stay that a code is to be used for."""

    has_ended: bool
    currency: str
    codes_used: int
    has_this_code: bool


def refusal_of_code(*, code: CodeSnapshot, stay: StayForCode, now: datetime) -> DiscountRefused | None:
    """Why the code gives nothing for the stay, in words for who holds it; None if it may be used."""
    why = _why_not_this_stay(code=code, stay=stay) or _why_not_this_code(code=code, now=now)
    return DiscountRefused(why) if why else None


def _why_not_this_stay(*, code: CodeSnapshot, stay: StayForCode) -> str | None:
    if stay.has_ended:
        return "This stay is over. A code must be used before the last payment, or the exit."
    if stay.has_this_code:
        return "This code was already used for this stay. It counts once."
    if stay.codes_used >= MAX_CODES_PER_STAY:
        return f"{MAX_CODES_PER_STAY} codes were used for this stay. There can be no more."
    if code.currency != stay.currency:
        return "This code is in another currency than this stay. Ask the merchant for another."
    return None


def _why_not_this_code(*, code: CodeSnapshot, now: datetime) -> str | None:
    if now < code.valid_from:
        return f"This code is not valid yet, but from {format_time(moment=code.valid_from)} on."
    if code.is_closed or now >= code.valid_until:
        return "The time of this code is over. Ask the merchant for another."
    if code.max_uses is not None and code.uses >= code.max_uses:
        return "This code is used up. Ask the merchant for another."
    if code.budget_minor is not None and code.spent_minor + code.at_most_minor > code.budget_minor:
        return "The budget of this code is spent. Ask the merchant for another."
    return None


def canonical_code(*, text: str) -> str | None:
    """The code as it is kept, trimmed and upper-cased; None if it cannot be one."""
    code = text.strip().upper()
    return code if text.isascii() and _CODE.fullmatch(code) else None


def check_terms(*, gives: DiscountKind, value: int, at_most_minor: int | None) -> int:
    """The most that one use gives, in minor units; of an amount that is the amount itself, if nothing less is said.

    Raises InvalidField.
    """
    most = {DiscountKind.TIME: MAX_MINUTES, DiscountKind.AMOUNT: MAX_AMOUNT_MINOR}.get(gives, WHOLE_BASIS_POINTS)
    if not 1 <= value <= most:
        raise InvalidField(field="value", problem=f"must be a whole number from 1 to {most}.")
    if at_most_minor is None and gives is not DiscountKind.AMOUNT:
        raise InvalidField(field="at_most", problem="is missing: say how much one use may give at most.")
    limit_minor = value if at_most_minor is None else at_most_minor
    if not 1 <= limit_minor <= MAX_AMOUNT_MINOR:
        raise InvalidField(field="at_most", problem="must be more than nothing, and in bounds.")
    return limit_minor
