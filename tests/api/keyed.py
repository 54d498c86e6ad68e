"""Requests that carry an `Idempotency-Key`."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse

from parking.models import ParkingZone
from tests.api.conftest import BOOKING, Api

KEY = "8f14e45f-ceea-467f-a8f0-3b1d7a3f6c11"
ELSEWHERE = "192.0.2.9"
REPLAYED = "Idempotent-Replayed"


def send(api: Api, path: str, body: dict[str, Any], *, key: str = KEY, **extra: Any) -> HttpResponse:
    return api.post(path, body, HTTP_IDEMPOTENCY_KEY=key, **extra)


def booking_body(**changes: Any) -> dict[str, Any]:
    return {**BOOKING, "zone_id": ParkingZone.objects.get(name="Zone A - Premium").id, **changes}


def create(api: Api, *, key: str = KEY, extra: dict[str, Any] | None = None, **changes: Any) -> HttpResponse:
    return send(api, "booking/create/", booking_body(**changes), key=key, **(extra or {}))


def code(response: HttpResponse) -> tuple[int, str]:
    return response.status_code, response.json().get("code", "")


def assert_replayed(again: HttpResponse, first: HttpResponse) -> None:
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again[REPLAYED] == "true"
    headers = {name: value for name, value in again.items() if name not in (REPLAYED, "X-Request-ID")}
    assert headers == {name: value for name, value in first.items() if name != "X-Request-ID"}
