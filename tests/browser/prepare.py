"""`python -m tests.browser.prepare`: a garage to visit. Its clock stands still on a Wednesday before noon, whatever the
day of the test is, and its visits of the days before are invented by `demo_data`.

One process, because each start of Django costs more than what it does here.
"""

from __future__ import annotations

import argparse
import os
import sys
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import django

_WEDNESDAY: Final = 2
_HOUR, _MINUTE = 11, 40


def next_moment(*, wall: datetime, time_zone: ZoneInfo) -> datetime:
    """The sandbox's clock only goes forward, so it is one to come."""
    local = wall.astimezone(time_zone)
    day = local.date() + timedelta(days=(_WEDNESDAY - local.weekday()) % 7 or 7)
    return datetime(day.year, day.month, day.day, _HOUR, _MINUTE, tzinfo=time_zone)


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--days", type=int, required=True)
    options.add_argument("--cars", type=int, required=True)
    options.add_argument("--at", type=datetime.fromisoformat, help="another moment to come, in the site's time")
    given = options.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()

    from django.core.management import call_command  # noqa: PLC0415 -- once Django is set up

    from parking.services import sandbox_clock, setup  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    time_zone = ZoneInfo(setup.DEFAULT_TIME_ZONE)
    moment = (
        given.at.replace(tzinfo=time_zone) if given.at else next_moment(wall=datetime.now(UTC), time_zone=time_zone)
    )
    sandbox_clock.adjust(read_wall=lambda: datetime.now(UTC), move_to=moment, freeze=True)
    call_command("demo_data", days=given.days, cars=given.cars, stdout=sys.stdout)
    call_command("setup_parking_system", stdout=sys.stdout)


if __name__ == "__main__":
    main()
