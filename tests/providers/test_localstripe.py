"""Book, pay, cancel, refund and events, over the wire, by the official library, against localstripe."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from parking.domain.errors import PaymentDeclined
from parking.domain.states import BookingStatus, PaymentStatus, RefundStatus
from parking.gateways import gateway
from parking.gateways.base import Charge, Declined, NeverReceived, RefundOrder
from parking.models import ParkingBooking, Payment, ProviderEvent, Refund
from parking.queries.clock import current_time
from parking.services.payments import look_into_due
from tests.garage import Garage, at
from tests.providers.conftest import STRIPE_SECRET
from tests.providers.localstripe import LocalStripe, localstripe

GOOD_CARD = "4242424242424242"
DECLINED_CARD = "4000000000000341"
CARD_THAT_ASKS_THE_PAYER = "4000002500003155"


@pytest.fixture(scope="module")
def stripe(tmp_path_factory) -> Iterator[LocalStripe]:
    with localstripe(folder=tmp_path_factory.mktemp("localstripe")) as server:
        yield server


@pytest.fixture(autouse=True)
def _stripe_takes_the_money(stripe, use_provider):
    use_provider("stripe", stripe_secret_key=stripe.secret_key, stripe_api_base=stripe.base)


def charge_of(payment: Payment) -> Charge:
    return Charge(
        key=str(payment.id),
        booking_id=str(payment.booking_id),
        amount_minor=payment.amount_minor,
        currency=payment.currency,
        token=payment.provider_token,
        begun_at=payment.created_at,
        reference=payment.provider_reference or "",
    )


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline, "it never came to hold"
        time.sleep(0.1)


def test_a_booking_is_paid_and_cancelled_and_the_money_comes_back(garage, stripe):
    booking = garage.book()
    answer = garage.pay(booking, token=stripe.payment_method(number=GOOD_CARD))
    assert answer.payment_status is PaymentStatus.COMPLETED
    payment = Payment.objects.get()
    assert payment.provider_reference.startswith("pi_")

    garage.cancel(booking, now=at(minutes=1))
    refund = Refund.objects.get()
    assert (refund.status, refund.amount_minor) == (RefundStatus.PROCESSED, 5000)

    today = timezone.now()  # localstripe goes by the wall's clock
    a_day = timedelta(days=1)
    books = list(gateway(provider="stripe").ledger(since=today - a_day, until=today + a_day))
    ours = {str(payment.id), str(refund.id)}
    assert {(entry.key, entry.amount_minor, entry.currency) for entry in books if entry.key in ours} == {
        (str(payment.id), 5000, "INR"),
        (str(refund.id), 5000, "INR"),
    }


def test_a_refund_is_asked_for_once_however_often(garage, stripe):
    booking = garage.book()
    garage.pay(booking, token=stripe.payment_method(number=GOOD_CARD))
    garage.cancel(booking, now=at(minutes=1))
    refund = Refund.objects.get()
    order = RefundOrder(
        key=str(refund.id),
        charge_reference=refund.payment.provider_reference,
        amount_minor=refund.amount_minor,
        currency=refund.currency,
    )
    # localstripe would refund again: it ignores idempotency keys, and has no limit.
    again = gateway(provider="stripe").refund(order=order, now=at(minutes=2))
    assert again.reference == refund.provider_reference


def test_a_declined_card_is_declined(garage, stripe):
    booking = garage.book()
    with pytest.raises(PaymentDeclined) as declined:
        garage.pay(booking, token=stripe.payment_method(number=DECLINED_CARD))
    assert declined.value.details["decline_code"] == "card_declined"
    known = gateway(provider="stripe").look_up_charge(charge=charge_of(Payment.objects.get()), now=at(minutes=1))
    assert known == Declined(code="card_declined")


def test_a_payment_method_that_stripe_does_not_know_is_declined(garage):
    with pytest.raises(PaymentDeclined):
        garage.pay(garage.book(), token="pm_unknown")


def test_a_card_that_asks_the_payer_waits_for_them(garage, stripe):
    booking = garage.book()
    answer = garage.pay(booking, token=stripe.payment_method(number=CARD_THAT_ASKS_THE_PAYER))
    assert answer.payment_status is PaymentStatus.PENDING
    assert (answer.next_action["type"], answer.next_action["publishable_key"]) == (
        "stripe_client_secret",
        "pk_test_of_the_tests",
    )
    stripe.payer_agrees(client_secret=answer.next_action["client_secret"])
    assert look_into_due(now=at(minutes=2)) == 1
    assert ParkingBooking.objects.get().status == BookingStatus.PAID


def test_a_charge_whose_answer_was_lost_is_found_by_our_key_alone(garage, stripe):
    booking = garage.book()
    garage.pay(booking, token=stripe.payment_method(number=GOOD_CARD))
    charge = charge_of(Payment.objects.get())
    found = gateway(provider="stripe").look_up_charge(charge=replace(charge, reference=""), now=at(minutes=1))
    assert found.reference == charge.reference


def test_a_charge_that_stripe_never_received_is_told_as_that(garage, stripe):
    garage.pay(garage.book(), token=stripe.payment_method(number=GOOD_CARD))
    unseen = replace(charge_of(Payment.objects.get()), key="00000000-0000-4000-8000-000000000000", reference="")
    known = gateway(provider="stripe").look_up_charge(charge=unseen, now=at(minutes=1))
    assert known == NeverReceived()


def test_what_no_payer_completes_is_cancelled_after_a_day(garage):
    booking = garage.book()
    answer = garage.pay(booking)  # without a payment method: left to the payer's browser
    assert answer.next_action["type"] == "stripe_client_secret"
    look_into_due(now=at(minutes=60 * 23))
    assert Payment.objects.get().status == PaymentStatus.PENDING
    look_into_due(now=at(minutes=60 * 30))
    payment = Payment.objects.get()
    assert (payment.status, payment.failure_code) == (PaymentStatus.FAILED, "canceled")


@pytest.mark.django_db(transaction=True)
def test_an_event_of_stripe_completes_the_payment(live_server, stripe):
    garage = Garage.build()
    url = f"{live_server.url}/parking/api/payment/webhook/stripe/"
    stripe.send_events_to(url=url, secret=STRIPE_SECRET)
    now = current_time()  # the event comes by the real clock
    booking = garage.book(now=now)
    answer = garage.pay(booking, now=now, token=stripe.payment_method(number=CARD_THAT_ASKS_THE_PAYER))
    stripe.payer_agrees(client_secret=answer.next_action["client_secret"])
    wait_until(lambda: Payment.objects.get().status == PaymentStatus.COMPLETED)
    wait_until(lambda: ProviderEvent.objects.filter(provider="stripe").exists())
    assert ParkingBooking.objects.get().status == BookingStatus.PAID
