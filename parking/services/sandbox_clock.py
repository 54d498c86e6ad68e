"""The sandbox's test clock: the wall clock plus a stored offset, or standing still; it only ever goes forward."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from parking.db.locks import lock_sandbox_clock
from parking.db.transactions import use_case
from parking.domain.errors import ClockBackwards, InvalidField
from parking.models import SandboxClock
from parking.queries.clock import read_clock

LATEST: Final = datetime(2100, 1, 1, tzinfo=UTC)
MAX_ADVANCE_SECONDS: Final = 10 * 366 * 24 * 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockReading:
    """What the test clock shows."""

    now: datetime
    frozen: bool
    offset_seconds: float


def read(*, wall: datetime) -> ClockReading:
    """What it shows while the real time is `wall`."""
    return _reading(clock=SandboxClock.objects.filter(id=1).first() or SandboxClock(id=1), wall=wall)


def adjust(
    *,
    read_wall: Callable[[], datetime],
    advance_seconds: int | None = None,
    move_to: datetime | None = None,
    freeze: bool | None = None,
) -> ClockReading:
    """Move the clock forward, by seconds or to a moment, then let it stand still or run again; all at once.

    `read_wall` is asked for the real time once the clock is locked: a time from before the wait for the lock would
    set it back. Raises ClockBackwards for an earlier moment, and InvalidField for one that is out of range.
    """
    with use_case():
        clock = lock_sandbox_clock()
        wall = read_wall()
        before = read_clock(clock=clock, wall=wall)
        after = _target(before=before, advance_seconds=advance_seconds, move_to=move_to)
        stands_still = clock.frozen_at is not None if freeze is None else freeze
        clock.frozen_at = after if stands_still else None
        # Negative after standing still: it runs on from where it stood, it does not jump to the wall clock.
        clock.offset_microseconds = (after - wall) // timedelta(microseconds=1)
        clock.save(update_fields=["frozen_at", "offset_microseconds"])
        return _reading(clock=clock, wall=wall)


def _target(*, before: datetime, advance_seconds: int | None, move_to: datetime | None) -> datetime:
    after = before
    if advance_seconds is not None:
        if not 0 <= advance_seconds <= MAX_ADVANCE_SECONDS:
            raise InvalidField(field="advance_seconds", problem=f"must be from 0 to {MAX_ADVANCE_SECONDS}.")
        after = before + timedelta(seconds=advance_seconds)
    if move_to is not None:
        if move_to.tzinfo is None:
            raise InvalidField(field="now", problem="must carry an offset, such as 2026-01-31T09:00:00+05:30.")
        if move_to < before:
            raise ClockBackwards
        after = move_to
    if after >= LATEST:
        raise InvalidField(field="now", problem=f"must be before the year {LATEST.year}.")
    return after


def _reading(*, clock: SandboxClock, wall: datetime) -> ClockReading:
    now = read_clock(clock=clock, wall=wall)
    return ClockReading(now=now, frozen=clock.frozen_at is not None, offset_seconds=(now - wall) / timedelta(seconds=1))
