"""The time for which a slot or a zone is taken out of service."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from parking.domain.errors import InvalidField

_CLOCK_SKEW: Final = timedelta(minutes=1)
_FURTHEST_AHEAD: Final = timedelta(days=366)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutageSpan:
    """From `starts_at` up to, not including, `ends_at`; None: until somebody ends it."""

    starts_at: datetime
    ends_at: datetime | None


def plan_span(*, starts_at: datetime | None, ends_at: datetime | None, now: datetime) -> OutageSpan:
    """The span that was asked for; without a start, from now on.

    Raises InvalidField for a time without an offset, a start in the past or more than a year ahead, and an end that
    is not after the start.
    """
    for field, moment in (("starts_at", starts_at), ("ends_at", ends_at)):
        if moment is not None and moment.tzinfo is None:
            raise InvalidField(field=field, problem="must carry an offset, such as 2026-01-31T09:00:00+05:30.")
    start = now if starts_at is None else starts_at
    if start < now - _CLOCK_SKEW:
        raise InvalidField(field="starts_at", problem="is in the past. Leave it out to start now.")
    if start > now + _FURTHEST_AHEAD:
        raise InvalidField(field="starts_at", problem=f"is too far ahead. Plan at most {_FURTHEST_AHEAD.days} days.")
    start = max(start, now).astimezone(UTC)
    if ends_at is not None and ends_at <= start:
        raise InvalidField(field="ends_at", problem="must be after the start.")
    return OutageSpan(starts_at=start, ends_at=None if ends_at is None else ends_at.astimezone(UTC))
