"""What time it is, for the edge to ask once for each request or job: the wall clock, or the sandbox's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.conf import settings

from parking.models import SandboxClock


def current_time() -> datetime:
    """Now, in UTC. In sandbox mode the stored test clock decides, and every process sees the same."""
    wall = datetime.now(UTC)
    if settings.PARKING_MODE != "sandbox":
        return wall
    clock = SandboxClock.objects.filter(id=1).first()
    return wall if clock is None else read_clock(clock=clock, wall=wall)


def read_clock(*, clock: SandboxClock, wall: datetime) -> datetime:
    """The wall clock plus the stored offset, or the moment at which the clock stands still."""
    return clock.frozen_at or wall + timedelta(microseconds=clock.offset_microseconds)
