"""A merchant's codes over HTTP: made by the operator, used by the driver, told at the exit."""

from __future__ import annotations

import pytest
from django.test import Client

from parking.services import guesses
from tests.api.conftest import UNKNOWN_ID, Api

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("parking_setup")]

TERMS = {"valid_until": "2035-01-01T00:00:00+05:30"}


def merchant(operator: Api, name: str = "Book shop") -> str:
    made = operator.post("operator/merchants/", {"name": name})
    assert made.status_code == 201, made.content
    assert made.json() | {"merchant_id": 0} == {"success": True, "merchant_id": 0, "name": name, "currency": "INR"}
    return f"operator/merchants/{made.json()['merchant_id']}/"


def code(operator: Api, address: str, **terms: object) -> str:
    made = operator.post(f"{address}codes/", TERMS | {"code": "SHOP"} | terms)
    assert made.status_code == 201, made.content
    return made.json()["codes"][0]


def parked(api: Api, **changes: object) -> dict[str, str]:
    booking = api.book(hours=1, **changes)
    api.pay(booking)
    entry = api.enter(booking)
    assert entry.status_code == 200, entry.content
    return booking | {"session_id": entry.json()["session_id"]}


def test_from_the_shop_to_the_exit(api, operator):
    address = merchant(operator)
    code(operator, address, minutes=60, at_most_amount="100.00", budget_amount="500.00")
    booking = parked(api)
    api.advance(seconds=70 * 60)
    used = api.post("validation/", {"booking_id": booking["booking_id"], "code": "shop"})
    assert used.status_code == 200
    assert used.json() == {
        "success": True,
        "message": "Book shop pays 50.00 INR of this stay so far. Nothing is due now.",
        "booking_id": booking["booking_id"],
        "session_id": booking["session_id"],
        "code": "SHOP",
        "merchant": "Book shop",
        "discount_amount": "50.00",
        "at_most_amount": "100.00",
        "total_amount": "50.00",
        "additional_amount": "0.00",
        "refund_amount": "0.00",
        "currency": "INR",
    }
    shown = api.post("quote/", {"booking_id": booking["booking_id"]}).json()
    assert (shown["price_amount"], shown["discount_amount"], shown["total_amount"]) == ("100.00", "50.00", "50.00")
    reserved = operator.get(f"api/{address}codes/").json()["codes"][0]
    assert (reserved["uses"], reserved["granted_amount"], reserved["reserved_amount"]) == (1, "0.00", "100.00")
    left = api.leave(booking)
    assert (left.status_code, left.json()["discount_amount"], left.json()["total_amount"]) == (200, "50.00", "50.00")
    granted = operator.get(f"api/{address}codes/").json()["codes"][0]
    assert (granted["granted_amount"], granted["reserved_amount"], granted["budget_amount"]) == (
        "50.00",
        "0.00",
        "500.00",
    )
    kept = api.get(f"api/booking/{booking['booking_id']}/").json()["adjustments"]
    assert [(one["kind"], one["amount"]) for one in kept] == [("VALIDATION", "-50.00")]


def test_what_is_still_due_is_told(api, operator):
    code(operator, merchant(operator), basis_points=2500, at_most_amount="100.00")
    booking = parked(api)
    api.advance(seconds=70 * 60)
    used = api.post("validation/", {"session_id": booking["session_id"], "code": "SHOP"}).json()
    assert (used["discount_amount"], used["additional_amount"]) == ("25.00", "25.00")
    assert used["message"].endswith("25.00 INR are still due now.")


def test_a_code_is_refused_with_the_reason(api, operator):
    address = merchant(operator)
    code(operator, address, amount="10.00", max_uses=1)
    first, second = parked(api), parked(api, vehicle_number="KA09X9")
    assert api.post("validation/", {"booking_id": first["booking_id"], "code": "SHOP"}).status_code == 200
    refused = api.post("validation/", {"booking_id": second["booking_id"], "code": "SHOP"})
    assert (refused.status_code, refused.json()["code"]) == (409, "discount_refused")
    assert "used up" in refused.json()["error"]
    waiting = api.book(vehicle_number="KA09X8")
    early = api.post("validation/", {"booking_id": waiting["booking_id"], "code": "SHOP"})
    assert (early.status_code, early.json()["code"]) == (409, "not_entered")


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        ({"booking_id": UNKNOWN_ID, "code": "SHOP"}, 404, "unknown_booking"),
        ({"session_id": UNKNOWN_ID, "code": "SHOP"}, 404, "unknown_session"),
        ({"booking_id": "1", "code": "SHOP"}, 404, "unknown_booking"),
        ({"code": "SHOP"}, 422, "invalid_field"),
        ({"booking_id": UNKNOWN_ID, "session_id": UNKNOWN_ID, "code": "SHOP"}, 422, "invalid_field"),
        ({"booking_id": UNKNOWN_ID}, 422, "invalid_field"),
        ({"booking_id": UNKNOWN_ID, "code": 12345}, 422, "invalid_field"),
        ({"booking_id": UNKNOWN_ID, "code": "x" * 65}, 422, "invalid_field"),
    ],
)
def test_what_cannot_be_used(api, body, status, error):
    refused = api.post("validation/", body)
    assert (refused.status_code, refused.json()["code"]) == (status, error)


