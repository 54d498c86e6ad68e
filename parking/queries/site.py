"""The place as people know it: its name, its time, its currency."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from parking.models import ParkingSite


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteFacts:
    name: str
    time_zone: ZoneInfo
    currency: str


NO_SITE: Final = SiteFacts(name="Smart Parking", time_zone=ZoneInfo("UTC"), currency="INR")
"""Before anything is set up, and while the database does not answer."""


def get_site() -> SiteFacts:
    """The first site: one operator's sites are taken to keep one time."""
    row = ParkingSite.objects.order_by("id").values_list("name", "time_zone", "currency").first()
    if row is None:
        return NO_SITE
    name, time_zone, currency = row
    return SiteFacts(name=name, time_zone=_zone(time_zone), currency=currency)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
