"""Season tickets over HTTP: sold by the operator, scanned at the gates."""

from __future__ import annotations

from typing import Any

import pytest

from parking.models import ParkingZone
from tests.api.conftest import Api

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("parking_setup")]

ALWAYS = {"always": True}


def sell(operator: Api, **changes: Any) -> Any:
    zone = ParkingZone.objects.get(name="Zone A - Premium")
    body = {
        "zone_id": zone.id,
        "holder": "Lotus Offices",
        "cars_at_once": 1,
        "weekly_hours": ALWAYS,
        "valid_from": "2026-01-01T00:00:00+05:30",
        "valid_until": "2035-01-01T00:00:00+05:30",
    }
    return operator.post("operator/permits/", body | changes)


def permit(operator: Api, **changes: Any) -> str:
    sold = sell(operator, **changes)
    assert sold.status_code == 201, sold.content
    return f"operator/permits/{sold.json()['permit_id']}/"


def car(operator: Api, address: str, plate: str = "KA01A1") -> dict[str, Any]:
    added = operator.post(f"{address}cars/", {"vehicle_number": plate})
    assert added.status_code == 201, added.content
    return added.json()


def test_from_the_office_to_the_exit(api, operator):
    address = permit(operator)
    ticket = car(operator, address)
    entered = api.enter(ticket)
    assert (entered.status_code, entered.json()["vehicle_number"]) == (200, "KA01A1")
    shown = operator.get(f"api/{address}").json()
    assert (shown["cars_inside"], shown["weekly_hours"]) == (1, {"time_zone": "Asia/Kolkata", "always": True})
    assert [(one["vehicle_number"], one["qr_code"]) for one in shown["cars"]] == [("KA01A1", ticket["qr_code"])]
    api.advance(seconds=5 * 3600)
    left = api.leave(ticket)
    assert left.status_code == 200
    assert (left.json()["price_amount"], left.json()["discount_amount"], left.json()["total_amount"]) == (
        "250.00",
        "250.00",
        "0.00",
    )
    again = api.leave(ticket)
    assert (again.status_code, again.json()["code"]) == (409, "already_exited")
    assert operator.get("api/operator/permits/").json()["permits"][0]["cars_inside"] == 0


def test_a_car_inside_keeps_the_next_one_out(api, operator):
    address = permit(operator)
    first, second = car(operator, address, "KA01A1"), car(operator, address, "KA01A2")
    api.enter(first)
    twice, full = api.enter(first), api.enter(second)
    assert (twice.status_code, twice.json()["code"]) == (409, "already_entered")
    assert (full.status_code, full.json()["code"]) == (409, "permit_full")
    unused = api.leave(second)
    assert (unused.status_code, unused.json()["code"]) == (409, "not_entered")


def test_outside_of_its_hours_the_exit_asks_for_money(api, operator):
    """Its hours are one minute on Sundays: whatever the day, the stay is outside of them."""
    minute = {"hours": [{"days": ["sun"], "from": "03:00", "to": "03:01"}]}
    ticket = car(operator, permit(operator, weekly_hours=minute))
    entered = api.enter(ticket).json()
    asked = api.leave(ticket)
    assert (asked.status_code, asked.json()["code"], asked.json()["additional_amount"]) == (402, "payment_due", "50.00")
    paid = api.post("payment/additional/", {"session_id": entered["session_id"]})
    assert paid.status_code == 200
    assert api.leave(ticket).status_code == 200


def test_revoked_and_taken_off(api, operator):
    address = permit(operator, cars_at_once=2)
    first, second = car(operator, address, "KA01A1"), car(operator, address, "KA01A2")
    off = operator.post(f"{address}cars/remove/", {"vehicle_number": "ka 01 a1"}).json()
    assert [one["vehicle_number"] for one in off["cars"]] == ["KA01A2"]
    assert operator.post(f"{address}revoke/", {}).json()["revoked_at"] is not None
    for ticket in (first, second):
        refused = api.enter(ticket)
        assert (refused.status_code, refused.json()["code"]) == (410, "permit_over")
    late = operator.post(f"{address}cars/", {"vehicle_number": "KA01A3"})
    assert (late.status_code, late.json()["code"]) == (410, "permit_over")


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"zone_id": 999}, 404, "unknown_zone"),
        ({"cars_at_once": 0}, 422, "invalid_field"),
        ({"cars_at_once": "1"}, 422, "invalid_field"),
        ({"holder": ""}, 422, "invalid_field"),
        ({"weekly_hours": {"hours": [{"days": ["mon"], "from": "9", "to": "17:00"}]}}, 422, "invalid_field"),
        ({"weekly_hours": "always"}, 422, "invalid_field"),
        ({"valid_until": "2026-01-01T00:00:00+05:30"}, 422, "invalid_field"),
        ({"valid_until": "tomorrow"}, 422, "invalid_field"),
    ],
)
def test_what_cannot_be_sold(operator, changes, status, error):
    refused = sell(operator, **changes)
    assert (refused.status_code, refused.json()["code"]) == (status, error)


def test_every_problem_with_the_hours_is_told_with_its_path(operator):
    hours = {"hours": [{"days": ["mon"], "from": "9", "to": "17:00"}, {"days": [], "from": "09:00", "to": "17:00"}]}
    error = sell(operator, weekly_hours=hours).json()["error"]
    assert "weekly_hours.hours[0].from: must be a time of the day" in error
    assert "weekly_hours.hours[1].days: " in error


def test_what_there_is_not(operator):
    assert operator.get("api/operator/permits/999/").json()["code"] == "unknown_permit"
    for action, body in (
        ("revoke/", {}),
        ("cars/", {"vehicle_number": "KA01A1"}),
        ("cars/remove/", {"vehicle_number": "KA01A1"}),
    ):
        missing = operator.post(f"operator/permits/x/{action}", body)
        assert (missing.status_code, missing.json()["code"]) == (404, "unknown_permit")
    missing = operator.post(f"{permit(operator)}cars/remove/", {"vehicle_number": "KA01A1"})
    assert (missing.status_code, missing.json()["code"]) == (404, "unknown_permit_car")
