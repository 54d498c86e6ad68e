"""Forgetting people, as the office calls it."""

from __future__ import annotations

import pytest

from parking.models import ParkingBooking
from tests.api.conftest import Api

pytestmark = pytest.mark.django_db

PLATE = {"vehicle_number": "DL-01 AB 1234"}


def answer(response) -> tuple[int, str]:
    return response.status_code, response.json().get("code", "")


@pytest.fixture
def cancelled(api: Api, parking_setup):
    booking = api.book()
    api.pay(booking)
    assert api.post("booking/cancel/", {"booking_id": booking["booking_id"]}).status_code == 200
    return booking


def test_what_is_known_and_then_nothing_is(api, operator, cancelled):
    found = operator.post("operator/people/find/", PLATE).json()
    assert (found["vehicle_numbers"], found["phone_numbers"], found["bookings"], found["in_the_way"]) == (
        ["DL01AB1234"],
        ["+919876543210"],
        1,
        [],
    )
    forgotten = operator.post("operator/people/anonymise/", {"phone_number": "9876543210"})
    assert forgotten.status_code == 200
    assert (forgotten.json()["bookings"], forgotten.json()["vehicles"]) == (1, 1)
    assert operator.post("operator/people/find/", PLATE).json()["bookings"] == 0
    again = operator.post("operator/people/anonymise/", PLATE).json()
    assert (again["bookings"], again["message"]) == (0, "Nothing names them here.")
    shown = api.get(f"api/booking/{cancelled['booking_id']}/").json()
    assert shown["vehicle_number"].startswith("ANON")
    assert shown["refunded_amount"] == "100.00"


def test_not_while_something_of_theirs_goes_on(api, operator, cancelled):
    live = api.book()
    found = operator.post("operator/people/find/", PLATE).json()
    assert [(one["obstacle"], one["booking_id"]) for one in found["in_the_way"]] == [("live", live["booking_id"])]
    refused = operator.post("operator/people/anonymise/", PLATE)
    assert answer(refused) == (409, "person_still_needed")
    assert refused.json()["obstacles"] == [{"obstacle": "live", "booking_id": live["booking_id"]}]
    assert "Nothing was erased" in refused.json()["error"]
    assert not ParkingBooking.objects.exclude(anonymised_at=None).exists()


def test_who_may_and_how_to_name_them(attendant, operator, cancelled):
    for address in ("operator/people/find/", "operator/people/anonymise/"):
        assert answer(attendant.post(address, PLATE)) == (403, "permission_required")
        for body in ({}, {**PLATE, "phone_number": "9876543210"}, {"vehicle_number": "?"}, {"phone_number": "x"}):
            assert answer(operator.post(address, body)) == (422, "invalid_field")
