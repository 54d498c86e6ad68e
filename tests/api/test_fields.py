from __future__ import annotations

import pytest

from parking.models import ParkingZone, QRScanLog
from tests.api.conftest import BOOKING, UNKNOWN_ID

MISSING = object()

WRONG_VALUES = [
    ("booking/create/", "zone_id", "1", "whole number"),
    ("booking/create/", "zone_id", 1.0, "whole number"),
    ("booking/create/", "zone_id", True, "whole number"),
    ("booking/create/", "zone_id", None, "whole number"),
    ("booking/create/", "zone_id", MISSING, "required"),
    ("booking/create/", "hours", "3", "whole number"),
    ("booking/create/", "hours", "٣", "whole number"),
    ("booking/create/", "hours", 3.0, "whole number"),
    ("booking/create/", "hours", 1e3, "whole number"),
    ("booking/create/", "hours", [2], "whole number"),
    ("booking/create/", "hours", 0, "1 to 24"),
    ("booking/create/", "hours", -1, "1 to 24"),
    ("booking/create/", "hours", 25, "1 to 24"),
    ("booking/create/", "hours", 10**19, "1 to 24"),
    ("booking/create/", "vehicle_number", 1234, "text"),
    ("booking/create/", "vehicle_number", MISSING, "required"),
    ("booking/create/", "vehicle_number", "", "letters"),
    ("booking/create/", "vehicle_number", "DL01АВ1234", "letters"),  # noqa: RUF001 -- Cyrillic look-alikes
    ("booking/create/", "vehicle_number", "A" * 60_000, "letters"),
    ("booking/create/", "owner_name", None, "text"),
    ("booking/create/", "owner_name", "  ", "1 to 100"),
    ("booking/create/", "owner_name", "x" * 101, "1 to 100"),
    ("booking/create/", "owner_name", "a\tb", "control"),
    ("booking/create/", "phone_number", 9876543210, "text"),
    ("booking/create/", "phone_number", "call me", "phone number"),
    ("booking/create/", "starts_at", 1767600000, "text"),
    ("booking/create/", "starts_at", "2030-01-31T09:00:00", "offset"),
    ("booking/create/", "starts_at", "2030-01-31", "offset"),
    ("booking/create/", "starts_at", "20300131T090000Z", "offset"),
    ("booking/create/", "starts_at", "2030-02-30T09:00:00Z", "offset"),
    ("booking/create/", "starts_at", "2030-01-31T09:00:00+99:00", "offset"),
    ("booking/create/", "starts_at", "0001-01-01T00:00:00+05:30", "offset"),
    ("booking/create/", "starts_at", "9999-12-31T23:59:59-05:30", "offset"),
    ("booking/create/", "starts_at", "٢٠٣٠-01-31T09:00:00Z", "offset"),
    ("booking/create/", "starts_at", "2000-01-31T09:00:00Z", "past"),
    ("booking/create/", "starts_at", "9999-01-31T09:00:00Z", "too far"),
    ("booking/payment/", "booking_id", 7, "text"),
    ("booking/payment/", "booking_id", None, "text"),
    ("booking/payment/", "booking_id", MISSING, "required"),
    ("booking/payment/", "payment_gateway_data", [], "object"),
    ("booking/payment/", "payment_gateway_data", "tok_success", "object"),
    ("booking/cancel/", "booking_id", {"id": 7}, "text"),
    ("booking/cancel/", "reason", 7, "text"),
    ("booking/cancel/", "reason", "x" * 201, "at most 200"),
    ("payment/additional/", "session_id", False, "text"),
    ("payment/additional/", "session_id", MISSING, "required"),
    ("payment/additional/", "payment_gateway_data", 7, "object"),
    ("scan/entry/", "qr_code", 7, "text"),
    ("scan/entry/", "qr_code", "", "at least 1"),
    ("scan/entry/", "qr_code", "x" * 257, "at most 256"),
    ("scan/exit/", "scanner_device_id", MISSING, "required"),
    ("scan/exit/", "scanner_device_id", "", "at least 1"),
    ("scan/exit/", "scanner_device_id", "x" * 65, "at most 64"),
    ("scan/exit/", "scanner_location", "x" * 101, "at most 100"),
    ("scan/exit/", "scan_id", "", "at least 1"),
    ("scan/exit/", "scan_id", "x" * 65, "at most 64"),
    ("scan/exit/", "device_time", "09:00", "offset"),
    ("sandbox/clock/", "advance_seconds", "3900", "whole number"),
    ("sandbox/clock/", "advance_seconds", 1.5, "whole number"),
    ("sandbox/clock/", "advance_seconds", -1, "must be from 0"),
    ("sandbox/clock/", "advance_seconds", 10**19, "must be from 0"),
]
BODIES = {
    "booking/create/": BOOKING,
    "booking/payment/": {"booking_id": UNKNOWN_ID},
    "booking/cancel/": {"booking_id": UNKNOWN_ID},
    "payment/additional/": {"session_id": UNKNOWN_ID},
    "scan/entry/": {"qr_code": "PARK-ABC123DEF456", "scanner_device_id": "ENTRY_GATE_01"},
    "scan/exit/": {"qr_code": "PARK-ABC123DEF456", "scanner_device_id": "EXIT_GATE_01"},
    "sandbox/clock/": {},
}


