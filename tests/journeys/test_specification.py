"""The five journeys of the specification ("Test Scenarios"), over HTTP, by the sandbox's test clock."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from parking.models import QRScanLog

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("parking_setup")]


class Driver:
    """Somebody with an HTTP client, a car and patience."""

    def __init__(self) -> None:
        self.client = Client()
        self.send("sandbox/clock/", {"freeze": True})

    def send(self, path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        response = self.client.post(f"/parking/api/{path}", body, content_type="application/json")
        return response.status_code, response.json()

    def get(self, path: str) -> dict[str, Any]:
        answer: dict[str, Any] = self.client.get(f"/parking/api/{path}").json()
        return answer

    def wait(self, *, minutes: int = 0, seconds: int = 0) -> None:
        status, _ = self.send("sandbox/clock/", {"advance_seconds": 60 * minutes + seconds})
        assert status == 200

    def book(self, *, hours: int = 2) -> dict[str, Any]:
        status, booking = self.send(
            "booking/create/",
            {
                "vehicle_number": "DL01AB1234",
                "owner_name": "John Doe",
                "zone_id": self.get("zones/")["zones"][0]["id"],
                "hours": hours,
                "phone_number": "9876543210",
            },
        )
        assert (status, booking["success"]) == (201, True)
        return booking

    def pay(self, booking: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        return self.send("booking/payment/", {"booking_id": booking["booking_id"], "payment_gateway_data": {}})

    def cancel(self, booking: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        return self.send("booking/cancel/", {"booking_id": booking["booking_id"]})

    def enter(self, booking: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        return self.send("scan/entry/", {"qr_code": booking["qr_code"], "scanner_device_id": "ENTRY_GATE_01"})

    def leave(self, booking: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        return self.send("scan/exit/", {"qr_code": booking["qr_code"], "scanner_device_id": "EXIT_GATE_01"})

    def room(self) -> tuple[int, int]:
        zone = self.get("zones/")["zones"][0]
        return zone["occupied_slots"], zone["available_slots"]


@pytest.fixture
def driver() -> Driver:
    return Driver()


def test_normal_flow(driver):
    """Book, pay, enter, exit."""
    booking = driver.book(hours=2)
    assert booking["amount"] == "100.00"
    assert driver.room() == (0, 49)
    status, payment = driver.pay(booking)
    assert (status, payment["amount"], payment["booking_id"]) == (200, "100.00", booking["booking_id"])
    status, entry = driver.enter(booking)
    assert (status, entry["vehicle_number"], entry["slot_number"]) == (200, "DL01AB1234", booking["slot_number"])
    assert driver.room() == (1, 49)
    assert driver.get(f"booking/{booking['booking_id']}/")["session_id"] == entry["session_id"]

    driver.wait(minutes=125)
    status, bill = driver.leave(booking)
    assert (status, bill["total_minutes"], bill["billable_minutes"], bill["billable_hours"]) == (200, 125, 120, 2)
    assert (bill["total_amount"], bill["prepaid_amount"]) == ("100.00", "100.00")
    assert (bill["additional_payment_needed"], bill["refund_amount"]) == (False, "0.00")
    assert driver.room() == (0, 50)


def test_cancellation(driver):
    """Book, pay, cancel within five minutes."""
    booking = driver.book()
    driver.pay(booking)
    driver.wait(minutes=5)
    status, closed = driver.cancel(booking)
    assert (status, closed["refund_amount"], closed["refund_processed"]) == (200, "100.00", True)
    assert driver.room() == (0, 50)
    status, refusal = driver.enter(booking)
    assert (status, refusal["code"]) == (409, "booking_cancelled")


def test_cancellation_after_five_minutes_refunds_nothing(driver):
    booking = driver.book()
    driver.pay(booking)
    driver.wait(minutes=5, seconds=1)
    status, closed = driver.cancel(booking)
    assert (status, closed["refund_amount"], closed["refund_processed"]) == (200, "0.00", False)


def test_overtime(driver):
    """Book one hour, park two, pay the second."""
    booking = driver.book(hours=1)
    driver.pay(booking)
    _, entry = driver.enter(booking)
    driver.wait(minutes=120)
    status, bill = driver.leave(booking)
    assert (status, bill["success"], bill["code"]) == (402, False, "payment_due")
    assert (bill["exit_time"], bill["total_amount"], bill["additional_amount"]) == (None, "100.00", "50.00")
    assert driver.room() == (1, 49)

    status, payment = driver.send(
        "payment/additional/", {"session_id": entry["session_id"], "payment_gateway_data": {}}
    )
    assert (status, payment["amount"], payment["session_status"]) == (200, "50.00", "COMPLETED")
    assert driver.room() == (0, 50)
    status, bill = driver.leave(booking)
    assert (status, bill["additional_amount"], bill["prepaid_amount"]) == (200, "0.00", "100.00")


def test_early_exit(driver):
    """Book two hours, park one, get the second back."""
    booking = driver.book(hours=2)
    driver.pay(booking)
    driver.enter(booking)
    driver.wait(minutes=60)
    status, bill = driver.leave(booking)
    assert (status, bill["total_amount"], bill["refund_amount"]) == (200, "50.00", "50.00")
    details = driver.get(f"booking/{booking['booking_id']}/")
    assert details["refunded_amount"] == "50.00"


def test_error_cases(driver):
    """Invalid QR code, double scan, expired booking, unpaid entry; each attempt is on record."""
    status, refusal = driver.enter({"qr_code": "PARK-ABC123DEF456"})
    assert (status, refusal) == (404, {"success": False, "error": refusal["error"], "code": "unknown_code"})

    unpaid = driver.book()
    status, refusal = driver.enter(unpaid)
    assert (status, refusal["code"]) == (402, "payment_required")
    driver.wait(minutes=5)
    status, refusal = driver.pay(unpaid)
    assert (status, refusal["code"]) == (410, "hold_lapsed")

    booking = driver.book()
    driver.pay(booking)
    status, refusal = driver.pay(booking)
    assert (status, refusal["code"]) == (409, "already_paid")
    status, refusal = driver.leave(booking)
    assert (status, refusal["code"]) == (409, "not_entered")
    driver.enter(booking)
    status, refusal = driver.enter(booking)
    assert (status, refusal["code"]) == (409, "already_entered")
    driver.leave(booking)
    status, refusal = driver.leave(booking)
    assert (status, refusal["code"]) == (409, "already_exited")

    assert list(QRScanLog.objects.order_by("id").values_list("scan_type", "result", "reason")) == [
        ("ENTRY", "FAILED", "unknown_code"),
        ("ENTRY", "FAILED", "payment_required"),
        ("EXIT", "FAILED", "not_entered"),
        ("ENTRY", "SUCCESS", "ok"),
        ("ENTRY", "DUPLICATE", "already_entered"),
        ("EXIT", "SUCCESS", "ok"),
        ("EXIT", "DUPLICATE", "already_exited"),
    ]
