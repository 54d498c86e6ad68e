"""A permit and its cars at the gates, for the stories of several files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from parking.domain.callers import SYSTEM
from parking.services import ParkingService
from parking.services.results import EntryAdmitted, ExitBill
from tests.garage import ENTRY_GATE, EXIT_GATE, OPENING, Garage

ALWAYS = {"always": True}
OFFICE_HOURS = {"hours": [{"days": ["mon", "tue", "wed", "thu", "fri"], "from": "07:00", "to": "19:00"}]}
"""In Asia/Kolkata. The garage opens at 14:30 there, on a Monday, so 270 minutes of it are left."""


@dataclass(frozen=True, kw_only=True)
class PermitCars:
    """A permit, and the codes of its cars in the order of their plates."""

    permit_id: int
    codes: tuple[str, ...]

    def enter(self, number: int = 0, *, now: datetime = OPENING, scan_id: str | None = None) -> EntryAdmitted:
        return ParkingService.scan_entry_qr(
            qr_code=self.codes[number],
            scanner_device_id=ENTRY_GATE.name,
            scan_id=scan_id,
            caller=ENTRY_GATE,
            now=now,
        )

    def leave(self, number: int = 0, *, now: datetime, scan_id: str | None = None) -> ExitBill:
        return ParkingService.scan_exit_qr(
            qr_code=self.codes[number],
            scanner_device_id=EXIT_GATE.name,
            scan_id=scan_id,
            caller=EXIT_GATE,
            now=now,
        )


def new_permit(
    garage: Garage,
    *plates: str,
    weekly_hours: Mapping[str, Any] = OFFICE_HOURS,
    cars_at_once: int = 1,
    valid_from: datetime = OPENING - timedelta(days=1),
    valid_until: datetime = OPENING + timedelta(days=30),
) -> PermitCars:
    sold_at = min(valid_from, OPENING)
    permit_id = ParkingService.sell_permit(
        zone_id=garage.zone.id,
        holder="Lotus Offices",
        cars_at_once=cars_at_once,
        weekly_hours=weekly_hours,
        valid_from=valid_from,
        valid_until=valid_until,
        caller=SYSTEM,
        now=sold_at,
    ).permit_id
    cars = [
        ParkingService.add_permit_car(permit_id=permit_id, vehicle_number=plate, caller=SYSTEM, now=sold_at)
        for plate in plates or ("KA01A1",)
    ]
    return PermitCars(permit_id=permit_id, codes=tuple(car.qr_code for car in cars))
