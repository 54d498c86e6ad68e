"""The hours around now as bars: who came and left, and who is expected to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from parking.queries.traffic import HourOfTraffic

_HIGH: Final = 60
_STEP: Final = 26
_BAR: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class HourBars:
    """One hour: what came and what is still expected stand on each other, what left beside it."""

    starts_at: datetime
    is_now: bool
    x: int
    came: int
    coming: int
    went: int
    going: int
    came_y: int
    coming_y: int
    went_y: int
    going_y: int
    traffic: HourOfTraffic


def hour_bars(*, hours: Sequence[HourOfTraffic], now: datetime) -> list[HourBars]:
    most = max((max(one.arrived + one.arriving, one.left + one.leaving) for one in hours), default=0) or 1
    this_hour = max((one.starts_at for one in hours if one.starts_at <= now), default=None)
    return [_bars(hour=hour, n=n, most=most, is_now=hour.starts_at == this_hour) for n, hour in enumerate(hours)]


def _bars(*, hour: HourOfTraffic, n: int, most: int, is_now: bool) -> HourBars:
    def high(cars: int) -> int:
        return round(_HIGH * cars / most)

    came, coming, went, going = (high(cars) for cars in (hour.arrived, hour.arriving, hour.left, hour.leaving))
    return HourBars(
        starts_at=hour.starts_at,
        is_now=is_now,
        x=n * _STEP,
        came=came,
        coming=coming,
        went=went,
        going=going,
        came_y=_HIGH - came,
        coming_y=_HIGH - came - coming,
        went_y=_HIGH - went,
        going_y=_HIGH - went - going,
        traffic=hour,
    )
