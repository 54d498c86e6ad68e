"""What providers send to our webhook: good, forged, stale, repeated, unknown."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from parking.domain.errors import BadEvent, UnknownCharge, UnknownProvider
from parking.gateways.base import Declined, EventRefused, Pending, Subject, Succeeded
from parking.gateways.razorpay import RazorpayGateway
from parking.gateways.stripe import StripeGateway
from parking.models import ProviderEvent
from parking.services import ParkingService
from tests.garage import OPENING, at
from tests.providers.conftest import CONFIGURED, STRIPE_SECRET
from tests.providers.razorpay_stand_in import RazorpayStandIn
from tests.providers.test_stripe_answers import BOOKING, FAILED_CARD, KEY, REFUND, intent, refund
from tests.providers.web import answering

DEAD_ADDRESS = "http://127.0.0.1:9"


def stripe_event(kind: str, thing: dict[str, Any], event_id: str = "evt_1") -> bytes:
    event = {"id": event_id, "object": "event", "type": kind, "data": {"object": thing}, "created": 1}
    return json.dumps(event).encode()


def signed(body: bytes, *, secret: str = STRIPE_SECRET, seconds_ago: int = 0, scheme: str = "v1") -> dict[str, str]:
    moment = int(time.time()) - seconds_ago
    digest = hmac.new(secret.encode(), b"%d.%s" % (moment, body), hashlib.sha256).hexdigest()
    return {"Stripe-Signature": f"t={moment},{scheme}={digest}"}


@pytest.fixture
def stripe() -> StripeGateway:
    return StripeGateway(environment=replace(CONFIGURED, stripe_api_base=DEAD_ADDRESS))


@pytest.fixture
def razorpay() -> RazorpayGateway:
    return RazorpayGateway(environment=replace(CONFIGURED, razorpay_api_base=DEAD_ADDRESS))


@pytest.fixture
def bank() -> RazorpayStandIn:
    """Only makes and signs events."""
    return RazorpayStandIn(now=OPENING)


CHARGE_DONE = Succeeded(reference="pi_1")


@pytest.mark.parametrize(
    ("kind", "thing", "subject", "key", "outcome"),
    [
        ("payment_intent.succeeded", intent("succeeded"), Subject.CHARGE, KEY, CHARGE_DONE),
        ("payment_intent.processing", intent("processing"), Subject.CHARGE, KEY, Pending(reference="pi_1")),
        ("payment_intent.canceled", intent("canceled"), Subject.CHARGE, KEY, Declined(code="canceled")),
        (
            "payment_intent.payment_failed",
            intent("requires_payment_method", **FAILED_CARD),
            Subject.CHARGE,
            KEY,
            Declined(code="do_not_honor"),
        ),
        ("refund.created", refund("pending"), Subject.REFUND, REFUND, Pending(reference="re_1")),
        ("refund.updated", refund("succeeded"), Subject.REFUND, REFUND, Succeeded(reference="re_1")),
        ("charge.refund.updated", refund("succeeded"), Subject.REFUND, REFUND, Succeeded(reference="re_1")),
        ("refund.failed", refund("failed"), Subject.REFUND, REFUND, Declined(code="failed")),
        # Not made by us: it matters only if money moved.
        ("payment_intent.succeeded", intent("succeeded", metadata={}), Subject.CHARGE, "", CHARGE_DONE),
        ("payment_intent.canceled", intent("canceled", metadata={}), Subject.CHARGE, "", None),
        ("refund.failed", refund("failed", metadata={}), Subject.REFUND, "", None),
        ("charge.succeeded", {"object": "charge"}, Subject.CHARGE, "", None),
    ],
)
def test_each_kind_of_event_of_stripe_means(stripe, kind, thing, subject, key, outcome):
    body = stripe_event(kind, thing)
    event = stripe.read_event(headers=signed(body), body=body, now=OPENING)
    assert (event.event_id, event.subject, event.key, event.outcome) == ("evt_1", subject, key, outcome)


def test_an_event_of_stripe_tells_what_a_charge_without_a_row_needs(stripe):
    body = stripe_event("payment_intent.succeeded", intent("succeeded"))
    event = stripe.read_event(headers=signed(body), body=body, now=OPENING)
    assert (event.booking_id, event.amount_minor, event.currency) == (BOOKING, 5000, "INR")


GOOD = stripe_event("payment_intent.succeeded", intent("succeeded"))


@pytest.mark.parametrize(
    ("sign", "body"),
    [
        (lambda body: {}, GOOD),
        (lambda body: {"Stripe-Signature": "nonsense"}, GOOD),
        (lambda body: signed(body, secret="whsec_of_a_forger"), GOOD),
        (lambda body: signed(body, scheme="v0"), GOOD),
        (lambda body: signed(body, seconds_ago=302), GOOD),
        (lambda body: signed(body.replace(b"5000", b"5001")), GOOD),
        (signed, b"\xff"),
        (signed, b"not JSON"),
        (signed, b"[]"),
        (signed, b"{}"),
    ],
    ids=["none", "nonsense", "forged", "old scheme", "stale", "changed", "not UTF-8", "not JSON", "a list", "empty"],
)
def test_an_event_of_stripe_that_is_not_what_it_should_be_is_refused(stripe, sign, body):
    with pytest.raises(EventRefused):
        stripe.read_event(headers=sign(body), body=body, now=OPENING)


@pytest.mark.parametrize("kind", ["charge.dispute.created", "customer.created"])
def test_a_kind_that_is_not_known_is_never_taken_for_understood(stripe, kind):
    body = stripe_event(kind, {"object": "dispute", "id": "dp_1"})
    with pytest.raises(EventRefused, match="not understood"):
        stripe.read_event(headers=signed(body), body=body, now=OPENING)


def ours(status: str, **fields: Any) -> dict[str, Any]:
    payment = {"id": "pay_1", "status": status, "order_id": "order_1", "amount": 5000, "currency": "INR"}
    return payment | {"notes": {"parking_payment_id": KEY, "parking_booking_id": BOOKING}} | fields


def given_back(status: str) -> dict[str, Any]:
    return {"id": "rfnd_1", "status": status, "notes": {"parking_refund_id": REFUND}}


@pytest.mark.parametrize(
    ("kind", "things", "key", "outcome"),
    [
        ("payment.captured", {"payment": ours("captured")}, KEY, Succeeded(reference="pay_1")),
        ("order.paid", {"payment": ours("captured")}, KEY, Succeeded(reference="pay_1")),
        ("payment.authorized", {"payment": ours("authorized")}, KEY, Pending(reference="order_1")),
        # An order may be tried again, so a failed attempt ends nothing.
        ("payment.failed", {"payment": ours("failed")}, KEY, Pending(reference="order_1")),
        ("payment.failed", {"payment": ours("failed", notes=[], order_id=None)}, "", None),
        ("payment.captured", {"payment": ours("captured", notes=[], order_id=None)}, "", Succeeded(reference="pay_1")),
        ("refund.created", {"refund": given_back("pending")}, REFUND, Pending(reference="rfnd_1")),
        ("refund.processed", {"refund": given_back("processed")}, REFUND, Succeeded(reference="rfnd_1")),
        ("refund.failed", {"refund": given_back("failed")}, REFUND, Declined(code="refund_failed")),
        ("settlement.processed", {}, "", None),
    ],
)
def test_each_kind_of_event_of_razorpay_means(razorpay, bank, kind, things, key, outcome):
    body = bank.event(kind, **things)
    event = razorpay.read_event(headers=bank.headers(body), body=body, now=OPENING)
    assert (event.event_id, event.key, event.outcome) == ("evt_1", key, outcome)


def test_an_event_without_our_notes_is_ours_by_its_order(bank):
    """Razorpay shows an order's notes on the order, not on its payments."""
    body = bank.event("payment.captured", payment=ours("captured", notes=[]))
    with answering(lambda asked: (200, ours("paid", id="order_1"))) as base:
        razorpay = RazorpayGateway(environment=replace(CONFIGURED, razorpay_api_base=base))
        event = razorpay.read_event(headers=bank.headers(body), body=body, now=OPENING)
    assert (event.key, event.booking_id, event.outcome) == (KEY, BOOKING, Succeeded(reference="pay_1"))


