"""What a new installation needs: a site, the zones of the specification, its two gates. Idempotent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import Group
from django.db import connection
from django.db.models import Model

from parking.db import guards
from parking.db.transactions import use_case
from parking.domain.callers import SYSTEM
from parking.domain.permissions import Role
from parking.domain.policy import Policy, policy_definition
from parking.domain.states import GateDirection
from parking.domain.tariffs import hourly_definition
from parking.models import (
    GateDevice,
    ParkingSite,
    ParkingSlot,
    ParkingZone,
    PolicyVersion,
    TariffVersion,
)
from parking.services import audit


@dataclass(frozen=True, slots=True, kw_only=True)
class ZonePlan:
    """A zone to make: its price per hour in minor units, its slots numbered from `slot_prefix` + 001 on."""

    name: str
    hourly_rate_minor: int
    slot_count: int
    slot_prefix: str


DEFAULT_SITE: Final = "Smart Parking"
DEFAULT_TIME_ZONE: Final = "Asia/Kolkata"
DEFAULT_ZONES: Final = (
    ZonePlan(name="Zone A - Premium", hourly_rate_minor=5000, slot_count=50, slot_prefix="A"),
    ZonePlan(name="Zone B - Standard", hourly_rate_minor=3000, slot_count=100, slot_prefix="B"),
    ZonePlan(name="Zone C - Economy", hourly_rate_minor=2000, slot_count=150, slot_prefix="C"),
)
DEFAULT_GATES: Final = (("ENTRY_GATE_01", GateDirection.ENTRY), ("EXIT_GATE_01", GateDirection.EXIT))


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupReport:
    """What was new; nothing on a second run."""

    zones_created: int
    slots_created: int
    gates_created: int


def set_up(
    *,
    now: datetime,
    site_name: str = DEFAULT_SITE,
    zones: Sequence[ZonePlan] = DEFAULT_ZONES,
    currency: str = "INR",
    time_zone: str = DEFAULT_TIME_ZONE,
) -> SetupReport:
    """Create what is missing of a site with its zones, slots and two gates; change nothing that is there."""
    with use_case():
        site, _ = ParkingSite.objects.get_or_create(
            name=site_name, defaults={"currency": currency, "time_zone": time_zone, "created_at": now}
        )
        policy, _ = PolicyVersion.objects.get_or_create(
            site=site,
            name="Standard",
            version=1,
            defaults={"definition": policy_definition(policy=Policy()), "created_at": now},
        )
        made = [_set_up_zone(site=site, policy=policy, plan=plan, now=now) for plan in zones]
        gates = [
            GateDevice.objects.get_or_create(
                device_id=device_id, defaults={"site": site, "direction": direction, "created_at": now}
            )[1]
            for device_id, direction in DEFAULT_GATES
        ]
        for role in Role:
            Group.objects.get_or_create(name=role.value)
        report = SetupReport(
            zones_created=sum(is_new for is_new, _ in made),
            slots_created=sum(slot_count for _, slot_count in made),
            gates_created=sum(gates),
        )
        if report.zones_created or report.slots_created or report.gates_created:
            audit.record(action="site.set_up", caller=SYSTEM, at=now, data={"site": site_name})
    return report


def erase_everything() -> None:
    """Empty every table of the app, bookings and money included. Never in live mode."""
    if settings.PARKING_MODE == "live":
        raise RuntimeError("a live system's data is never erased by the program")
    with use_case():
        guards.remove(connection=connection)
        tables = [model._meta.db_table for model in _all_models()]
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute(f"TRUNCATE {', '.join(tables)} RESTART IDENTITY")
            else:
                # Foreign keys are checked at the commit, so the order does not matter.
                for table in tables:
                    cursor.execute(f"DELETE FROM {table}")  # noqa: S608 -- our own table names
                    cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [table])
        guards.install(connection=connection)


def _all_models() -> list[type[Model]]:
    return list(apps.get_app_config("parking").get_models(include_auto_created=True))


def _set_up_zone(*, site: ParkingSite, policy: PolicyVersion, plan: ZonePlan, now: datetime) -> tuple[bool, int]:
    tariff, _ = TariffVersion.objects.get_or_create(
        site=site,
        name=plan.name,
        version=1,
        defaults={
            "currency": site.currency,
            "definition": hourly_definition(rate_minor=plan.hourly_rate_minor),
            "created_at": now,
        },
    )
    zone, is_new = ParkingZone.objects.get_or_create(
        site=site, name=plan.name, defaults={"tariff": tariff, "policy": policy, "created_at": now}
    )
    present = set(ParkingSlot.objects.filter(zone=zone).values_list("number", flat=True))
    numbers = [f"{plan.slot_prefix}{number:03}" for number in range(1, plan.slot_count + 1)]
    missing = [ParkingSlot(zone=zone, number=number) for number in numbers if number not in present]
    ParkingSlot.objects.bulk_create(missing)
    return is_new, len(missing)
