"""The busy garage's stories of merchants' codes and of permits."""

from __future__ import annotations

from uuid import UUID

import pytest

from parking.domain.callers import SYSTEM
from parking.domain.errors import ParkingError
from parking.services import ParkingService
from tests.garage import Garage, at
from tests.services.merchant import AMOUNT, PERCENT, TIME, new_code
from tests.services.permit import new_permit


def merchants_and_permits() -> None:
    _codes()
    _permits()


def _use(booking_id: UUID, code: str, *, minutes: int) -> None:
    ParkingService.apply_validation(booking_id=booking_id, code=code, now=at(minutes=minutes))


def _codes() -> None:
    garage = Garage.build(slots=6, name="Discounted")
    new_code(AMOUNT, 2000, code="TWENTY", at_most_minor=None, budget_minor=8000)
    new_code(TIME, 60, code="ONE-HOUR", max_uses=3)
    new_code(PERCENT, 5000, code="HALF", at_most_minor=4000)
    stays = {name: garage.book_and_pay(f"KA80A{number}") for number, name in enumerate(("short", "late", "inside"))}
    sessions = {name: garage.enter(booking).session_id for name, booking in stays.items()}
    _use(stays["short"].booking_id, "TWENTY", minutes=10)
    garage.leave(stays["short"], now=at(minutes=40))
    for code in ("ONE-HOUR", "HALF"):
        _use(stays["late"].booking_id, code, minutes=100)
    with pytest.raises(ParkingError):
        garage.leave(stays["late"], now=at(minutes=200))
    garage.top_up(sessions["late"], now=at(minutes=201))
    with pytest.raises(ParkingError):
        garage.leave(stays["late"], now=at(minutes=260))
    _use(stays["late"].booking_id, "TWENTY", minutes=262)
    garage.top_up(sessions["late"], now=at(minutes=263))
    garage.leave(stays["late"], now=at(minutes=264))
    _use(stays["inside"].booking_id, "HALF", minutes=50)


def _permits() -> None:
    garage = Garage.build(slots=4, name="Permitted")
    permit = new_permit(garage, "KA81A1", "KA81A2", "KA81A3", cars_at_once=2)
    session_id = permit.enter(0).session_id
    permit.enter(1, now=at(minutes=5))
    with pytest.raises(ParkingError):
        permit.enter(2, now=at(minutes=6))
    permit.leave(1, now=at(minutes=100))
    permit.enter(2, now=at(minutes=110), scan_id="p-1")
    with pytest.raises(ParkingError):
        permit.leave(0, now=at(minutes=300))
    garage.top_up(session_id, now=at(minutes=301))
    permit.leave(0, now=at(minutes=302))
    over = new_permit(garage, "KA81A4")
    over.enter(now=at(minutes=310))
    with pytest.raises(ParkingError):
        over.leave(now=at(minutes=320))
    ParkingService.revoke_permit(permit_id=over.permit_id, caller=SYSTEM, now=at(minutes=330))
    with pytest.raises(ParkingError):
        over.enter(now=at(minutes=331))
