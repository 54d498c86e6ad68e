"""A zone's room over time, over HTTP."""

from __future__ import annotations

import pytest

from parking.models import ParkingZone

pytestmark = pytest.mark.usefixtures("parking_setup")


@pytest.fixture
def ask(api):
    zone_id = ParkingZone.objects.get(name="Zone A - Premium").id
    api.post("sandbox/clock/", {"freeze": True})

    def get(zone=zone_id, **span: str):
        return api.get(f"api/zone/{zone}/availability/", data={name.rstrip("_"): text for name, text in span.items()})

    return get


@pytest.fixture
def now(api, ask) -> str:
    return api.get("api/sandbox/clock/").json()["now"]


def test_a_booking_takes_its_window(api, ask, now):
    booking = api.book(hours=2)
    room = ask(from_=now, to="2099-01-01T00:00:00Z")
    assert room.json()["code"] == "invalid_field"
    room = ask(from_=booking["starts_at"], to=booking["ends_at"]).json()
    assert (room["total_slots"], room["free_slots"], room["exact"]) == (50, 49, True)
    assert room["steps"] == [{"starts_at": booking["starts_at"], "ends_at": booking["ends_at"], "free_slots": 49}]
    after = ask(from_=booking["ends_at"], to=booking["ends_at"].replace("Z", "+00:00"))
    assert after.status_code == 422


@pytest.mark.parametrize(
    ("span", "field"),
    [
        ({}, "from"),
        ({"from_": "2099-01-01T00:00:00Z"}, "to"),
        ({"from_": "tomorrow", "to": "2099-01-01T00:00:00Z"}, "from"),
        ({"from_": "2099-01-01T00:00:00Z", "to": "2099-01-02T00:00:00"}, "to"),
        ({"from_": "2000-01-01T00:00:00Z", "to": "2000-01-02T00:00:00Z"}, "from"),
        ({"from_": "2099-01-01T00:00:00Z", "to": "2099-01-01T00:00:00Z"}, "to"),
        ({"from_": "2099-01-01T00:00:00Z", "to": "2099-02-01T00:00:01Z"}, "to"),
    ],
)
def test_a_time_that_cannot_be_asked_for(ask, span, field):
    response = ask(**span)
    assert (response.status_code, response.json()["field"]) == (422, field)


def test_a_zone_that_is_not_there(ask):
    span = {"from_": "2099-01-01T00:00:00Z", "to": "2099-01-02T00:00:00Z"}
    for zone in ("999999", "x"):
        response = ask(zone=zone, **span)
        assert (response.status_code, response.json()["code"]) == (404, "unknown_zone")
