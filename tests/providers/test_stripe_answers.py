"""What Stripe may answer, and what we make of it: a table, told by a server that says just that."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from parking.domain.errors import InvalidField
from parking.gateways.base import (
    Charge,
    Declined,
    GatewayTimeout,
    LedgerEntry,
    NeverReceived,
    Pending,
    RefundOrder,
    Subject,
    Succeeded,
)
from parking.gateways.stripe import API_VERSION, StripeGateway
from tests.garage import OPENING, at
from tests.providers.conftest import CONFIGURED
from tests.providers.web import Answer, Asked, Reset, answering

KEY, BOOKING, REFUND = (f"00000000-0000-4000-8000-00000000000{digit}" for digit in "123")
CHARGE = Charge(key=KEY, booking_id=BOOKING, amount_minor=5000, currency="INR", token="pm_card_visa", begun_at=OPENING)
BY_REFERENCE = replace(CHARGE, reference="pi_1")
ORDER = RefundOrder(key=REFUND, charge_reference="pi_1", amount_minor=5000, currency="INR")
NOW = at(seconds=5)
SECRET = {"type": "stripe_client_secret", "client_secret": "pi_1_secret", "publishable_key": "pk_test_of_the_tests"}


class Script:
    """Answers the next request by the next line of it."""

    def __init__(self) -> None:
        self.lines: list[Answer | type[Reset]] = []
        self.asked: list[Asked] = []

    def answer(self, asked: Asked) -> Answer:
        self.asked.append(asked)
        line = self.lines.pop(0)
        if isinstance(line, type):
            raise line
        return line


@pytest.fixture(scope="module")
def told() -> Iterator[tuple[Script, str]]:
    script = Script()
    with answering(script.answer) as base:
        yield script, base


@pytest.fixture
def script(told) -> Script:
    told[0].lines.clear()
    told[0].asked.clear()
    return told[0]


@pytest.fixture
def stripe(told) -> StripeGateway:
    return StripeGateway(environment=replace(CONFIGURED, stripe_api_base=told[1]))


def intent(status: str, **fields: Any) -> dict[str, Any]:
    base = {"id": "pi_1", "object": "payment_intent", "amount": 5000, "currency": "inr", "status": status}
    base |= {"client_secret": "pi_1_secret", "next_action": None, "last_payment_error": None, "created": 1}
    return base | {"metadata": {"parking_payment_id": KEY, "parking_booking_id": BOOKING}} | fields


def refund(status: str, number: int = 1, **fields: Any) -> dict[str, Any]:
    base = {"id": f"re_{number}", "object": "refund", "amount": 5000, "currency": "inr", "status": status}
    return base | {"metadata": {"parking_refund_id": REFUND}, "created": int(OPENING.timestamp())} | fields


def listed(*things: dict[str, Any], has_more: bool = False) -> Answer:
    return 200, {"object": "list", "url": "/v1/listed", "data": list(things), "has_more": has_more}


def error(kind: str, code: str | None = None, **fields: Any) -> dict[str, Any]:
    return {"error": {"type": kind, "code": code, "message": "no"} | fields}


BY_PAYER = {"metadata": {"parking_payment_id": KEY, "parking_left_to": "payer"}}
FAILED_CARD = {"last_payment_error": {"type": "card_error", "code": "card_declined", "decline_code": "do_not_honor"}}
REDIRECT = {"next_action": {"type": "redirect_to_url", "redirect_to_url": {"url": "https://bank.example/"}}}

INTENTS = [
    (intent("succeeded"), Succeeded(reference="pi_1")),
    (intent("processing"), Pending(reference="pi_1")),
    (intent("requires_capture"), Pending(reference="pi_1")),
    (intent("a_status_of_next_year"), Pending(reference="pi_1")),
    (intent("requires_action"), Pending(reference="pi_1", next_action=SECRET)),
    (
        intent("requires_action", **REDIRECT),
        Pending(reference="pi_1", next_action={"type": "redirect", "url": "https://bank.example/"}),
    ),
    (intent("requires_confirmation"), Pending(reference="pi_1", next_action=SECRET)),
    (intent("requires_payment_method", **BY_PAYER), Pending(reference="pi_1", next_action=SECRET)),
    (intent("requires_payment_method", **BY_PAYER, **FAILED_CARD), Pending(reference="pi_1", next_action=SECRET)),
    (intent("requires_payment_method", **FAILED_CARD), Declined(code="do_not_honor")),
    (intent("canceled"), Declined(code="canceled")),
]
REFUSALS = [
    ((402, error("card_error", "card_declined", decline_code="insufficient_funds")), "insufficient_funds"),
    ((402, error("card_error", "expired_card")), "expired_card"),
    ((400, error("invalid_request_error", "amount_too_small", param="amount")), "amount_too_small"),
    ((404, error("invalid_request_error", "resource_missing", param="payment_method")), "resource_missing"),
    ((400, error("invalid_request_error")), "refused"),
]
UNKNOWN: list[list[Answer | type[Reset]]] = [
    [Reset, Reset],
    [(500, error("api_error")), (500, error("api_error"))],
    [(503, "<html>"), (503, "<html>")],
    [(200, "not JSON")],
    [(429, error("invalid_request_error", "rate_limit"))],
    [(409, error("idempotency_error")), (409, error("idempotency_error"))],
    [(400, error("idempotency_error"))],
    [(401, error("invalid_request_error"))],
    [(403, error("invalid_request_error", "more_permissions_required"))],
]
IDS = [str(lines[0]) for lines in UNKNOWN]


@pytest.mark.parametrize(("answer", "outcome"), INTENTS)
def test_each_state_of_a_payment_intent_means(script, stripe, answer, outcome):
    script.lines = [(200, answer), (200, answer)]
    assert stripe.create_charge(charge=CHARGE, now=NOW) == outcome
    assert stripe.look_up_charge(charge=BY_REFERENCE, now=NOW) == outcome


@pytest.mark.parametrize(("answer", "code"), REFUSALS)
def test_a_charge_that_stripe_refuses_is_declined(script, stripe, answer, code):
    script.lines = [answer]
    assert stripe.create_charge(charge=CHARGE, now=NOW) == Declined(code=code)


@pytest.mark.parametrize("lines", UNKNOWN, ids=IDS)
@pytest.mark.parametrize(
    "call",
    [
        lambda stripe: stripe.create_charge(charge=CHARGE, now=NOW),
        lambda stripe: stripe.look_up_charge(charge=CHARGE, now=NOW),
        lambda stripe: stripe.look_up_charge(charge=BY_REFERENCE, now=NOW),
        lambda stripe: stripe.refund(order=ORDER, now=NOW),
        lambda stripe: stripe.look_up_refund(order=ORDER, now=NOW),
        lambda stripe: list(stripe.ledger(since=OPENING, until=NOW)),
    ],
    ids=["charge", "find charge", "look at charge", "refund", "find refund", "books"],
)
def test_what_tells_nothing_is_unknown_and_never_declined(
    script, stripe, lines, call: Callable[[StripeGateway], Any], monkeypatch
):
    monkeypatch.setattr("time.sleep", lambda _: None)
    script.lines = list(lines)
    with pytest.raises(GatewayTimeout):
        call(stripe)


def test_a_reference_of_ours_that_stripe_does_not_know_is_unknown_too(script, stripe):
    script.lines = [(404, error("invalid_request_error", "resource_missing"))]
    with pytest.raises(GatewayTimeout):
        stripe.look_up_charge(charge=BY_REFERENCE, now=NOW)


def test_a_charge_is_asked_for_with_our_key_and_our_ids(script, stripe, monkeypatch):
    monkeypatch.setattr("time.sleep", lambda _: None)
    script.lines = [Reset, (200, intent("succeeded"))]
    stripe.create_charge(charge=CHARGE, now=NOW)
    assert [asked.headers["idempotency-key"] for asked in script.asked] == [KEY, KEY]
    assert script.asked[0].headers["stripe-version"] == API_VERSION
    body = script.asked[0].body
    assert f"metadata[parking_payment_id]={KEY}" in body
    assert f"metadata[parking_booking_id]={BOOKING}" in body
    assert "amount=5000&currency=inr" in body
    assert "confirm=true" in body


def test_an_old_charge_is_not_asked_for_again(script, stripe):
    late = OPENING + timedelta(hours=1, seconds=1)
    assert stripe.create_charge(charge=CHARGE, now=late) == Declined(code="begun_too_long_ago")
    assert script.asked == []


@pytest.mark.parametrize("currency", ["KWD", "ISK", "UGX", "HUF", "TWD"])
def test_a_currency_that_stripe_counts_otherwise_is_not_charged(script, stripe, currency):
    charge = replace(CHARGE, currency=currency)
    assert stripe.create_charge(charge=charge, now=NOW) == Declined(code="currency_not_supported")
    assert script.asked == []


def test_without_a_reference_a_charge_is_found_by_our_key_on_any_page(script, stripe):
    other = intent("succeeded", id="pi_2", metadata={})
    script.lines = [listed(other, has_more=True), listed(intent("succeeded")), listed(other)]
    assert stripe.look_up_charge(charge=CHARGE, now=NOW) == Succeeded(reference="pi_1")
    assert stripe.look_up_charge(charge=CHARGE, now=NOW) == NeverReceived()


def test_live_it_is_looked_for_only_where_it_can_be(script, told):
    live = StripeGateway(environment=replace(CONFIGURED, parking_mode="live", stripe_api_base=told[1]))
    script.lines = [listed()]
    assert live.look_up_charge(charge=CHARGE, now=NOW) == NeverReceived()
    begun = int(OPENING.timestamp())
    assert script.asked[0].query == {
        "limit": "100",
        "created[gte]": str(begun - 600),
        "created[lte]": str(begun + 3600 + 600),
    }


def test_paid_at_the_last_moment_is_not_cancelled(script, stripe):
    script.lines = [
        (200, intent("requires_action")),
        (400, error("invalid_request_error", "payment_intent_unexpected_state")),
        (200, intent("succeeded")),
    ]
    late = OPENING + timedelta(hours=24, seconds=1)
    assert stripe.look_up_charge(charge=BY_REFERENCE, now=late) == Succeeded(reference="pi_1")


REFUNDS = [
    (refund("succeeded"), Succeeded(reference="re_1")),
    (refund("pending"), Pending(reference="re_1")),
    (refund("requires_action"), Pending(reference="re_1")),
    (refund("failed", failure_reason="expired_or_canceled_card"), Declined(code="expired_or_canceled_card")),
    (refund("canceled"), Declined(code="canceled")),
]


@pytest.mark.parametrize(("answer", "outcome"), REFUNDS)
def test_each_state_of_a_refund_means(script, stripe, answer, outcome):
    script.lines = [listed(), (200, answer), listed(answer)]
    assert stripe.refund(order=ORDER, now=NOW) == outcome
    assert stripe.look_up_refund(order=ORDER, now=NOW) == outcome
    assert script.asked[1].headers["idempotency-key"] == REFUND


def test_a_refund_that_stripe_never_received_is_told_as_that(script, stripe):
    script.lines = [listed(refund("succeeded", metadata={}))]
    assert stripe.look_up_refund(order=ORDER, now=NOW) == NeverReceived()


def test_a_refund_that_failed_is_asked_for_under_another_key(script, stripe):
    script.lines = [listed(refund("failed")), (200, refund("pending", 2))]
    assert stripe.refund(order=ORDER, now=NOW) == Pending(reference="re_2")
    assert script.asked[1].headers["idempotency-key"] == f"{REFUND}-1"


def test_a_refund_that_stripe_refuses_is_declined(script, stripe):
    script.lines = [listed(), (400, error("invalid_request_error", "charge_already_refunded"))]
    assert stripe.refund(order=ORDER, now=NOW) == Declined(code="charge_already_refunded")


def test_the_books_have_what_was_taken_and_given_back(script, stripe):
    def charge(number: int, **fields: Any) -> dict[str, Any]:
        base = {"id": f"ch_{number}", "object": "charge", "amount": 5000, "currency": "inr", "status": "succeeded"}
        base |= {"captured": True, "amount_captured": 5000, "created": int(OPENING.timestamp()), "metadata": {}}
        return base | {"payment_intent": None} | fields

    script.lines = [
        listed(
            charge(1, payment_intent=intent("succeeded")),
            charge(2, payment_intent="pi_2", metadata={"parking_payment_id": "copied"}),
            charge(3),
            charge(4, status="failed"),
            charge(5, captured=False),
            charge(6, created=int(OPENING.timestamp()) - 1),
        ),
        listed(refund("succeeded"), refund("pending", 2)),
    ]
    books = list(stripe.ledger(since=OPENING, until=NOW))
    assert books == [
        entry(subject=Subject.CHARGE, key=KEY, reference="pi_1"),
        entry(subject=Subject.CHARGE, key="copied", reference="pi_2"),
        entry(subject=Subject.CHARGE, key="", reference="ch_3"),
        entry(subject=Subject.REFUND, key=REFUND, reference="re_1"),
    ]


def entry(*, subject: Subject, key: str, reference: str) -> LedgerEntry:
    return LedgerEntry(
        subject=subject, key=key, reference=reference, amount_minor=5000, currency="INR", happened_at=OPENING
    )


@pytest.mark.parametrize("token", ["tok_visa", "4242424242424242", "seti_1"])
def test_what_is_no_payment_method_is_refused_before_anything_is_asked(stripe, token):
    with pytest.raises(InvalidField):
        stripe.check_token(token=token)
    stripe.check_token(token="")
    stripe.check_token(token="pm_card_visa")
