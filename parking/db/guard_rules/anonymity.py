"""Guards of I23: what names a person changes once, from somebody to nobody, and never back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from parking.db.guard_rules.shapes import Guard

_BOOKING, _SESSION = "parking_parkingbooking", "parking_parkingsession"
_VEHICLE, _PERMIT_CAR = "parking_vehicle", "parking_permitcar"

ANONYMITY: Final[Sequence[Guard]] = (
    # An anonymised booking is of a vehicle that stands for no car, and stays so.
    Guard(
        name="parking_booking_anonymised_vehicle",
        table=_BOOKING,
        event="UPDATE OF anonymised_at",
        refuse_when=(
            f"NEW.anonymised_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {_VEHICLE} v"
            " WHERE v.id = NEW.vehicle_id AND v.number = NEW.plate AND v.anonymised_at IS NOT NULL)"
        ),
    ),
    Guard(
        name="parking_booking_anonymised_for_good",
        table=_BOOKING,
        event="UPDATE OF anonymised_at, vehicle_id, plate",
        refuse_when=(
            "OLD.anonymised_at IS NOT NULL AND (NEW.anonymised_at IS NULL OR NEW.anonymised_at <> OLD.anonymised_at"
            " OR NEW.vehicle_id <> OLD.vehicle_id OR NEW.plate <> OLD.plate)"
        ),
    ),
    # The plate of a stay is the one that was read, until its booking is anonymised.
    Guard(
        name="parking_session_vehicle_kept",
        table=_SESSION,
        event="UPDATE OF vehicle_id, plate",
        refuse_when=(
            "(NEW.vehicle_id <> OLD.vehicle_id OR NEW.plate <> OLD.plate) AND NOT EXISTS (SELECT 1"
            f" FROM {_BOOKING} b WHERE b.id = NEW.booking_id AND b.anonymised_at IS NOT NULL"
            " AND b.vehicle_id = NEW.vehicle_id AND b.plate = NEW.plate)"
        ),
    ),
    Guard(
        name="parking_permit_car_vehicle_kept",
        table=_PERMIT_CAR,
        event="UPDATE OF vehicle_id",
        refuse_when=(
            "NEW.vehicle_id <> OLD.vehicle_id AND (NEW.removed_at IS NULL OR NOT EXISTS (SELECT 1"
            f" FROM {_VEHICLE} v WHERE v.id = NEW.vehicle_id AND v.anonymised_at IS NOT NULL))"
        ),
    ),
    Guard(
        name="parking_vehicle_anonymised_for_good",
        table=_VEHICLE,
        event="UPDATE",
        refuse_when="OLD.anonymised_at IS NOT NULL",
    ),
)
