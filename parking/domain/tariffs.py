"""What a stay costs. A tariff is immutable data; a booking keeps the version it was sold under.

The specification's tariff is the hourly one: five minutes of grace, at least one hour, started hours count
in full ("Billing Rules"; DESIGN section 2, row "billing").
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

from parking.domain.money import MAX_AMOUNT_MINOR

MAX_BOOKED_HOURS: Final = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class StayPrice:
    """The price of one stay, with the figures that explain it."""

    amount_minor: int
    total_minutes: int
    billable_minutes: int
    billable_hours: int


class Tariff(Protocol):
    """All that the rest of the system asks of a tariff."""

    @property
    def hourly_rate_minor(self) -> int:
        """The headline price of one hour, for display."""
        ...

    def booking_price(self, *, hours: int) -> int:
        """Minor units to prepay for `hours` whole hours."""
        ...

    def stay_price(self, *, entered_at: datetime, left_at: datetime) -> StayPrice:
        """The full price of a stay; it never falls as `left_at` grows."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class HourlyTariff:
    """So much per started hour, after a grace that is free."""

    rate_minor: int
    grace_minutes: int = 5
    minimum_hours: int = 1

    def __post_init__(self) -> None:
        if not 0 < self.rate_minor <= MAX_AMOUNT_MINOR // 10_000:
            raise ValueError(f"rate_minor is out of range: {self.rate_minor}")
        if not 0 <= self.grace_minutes < 60:
            raise ValueError(f"grace_minutes must be 0 to 59: {self.grace_minutes}")
        if not 1 <= self.minimum_hours <= MAX_BOOKED_HOURS:
            raise ValueError(f"minimum_hours must be 1 to {MAX_BOOKED_HOURS}: {self.minimum_hours}")

    @property
    def hourly_rate_minor(self) -> int:
        return self.rate_minor

    def booking_price(self, *, hours: int) -> int:
        return self.rate_minor * max(self.minimum_hours, hours)

    def stay_price(self, *, entered_at: datetime, left_at: datetime) -> StayPrice:
        """65 minutes are one hour, 66 are two (specification, "Billing Rules")."""
        total_minutes = whole_minutes(start=entered_at, end=left_at)
        billable_minutes = max(0, total_minutes - self.grace_minutes)
        billable_hours = max(self.minimum_hours, -(-billable_minutes // 60))
        return StayPrice(
            amount_minor=self.rate_minor * billable_hours,
            total_minutes=total_minutes,
            billable_minutes=billable_minutes,
            billable_hours=billable_hours,
        )


def whole_minutes(*, start: datetime, end: datetime) -> int:
    """Elapsed whole minutes, floored, by the clock of UTC. Raises ValueError if `end` is before `start`."""
    # Python subtracts two times of one zone by its wall clock, which summer time moves.
    elapsed = end.astimezone(UTC) - start.astimezone(UTC)
    if elapsed < timedelta(0):
        raise ValueError("a stay cannot end before it began")
    return elapsed // timedelta(minutes=1)


def hourly_definition(*, rate_minor: int) -> dict[str, int | str]:
    """The stored form of the specification's tariff at `rate_minor` per hour."""
    tariff = HourlyTariff(rate_minor=rate_minor)
    return {
        "kind": "hourly",
        "rate_minor": tariff.rate_minor,
        "grace_minutes": tariff.grace_minutes,
        "minimum_hours": tariff.minimum_hours,
    }


def read_tariff(*, definition: Mapping[str, object]) -> Tariff:
    """The tariff that a stored definition describes. Raises ValueError if it describes none."""
    values = dict(definition)
    if values.pop("kind", None) != "hourly" or values.keys() != {
        "rate_minor",
        "grace_minutes",
        "minimum_hours",
    }:
        raise ValueError(f"this is no tariff definition: {definition!r}")
    rate_minor, grace_minutes, minimum_hours = (
        _integer(name=name, value=values[name]) for name in ("rate_minor", "grace_minutes", "minimum_hours")
    )
    return HourlyTariff(rate_minor=rate_minor, grace_minutes=grace_minutes, minimum_hours=minimum_hours)


def _integer(*, name: str, value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError(f"{name} must be an integer, not {value!r}")  # noqa: TRY004 -- the data is wrong, not the call
    return value
