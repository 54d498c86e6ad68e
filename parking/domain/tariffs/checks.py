"""What a tariff must not be, although each of its parts can be read."""

from __future__ import annotations

from typing import Final

from parking.domain.money import MAX_AMOUNT_MINOR
from parking.domain.tariffs.rates import RatesTariff
from parking.domain.tariffs.rules import Band, Boundary, OnChange, Rate
from parking.domain.tariffs.schedule import Period
from parking.domain.tariffs.steps import runs_of

_YEAR_MINUTES: Final = 366 * 24 * 60
_MOST_VISITS: Final = 2 * 367
"""A rate has one stretch of time a day, and a special day may cut it in two."""


def problems_of(*, tariff: RatesTariff) -> list[str]:
    """Everything that is wrong, each with its path."""
    return [*_problems_of_totals(tariff), *_problems_of_grace(tariff), *_problems_of_offers(tariff), *_too_dear(tariff)]


def _problems_of_totals(tariff: RatesTariff) -> list[str]:
    charged = sum(not rate.is_free for rate in tariff.rates)
    runs_on = charged > 1 and tariff.on_change is OnChange.CONTINUE
    problems = []
    for rate_index, rate in enumerate(tariff.rates):
        for index, band in enumerate(rate.bands):
            path = f"rates[{rate_index}].bands[{index}].total"
            if not band.is_total:
                continue
            if runs_on:
                problems.append(
                    f"{path}: a total does not go on from one charged rate to another; restart, or say adds"
                )
            elif index and _falls(rate=rate, index=index, boundary=tariff.boundary):
                if not tariff.may_fall:
                    problems.append(f"{path}: is less than the bands before come to; say may_fall if you mean it")
                elif tariff.caps:
                    problems.append(f"{path}: a total that is less than the bands before come to goes with no caps")
    return problems


def _falls(*, rate: Rate, index: int, boundary: Boundary) -> bool:
    """Whether a total band begins lower than the bands before it end."""
    band = rate.bands[index]
    period = Period(rate=0, starts=0, ends=band.starts + 1)
    runs = runs_of(periods=[period], rates=[rate], boundary=boundary, on_change=OnChange.RESTART)
    return any(run.amount_minor < 0 for run in runs if run.band == index)


def _problems_of_grace(tariff: RatesTariff) -> list[str]:
    is_pro_rata = any(band.is_pro_rata for rate in tariff.rates for band in rate.bands)
    return ["grace.step: does not go with pro_rata bands"] if tariff.grace.step and is_pro_rata else []


def _problems_of_offers(tariff: RatesTariff) -> list[str]:
    if tariff.may_fall:
        return []
    return [
        f"offers[{index}].leave.from: the price may fall when the offer begins to fit; say may_fall if you mean it"
        for index, offer in enumerate(tariff.offers)
        if offer.leave_from is not None
    ]


def _too_dear(tariff: RatesTariff) -> list[str]:
    """Whether a year could cost more than an amount may be, caps apart, by a bound that is easy to see."""
    visits = 1 if len(tariff.rates) == 1 else _MOST_VISITS
    year_minor = sum(_year_at_most(band, visits=visits) for rate in tariff.rates for band in rate.bands)
    fee_minor = tariff.lost_ticket.fee_minor if tariff.lost_ticket else 0
    if tariff.tax and not tariff.tax.is_included:
        year_minor, fee_minor = 2 * year_minor, 2 * fee_minor
    if year_minor + fee_minor + tariff.minimum_charge_minor <= MAX_AMOUNT_MINOR:
        return []
    return ["rates: a stay of one year could cost more than any amount may be"]


def _year_at_most(band: Band, *, visits: int) -> int:
    steps = visits + (_YEAR_MINUTES // band.each if band.each else 0)
    return steps * band.amount_minor