def test_a_wrong_code_is_a_wrong_guess(api):
    booking = parked(api)
    stranger = Api(client=Client(REMOTE_ADDR="192.0.2.9"))
    body = {"booking_id": booking["booking_id"], "code": "GUESS"}
    answers = [stranger.post("validation/", body).status_code for _ in range(guesses.LIMIT + 1)]
    assert answers == [404] * guesses.LIMIT + [429]


def test_a_batch(operator):
    address = merchant(operator)
    made = operator.post(f"{address}codes/", TERMS | {"amount": "30.00", "count": 3}).json()
    assert (len(set(made["codes"])), made["at_most_amount"]) == (3, "30.00")
    shown = operator.get(f"api/{address}codes/").json()["codes"]
    assert [(one["gives"], one["amount"], one["minutes"], one["max_uses"]) for one in shown] == [
        ("AMOUNT", "30.00", None, 1)
    ] * 3


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        ({}, ""),
        ({"minutes": 60, "amount": "5.00"}, ""),
        ({"count": 5, "amount": "5.00", "code": "MINE"}, ""),
        ({"minutes": 60}, "at_most"),
        ({"amount": "5.001"}, "amount"),
        ({"amount": "-5"}, "amount"),
        ({"amount": "0"}, "value"),
        ({"basis_points": 10_001, "at_most_amount": "5"}, "value"),
        ({"amount": "5.00", "count": 1001}, "count"),
        ({"amount": "5.00", "budget_amount": "4.99"}, "budget"),
        ({"amount": "5.00", "valid_until": "2001-01-01T00:00:00Z"}, "valid_until"),
        ({"amount": "5.00", "code": "no"}, "code"),
    ],
)
def test_a_code_that_means_nothing(operator, terms, field):
    refused = operator.post(f"{merchant(operator)}codes/", TERMS | terms)
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_field")
    assert refused.json()["field"].endswith(field)


def test_closing(api, operator):
    address = merchant(operator)
    code(operator, address, amount="10.00")
    for _ in range(2):
        assert operator.post(f"{address}codes/close/", {"code": "shop"}).json() == {"success": True}
    booking = parked(api)
    refused = api.post("validation/", {"booking_id": booking["booking_id"], "code": "SHOP"})
    assert (refused.status_code, refused.json()["code"]) == (409, "discount_refused")
    assert operator.post(f"{address}close/", {}).json() == {"success": True}
    again = operator.post(f"{address}codes/", TERMS | {"amount": "5.00"})
    assert (again.status_code, again.json()["code"]) == (409, "conflict")
    listed = operator.get("api/operator/merchants/").json()["merchants"]
    assert [(one["name"], one["codes"], one["closed_at"] is None) for one in listed] == [("Book shop", 1, False)]


def test_what_there_is_not(operator):
    for action in ("close/", "codes/"):
        missing = operator.post(f"operator/merchants/999/{action}", TERMS | {"amount": "5.00"})
        assert (missing.status_code, missing.json()["code"]) == (404, "unknown_merchant")
    assert operator.get("api/operator/merchants/x/codes/").status_code == 404
    missing = operator.post(f"{merchant(operator)}codes/close/", {"code": "NOPE"})
    assert (missing.status_code, missing.json()["code"]) == (404, "unknown_discount")


def test_one_merchant_does_not_close_the_codes_of_another(operator):
    code(operator, merchant(operator), amount="10.00")
    other = merchant(operator, "Cinema")
    assert operator.post(f"{other}codes/close/", {"code": "SHOP"}).status_code == 404
