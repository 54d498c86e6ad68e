"""A car at the exit with money due: taken on the spot, and opened by the next scan only."""

from __future__ import annotations

import re

import pytest

from parking.domain.permissions import Role
from parking.domain.states import PaymentStatus, SessionStatus
from parking.gateways import simulated
from parking.models import CashierShift, ParkingSession, Payment
from tests.web.attendant.reading import read, scan

PAY, SHIFT = "/parking/scanner/exit/pay/", "/parking/scanner/exit/shift/"
PART = {"x-answer-part": "yes"}


def _form(booking, **more: str) -> dict[str, str]:
    return {"booking_id": str(booking.booking_id), "qr_code": booking.qr_code, **more}


@pytest.fixture
def cashier(staff):
    return staff(Role.CASHIER)


def test_cash_opens_a_shift_first_then_is_taken_and_the_next_scan_opens(cashier, overdue):
    scan(cashier, "exit", overdue.qr_code)
    without = read(cashier.post(PAY, _form(overdue, method="CASH"), headers=PART))
    opened = read(cashier.post(SHIFT, _form(overdue, opening_float="500.00"), headers=PART))
    taken = cashier.post(PAY, _form(overdue, method="CASH"), headers=PART)

    assert (without.status, without.kind, without.code) == (409, "pay", "no_open_shift")
    assert "Open my shift" in without.text
    assert (opened.kind, opened.title) == ("pay", "Pay ₹50.00")
    assert (read(taken).kind, read(taken).title) == ("paid", "Paid")
    assert ParkingSession.objects.get().gate_opened_at is None
    assert Payment.objects.get(kind="ADDITIONAL").shift == CashierShift.objects.get()

    again = re.findall(r'name="scan_id" value="([^"]+)"', taken.content.decode())[0]
    answer = read(scan(cashier, "exit", overdue.qr_code, scan_id=again))
    assert (answer.kind, answer.title) == ("open", "Goodbye")


def test_a_card_is_charged_on_the_spot(cashier, overdue):
    answer = read(cashier.post(PAY, _form(overdue, method="CARD", token=simulated.SUCCESS), headers=PART))

    assert answer.kind == "paid"
    payment = Payment.objects.get(kind="ADDITIONAL")
    assert (payment.method, payment.status) == ("CARD", PaymentStatus.COMPLETED)


def test_a_card_that_is_declined_leaves_all_as_it_was(cashier, overdue):
    answer = read(cashier.post(PAY, _form(overdue, method="CARD", token=simulated.DECLINED), headers=PART))

    assert (answer.status, answer.kind, answer.code) == (402, "pay", "payment_declined")
    assert "Cash" in answer.text
    assert ParkingSession.objects.get().status != SessionStatus.COMPLETED


def test_a_card_that_waits_is_asked_about_again(cashier, overdue):
    form = _form(overdue, method="CARD", token=simulated.NEEDS_ACTION)
    answer = read(cashier.post(PAY, form, headers=PART))

    assert (answer.status, answer.kind, answer.title) == (202, "pay", "Wait")
    assert "Ask again" in answer.text
    assert Payment.objects.filter(kind="ADDITIONAL").count() == 1


def test_what_is_paid_already_is_not_taken_again(cashier, overdue):
    form = _form(overdue, method="CARD")
    first, second = (read(cashier.post(PAY, form, headers=PART)) for _ in range(2))

    assert (first.kind, second.kind) == ("paid", "paid")
    assert second.code in ("nothing_due", "already_paid")
    assert Payment.objects.filter(kind="ADDITIONAL").count() == 1


@pytest.mark.parametrize("opening_float", ["", "a lot", "-5", "1e3"])
def test_a_float_that_is_no_amount_opens_no_shift(cashier, overdue, opening_float):
    answer = read(cashier.post(SHIFT, _form(overdue, opening_float=opening_float), headers=PART))

    assert (answer.kind, answer.code) == ("pay", "invalid_field")
    assert "Open my shift" in answer.text
    assert not CashierShift.objects.exists()


@pytest.mark.parametrize("address", [PAY, SHIFT])
def test_an_attendant_takes_no_money(staff, overdue, address):
    response = staff(Role.ATTENDANT).post(address, _form(overdue, method="CARD", opening_float="500.00"), headers=PART)

    assert response.status_code == 403
    assert not Payment.objects.filter(kind="ADDITIONAL").exists()
    assert not CashierShift.objects.exists()


def test_a_way_to_pay_that_there_is_not_is_refused(cashier, overdue):
    answer = read(cashier.post(PAY, _form(overdue, method="IOU"), headers=PART))

    assert (answer.kind, answer.code) == ("pay", "invalid_field")
    assert not Payment.objects.filter(kind="ADDITIONAL").exists()


def test_without_javascript_money_is_taken_on_a_page(cashier, overdue):
    answer = read(cashier.post(PAY, _form(overdue, method="CARD")))

    assert answer.kind == "paid"
    assert "Scan again and open" in answer.text


def test_who_comes_to_the_address_of_the_form_is_sent_to_the_exit(cashier, garage):
    assert cashier.get(PAY)["Location"] == "/parking/scanner/exit/"
