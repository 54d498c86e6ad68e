"""The site whose desk and office it is, and its business days."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from parking.domain.days import BusinessDay, day_of, zone_of
from parking.domain.errors import NotFound
from parking.models import ParkingSite


def desk_site() -> ParkingSite:
    """The site whose desk and office it is: the first, as long as they belong to none.

    Raises NotFound before there is one.
    """
    site = ParkingSite.objects.order_by("id").first()
    if site is None:
        raise NotFound("There is no site yet. Run: manage.py setup_parking_system", code="no_site")
    return site


def time_zone_of(*, site: ParkingSite) -> ZoneInfo:
    return zone_of(name=site.time_zone)


def business_day(*, site: ParkingSite, day: date) -> BusinessDay:
    return BusinessDay(day=day, time_zone=time_zone_of(site=site))


def today_of(*, site: ParkingSite, now: datetime) -> BusinessDay:
    return day_of(moment=now, time_zone=time_zone_of(site=site))
