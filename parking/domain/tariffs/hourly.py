"""The specification's tariff: five minutes of grace, at least one hour, started hours count in full.

Source: "Billing Rules"; DESIGN section 2, row "billing".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from parking.domain.money import MAX_AMOUNT_MINOR
from parking.domain.tariffs.contract import MAX_BOOKED_HOURS, StayPrice, TariffProblem, whole_minutes

MAX_HOURLY_MINOR: Final = MAX_AMOUNT_MINOR // 10_000
_FIGURES: Final = ("rate_minor", "grace_minutes", "minimum_hours")


@dataclass(frozen=True, slots=True, kw_only=True)
class HourlyTariff:
    """So much per started hour, after a grace that is free."""

    rate_minor: int
    grace_minutes: int = 5
    minimum_hours: int = 1
    lost_ticket_fee_minor: int = 0
    lost_ticket_total_at_most_minor: int | None = None

    def __post_init__(self) -> None:
        if not 0 < self.rate_minor <= MAX_HOURLY_MINOR:
            raise ValueError(f"rate_minor is out of range: {self.rate_minor}")
        if not 0 <= self.grace_minutes < 60:
            raise ValueError(f"grace_minutes must be 0 to 59: {self.grace_minutes}")
        if not 1 <= self.minimum_hours <= MAX_BOOKED_HOURS:
            raise ValueError(f"minimum_hours must be 1 to {MAX_BOOKED_HOURS}: {self.minimum_hours}")
        if not 0 <= self.lost_ticket_fee_minor <= MAX_HOURLY_MINOR:
            raise ValueError(f"lost_ticket.fee_minor is out of range: {self.lost_ticket_fee_minor}")
        limit_minor = self.lost_ticket_total_at_most_minor
        if limit_minor is not None and not 0 < limit_minor <= MAX_AMOUNT_MINOR:
            raise ValueError(f"lost_ticket.total_at_most_minor is out of range: {limit_minor}")

    @property
    def hourly_rate_minor(self) -> int:
        return self.rate_minor

    @property
    def tax_basis_points(self) -> int | None:
        return None

    def booking_price(self, *, starts_at: datetime, hours: int) -> int:
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


def hourly_definition(*, rate_minor: int) -> dict[str, int | str]:
    """The stored form of the specification's tariff at `rate_minor` per hour."""
    tariff = HourlyTariff(rate_minor=rate_minor)
    return {
        "kind": "hourly",
        "rate_minor": tariff.rate_minor,
        "grace_minutes": tariff.grace_minutes,
        "minimum_hours": tariff.minimum_hours,
    }


def read_hourly(*, definition: Mapping[str, object]) -> HourlyTariff:
    """The hourly tariff that a stored definition describes. Raises TariffProblem if it describes none."""
    figures = {name: value for name, value in definition.items() if name not in {"kind", "lost_ticket"}}
    problems = _unfit(figures=figures, path="", required=_FIGURES)
    if "lost_ticket" in definition:
        lost_ticket = definition["lost_ticket"]
        if isinstance(lost_ticket, Mapping):
            problems += _unfit(
                figures=lost_ticket, path="lost_ticket.", required=("fee_minor",), optional=("total_at_most_minor",)
            )
            figures |= {f"lost_ticket_{name}": value for name, value in lost_ticket.items()}
        else:
            problems.append("lost_ticket: must be an object")
    if problems:
        raise TariffProblem(problems)
    try:
        return HourlyTariff(**{name: value for name, value in figures.items() if isinstance(value, int)})
    except ValueError as problem:
        raise TariffProblem([str(problem)]) from None


def _unfit(
    *, figures: Mapping[str, object], path: str, required: tuple[str, ...], optional: tuple[str, ...] = ()
) -> list[str]:
    return [
        *(f"{path}{name}: is missing" for name in required if name not in figures),
        *(f"{path}{name}: no such key" for name in figures if name not in required + optional),
        *(
            f"{path}{name}: must be an integer"
            for name, value in figures.items()
            if not isinstance(value, int) or isinstance(value, bool)
        ),
    ]
