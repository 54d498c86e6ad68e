from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import connections
from django.http import HttpResponse
from django.test import Client

from parking.domain.callers import SYSTEM
from parking.domain.permissions import Role
from parking.models import ParkingBooking, ParkingZone
from parking.queries.clock import current_time
from parking.services import credentials

BOOKING = {
    "vehicle_number": "DL01AB1234",
    "owner_name": "John Doe",
    "zone_id": 1,
    "hours": 2,
    "phone_number": "9876543210",
}
UNKNOWN_ID = "00000000-0000-4000-8000-000000000000"


@dataclass(frozen=True)
class Api:
    """The API as a program on this machine calls it."""

    client: Client

    def get(self, path: str, **extra: Any) -> HttpResponse:
        return self.client.get(f"/parking/{path}", **extra)

    def post(self, path: str, body: dict[str, Any], **extra: Any) -> HttpResponse:
        return self.post_raw(path, json.dumps(body).encode(), **extra)

    def post_raw(self, path: str, raw: bytes, content_type: str = "application/json", **extra: Any) -> HttpResponse:
        # Named twice, because the test client leaves it out when there is no body.
        extra = {"CONTENT_TYPE": content_type, **extra}
        return self.client.post(f"/parking/api/{path}", raw, content_type=content_type, **extra)

    def book(self, **changes: Any) -> dict[str, Any]:
        zone = ParkingZone.objects.get(name="Zone A - Premium")
        response = self.post("booking/create/", {**BOOKING, "zone_id": zone.id, **changes})
        assert response.status_code == 201, response.content
        return response.json()

    def pay(self, booking: dict[str, Any], **data: str) -> HttpResponse:
        body = {"booking_id": booking["booking_id"], "payment_gateway_data": data}
        return self.post("booking/payment/", body)

    def enter(self, booking: dict[str, Any], **changes: Any) -> HttpResponse:
        body = {"qr_code": booking["qr_code"], "scanner_device_id": "ENTRY_GATE_01", **changes}
        return self.post("scan/entry/", body)

    def leave(self, booking: dict[str, Any], **changes: Any) -> HttpResponse:
        body = {"qr_code": booking["qr_code"], "scanner_device_id": "EXIT_GATE_01", **changes}
        return self.post("scan/exit/", body)

    def advance(self, *, seconds: int) -> None:
        response = self.post("sandbox/clock/", {"advance_seconds": seconds})
        assert response.status_code == 200, response.content


@pytest.fixture
def api() -> Api:
    return Api(client=Client(REMOTE_ADDR="127.0.0.1", enforce_csrf_checks=True))


def staff_api(*, role: Role) -> Api:
    """The API as a member of staff calls it, with their own key."""
    user = get_user_model().objects.create_user(role.value, is_staff=True)
    user.groups.add(Group.objects.get_or_create(name=role.value)[0])
    key = credentials.make_staff_key(username=role.value, caller=SYSTEM, now=current_time())
    return Api(client=Client(headers={"authorization": f"Bearer {key.token}"}, enforce_csrf_checks=True))


@pytest.fixture
def attendant(db) -> Api:
    return staff_api(role=Role.ATTENDANT)


@pytest.fixture
def cashier(db) -> Api:
    return staff_api(role=Role.CASHIER)


@pytest.fixture
def operator(db) -> Api:
    return staff_api(role=Role.OPERATOR)


@pytest.fixture
def nothing_written(parking_setup):
    """A refused request leaves no trace."""
    yield
    assert ParkingBooking.objects.count() == 0


@pytest.fixture
def unreachable_database(django_db_blocker):
    """The address of no database: a port that nobody listens on, or a file in a folder that is not there."""
    real = connections["default"]
    broken = connections.create_connection("default")
    absent = "/nonexistent/parking.sqlite3" if broken.vendor == "sqlite" else "parking"
    broken.settings_dict = {**broken.settings_dict, "NAME": absent, "HOST": "127.0.0.1", "PORT": "1"}
    with django_db_blocker.unblock():
        connections["default"] = broken
        yield
        connections["default"] = real
