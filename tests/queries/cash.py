"""A cashier and what she does, for the stories of several files."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.contrib.auth import get_user_model

from parking.domain.callers import staff_caller
from parking.domain.permissions import Role
from parking.domain.states import PaymentMethod
from parking.services import ParkingService

CARLA = staff_caller(name="carla", roles=[Role.CASHIER])


def open_shift(*, now: datetime, float_minor: int = 10000) -> None:
    get_user_model().objects.get_or_create(username=CARLA.name)
    ParkingService.open_shift(opening_float_minor=float_minor, caller=CARLA, now=now)


def pay_in_cash(booking_id: UUID, *, now: datetime) -> None:
    ParkingService.process_booking_payment(
        booking_id=booking_id, gateway_data={}, method=PaymentMethod.CASH, caller=CARLA, now=now
    )
