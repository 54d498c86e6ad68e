"""A city to measure in: zones, gates with keys, slots, cars, and the stays of the past."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Final

from django.db import connection

from benchmarks import names
from benchmarks.rows import Table, moment, unguarded, without_indexes
from benchmarks.stays import Place, Stage, Stay, StayTables
from parking.domain.callers import SYSTEM
from parking.domain.states import GateDirection
from parking.models import GateDevice, ParkingSite, ParkingSlot, ParkingZone, Vehicle
from parking.services.parking import ParkingService
from parking.services.setup import ZonePlan, set_up

_BATCH: Final = 20_000
_CYCLE: Final = timedelta(hours=6)
"""Each slot has one stay of the past in each cycle: at most 4 hours and some minutes, begun in its first 20."""
_LONGEST_HOURS: Final = 4
_CARS_PER_SLOT: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How large the city is. `sessions` counts the stays of the past."""

    zones: int = 50
    slots: int = 20_000
    sessions: int = 1_000_000
    seed: int = 1

    @property
    def cars(self) -> int:
        return self.slots * _CARS_PER_SLOT


@dataclass(frozen=True, slots=True, kw_only=True)
class City:
    """What was laid. `places` goes round the zones: neighbours in it are of different zones. Keys by gate."""

    plan: Plan
    places: list[Place]
    keys: dict[str, str]
    first_new_car: int

    @property
    def zone_ids(self) -> list[int]:
        return [place.zone_id for place in self.places[: self.plan.zones]]


def lay_city(*, plan: Plan) -> City:
    """Fill an empty, migrated database; the past ends before now. The order of all that is random is the seed's."""
    now = datetime.now(UTC)
    per_zone = plan.slots // plan.zones
    zones = [
        ZonePlan(name=f"Zone {n:02}", hourly_rate_minor=2000 + 100 * n, slot_count=per_zone, slot_prefix=f"Z{n:02}-")
        for n in range(plan.zones)
    ]
    opened_at = now - _CYCLE * (plan.sessions // plan.slots + 2)
    set_up(now=opened_at, zones=zones)
    keys = _make_gates(now=opened_at)
    places = _places()
    _lay_cars(plan=plan, now=now)
    city = City(plan=plan, places=places, keys=keys, first_new_car=plan.cars + 1)
    tables = StayTables()
    with unguarded(), without_indexes():
        for batch in _history(city=city, now=now):
            tables.insert(batch)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
    return city


def _make_gates(*, now: datetime) -> dict[str, str]:
    """An entry and an exit for each zone, each with its key."""
    site = ParkingSite.objects.get()
    keys = {}
    for zone in ParkingZone.objects.order_by("id"):
        for direction in (GateDirection.ENTRY, GateDirection.EXIT):
            device_id = f"{direction}-{zone.id}"
            ParkingService.register_device(
                site=site, device_id=device_id, direction=direction, zones=[zone], caller=SYSTEM, now=now
            )
            keys[device_id] = ParkingService.make_device_key(device_id=device_id, caller=SYSTEM, now=now).token
    return keys


def _places() -> list[Place]:
    gates = {device.device_id: (device.id, device.device_id) for device in GateDevice.objects.all()}
    zones = ParkingZone.objects.select_related("tariff").order_by("id")
    by_zone = []
    for zone in zones:
        slots = ParkingSlot.objects.filter(zone=zone).order_by("id").values_list("id", "number")
        by_zone.append([_place(zone, slot_id, number, gates) for slot_id, number in slots])
    return [place for row in zip(*by_zone, strict=True) for place in row]


def _place(zone: ParkingZone, slot_id: int, number: str, gates: dict[str, tuple[int, str]]) -> Place:
    return Place(
        zone_id=zone.id,
        slot_id=slot_id,
        slot_number=number,
        tariff_id=zone.tariff_id,
        policy_id=zone.policy_id,
        rate_minor=2000 + 100 * int(zone.name.removeprefix("Zone ")),
        entry_gate=gates[f"ENTRY-{zone.id}"],
        exit_gate=gates[f"EXIT-{zone.id}"],
    )


def _lay_cars(*, plan: Plan, now: datetime) -> None:
    created_at = moment(now - timedelta(days=1000))
    rows = ((n, names.plate(number=n), "A Driver", created_at) for n in range(1, plan.cars + 1))
    with unguarded():
        Table(Vehicle, ("id", "number", "owner_name", "created_at")).insert(rows)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # Far above what measurements lay under ids of their own.
            cursor.execute(f"SELECT setval('parking_vehicle_id_seq', {plan.cars + names.FIRST_LIVE})")


def _history(*, city: City, now: datetime) -> Iterator[list[Stay]]:
    """Batches of past stays, the oldest first. No slot and no car is in two at once."""
    plan = city.plan
    random = Random(plan.seed)  # noqa: S311 -- the same city for the same seed
    cycles = -(-plan.sessions // plan.slots)
    batch: list[Stay] = []
    for number in range(plan.sessions):
        cycle, index = divmod(number, plan.slots)
        starts_at = now - _CYCLE * (cycles - cycle + 1) + timedelta(seconds=random.randrange(1200))
        batch.append(_past_stay(city, number=number, place=city.places[index], starts_at=starts_at, random=random))
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _past_stay(city: City, *, number: int, place: Place, starts_at: datetime, random: Random) -> Stay:
    """Most use up the hours they paid for; one in twenty leaves hours early, and one in fifty cancels in time."""
    hours = random.randint(1, _LONGEST_HOURS)
    chance = random.random()
    minutes = random.randint(20, 60) if chance < 0.05 else 60 * hours - random.randint(0, 50)
    vehicle = number % city.plan.cars + 1
    return Stay(
        number=number,
        vehicle_id=vehicle,
        plate=names.plate(number=vehicle),
        place=place,
        hours=hours,
        created_at=starts_at,
        stage=Stage.CANCELLED if chance > 0.98 else Stage.LEFT,
        minutes=minutes,
    )
