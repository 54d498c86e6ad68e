"""The whole invented garage: set up, opened, lived from its first day up to this moment."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from random import Random
from typing import Final
from zoneinfo import ZoneInfo

from parking.db.durability import not_waiting_for_the_disk
from parking.models import ParkingBooking, ParkingSite, ParkingZone
from parking.services import setup
from parking.services.demo.drivers import Drivers
from parking.services.demo.office import CODE, Office
from parking.services.demo.people import Town
from parking.services.demo.scenes import Scenes
from parking.services.demo.story import play
from parking.services.demo.visits import Planner

MAX_DAYS: Final = 90
MAX_CARS_A_DAY: Final = 300
_RECENT: Final = 16
"""Cars that have come in lately, whatever the hour is."""


class GarageInUseError(Exception):
    """There are bookings already: somebody's, or those of a former run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoPlan:
    """`seed` decides who comes and what they do; which slot they get, and their codes, are always random."""

    days: int
    cars_a_day: int
    seed: int = 1


def fill(*, plan: DemoPlan, as_time_passes: Callable[[datetime], None], now: datetime) -> Mapping[str, int]:
    """Let the garage live for so many days up to `now`. Returns how many drivers turned round, by the error's code.

    Raises GarageInUseError.
    """
    if ParkingBooking.objects.exists():
        raise GarageInUseError
    time_zone = ZoneInfo(setup.DEFAULT_TIME_ZONE)
    today = now.astimezone(time_zone).date()
    beginning = datetime.combine(today - timedelta(days=plan.days), time(), tzinfo=time_zone)
    with not_waiting_for_the_disk():
        setup.set_up(now=beginning)
        random = Random(plan.seed)  # noqa: S311 -- of an invented garage
        town = Town(random=random)
        zone_ids = _zone_ids()
        days = [today + timedelta(days=number) for number in range(-plan.days, 2)]
        office = Office(
            random=random,
            town=town,
            zone_ids=zone_ids,
            site=ParkingSite.objects.get(name=setup.DEFAULT_SITE),
            beginning=beginning,
            now=now,
        )
        office.open()
        drivers = Drivers(random=random, zone_ids=zone_ids, code=CODE)
        planner = Planner(random=random, town=town, cars_a_day=plan.cars_a_day, time_zone=time_zone)
        visits = [*planner.visits(days=days), *planner.recent(count=_RECENT, now=now)]
        stories = [
            *office.stories(days=days),
            *Scenes(town=town, drivers=drivers, now=now).stories(),
            *(drivers.visit(visit) for visit in visits if visit.booked_at >= beginning),
        ]
        return play(stories=stories, until=now, as_time_passes=as_time_passes)


def _zone_ids() -> dict[str, int]:
    """By the letter that their slots begin with."""
    names = {plan.name: plan.slot_prefix for plan in setup.DEFAULT_ZONES}
    zones = ParkingZone.objects.filter(site__name=setup.DEFAULT_SITE, name__in=names)
    return {names[zone.name]: zone.id for zone in zones}
