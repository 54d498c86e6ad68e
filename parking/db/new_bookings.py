"""All that a new booking asks, locked and brought in one exchange: the terms, the vehicle, and a slot that is free."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import connection

from parking.db import locks
from parking.db.exchange import Row, Statement
from parking.db.parts import Part, Parts
from parking.db.transactions import require_transaction
from parking.db.writing import ask
from parking.domain.errors import Busy
from parking.domain.states import VehicleClass
from parking.models import ParkingSlot, ParkingZone, PolicyVersion, TariffVersion, Vehicle

_FRACTIONS: Final = 1 << 32
_TERMS: Final = Parts(Part(ParkingZone, "z"), Part(TariffVersion, "t"), Part(PolicyVersion, "p"))
_READ_TERMS: Final = f"""
SELECT {_TERMS.columns} FROM parking_parkingzone z
LEFT JOIN parking_zonetariff own ON own.zone_id = z.id AND own.vehicle_class = %s
JOIN parking_tariffversion t ON t.id = COALESCE(own.tariff_id, z.tariff_id)
JOIN parking_policyversion p ON p.id = z.policy_id
WHERE z.id = %s AND z.is_open"""  # noqa: S608 -- the columns are our own models'
# A stranger's booking never rewrites what is known of a vehicle.
_MAKE_VEHICLE: Final = """
INSERT INTO parking_vehicle (number, owner_name, phone_number, created_at) VALUES (%s, %s, %s, %s)
ON CONFLICT (number) DO NOTHING"""
_VEHICLE: Final = Part(Vehicle, "v")
_LOCK_VEHICLE: Final = f"SELECT {_VEHICLE.columns} FROM parking_vehicle v WHERE v.number = %s"  # noqa: S608 -- same
_READ_STATE: Final = """
SELECT
    EXISTS (SELECT 1 FROM parking_slotallocation a WHERE a.zone_id = %s AND a.lapses_at <= %s)
        OR EXISTS (SELECT 1 FROM parking_slotallocation a JOIN parking_parkingbooking b ON b.id = a.booking_id
            WHERE b.vehicle_id = v.id AND b.closed_at IS NULL AND a.lapses_at <= %s),
    EXISTS (SELECT 1 FROM parking_parkingbooking b
        WHERE b.vehicle_id = v.id AND b.closed_at IS NULL AND b.starts_at < %s AND b.ends_at > %s),
    EXISTS (SELECT 1 FROM parking_parkingsession i WHERE i.vehicle_id = v.id AND i.exit_time IS NULL)
FROM parking_vehicle v WHERE v.number = %s"""
# As `_free_between` and `take_free_slot` of parking.services.slots say it, for a booking that is new.
_FREE: Final = """
NOT EXISTS (SELECT 1 FROM parking_slotallocation a WHERE a.slot_id = s.id AND a.released_at IS NULL
    AND (a.occupies_from < %s AND a.occupies_until > %s{or_parked}))
AND NOT EXISTS (SELECT 1 FROM parking_outage o
    WHERE o.zone_id = s.zone_id AND (o.slot_id = s.id OR o.slot_id IS NULL) AND o.starts_at < %s
    AND (o.ends_at IS NULL OR (o.ends_at > %s AND o.ends_at > o.starts_at)))"""
_SLOT: Final = Part(ParkingSlot, "s")
_FIND_SLOT: Final = f"""
SELECT {_SLOT.columns} FROM parking_parkingslot s
WHERE s.zone_id = %s AND s.in_service AND s.id >= (
    SELECT MIN(e.id) + CAST((MAX(e.id) - MIN(e.id)) * CAST(%s AS double precision) AS bigint)
    FROM parking_parkingslot e WHERE e.zone_id = %s)
AND {{free}} ORDER BY s.id LIMIT 1"""  # noqa: S608 -- same
# The slot's number goes from one statement to the next in a setting of the transaction, and not by way of us.
_CHOOSE: Final = """
WITH s AS MATERIALIZED ({find}) SELECT s.*, set_config('parking.slot', CAST(s.id AS text), true) FROM s"""
_LOOK_AGAIN: Final = """
SELECT 1 FROM parking_parkingslot s
WHERE s.id = CAST(NULLIF(current_setting('parking.slot', true), '') AS bigint) AND {free}"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginnings:
    """What a new booking begins from. `slot` is locked and free for its time; None says only that one look found none.

    `is_stale` if something that time has decided is not written down yet, in the zone or for the vehicle: then neither
    that the vehicle is busy nor that there is no slot need be true.
    """

    zone: ParkingZone
    tariff: TariffVersion
    vehicle: Vehicle
    is_stale: bool
    has_booking: bool
    is_inside: bool
    slot: ParkingSlot | None


def lock_beginnings(
    *,
    plate: str,
    contact: Mapping[str, str],
    zone_id: int,
    vehicle_class: VehicleClass,
    start: datetime,
    end: datetime,
    now: datetime,
) -> Beginnings | None:
    """Lock the vehicle, made if it is new, and a slot; None if no zone of that number is open.

    Raises Busy if the vehicle was just forgotten.
    """
    require_transaction()
    adapt = connection.ops.adapt_datetimefield_value
    moments = {"start": adapt(start), "end": adapt(end), "now": adapt(now)}
    found = ask(
        {
            "terms": Statement(_READ_TERMS, [vehicle_class, zone_id]),
            "made": Statement(_MAKE_VEHICLE, [plate, contact["owner_name"], contact["phone_number"], moments["now"]]),
            "vehicle": Statement(f"{_LOCK_VEHICLE}{locks.lock_clause({Vehicle: 'v'})}", [plate]),
            "state": Statement(
                _READ_STATE,
                [zone_id, moments["now"], moments["now"], moments["end"], moments["start"], plate],
            ),
        }
        | _slot_statements(zone_id=zone_id, moments=moments, from_now_on=start <= now)
    )
    if not found["terms"]:
        return None
    if not found["vehicle"]:
        raise Busy
    (zone, tariff, policy), _ = _TERMS.read(found["terms"][0])
    zone.policy = policy
    is_stale, has_booking, is_inside = found["state"][0]
    return Beginnings(
        zone=zone,
        tariff=tariff,
        vehicle=_VEHICLE.read_one(found["vehicle"][0]),
        is_stale=bool(is_stale),
        has_booking=bool(has_booking),
        is_inside=bool(is_inside),
        slot=_SLOT.read(found["slot"][0]) if found["slot"] and is_free_still(found.get("again")) else None,
    )


def is_free_still(seen_again: list[Row] | None) -> bool:
    """What was seen free may have been given away before it was locked, so it is looked at again under the lock."""
    return seen_again is None or bool(seen_again)


def _slot_statements(*, zone_id: int, moments: Mapping[str, Any], from_now_on: bool) -> dict[str, Statement]:
    """A slot that is free for the whole time, from a random one on, past those that others are taking."""
    free = _FREE.format(or_parked=" OR a.parked_at IS NOT NULL" if from_now_on else "")
    times = [moments["end"], moments["start"]] * 2
    find = _FIND_SLOT.format(free=free)
    values = [zone_id, secrets.randbelow(_FRACTIONS) / _FRACTIONS, zone_id, *times]
    if connection.vendor != "postgresql":
        return {"slot": Statement(find, values)}
    locked = f"{find}{locks.lock_clause({ParkingSlot: 's'}, skip_locked=True)}"
    return {
        "slot": Statement(_CHOOSE.format(find=locked), values),
        "again": Statement(_LOOK_AGAIN.format(free=free), times),
    }
