from __future__ import annotations

from argparse import ArgumentParser
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError

from parking.domain.callers import SYSTEM
from parking.domain.errors import ParkingError
from parking.domain.permissions import Scope
from parking.domain.states import GateDirection
from parking.models import ParkingSite, ParkingZone
from parking.queries.clock import current_time
from parking.services import ParkingService

_SHOWN_ONCE: Final = "This key is shown once and kept nowhere. Give it to its owner now:"


class Command(BaseCommand):
    help = "Register gates, and make and revoke the keys of gates, integrators and members of staff."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        register = actions.add_parser("register-gate", help="add a gate and make its key")
        register.add_argument("device_id")
        register.add_argument("--direction", choices=[one.value for one in GateDirection], required=True)
        register.add_argument("--zone", action="append", default=[], help="a zone's name; none means all zones")
        actions.add_parser("gate", help="make a gate's key anew").add_argument("device_id")
        actions.add_parser("revoke-gate", help="let a gate admit nobody any more").add_argument("device_id")
        integrator = actions.add_parser("api", help="make an integrator's key")
        integrator.add_argument("name")
        integrator.add_argument("--scope", action="append", choices=[one.value for one in Scope], required=True)
        actions.add_parser("staff", help="make a member of staff's own key").add_argument("username")
        actions.add_parser("revoke-api", help="end the key of an integrator or a person").add_argument("prefix")

    def handle(self, *, action: str, **options: Any) -> None:
        try:
            getattr(self, f"_{action.replace('-', '_')}")(options)
        except ParkingError as error:
            raise CommandError(error.message) from None

    def _register_gate(self, options: dict[str, Any]) -> None:
        site = ParkingSite.objects.order_by("id").first()
        zones = list(ParkingZone.objects.filter(name__in=options["zone"]))
        if site is None:
            raise CommandError("There is no site yet. Run: manage.py setup_parking_system")
        if len(zones) < len(set(options["zone"])):
            raise CommandError(f"Not every zone is known. There are: {', '.join(_zone_names())}.")
        ParkingService.register_device(
            site=site,
            device_id=options["device_id"],
            direction=GateDirection(options["direction"]),
            zones=zones,
            caller=SYSTEM,
            now=current_time(),
        )
        self._gate(options)

    def _gate(self, options: dict[str, Any]) -> None:
        key = ParkingService.make_device_key(device_id=options["device_id"], caller=SYSTEM, now=current_time())
        self.stdout.write(f"{_SHOWN_ONCE}\n{key.token}")

    def _revoke_gate(self, options: dict[str, Any]) -> None:
        ParkingService.revoke_device(device_id=options["device_id"], caller=SYSTEM, now=current_time())
        self.stdout.write(f"{options['device_id']} admits nobody any more.")

    def _api(self, options: dict[str, Any]) -> None:
        key = ParkingService.make_api_key(
            name=options["name"],
            scopes=[Scope(scope) for scope in options["scope"]],
            caller=SYSTEM,
            now=current_time(),
        )
        self.stdout.write(f"{_SHOWN_ONCE}\n{key.token}")

    def _staff(self, options: dict[str, Any]) -> None:
        key = ParkingService.make_staff_key(username=options["username"], caller=SYSTEM, now=current_time())
        self.stdout.write(f"{_SHOWN_ONCE}\n{key.token}")

    def _revoke_api(self, options: dict[str, Any]) -> None:
        ParkingService.revoke_api_key(prefix=options["prefix"], caller=SYSTEM, now=current_time())
        self.stdout.write("The key is revoked.")


def _zone_names() -> list[str]:
    return list(ParkingZone.objects.order_by("name").values_list("name", flat=True))
