"""What a version of a tariff costs from 0 to 24 hours, for drawing: for a stay that begins now, and by the hour."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from parking.domain.days import BusinessDay, zone_of
from parking.domain.errors import UnknownTariff
from parking.domain.tariffs.chart import DrawnCurve, drawn_curves
from parking.models import TariffVersion
from parking.queries import snapshots

_MAX_ID: Final = 2**63 - 1
_STEP: Final = timedelta(minutes=15)
_STEPS_OF_A_DAY: Final = 24 * 4
_HOUR: Final = timedelta(hours=1)
_HOURS: Final = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceChart:
    """Amounts are minor units of `currency`."""

    tariff_id: int
    name: str
    version: int
    currency: str
    step_minutes: int
    amounts_minor: tuple[int, ...]
    """After 0, 1, 2... steps of a stay that begins at the moment that was asked for: 97 of them."""
    day: date
    by_start: tuple[DrawnCurve, ...]
    """By full hours 0 to 24 of a stay, for each full hour of `day` that it may begin at. Starts with the same prices
    are together, so a tariff for which the start is all one has one curve."""

    @property
    def start_matters(self) -> bool:
        return len(self.by_start) > 1


def price_chart(*, tariff_id: int, entered_at: datetime, day: date | None = None) -> PriceChart:
    """The prices of one version; its starts are those of `day` (None: of `entered_at`) at the site.

    Raises UnknownTariff.
    """
    known = TariffVersion.objects.select_related("site").filter(id=tariff_id)
    version = known.first() if 0 < tariff_id <= _MAX_ID else None
    if version is None:
        raise UnknownTariff
    tariff = snapshots.tariff_of(version=version)
    time_zone = zone_of(name=version.site.time_zone)
    asked = BusinessDay(day=day or entered_at.astimezone(time_zone).date(), time_zone=time_zone)
    (now,) = drawn_curves(tariff=tariff, starts=[entered_at], step=_STEP, points=_STEPS_OF_A_DAY + 1)
    starts = [asked.at(hour=hour) for hour in range(_HOURS)]
    return PriceChart(
        tariff_id=version.id,
        name=version.name,
        version=version.version,
        currency=version.currency,
        step_minutes=_STEP // timedelta(minutes=1),
        amounts_minor=now.amounts_minor,
        day=asked.day,
        by_start=drawn_curves(tariff=tariff, starts=starts, step=_HOUR, points=_HOURS + 1),
    )
