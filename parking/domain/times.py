"""Time below the edge: always passed in, never read. In UTC, with an offset when it is written down."""

from __future__ import annotations

from datetime import UTC, datetime


def not_before(now: datetime, *stored: datetime | None) -> datetime:
    """`now`, or the newest stored time if that is later.

    A request that waited for a lock may hold an old `now`; business times never run backwards (DESIGN section 3).
    """
    return max([now, *(moment for moment in stored if moment is not None)])


def format_time(*, moment: datetime) -> str:
    """RFC 3339 in UTC: ``"2026-01-31T09:00:00.000000Z"``."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
