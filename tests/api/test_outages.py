"""Outages, counts and cars that left unseen, over HTTP."""

from __future__ import annotations

import pytest

from parking.models import ParkingZone

pytestmark = pytest.mark.usefixtures("parking_setup")


@pytest.fixture
def zone_id(parking_setup) -> int:
    return ParkingZone.objects.get(name="Zone A - Premium").id


def code(response) -> tuple[int, str]:
    return response.status_code, response.json().get("code", "")


def test_a_slot_is_painted(api, operator, zone_id):
    booking = api.book()
    api.pay(booking)
    plan = {"zone_id": zone_id, "slot_number": booking["slot_number"], "reason": "Painting"}
    planned = operator.post("operator/outages/", plan)
    assert planned.status_code == 201
    answer = planned.json()
    assert (answer["moved"], answer["remaining"], answer["outage"]["ends_at"]) == (1, 0, None)
    moved_to = api.get(f"api/booking/{booking['booking_id']}/").json()["slot_number"]
    assert moved_to != booking["slot_number"]
    status = api.get(f"api/zone/{zone_id}/status/").json()
    assert (status["total_slots"], status["out_of_service_slots"], status["available_slots"]) == (50, 1, 48)
    assert code(operator.post("operator/outages/", plan)) == (409, "slot_in_outage")

    listed = operator.get(f"api/operator/zone/{zone_id}/outages/").json()["outages"]
    assert listed == [answer["outage"]]
    ended = operator.post("operator/outages/end/", {"outage_id": answer["outage"]["outage_id"]})
    assert ended.json()["outage"]["ends_at"] is not None
    assert operator.get(f"api/operator/zone/{zone_id}/outages/").json()["outages"] == []


def test_what_there_is_not_and_what_makes_no_sense(operator, zone_id):
    for body, answer in (
        ({"zone_id": 10**12, "reason": "x"}, (404, "unknown_zone")),
        ({"zone_id": zone_id, "slot_number": "Z999", "reason": "x"}, (404, "unknown_slot")),
        ({"zone_id": zone_id, "reason": " "}, (422, "invalid_field")),
        ({"zone_id": zone_id, "reason": "x", "ends_at": "2020-01-01T00:00:00Z"}, (422, "invalid_field")),
        ({"zone_id": zone_id, "reason": "x", "starts_at": "2020-01-01T00:00:00"}, (422, "invalid_field")),
    ):
        assert code(operator.post("operator/outages/", body)) == answer
    assert code(operator.post("operator/outages/end/", {"outage_id": 7})) == (404, "unknown_outage")
    assert code(operator.get("api/operator/zone/x/outages/")) == (404, "unknown_zone")


def test_cars_are_counted(api, attendant, zone_id):
    body = {"zone_id": zone_id, "counted_inside": 2, "reason": "Evening round"}
    counted = attendant.post("operator/occupancy/", body).json()
    assert (counted["known_inside"], counted["unaccounted_cars"], counted["available_slots"]) == (0, 2, 48)
    status = api.get(f"api/zone/{zone_id}/status/").json()
    assert (status["unaccounted_cars"], status["occupied_slots"], status["active_sessions"]) == (2, 0, 0)
    assert "As many" in attendant.post("operator/occupancy/", {**body, "counted_inside": 0}).json()["message"]
    assert code(attendant.post("operator/occupancy/", {**body, "counted_inside": -1})) == (422, "invalid_field")


def test_fewer_cars_than_known_leave_every_stay_open(api, attendant, zone_id):
    booking = api.book()
    api.pay(booking)
    api.enter(booking)
    body = {"zone_id": zone_id, "counted_inside": 0, "reason": "Evening round"}
    assert "1 cars fewer" in attendant.post("operator/occupancy/", body).json()["message"]
    assert api.get(f"api/booking/{booking['booking_id']}/").json()["session"]["status"] == "ACTIVE"


def test_a_car_that_left_unseen_may_come_in_again(api, operator):
    booking = api.book()
    api.pay(booking)
    api.enter(booking)
    body = {"vehicle_number": booking["vehicle_number"], "reason": "Seen on the street"}
    ended = operator.post("desk/passback/reset/", body)
    assert (ended.status_code, ended.json()["total_amount"], ended.json()["refund_amount"]) == (200, "50.00", "50.00")
    assert code(api.leave(booking)) == (409, "already_exited")
    assert code(operator.post("desk/passback/reset/", body)) == (404, "unknown_session")


def test_nobody_leaves_unpaid_that_way(api, operator):
    booking = api.book()
    api.pay(booking)
    api.enter(booking)
    api.advance(seconds=3 * 3600)
    refused = operator.post(
        "desk/passback/reset/", {"vehicle_number": booking["vehicle_number"], "reason": "Seen on the street"}
    )
    assert code(refused) == (409, "vehicle_inside")
    assert refused.json()["additional_amount"] == "50.00"


def test_soft_anti_passback_says_so_at_the_gate(api, operator, zone_id):
    definition = {"anti_passback": "soft", "early_entry_seconds": 7200}
    policy = operator.post("operator/policies/", {"name": "Soft", "definition": definition}).json()
    operator.post(f"operator/zone/{zone_id}/terms/", {"policy_id": policy["policy_id"]})
    first = api.book(hours=1)
    api.pay(first)
    api.enter(first)
    second = api.book(starts_at=first["ends_at"])
    api.pay(second)
    entered = api.enter(second, scan_id="s-1")
    assert entered.status_code == 200
    assert "Your earlier stay" in entered.json()["message"]
    assert api.enter(second, scan_id="s-1").json() == entered.json()
