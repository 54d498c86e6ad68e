"""A tariff's prices at even steps, to be drawn; and once more for each start that makes a difference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from parking.domain.tariffs.contract import Tariff

MAX_POINTS: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnCurve:
    """What a stay costs that begins at any of `starts`: `amounts_minor[n]` after n steps."""

    starts: tuple[datetime, ...]
    amounts_minor: tuple[int, ...]


def drawn_curves(*, tariff: Tariff, starts: Sequence[datetime], step: timedelta, points: int) -> tuple[DrawnCurve, ...]:
    """One curve for all starts with the same prices, in the order of their first starts.

    Raises ValueError for no step, and for more than MAX_POINTS points.
    """
    if step <= timedelta(0) or not 1 <= points <= MAX_POINTS:
        raise ValueError(f"a chart has 1 to {MAX_POINTS} points, at some distance")
    found: dict[tuple[int, ...], list[datetime]] = {}
    for start in starts:
        entered_at = start.astimezone(UTC)
        amounts = tuple(
            tariff.stay_price(entered_at=entered_at, left_at=entered_at + n * step).amount_minor for n in range(points)
        )
        found.setdefault(amounts, []).append(start)
    return tuple(DrawnCurve(starts=tuple(starts), amounts_minor=amounts) for amounts, starts in found.items())