@pytest.mark.parametrize(("path", "field", "value", "says"), WRONG_VALUES)
def test_a_value_that_cannot_be_used_is_named(api, nothing_written, path, field, value, says):
    body = {**BODIES[path], field: value}
    if path == "booking/create/" and field != "zone_id":
        body["zone_id"] = ParkingZone.objects.earliest("id").id
    if value is MISSING:
        del body[field]

    response = api.post(path, body)

    assert response.status_code == 422
    answer = response.json()
    assert (answer["success"], answer["code"], answer["field"]) == (False, "invalid_field", field)
    assert says in answer["error"]
    assert answer["errors"] == [{"field": field, "error": answer["error"]}]
    assert QRScanLog.objects.count() == 0


def test_every_value_that_cannot_be_used_is_listed_and_the_first_is_named(api, nothing_written):
    answer = api.post("booking/create/", {"hours": "2", "zone_id": None}).json()

    assert [problem["field"] for problem in answer["errors"]] == ["vehicle_number", "owner_name", "zone_id", "hours"]
    assert answer["field"] == "vehicle_number"
    assert answer["error"] == "vehicle_number: is required."


@pytest.mark.parametrize(
    "body", [{}, {"advance_seconds": 1, "now": "2090-01-01T00:00:00Z"}, {"freeze": "yes"}, {"freeze": 1}, {"now": 5}]
)
def test_the_clock_is_told_one_clear_thing(api, parking_setup, body):
    response = api.post("sandbox/clock/", body)

    assert (response.status_code, response.json()["code"]) == (422, "invalid_field")


def test_unknown_fields_and_null_for_optional_ones_are_ignored(api, parking_setup):
    booking = api.book(phone_number=None, starts_at=None, colour="red", nested={"a": [1.5]})

    paid = api.post(
        "booking/payment/",
        {"booking_id": booking["booking_id"].upper(), "payment_gateway_data": None, "amount": "0.01"},
    )
    cancelled = api.post("booking/cancel/", {"booking_id": booking["booking_id"], "reason": None})

    assert (paid.status_code, paid.json()["amount"]) == (200, "100.00")
    assert cancelled.status_code == 200


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nope",
        "7",
        UNKNOWN_ID,
        UNKNOWN_ID.replace("-", ""),
        f"{{{UNKNOWN_ID}}}",
        f"urn:uuid:{UNKNOWN_ID}",
        f" {UNKNOWN_ID}",
        UNKNOWN_ID.replace("4", "٤"),
        "' OR 1=1 --",
        "x" * 60_000,
    ],
)
def test_a_text_that_names_nothing_is_not_found(api, nothing_written, text):
    answers = [
        api.post("booking/payment/", {"booking_id": text}),
        api.post("booking/cancel/", {"booking_id": text}),
        api.post("payment/additional/", {"session_id": text}),
    ]

    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert [answer.json()["code"] for answer in answers] == ["unknown_booking", "unknown_booking", "unknown_session"]


@pytest.mark.parametrize("text", ["nope", UNKNOWN_ID, UNKNOWN_ID.replace("-", ""), "%00", "x" * 5000, "..%2f", "%F0"])
def test_a_path_that_names_no_booking_is_not_found(api, parking_setup, text):
    response = api.get(f"api/booking/{text}/")

    assert response.status_code == 404
    assert response.json()["code"] in ("unknown_booking", "not_found")


@pytest.mark.parametrize("text", ["0", "-1", "99", "abc", "1.0", "٣", "%00", "9" * 19, "9" * 5000, "1e1", "+1"])
def test_a_path_that_names_no_zone_is_not_found(api, parking_setup, text):
    response = api.get(f"api/zone/{text}/status/")

    assert (response.status_code, response.json()["code"]) == (404, "unknown_zone")


@pytest.mark.parametrize("zone_id", [0, -1, 99_999, 2**63, 10**19])
def test_a_number_that_names_no_zone_is_not_found(api, nothing_written, zone_id):
    response = api.post("booking/create/", {**BOOKING, "zone_id": zone_id})

    assert (response.status_code, response.json()["code"]) == (404, "unknown_zone")
