"""When a business day may be closed: it is over, nothing of it is on its way, and its drawers are counted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from parking.domain.errors import DayNotOver, ParkingError, ShiftsOpen
from parking.domain.times import format_time

SETTLING: Final = timedelta(minutes=10)
"""A request reads the time before it waits for its locks and its provider, so what it writes may fall into the day
before. No request takes so long."""


def closes_from(*, ends_at: datetime) -> datetime:
    return ends_at + SETTLING


def refusal_of_close(*, ends_at: datetime, open_shift_cashiers: Sequence[str], now: datetime) -> ParkingError | None:
    """Why the day that ends at `ends_at` cannot be closed at `now`; None if it can."""
    if now < closes_from(ends_at=ends_at):
        moment = format_time(moment=closes_from(ends_at=ends_at))
        return DayNotOver(f"This day is not over. Close it from {moment} on.", details={"closes_from": moment})
    if open_shift_cashiers:
        cashiers = sorted(open_shift_cashiers)
        return ShiftsOpen(
            f"Shifts of this day are open, of: {', '.join(cashiers)}. They must count their drawers first.",
            details={"cashiers": cashiers},
        )
    return None
