"""Razorpay, by the official library, against the stand-in: what its answers mean, and the whole way of a payment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from parking.domain.errors import InvalidField
from parking.domain.states import BookingStatus, PaymentStatus, RefundStatus
from parking.gateways.base import (
    Charge,
    Declined,
    GatewayTimeout,
    NeverReceived,
    Pending,
    RefundOrder,
    Subject,
    Succeeded,
)
from parking.gateways.razorpay import RazorpayGateway
from parking.models import ParkingBooking, Payment, Refund
from parking.services import ParkingService, refunds
from parking.services.payments import look_into_due
from tests.garage import OPENING, at
from tests.providers.conftest import CONFIGURED
from tests.providers.razorpay_stand_in import RazorpayStandIn, razorpay_stand_in
from tests.providers.web import Reset

KEY, BOOKING, REFUND = (f"00000000-0000-4000-8000-00000000000{digit}" for digit in "123")
CHARGE = Charge(key=KEY, booking_id=BOOKING, amount_minor=5000, currency="INR", token="", begun_at=OPENING)
NOW = at(seconds=5)


@pytest.fixture
def bank() -> Iterator[RazorpayStandIn]:
    with razorpay_stand_in(now=OPENING) as stand_in:
        yield stand_in


@pytest.fixture
def razorpay(bank) -> RazorpayGateway:
    return RazorpayGateway(environment=replace(CONFIGURED, razorpay_api_base=bank.base))


@pytest.fixture
def _razorpay_takes_the_money(bank, use_provider):
    use_provider("razorpay", razorpay_api_base=bank.base)


def begun(razorpay: RazorpayGateway) -> str:
    """A charge that was asked for; returns its order."""
    outcome = razorpay.create_charge(charge=CHARGE, now=NOW)
    assert isinstance(outcome, Pending)
    return outcome.reference


def test_a_charge_is_an_order_that_the_payer_completes(razorpay, bank):
    order = begun(razorpay)
    checkout = {"type": "razorpay_checkout", "order_id": order, "key_id": "rzp_test_key"}
    waits = Pending(reference=order, next_action={**checkout, "amount": "5000", "currency": "INR"})
    assert razorpay.look_up_charge(charge=CHARGE, now=NOW) == waits
    assert bank.orders[order]["receipt"] == KEY
    assert bank.orders[order]["notes"] == {"parking_payment_id": KEY, "parking_booking_id": BOOKING}


@pytest.mark.parametrize(
    ("attempts", "expected"),
    [
        (["captured"], "Succeeded"),
        (["refunded"], "Succeeded"),
        (["failed", "failed", "captured"], "Succeeded"),
        (["captured", "failed"], "Succeeded"),
        (["failed"], "Pending"),
        (["created"], "Pending"),
        (["authorized"], "Pending"),
    ],
)
def test_the_attempts_to_pay_an_order_mean(razorpay, bank, attempts, expected):
    order = begun(razorpay)
    for status in attempts:
        bank.attempt(order, status=status)
    assert type(razorpay.look_up_charge(charge=CHARGE, now=NOW)).__name__ == expected


def test_an_order_that_nobody_pays_is_declined_after_a_day_and_may_still_be_paid(razorpay, bank):
    order = begun(razorpay)
    day_after = OPENING + timedelta(hours=24, seconds=1)
    assert razorpay.look_up_charge(charge=CHARGE, now=day_after) == Declined(code="abandoned")
    payment = bank.attempt(order)
    assert razorpay.look_up_charge(charge=CHARGE, now=day_after) == Succeeded(reference=payment["id"])


def test_an_order_whose_answer_was_lost_is_found_by_its_receipt(razorpay, bank):
    assert razorpay.look_up_charge(charge=CHARGE, now=NOW) == NeverReceived()
    bank.loses_answer = True
    with pytest.raises(GatewayTimeout):
        razorpay.create_charge(charge=CHARGE, now=NOW)
    (order,) = bank.orders
    found = razorpay.look_up_charge(charge=CHARGE, now=NOW)
    assert isinstance(found, Pending)
    assert found.reference == order


def test_a_payment_of_an_older_order_of_the_same_charge_counts(razorpay, bank):
    first, _ = begun(razorpay), begun(razorpay)
    payment = bank.attempt(first)
    assert razorpay.look_up_charge(charge=CHARGE, now=NOW) == Succeeded(reference=payment["id"])


UNKNOWN = [
    Reset,
    (500, {"error": {"code": "SERVER_ERROR", "description": "no"}}),
    (502, "<html>"),
    (200, "not JSON"),
    (429, {"error": {"code": "BAD_REQUEST_ERROR", "description": "Too many requests"}}),
    (409, {"error": {"code": "BAD_REQUEST_ERROR", "description": "in progress"}}),
    (401, {"error": {"code": "BAD_REQUEST_ERROR", "description": "Authentication failed"}}),
]


@pytest.mark.parametrize("answer", UNKNOWN, ids=str)
def test_what_tells_nothing_is_unknown_and_never_declined(razorpay, bank, answer, capsys):
    order = RefundOrder(key=REFUND, charge_reference="pay_1", amount_minor=5000, currency="INR")
    calls = [
        lambda: razorpay.create_charge(charge=CHARGE, now=NOW),
        lambda: razorpay.look_up_charge(charge=CHARGE, now=NOW),
        lambda: razorpay.refund(order=order, now=NOW),
        lambda: razorpay.look_up_refund(order=order, now=NOW),
        lambda: list(razorpay.ledger(since=OPENING, until=NOW)),
    ]
    for call in calls:
        bank.next_answers = [answer]
        with pytest.raises(GatewayTimeout):
            call()
    assert capsys.readouterr().out == ""  # the library would print


def test_a_server_that_does_not_answer_is_not_waited_for_long(razorpay, bank, monkeypatch):
    monkeypatch.setattr("parking.gateways.razorpay._READ_SECONDS", 0.2)
    bank.answers_after_seconds = 1
    with pytest.raises(GatewayTimeout):
        razorpay.create_charge(charge=CHARGE, now=NOW)


def test_an_amount_that_razorpay_refuses_is_declined(razorpay):
    outcome = razorpay.create_charge(charge=replace(CHARGE, amount_minor=99), now=NOW)
    assert outcome == Declined(code="bad_request_error")


@pytest.mark.parametrize("currency", ["JPY", "KWD"])
def test_a_currency_that_it_may_count_otherwise_is_not_charged(razorpay, bank, currency):
    outcome = razorpay.create_charge(charge=replace(CHARGE, currency=currency), now=NOW)
    assert outcome == Declined(code="currency_not_supported")
    assert bank.asked == []


def test_a_token_is_refused_because_it_would_be_ignored(razorpay):
    razorpay.check_token(token="")
    with pytest.raises(InvalidField):
        razorpay.check_token(token="pay_1")


@pytest.mark.parametrize(
    ("status", "expected"), [("processed", "Succeeded"), ("pending", "Pending"), ("failed", "Declined")]
)
def test_each_state_of_a_refund_means(razorpay, bank, status, expected):
    payment = bank.attempt(begun(razorpay))
    order = RefundOrder(key=REFUND, charge_reference=payment["id"], amount_minor=5000, currency="INR")
    assert razorpay.look_up_refund(order=order, now=NOW) == NeverReceived()
    bank.refund_status = status
    assert type(razorpay.refund(order=order, now=NOW)).__name__ == expected
    assert type(razorpay.look_up_refund(order=order, now=NOW)).__name__ == expected


def test_a_refund_is_made_once_and_again_only_after_it_failed(razorpay, bank):
    payment = bank.attempt(begun(razorpay))
    order = RefundOrder(key=REFUND, charge_reference=payment["id"], amount_minor=5000, currency="INR")
    bank.loses_answer, bank.refund_status = False, "pending"
    first = razorpay.refund(order=order, now=NOW)
    assert razorpay.refund(order=order, now=NOW) == first
    bank.refunds[first.reference]["status"] = "failed"
    bank.refund_status = "processed"
    second = razorpay.refund(order=order, now=NOW)
    assert isinstance(second, Succeeded)
    assert second.reference != first.reference
    keys = [asked.headers["x-refund-idempotency"] for asked in bank.asked if asked.path.endswith("/refund")]
    assert keys == [REFUND, f"{REFUND}-1"]
    too_much = replace(order, key=BOOKING)
    assert razorpay.refund(order=too_much, now=NOW) == Declined(code="bad_request_error")


def test_the_books_name_our_keys_also_of_payments_without_notes(razorpay, bank):
    order = begun(razorpay)
    payments = [bank.attempt(order, status=status) for status in ("failed", "captured")]
    bank.now = at(minutes=1)
    foreign = bank.attempt(order)
    foreign["order_id"] = None
    order_of_refund = RefundOrder(key=REFUND, charge_reference=payments[1]["id"], amount_minor=5000, currency="INR")
    razorpay.refund(order=order_of_refund, now=NOW)
    (given_back,) = bank.refunds
    books = list(razorpay.ledger(since=OPENING, until=at(minutes=2)))
    assert [(entry.subject, entry.key, entry.reference) for entry in books] == [
        (Subject.CHARGE, "", foreign["id"]),
        (Subject.CHARGE, KEY, payments[1]["id"]),
        (Subject.REFUND, REFUND, given_back),
    ]
    assert list(razorpay.ledger(since=at(minutes=-5), until=OPENING)) == []


def test_the_books_are_read_to_their_last_page(razorpay, bank):
    order = begun(razorpay)
    for _ in range(201):
        bank.attempt(order)
    assert len(list(razorpay.ledger(since=OPENING, until=NOW))) == 201


@pytest.mark.usefixtures("_razorpay_takes_the_money")
def test_a_booking_is_paid_by_upi_cancelled_and_refunded(garage, bank):
    booking = garage.book()
    answer = garage.pay(booking)
    assert answer.payment_status is PaymentStatus.PENDING
    order = answer.next_action["order_id"]
    bank.attempt(order, status="failed")
    assert garage.pay(booking, now=at(minutes=1)).next_action["order_id"] == order

    payment = bank.attempt(order)
    body = bank.event("order.paid", payment=payment, order=bank.orders[order])
    told = {"provider": "razorpay", "headers": bank.headers(body), "body": body, "now": at(minutes=2)}
    assert ParkingService.receive_event(**told) is True
    assert ParkingService.receive_event(**told) is False
    assert ParkingBooking.objects.get().status == BookingStatus.PAID

    bank.refund_status = "pending"
    garage.cancel(booking, now=at(minutes=3))
    refund = Refund.objects.get()
    assert refund.status == RefundStatus.PENDING
    (made,) = bank.refunds.values()
    made["status"] = "processed"
    body = bank.event("refund.processed", payment=payment, refund=made)
    told = {"headers": bank.headers(body, event_id="evt_2"), "body": body, "now": at(minutes=9)}
    ParkingService.receive_event(provider="razorpay", **told)
    refund.refresh_from_db()
    assert (refund.status, refund.provider_reference) == (RefundStatus.PROCESSED, made["id"])
    assert refunds.retry_due(now=at(minutes=60)) == 0


@pytest.mark.usefixtures("_razorpay_takes_the_money")
def test_a_look_finds_the_payment_when_no_event_comes(garage, bank):
    booking = garage.book()
    order = garage.pay(booking).next_action["order_id"]
    payment = bank.attempt(order)
    assert look_into_due(now=at(minutes=2)) == 1
    assert Payment.objects.get().provider_reference == payment["id"]


@pytest.mark.usefixtures("_razorpay_takes_the_money")
def test_an_order_paid_twice_gives_the_second_payment_back_once(garage, bank):
    booking = garage.book()
    order = garage.pay(booking).next_action["order_id"]
    for number in (1, 2):
        body = bank.event("payment.captured", payment=bank.attempt(order))
        headers = bank.headers(body, event_id=f"evt_{number}")
        ParkingService.receive_event(provider="razorpay", headers=headers, body=body, now=at(minutes=number))
    surplus = Payment.objects.get(surplus_minor__gt=0)
    (given_back,) = bank.refunds.values()
    assert (given_back["payment_id"], given_back["amount"]) == (surplus.provider_reference, 5000)
