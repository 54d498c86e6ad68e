from __future__ import annotations

import time
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import Progress

from parking import jobs
from parking.management.commands.setup_parking_system import DEMO_PASSWORD
from parking.management.stay_files import whole_number
from parking.models import ParkingBooking, ParkingSession
from parking.queries.clock import current_time
from parking.services.demo.fill import MAX_CARS_A_DAY, MAX_DAYS, DemoPlan, GarageInUseError, fill
from parking.services.demo.staff import ROLES

_DEFAULT: Final = DemoPlan(days=21, cars_a_day=75)
_FIRST_START: Final = DemoPlan(days=8, cars_a_day=40)
"""So much that a first start takes some seconds longer, and the same day of last week is there to compare with."""


class Command(BaseCommand):
    help = (
        "Fill the sandbox with an invented garage: weeks of visits, money, refusals and people at work, ending now,"
        " all of it through the use cases. Takes about 2 seconds for each day of the default size, so 40 seconds for"
        " the default. It needs a database without bookings, and ends without a change where there are some."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--days",
            type=whole_number(1, MAX_DAYS),
            default=_DEFAULT.days,
            help=f"days before today ({_DEFAULT.days})",
        )
        parser.add_argument(
            "--cars",
            type=whole_number(10, MAX_CARS_A_DAY),
            default=_DEFAULT.cars_a_day,
            help=f"cars on a working day ({_DEFAULT.cars_a_day})",
        )
        parser.add_argument(
            "--seed", type=whole_number(0, 10**9), default=_DEFAULT.seed, help="another seed is another garage (1)"
        )
        parser.add_argument(
            "--first-start",
            action="store_true",
            help="as `make run` does: a shorter history, and nothing at all if DEMO_DATA is off, in live mode, or if"
            " there are bookings",
        )

    def handle(self, *, days: int, cars: int, seed: int, first_start: bool, **_: Any) -> None:
        if first_start and not _is_wanted():
            return
        _refuse_real_money()
        plan = _FIRST_START if first_start else DemoPlan(days=days, cars_a_day=cars, seed=seed)
        if first_start:
            self.stdout.write(
                "A new sandbox: inventing a week in a garage, some 15 seconds. DEMO_DATA=false leaves it out."
            )
        began, now = time.monotonic(), current_time()
        _make_accounts()
        try:
            with _bar(plan=plan, now=now) as as_time_passes:
                refused = fill(plan=plan, as_time_passes=as_time_passes, now=now)
        except GarageInUseError as error:
            raise CommandError(
                "There are bookings already, so nothing was changed. To begin anew, first: "
                "manage.py setup_parking_system --reset"
            ) from error
        jobs.run_all(now=now)
        self._tell(refused=refused, seconds=time.monotonic() - began)

    def _tell(self, *, refused: Mapping[str, int], seconds: float) -> None:
        bookings = ParkingBooking.objects.count()
        inside = ParkingSession.objects.filter(gate_opened_at=None).count()
        self.stdout.write(f"{bookings:,} bookings, {inside} cars inside, in {seconds:.0f} s.")
        for code, count in sorted(refused.items()):
            self.stdout.write(f"  {count} turned round: {code}")
        names = ", ".join(f"{name} ({role})" for name, role in ROLES.items())
        self.stdout.write(f"They work there, with the sandbox's password {DEMO_PASSWORD}: {names}")


def _is_wanted() -> bool:
    if not settings.ENVIRONMENT.demo_data or settings.PARKING_MODE == "live":
        return False
    return not ParkingBooking.objects.exists()


def _refuse_real_money() -> None:
    if settings.PARKING_MODE == "live" or settings.PARKING_PAYMENT_PROVIDER != "simulated":
        raise CommandError(
            "The invented garage pays with simulated money, so it is for the sandbox only: set PARKING_MODE=sandbox"
            " and PARKING_PAYMENT_PROVIDER=simulated."
        )


def _make_accounts() -> None:
    users = get_user_model().objects
    for name, role in ROLES.items():
        user, is_new = users.get_or_create(username=name, defaults={"is_staff": True})
        if is_new:
            user.set_password(DEMO_PASSWORD)
            user.save(update_fields=["password"])
        user.groups.add(Group.objects.get_or_create(name=role.value)[0])


@contextmanager
def _bar(*, plan: DemoPlan, now: datetime) -> Iterator[Any]:
    """How far it is, where somebody watches."""
    console = Console(stderr=True)
    with Progress(console=console, disable=not console.is_terminal, transient=True) as progress:
        task = progress.add_task("days", total=plan.days + 1)

        def as_time_passes(moment: datetime) -> None:
            progress.update(task, completed=plan.days + 1 - (now - moment).total_seconds() / 86_400)

        yield as_time_passes
