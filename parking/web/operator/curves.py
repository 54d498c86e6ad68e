"""Prices as they are drawn: one row for each length of a stay, one column for each curve."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext

from parking.domain.money import currency_exponent
from parking.queries.price_charts import PriceChart
from parking.web import formats

_HOUR_MINUTES: Final = 60
_DAY_MINUTES: Final = 24 * 60
_MOST_CURVES: Final = 6
"""More cannot be told apart; the API has them all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """What stays of so many hours cost, by the curves."""

    hours: float
    shown: str
    amounts: tuple[int, ...]


def curves_of(*, chart: PriceChart, steps: Sequence[tuple[int, int]]) -> dict[str, Any]:
    """By the hour for each start that makes a difference; of one for which it makes none, each step of the price."""
    if chart.start_matters:
        drawn = chart.by_start[:_MOST_CURVES]
        curves = [Curve(words=_from_words(curve.starts)) for curve in drawn]
        by_hour = zip(*(curve.amounts_minor for curve in drawn), strict=True)
        points = [_point(minutes=n * _HOUR_MINUTES, amounts=amounts) for n, amounts in enumerate(by_hour)]
    else:
        return curve_of_steps(steps=steps, currency=chart.currency)
    return _shown(curves=curves, points=points, currency=chart.currency)


def curve_of_steps(*, steps: Sequence[tuple[int, int]], currency: str) -> dict[str, Any]:
    """Of minutes and amounts, where the price steps up."""
    points = [_point(minutes=minutes, amounts=(minor,)) for minutes, minor in _of_a_day(steps)]
    return _shown(curves=[Curve(words=gettext("Price"))], points=points, currency=currency)


def _shown(*, curves: list[Curve], points: list[Point], currency: str) -> dict[str, Any]:
    return {"curves": curves, "points": points, "exponent": currency_exponent(currency=currency)}


def _of_a_day(steps: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The steps of the first 24 hours, the last of them drawn to their end."""
    shown = [(minutes, minor) for minutes, minor in steps if minutes <= _DAY_MINUTES]
    return [*shown, (_DAY_MINUTES, shown[-1][1])] if shown and shown[-1][0] < _DAY_MINUTES else shown


def _point(*, minutes: int, amounts: tuple[int, ...]) -> Point:
    return Point(hours=minutes / _HOUR_MINUTES, shown=formats.length(minutes), amounts=amounts)


def _from_words(starts: Sequence[datetime]) -> str:
    first = formats.clock(starts[0])
    if len(starts) == 1:
        return gettext("from %(time)s") % {"time": first}
    return gettext("from %(time)s and %(n)s more") % {"time": first, "n": len(starts) - 1}
