"""Quotes, extensions and other changes of a booking, over HTTP."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from parking.domain.tariffs import hourly_definition
from parking.models import ParkingBooking, ParkingZone, Payment, Quote
from tests.api.conftest import UNKNOWN_ID, Api

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _site(parking_setup) -> None:
    """The specification's zones."""


@pytest.fixture
def zone() -> ParkingZone:
    return ParkingZone.objects.get(name="Zone A - Premium")


@pytest.fixture
def booking(api: Api, zone) -> dict:
    created = api.book(hours=2)
    api.pay(created)
    return created


def hours_from_now(api: Api, hours: int) -> str:
    now = datetime.fromisoformat(api.get("api/sandbox/clock/").json()["now"])
    return (now + timedelta(hours=hours)).isoformat()


def test_a_quote_for_a_visit_says_what_it_costs_and_writes_nothing(api: Api, zone):
    start, end = "2026-06-01T09:00:00+05:30", "2026-06-01T11:06:00+05:30"
    answer = api.post("quote/", {"zone_id": zone.id, "starts_at": start, "ends_at": end}).json()
    assert (answer["total_amount"], answer["additional_amount"], answer["currency"]) == ("150.00", "150.00", "INR")
    assert (answer["total_minutes"], answer["billable_minutes"], answer["tariff"]) == (126, 121, "Zone A - Premium v1")
    assert not ParkingBooking.objects.exists()


def test_a_quote_for_whole_hours_is_what_the_booking_will_cost(api: Api, zone):
    quoted = api.post("quote/", {"zone_id": zone.id, "hours": 3}).json()
    created = api.book(hours=3)
    assert quoted["total_amount"] == created["amount"] == "150.00"


def test_a_quote_for_a_stay_says_what_leaving_then_would_cost(api: Api, booking):
    api.enter(booking)
    now = api.post("quote/", {"booking_id": booking["booking_id"]}).json()
    assert (now["total_amount"], now["prepaid_amount"], now["refund_amount"]) == ("50.00", "100.00", "50.00")
    later = api.post("quote/", {"booking_id": booking["booking_id"], "at": hours_from_now(api, 3)}).json()
    assert (later["total_amount"], later["additional_amount"]) == ("150.00", "50.00")
    assert not Quote.objects.exists()


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"zone_id": 1}, 422),
        ({"zone_id": 1, "hours": 1, "booking_id": UNKNOWN_ID}, 422),
        ({"zone_id": 1, "hours": 1, "ends_at": "2026-06-01T11:00:00Z"}, 422),
        ({"zone_id": 1, "hours": 0}, 422),
        ({"zone_id": 1, "hours": 25}, 422),
        ({"zone_id": 1, "ends_at": "2001-01-01T00:00:00Z"}, 422),
        ({"zone_id": 1, "ends_at": "2999-01-01T00:00:00Z"}, 422),
        ({"zone_id": 1, "ends_at": "2026-06-01T11:00:00"}, 422),
        ({"zone_id": 1, "hours": 1, "vehicle_class": "TANK"}, 422),
        ({"zone_id": 999999, "hours": 1}, 404),
        ({"zone_id": 10**18, "hours": 1}, 404),
        ({"booking_id": UNKNOWN_ID}, 404),
        ({"booking_id": "x"}, 404),
    ],
)
def test_a_question_that_cannot_be_answered(api: Api, zone, body, status):
    if body.get("zone_id") == 1:
        body = {**body, "zone_id": zone.id}
    assert api.post("quote/", body).status_code == status


def test_two_more_hours(api: Api, booking):
    answer = api.post("booking/extend/", {"booking_id": booking["booking_id"], "hours": 2})
    body = answer.json()
    assert (answer.status_code, body["hours"], body["amount"], body["payment_status"]) == (
        200,
        4,
        "100.00",
        "COMPLETED",
    )
    shown = api.get(f"api/booking/{booking['booking_id']}/").json()
    assert (shown["hours"], shown["ends_at"], shown["amount"]) == (4, body["paid_until"], "200.00")
    assert (shown["captured_amount"], shown["cancel_refund_amount"]) == ("200.00", "200.00")


