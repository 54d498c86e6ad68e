"""Offers: one price for a stay that enters and leaves within certain local times (early bird, evening)."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from parking.domain.tariffs.local_times import MINUTE, minutes_until, moment_of
from parking.domain.tariffs.rules import Offer


def fits(*, offer: Offer, entered_at: datetime, minutes: int, zone: ZoneInfo) -> bool:
    """Whether a stay of `minutes` whole minutes fits the offer. `entered_at` is in UTC.

    Times are printed to the minute, so the last minute of the times of entry and of leaving is within them.
    """
    if offer.longest is not None and minutes > offer.longest:
        return False
    today = entered_at.astimezone(zone).date()
    for day in (today, today - timedelta(days=1)):
        opens, closes, leave_from, leave_to = (
            moment_of(day=day, minute=minute, zone=zone)
            for minute in (
                offer.enter.starts,
                offer.enter.ends_after_midnight_of_start,
                offer.leave_from or 0,
                offer.leave_to,
            )
        )
        if day.weekday() in offer.days and opens <= entered_at < closes + MINUTE:
            is_late_enough = offer.leave_from is None or minutes >= minutes_until(
                moment=leave_from, entered_at=entered_at
            )
            if is_late_enough and minutes <= (leave_to - entered_at) // MINUTE:
                return True
    return False