def test_an_event_whose_order_cannot_be_asked_for_is_refused_and_comes_again(razorpay, bank):
    body = bank.event("payment.captured", payment=ours("captured", notes=[]))
    with pytest.raises(EventRefused, match="order"):
        razorpay.read_event(headers=bank.headers(body), body=body, now=OPENING)


@pytest.mark.parametrize("what", ["none", "forged", "foreign letters", "stale", "changed", "no id", "not JSON", "kind"])
def test_an_event_of_razorpay_that_is_not_what_it_should_be_is_refused(razorpay, bank, what):
    body = bank.event("subscription.charged" if what == "kind" else "payment.captured", payment=ours("captured"))
    body = b"not JSON" if what == "not JSON" else body
    headers = bank.headers(body, secret="a forger's" if what == "forged" else CONFIGURED.razorpay_webhook_secret)
    now = OPENING + timedelta(hours=25, seconds=1) if what == "stale" else OPENING
    if what == "none":
        headers = {}
    if what == "foreign letters":
        headers["X-Razorpay-Signature"] = "é" * 64
    if what == "no id":
        del headers["X-Razorpay-Event-Id"]
    if what == "changed":
        body = body.replace(b"5000", b"5001")
    with pytest.raises(EventRefused):
        razorpay.read_event(headers=headers, body=body, now=now)