def test_an_extension_whose_payment_waits_is_202(api: Api, booking):
    body = {"booking_id": booking["booking_id"], "hours": 1, "payment_gateway_data": {"token": "tok_settles_late"}}
    answer = api.post("booking/extend/", body)
    assert (answer.status_code, answer.json()["hours"], answer.json()["payment_status"]) == (202, 2, "PENDING")


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"hours": 0}, 422, "invalid_field"),
        ({"hours": 23}, 422, "invalid_field"),
        ({"hours": "1"}, 422, "invalid_field"),
        ({"hours": 10**15}, 422, "invalid_field"),
        ({"booking_id": UNKNOWN_ID}, 404, "unknown_booking"),
        ({"payment_gateway_data": {"token": "tok_declined"}}, 402, "payment_declined"),
    ],
)
def test_an_extension_that_is_refused_costs_nothing(api: Api, booking, change, status, code):
    answer = api.post("booking/extend/", {"booking_id": booking["booking_id"], "hours": 1, **change})
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert Payment.objects.filter(captured_minor__gt=0).count() == 1


def test_an_unpaid_booking_is_not_extended(api: Api, zone):
    created = api.book()
    answer = api.post("booking/extend/", {"booking_id": created["booking_id"], "hours": 1})
    assert (answer.status_code, answer.json()["code"]) == (409, "not_extendable")


def test_another_car_may_come(api: Api, booking):
    answer = api.post("booking/plate/", {"booking_id": booking["booking_id"], "vehicle_number": "mh 12 de 1433"})
    assert (answer.status_code, answer.json()["vehicle_number"]) == (200, "MH12DE1433")
    assert api.enter(booking).json()["vehicle_number"] == "MH12DE1433"
    again = api.post("booking/plate/", {"booking_id": booking["booking_id"], "vehicle_number": "KA01A1"})
    assert (again.status_code, again.json()["code"]) == (409, "already_entered")


def test_cancelling_for_less_than_was_shown_is_refused(api: Api, booking):
    body = {"booking_id": booking["booking_id"], "expected_refund_amount": "100.01"}
    answer = api.post("booking/cancel/", body)
    assert (answer.status_code, answer.json()["code"]) == (409, "refund_changed")
    assert answer.json()["refund_amount"] == "100.00"
    assert api.post("booking/cancel/", {**body, "expected_refund_amount": "many"}).status_code == 422
    assert api.post("booking/cancel/", {**body, "expected_refund_amount": "100.00"}).status_code == 200


def test_an_operator_publishes_a_tariff_and_sells_under_it(api: Api, zone, operator):
    preview = operator.post("operator/tariffs/preview/", {"definition": hourly_definition(rate_minor=700)}).json()
    assert preview["curve"][:2] == [{"minutes": 0, "amount": "7.00"}, {"minutes": 70, "amount": "14.00"}]
    definition = {**hourly_definition(rate_minor=700)}
    published = operator.post("operator/tariffs/", {"name": "Cheap", "definition": definition})
    assert (published.status_code, published.json()["version"], published.json()["zones"]) == (201, 1, [])
    terms = operator.post(f"operator/zone/{zone.id}/terms/", {"tariff_id": published.json()["tariff_id"]})
    assert (terms.status_code, terms.json()["tariff"]) == (200, "Cheap v1")
    assert api.post("quote/", {"zone_id": zone.id, "hours": 1}).json()["total_amount"] == "7.00"
    refused = operator.post("operator/tariffs/", {"name": "Bad", "definition": {"kind": "rates", "rates": []}})
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_tariff")
    assert refused.json()["problems"]
    assert operator.get("api/operator/tariffs/999999/").status_code == 404
