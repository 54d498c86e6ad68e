"""The price as the stay grows, for a chart or a table."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from parking.domain.tariffs.contract import Tariff
from parking.domain.tariffs.local_times import MINUTE

MAX_CURVE_STEPS: Final = 3000


def price_curve(*, tariff: Tariff, entered_at: datetime, until: timedelta, step: timedelta) -> list[tuple[int, int]]:
    """(minutes parked, minor units) for the shortest stay, and wherever the price differs from the step before.

    Looks at stays of 0, `step`, 2 x `step` and so on, at most `until`. Raises ValueError for a step of no whole
    minutes, and for more steps than MAX_CURVE_STEPS.
    """
    step_minutes, rest = divmod(step, MINUTE)
    if step_minutes < 1 or rest or until < timedelta(0):
        raise ValueError("a curve needs a step of whole minutes, one at least, and a stay to look at")
    if until // step > MAX_CURVE_STEPS:
        raise ValueError(f"a curve has at most {MAX_CURVE_STEPS} steps")
    entered_at = entered_at.astimezone(UTC)
    points: list[tuple[int, int]] = []
    for minutes in range(0, until // MINUTE + 1, step_minutes):
        price = tariff.stay_price(entered_at=entered_at, left_at=entered_at + minutes * MINUTE)
        if not points or points[-1][1] != price.amount_minor:
            points.append((minutes, price.amount_minor))
    return points
