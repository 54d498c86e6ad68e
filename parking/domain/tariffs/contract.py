"""What the rest of the system asks of a tariff, and what it is told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

MAX_BOOKED_HOURS: Final = 24


class TariffProblem(ValueError):
    """A definition is no tariff. `problems` lists everything that is wrong with it, each with its path."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("this is no tariff definition: " + "; ".join(self.problems))


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceLine:
    """One line of a price in words. The amounts of all lines add up to the price; a deduction is below zero."""

    words: str
    starts_at: datetime
    ends_at: datetime
    amount_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StayPrice:
    """The price of one stay, with the figures and the words that explain it.

    A tariff that has nothing to explain leaves `lines` and `notes` empty; lines that are there add up to the amount.
    """

    amount_minor: int
    total_minutes: int
    billable_minutes: int
    billable_hours: int
    lines: tuple[PriceLine, ...] = ()
    notes: tuple[str, ...] = ()


class Tariff(Protocol):
    """All that the rest of the system asks of a tariff."""

    @property
    def hourly_rate_minor(self) -> int:
        """The headline price of one hour, for display."""
        ...

    @property
    def lost_ticket_fee_minor(self) -> int:
        """What a lost ticket costs on top of the stay; 0 if nothing."""
        ...

    @property
    def lost_ticket_total_at_most_minor(self) -> int | None:
        """The stay and the fee together are at most this; None for no limit."""
        ...

    @property
    def tax_basis_points(self) -> int | None:
        """The tax that every amount of this tariff contains; None for the site's own."""
        ...

    def booking_price(self, *, starts_at: datetime, hours: int) -> int:
        """Minor units to prepay for `hours` whole hours from `starts_at`."""
        ...

    def stay_price(self, *, entered_at: datetime, left_at: datetime) -> StayPrice:
        """The full price of a stay. It never falls as `left_at` grows, unless the tariff says that it may."""
        ...


def whole_minutes(*, start: datetime, end: datetime) -> int:
    """Elapsed whole minutes, floored, by the clock of UTC. Raises ValueError if `end` is before `start`."""
    # Python subtracts two times of one zone by its wall clock, which summer time moves.
    elapsed = end.astimezone(UTC) - start.astimezone(UTC)
    if elapsed < timedelta(0):
        raise ValueError("a stay cannot end before it began")
    return elapsed // timedelta(minutes=1)
