from __future__ import annotations

from argparse import ArgumentParser
from typing import Any, Final

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from parking.queries.clock import current_time
from parking.services import setup

DEMO_OPERATOR: Final = "operator"
DEMO_PASSWORD: Final = "park-and-ride"  # noqa: S105 -- of the sandbox, printed on purpose


class Command(BaseCommand):
    help = "Create the site, zones, slots and gates that are missing. Safe to run again and again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--reset", action="store_true", help="first erase all parking data (asks before)")
        parser.add_argument("--yes", action="store_true", help="with --reset: do not ask")

    def handle(self, *, reset: bool, yes: bool, **_: Any) -> None:
        if reset:
            self._reset(without_asking=yes)
        report = setup.set_up(now=current_time())
        if report.zones_created or report.slots_created or report.gates_created:
            self.stdout.write(
                f"Created {report.zones_created} zones, {report.slots_created} slots, {report.gates_created} gates."
            )
        else:
            self.stdout.write("Everything is there already; nothing was changed.")
        if settings.PARKING_MODE == "sandbox":
            self._demo_operator()

    def _reset(self, *, without_asking: bool) -> None:
        if settings.PARKING_MODE == "live":
            raise CommandError("--reset is for the sandbox. A live system keeps its bookings and its money.")
        if not without_asking:
            try:
                answer = input("This erases every booking, payment and scan. Type 'erase' to go on: ")
            except EOFError:
                raise CommandError("Nobody can answer here, so nothing was erased. Add --yes.") from None
            if answer != "erase":
                raise CommandError("Nothing was erased.")
        setup.erase_everything()
        self.stdout.write("All parking data was erased.")

    def _demo_operator(self) -> None:
        users = get_user_model().objects
        if not users.filter(username=DEMO_OPERATOR).exists():
            users.create_superuser(DEMO_OPERATOR, password=DEMO_PASSWORD)
        self.stdout.write(f"Sandbox sign-in for /admin/: {DEMO_OPERATOR} / {DEMO_PASSWORD}")
