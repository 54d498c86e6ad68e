"""Each endpoint answers with at least the keys of the design's table, and a few of our own."""

from __future__ import annotations

import pytest

from parking.models import QRScanLog

CREATE = "booking_id qr_code slot_number zone_name amount expires_at message"
PAYMENT = "payment_id booking_id amount message"
CANCEL = "booking_id refund_amount refund_processed message"
ENTRY = "session_id vehicle_number slot_number zone_name entry_time message"
EXIT = (
    "session_id vehicle_number entry_time exit_time duration_minutes total_minutes billable_minutes billable_hours "
    "hourly_rate total_amount prepaid_amount additional_payment_needed additional_amount refund_amount"
)
ADDITIONAL = "payment_id amount message session_status"
ZONE = "id name hourly_rate total_slots available_slots occupancy_percentage"
ZONE_STATUS = "zone_name hourly_rate total_slots occupied_slots available_slots active_sessions occupancy_percentage"
BOOKING = "booking_id status qr_code starts_at ends_at expires_at paid_at amount currency session_id"


def assert_carries(answer: dict[str, object], keys: str, *, success: bool = True) -> None:
    assert answer["success"] is success
    assert set(keys.split()) - answer.keys() == set()


def test_book_pay_enter_overstay_pay_leave(api, parking_setup):
    booking = api.book(hours=1)
    assert_carries(booking, CREATE)
    assert (booking["amount"], booking["currency"], booking["status"]) == ("50.00", "INR", "CREATED")
    assert booking["slot_number"] in booking["message"]
    assert "50.00 INR" in booking["message"]

    paid = api.pay(booking)
    assert paid.status_code == 200
    assert_carries(paid.json(), PAYMENT)
    assert (paid.json()["payment_status"], paid.json()["booking_status"]) == ("COMPLETED", "PAID")
    assert paid.json()["next_action"] is None

    entered = api.enter(booking, scanner_location="North", device_time="2026-01-31T09:00:00+05:30")
    assert entered.status_code == 200
    assert_carries(entered.json(), ENTRY)

    api.advance(seconds=66 * 60)
    due = api.leave(booking)
    assert due.status_code == 402
    assert_carries(due.json(), EXIT, success=False)
    assert (due.json()["code"], due.json()["exit_time"]) == ("payment_due", None)
    assert (due.json()["additional_amount"], due.json()["total_minutes"]) == ("50.00", 66)
    assert due.json()["error"]

    topped_up = api.post("payment/additional/", {"session_id": due.json()["session_id"]})
    assert topped_up.status_code == 200
    assert_carries(topped_up.json(), ADDITIONAL)
    assert (topped_up.json()["amount"], topped_up.json()["session_status"]) == ("50.00", "COMPLETED")
    assert topped_up.json()["leave_by"] is not None

    left = api.leave(booking)
    assert left.status_code == 200
    assert_carries(left.json(), f"{EXIT} message")
    assert (left.json()["prepaid_amount"], left.json()["additional_payment_needed"]) == ("100.00", False)
    assert set(due.json()) - {"error", "code"} == set(left.json())


def test_unused_hours_are_refunded_at_the_exit(api, parking_setup):
    booking = api.book(hours=2)
    api.pay(booking)
    api.enter(booking)

    left = api.leave(booking)

    assert (left.status_code, left.json()["refund_amount"]) == (200, "50.00")
    assert "50.00 INR" in left.json()["message"]


def test_a_cancelled_booking_says_what_is_refunded(api, parking_setup):
    booking = api.book()
    api.pay(booking)

    cancelled = api.post("booking/cancel/", {"booking_id": booking["booking_id"], "reason": "Plans changed"})

    assert cancelled.status_code == 200
    assert_carries(cancelled.json(), CANCEL)
    assert (cancelled.json()["refund_amount"], cancelled.json()["refund_processed"]) == ("100.00", True)

    unpaid = api.book()
    cancelled = api.post("booking/cancel/", {"booking_id": unpaid["booking_id"]})
    assert (cancelled.json()["refund_amount"], cancelled.json()["refund_processed"]) == ("0.00", False)


def test_a_payment_that_waits_is_accepted_and_says_what_for(api, parking_setup):
    booking = api.book()

    waiting = api.pay(booking, token="tok_needs_action")
    api.advance(seconds=31)
    done = api.pay(booking)

    assert (waiting.status_code, waiting.json()["success"]) == (202, True)
    assert (waiting.json()["payment_status"], waiting.json()["booking_status"]) == ("PENDING", "CREATED")
    assert waiting.json()["next_action"]["instructions"] in waiting.json()["message"]
    assert (done.status_code, done.json()["payment_status"]) == (200, "COMPLETED")
    assert done.json()["payment_id"] == waiting.json()["payment_id"]


