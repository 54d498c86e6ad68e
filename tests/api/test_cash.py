"""The cashier's day over HTTP: open, take, hand back, count."""

from __future__ import annotations

import pytest

from parking.models import Payment
from tests.api.conftest import UNKNOWN_ID

pytestmark = pytest.mark.usefixtures("parking_setup")


@pytest.fixture
def shift(parking_setup, cashier):
    response = cashier.post("desk/shift/open/", {"opening_float": "500.00"})
    assert response.status_code == 201, response.content
    return response.json()


def code(response) -> tuple[int, str]:
    return response.status_code, response.json().get("code", "")


def test_a_day_at_the_desk(api, cashier, shift):
    assert (shift["cashier"], shift["expected_amount"], shift["counted_amount"]) == ("cashier", "500.00", None)
    kept, cancelled = api.book(), api.book(vehicle_number="KA02B2", hours=1)
    for booking in (kept, cancelled):
        paid = cashier.post("desk/cash/booking/", {"booking_id": booking["booking_id"]})
        assert (paid.status_code, paid.json()["payment_status"]) == (200, "COMPLETED")
    session_id = api.enter(kept).json()["session_id"]
    gone = api.post("booking/cancel/", {"booking_id": cancelled["booking_id"]}).json()
    assert (gone["refund_processed"], "50.00 INR wait for you at the cash desk" in gone["message"]) == (False, True)

    api.advance(seconds=3 * 3600)
    due = api.leave(kept).json()
    assert due["additional_amount"] == "50.00"
    taken = cashier.post("desk/cash/stay/", {"session_id": session_id})
    assert (taken.status_code, taken.json()["amount"], taken.json()["session_status"]) == (200, "50.00", "COMPLETED")
    assert api.leave(kept).status_code == 200

    [waiting] = cashier.get("api/desk/cash/refunds/").json()["refunds"]
    assert (waiting["vehicle_number"], waiting["amount"], waiting["kind"]) == ("KA02B2", "50.00", "BOOKING_CANCEL")
    handed = cashier.post("desk/cash/hand-back/", {"refund_id": waiting["refund_id"]})
    assert handed.json()["message"] == "Give 50.00 INR to the driver of KA02B2."
    assert cashier.get("api/desk/cash/refunds/").json()["refunds"] == []

    now = cashier.get("api/desk/shift/").json()
    assert (now["taken_amount"], now["handed_back_amount"], now["expected_amount"]) == ("200.00", "50.00", "650.00")
    closed = cashier.post("desk/shift/close/", {"counted_amount": "640.00", "note": "Ten short"}).json()
    assert (closed["expected_amount"], closed["difference_amount"]) == ("650.00", "-10.00")
    assert "10.00 INR less" in closed["message"]


def test_the_drawer_that_is_right_and_the_one_that_has_too_much(cashier, shift):
    assert "has what it must have" in cashier.post("desk/shift/close/", {"counted_amount": "500"}).json()["message"]
    cashier.post("desk/shift/open/", {"opening_float": "0"})
    assert "1.00 INR more" in cashier.post("desk/shift/close/", {"counted_amount": "1"}).json()["message"]


def test_the_exit_says_where_the_cash_for_unused_hours_is(api, cashier, shift):
    booking = api.book(hours=3)
    cashier.post("desk/cash/booking/", {"booking_id": booking["booking_id"]})
    api.enter(booking)
    assert "100.00 INR wait for you at the cash desk" in api.leave(booking).json()["message"]


def test_without_a_shift_no_cash_moves(api, cashier):
    booking = api.book()
    assert code(cashier.post("desk/cash/booking/", {"booking_id": booking["booking_id"]})) == (409, "no_open_shift")
    assert code(cashier.get("api/desk/shift/")) == (409, "no_open_shift")
    assert code(cashier.post("desk/shift/close/", {"counted_amount": "0"})) == (409, "no_open_shift")
    assert Payment.objects.count() == 0


def test_one_shift_at_a_time(cashier, shift):
    assert code(cashier.post("desk/shift/open/", {"opening_float": "1.00"})) == (409, "shift_open")


@pytest.mark.parametrize("amount", ["-1", "1.234", "1e3", "", "ten", "9" * 20])
def test_what_is_no_amount_is_refused(cashier, amount):
    assert code(cashier.post("desk/shift/open/", {"opening_float": amount})) == (422, "invalid_field")


def test_what_there_is_not_is_unknown(cashier, shift):
    for path, field, unknown in (
        ("cash/booking/", "booking_id", "unknown_booking"),
        ("cash/stay/", "session_id", "unknown_session"),
        ("cash/hand-back/", "refund_id", "unknown_refund"),
    ):
        for text in (UNKNOWN_ID, "7"):
            assert code(cashier.post(f"desk/{path}", {field: text})) == (404, unknown)


def test_what_was_paid_by_card_is_not_handed_back_in_cash(api, cashier, shift):
    booking = api.book()
    payment_id = api.pay(booking).json()["payment_id"]
    api.post("booking/cancel/", {"booking_id": booking["booking_id"]})
    refund = Payment.objects.get(id=payment_id).refunds.get()
    response = cashier.post("desk/cash/hand-back/", {"refund_id": str(refund.id)})
    assert code(response) == (409, "nothing_to_hand_back")