def test_a_replayed_event_is_applied_once(garage, use_provider):
    use_provider("stripe", stripe_api_base=DEAD_ADDRESS)
    body = stripe_event("charge.succeeded", {"object": "charge"})
    told = {"provider": "stripe", "headers": signed(body), "body": body, "now": at(minutes=1)}
    assert [ParkingService.receive_event(**told) for _ in range(3)] == [True, False, False]
    assert ProviderEvent.objects.count() == 1


def test_money_that_belongs_to_nothing_here_is_not_taken_for_understood(garage, use_provider):
    use_provider("stripe", stripe_api_base=DEAD_ADDRESS)
    body = stripe_event("payment_intent.succeeded", intent("succeeded", metadata={}))
    with pytest.raises(UnknownCharge):
        ParkingService.receive_event(provider="stripe", headers=signed(body), body=body, now=at(minutes=1))
    assert not ProviderEvent.objects.exists()


def test_the_webhook_over_http_answers_so_that_the_provider_repeats_what_was_refused(client, garage, use_provider):
    use_provider("stripe", stripe_api_base=DEAD_ADDRESS)
    body = stripe_event("charge.succeeded", {"object": "charge"})
    forged, good = signed(body, secret="whsec_of_a_forger"), signed(body)
    assert [post(client, "stripe", body, headers) for headers in (forged, good, good)] == [400, 200, 200]
    assert post(client, "razorpay", body, {}) == 400
    assert post(client, "cheque", body, {}) == 404


def post(client, provider: str, body: bytes, headers: dict[str, str]) -> int:
    url = f"/parking/api/payment/webhook/{provider}/"
    return client.post(url, body, content_type="application/json", headers=headers).status_code


def test_a_provider_that_is_not_set_up_here_takes_no_events(garage):
    body = stripe_event("charge.succeeded", {"object": "charge"})
    with pytest.raises(UnknownProvider):
        ParkingService.receive_event(provider="stripe", headers=signed(body), body=body, now=OPENING)


def test_a_forged_event_is_told_as_a_bad_one(garage, use_provider):
    use_provider("stripe", stripe_api_base=DEAD_ADDRESS)
    with pytest.raises(BadEvent):
        ParkingService.receive_event(provider="stripe", headers={}, body=GOOD, now=OPENING)