def test_a_declined_payment_is_402(api, parking_setup):
    declined = api.pay(api.book(), token="tok_declined")

    assert (declined.status_code, declined.json()["code"]) == (402, "payment_declined")


def test_a_booking_shows_its_state_times_money_code_and_session(api, parking_setup):
    booking = api.book()
    path = f"api/booking/{booking['booking_id']}/"

    created = api.get(path)
    api.pay(booking)
    session_id = api.enter(booking).json()["session_id"]
    used = api.get(path)

    assert created.status_code == 200
    assert_carries(created.json(), BOOKING)
    assert (created.json()["session_id"], created.json()["session"]) == (None, None)
    assert {key: created.json()[key] for key in ("qr_code", "amount", "expires_at", "status")} == {
        key: booking[key] for key in ("qr_code", "amount", "expires_at", "status")
    }
    assert (used.json()["status"], used.json()["session_id"]) == ("USED", session_id)
    assert used.json()["session"]["status"] == "ACTIVE"
    assert (used.json()["captured_amount"], used.json()["session"]["amount_due"]) == ("100.00", "0.00")


def test_zones_show_their_price_and_room(api, parking_setup):
    booking = api.book()
    api.pay(booking)
    api.enter(booking)

    zones = api.get("api/zones/").json()
    zone = zones["zones"][0]
    status = api.get(f"api/zone/{zone['id']}/status/").json()

    assert [zone["name"] for zone in zones["zones"]] == ["Zone A - Premium", "Zone B - Standard", "Zone C - Economy"]
    assert [zone["total_slots"] for zone in zones["zones"]] == [50, 100, 150]
    assert set(ZONE.split()) - zone.keys() == set()
    assert_carries(status, ZONE_STATUS)
    assert (status["hourly_rate"], status["currency"], status["occupied_slots"]) == ("50.00", "INR", 1)
    assert (status["available_slots"], status["active_sessions"], status["occupancy_percentage"]) == (49, 1, 2.0)


@pytest.mark.parametrize("method", ["get", "head"])
def test_health_is_200_when_the_database_answers(api, parking_setup, method):
    response = getattr(api.client, method)("/parking/health/")

    assert response.status_code == 200
    if method == "get":
        assert_carries(response.json(), "status timestamp zones_configured")
        assert (response.json()["status"], response.json()["zones_configured"]) == ("healthy", 3)


def test_health_is_503_when_the_database_does_not_answer(api, unreachable_database):
    response = api.get("health/")

    assert (response.status_code, response["Retry-After"]) == (503, "1")
    assert response.json() == {
        "success": False,
        "error": "The database does not answer.",
        "code": "unavailable",
        "status": "unavailable",
    }


def test_every_other_request_is_503_too(api, unreachable_database):
    for response in (api.get("api/zones/"), api.post("booking/cancel/", {"booking_id": "x" * 36})):
        assert response.status_code in (404, 503)
    response = api.post("booking/cancel/", {"booking_id": "00000000-0000-4000-8000-000000000000"})
    assert (response.status_code, response.json()["code"]) == (503, "unavailable")


def test_the_clock_goes_forward_stands_still_and_is_seen_by_all(api, parking_setup):
    frozen = api.post("sandbox/clock/", {"now": "2090-01-31T09:00:00+05:30", "freeze": True}).json()
    assert (frozen["now"], frozen["frozen"]) == ("2090-01-31T03:30:00.000000Z", True)
    assert api.get("api/sandbox/clock/").json()["now"] == frozen["now"]
    assert api.get("health/").json()["timestamp"] == frozen["now"]

    advanced = api.post("sandbox/clock/", {"advance_seconds": 3900}).json()
    assert (advanced["now"], advanced["frozen"]) == ("2090-01-31T04:35:00.000000Z", True)
    backwards = api.post("sandbox/clock/", {"now": "2090-01-31T04:34:59Z"})
    assert (backwards.status_code, backwards.json()["code"]) == (409, "clock_backwards")

    running = api.post("sandbox/clock/", {"freeze": False}).json()
    assert running["frozen"] is False
    assert running["now"] >= advanced["now"]


def test_a_scan_of_an_unknown_code_is_logged(api, parking_setup):
    response = api.enter({"qr_code": "PARK-000000000000"})

    assert (response.status_code, response.json()["code"]) == (404, "unknown_code")
    assert QRScanLog.objects.get().reason == "unknown_code"
