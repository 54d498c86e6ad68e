"""Stripe, by its official library: PaymentIntents, Refunds and signed events. docs/payments.md tells how to set it up.

With a payment method of the client's (`pm_...`) a charge is confirmed at once, in the request. Without one the
PaymentIntent is left to the payer, who completes it in the browser with its client secret.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import stripe
import structlog
from django.conf import settings

from parking.domain.errors import InvalidField
from parking.gateways.base import (
    Charge,
    ChargeOutcome,
    Declined,
    Event,
    EventRefused,
    GatewayTimeout,
    LedgerEntry,
    NeverReceived,
    NotSetUp,
    RefundOrder,
    RefundOutcome,
    header,
)
from parking.gateways.currencies import takes_currency
from parking.gateways.stripe_objects import (
    DEAD_REFUNDS,
    WAIT_FOR_PAYER,
    captured,
    charge_outcome,
    metadata,
    refund_outcome,
    refunded,
    refusal_code,
    told,
)

if TYPE_CHECKING:
    from config.environment import Environment

log = structlog.get_logger(__name__)
logging.getLogger("stripe").setLevel(logging.WARNING)  # it would log every request

API_VERSION: Final = "2026-10-28.endive"
"""What was read to write this; an account's own default may be another."""

# A call may last about 13 seconds: once again after six, and a look-up with a charge after it fits in the lease.
_CONNECT_SECONDS: Final = 3
_READ_SECONDS: Final = 6
_RETRIES: Final = 1
_SIGNATURE_TOLERANCE_SECONDS: Final = 300
_PAGE: Final = 100
_MOST_LISTED: Final = 10_000

_BEGUN_WITHIN: Final = timedelta(hours=1)
"""A charge is asked for so soon after it was begun, or not at all. Stripe forgets idempotency keys after a day; and
so the window in which to look for it is short."""
_CLOCKS_DIFFER: Final = timedelta(minutes=10)
_PAYER_MAY_TAKE: Final = timedelta(hours=24)
"""Then a PaymentIntent that still waits for its payer is cancelled, and can be paid no more."""


class StripeGateway:
    """Implements `parking.gateways.base.Gateway`. May be used by several threads at once."""

    def __init__(self, *, environment: Environment | None = None) -> None:
        environment = environment or settings.ENVIRONMENT
        if not (environment.stripe_secret_key and environment.stripe_webhook_secret):
            raise NotSetUp("STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET must be set.")
        self._publishable_key = environment.stripe_publishable_key
        self._webhook_secret = environment.stripe_webhook_secret
        # The sandbox's test clock may be far ahead of Stripe's, so that times cannot be compared with it.
        self._clocks_agree = environment.parking_mode == "live"
        self._client = stripe.StripeClient(
            environment.stripe_secret_key,
            stripe_version=API_VERSION,
            base_addresses={"api": environment.stripe_api_base.rstrip("/")},
            max_network_retries=_RETRIES,
            http_client=stripe.RequestsClient(timeout=(_CONNECT_SECONDS, _READ_SECONDS)),
        )

    def check_token(self, *, token: str) -> None:
        if token and not token.startswith("pm_"):
            raise InvalidField(
                field="payment_gateway_data.token",
                problem="must be a payment method of Stripe (pm_...), or be left out to pay in the browser.",
            )

    def create_charge(self, *, charge: Charge, now: datetime) -> ChargeOutcome:
        if not takes_currency(provider="stripe", currency=charge.currency):
            log.error("currency_not_supported", provider="stripe", currency=charge.currency)
            return Declined(code="currency_not_supported")
        if now > charge.begun_at + _BEGUN_WITHIN:
            return Declined(code="begun_too_long_ago")
        try:
            with _answers():
                intent = self._client.v1.payment_intents.create(
                    params=_intent_params(charge), options={"idempotency_key": charge.key}
                )
        except stripe.CardError as refusal:
            return Declined(code=refusal_code(refusal))
        except stripe.InvalidRequestError as refusal:
            log.warning("charge_refused", provider="stripe", code=refusal.code, param=refusal.param)
            return Declined(code=refusal_code(refusal))
        return charge_outcome(intent=intent, publishable_key=self._publishable_key)

    def look_up_charge(self, *, charge: Charge, now: datetime) -> ChargeOutcome | NeverReceived:
        with _every_answer_tells():
            intent = self._find_intent(charge)
            if intent is None:
                return NeverReceived()
            if intent.status in WAIT_FOR_PAYER and now > charge.begun_at + _PAYER_MAY_TAKE:
                intent = self._cancelled(intent)
            return charge_outcome(intent=intent, publishable_key=self._publishable_key)

    def refund(self, *, order: RefundOrder, now: datetime) -> RefundOutcome:
        with _every_answer_tells():
            asked_for = self._refunds_of(order)
        alive = next((refund for refund in asked_for if refund.status not in DEAD_REFUNDS), None)
        if alive is not None:
            return refund_outcome(alive)
        # Under its first key Stripe would tell the first answer again, and not refund: each try that failed has one.
        key = f"{order.key}-{len(asked_for)}" if asked_for else order.key
        try:
            with _answers():
                made = self._client.v1.refunds.create(
                    params={
                        "payment_intent": order.charge_reference,
                        "amount": order.amount_minor,
                        "metadata": {"parking_refund_id": order.key},
                    },
                    options={"idempotency_key": key},
                )
        except (stripe.CardError, stripe.InvalidRequestError) as refusal:
            log.warning("refund_refused", provider="stripe", code=refusal.code, refund_id=order.key)
            return Declined(code=refusal_code(refusal))
        return refund_outcome(made)

    def look_up_refund(self, *, order: RefundOrder, now: datetime) -> RefundOutcome | NeverReceived:
        with _every_answer_tells():
            asked_for = self._refunds_of(order)
        alive = (refund for refund in asked_for if refund.status not in DEAD_REFUNDS)
        known = next(alive, asked_for[0] if asked_for else None)
        return NeverReceived() if known is None else refund_outcome(known)

    def read_event(self, *, headers: Mapping[str, str], body: bytes, now: datetime) -> Event:
        try:
            event = self._client.construct_event(
                body,
                header(headers=headers, name="Stripe-Signature"),
                self._webhook_secret,
                tolerance=_SIGNATURE_TOLERANCE_SECONDS,
            )
        except stripe.SignatureVerificationError:
            raise EventRefused("The signature is missing, wrong or too old.") from None
        except (ValueError, TypeError, AttributeError):
            raise EventRefused("The event cannot be read.") from None
        try:
            return told(event=event, publishable_key=self._publishable_key)
        except (KeyError, TypeError, AttributeError):
            raise EventRefused("The event lacks what its kind must have.") from None

    def ledger(self, *, since: datetime, until: datetime) -> Iterator[LedgerEntry]:
        period = {"gte": int(since.timestamp()), "lt": int(until.timestamp())}
        created = {"created": period} if self._clocks_agree else {}
        of_charges: Any = {"limit": _PAGE, "expand": ["data.payment_intent"], **created}
        of_refunds: Any = {"limit": _PAGE, **created}
        with _every_answer_tells():
            charges = self._client.v1.charges.list(params=of_charges)
            for charge in charges.auto_paging_iter():
                entry = captured(charge)
                if entry is not None and since <= entry.happened_at < until:
                    yield entry
            refunds = self._client.v1.refunds.list(params=of_refunds)
            for refund in refunds.auto_paging_iter():
                entry = refunded(refund)
                if entry is not None and since <= entry.happened_at < until:
                    yield entry

    def _find_intent(self, charge: Charge) -> stripe.PaymentIntent | None:
        """By its reference, or else by our key among all that were made at that time: such a list leaves nothing
        out, where Stripe's search may not know yet what was made a minute ago."""
        if charge.reference:
            return self._client.v1.payment_intents.retrieve(charge.reference)
        window: Any = {"limit": _PAGE}
        if self._clocks_agree:
            first, last = charge.begun_at - _CLOCKS_DIFFER, charge.begun_at + _BEGUN_WITHIN + _CLOCKS_DIFFER
            window["created"] = {"gte": int(first.timestamp()), "lte": int(last.timestamp())}
        intents = self._client.v1.payment_intents.list(params=window)
        for seen, intent in enumerate(intents.auto_paging_iter(), start=1):
            if metadata(intent).get("parking_payment_id") == charge.key:
                return intent
            if seen >= _MOST_LISTED:
                raise GatewayTimeout("too many PaymentIntents to find one among them")
        return None

    def _cancelled(self, intent: stripe.PaymentIntent) -> stripe.PaymentIntent:
        try:
            return self._client.v1.payment_intents.cancel(intent.id)
        except stripe.InvalidRequestError:  # paid, or cancelled, at the last moment
            return self._client.v1.payment_intents.retrieve(intent.id)

    def _refunds_of(self, order: RefundOrder) -> list[stripe.Refund]:
        refunds = self._client.v1.refunds.list(params={"payment_intent": order.charge_reference, "limit": _PAGE})
        return [
            refund for refund in refunds.auto_paging_iter() if metadata(refund).get("parking_refund_id") == order.key
        ]


@contextmanager
def _answers() -> Iterator[None]:
    """What tells nothing of the money is unknown, and never taken for a refusal; only refusals come through."""
    try:
        yield
    except (stripe.AuthenticationError, stripe.PermissionError) as error:
        log.error(  # noqa: TRY400 -- a traceback would tell no more
            "provider_refuses_our_credentials", provider="stripe", status=error.http_status, code=error.code
        )
        raise GatewayTimeout("Stripe does not accept our credentials") from error
    except (stripe.CardError, stripe.InvalidRequestError):
        raise
    except stripe.StripeError as error:
        log.warning("provider_unreachable", provider="stripe", kind=type(error).__name__, status=error.http_status)
        raise GatewayTimeout("Stripe gave no answer") from error


@contextmanager
def _every_answer_tells() -> Iterator[None]:
    """Around questions: Stripe refusing one tells nothing of the money either."""
    try:
        with _answers():
            yield
    except (stripe.CardError, stripe.InvalidRequestError) as error:
        log.error(  # noqa: TRY400 -- a traceback would tell no more
            "provider_refuses_question", provider="stripe", status=error.http_status, code=error.code
        )
        raise GatewayTimeout("Stripe refused the question") from error


def _intent_params(charge: Charge) -> Any:
    """Any: the library's type of it lists every way to pay there is."""
    ours = {"parking_payment_id": charge.key, "parking_booking_id": charge.booking_id}
    common = {"amount": charge.amount_minor, "currency": charge.currency.lower()}
    if not charge.token:
        # All ways to pay that the account has turned on; some of them lead the payer to another page and back.
        return {**common, "metadata": {**ours, "parking_left_to": "payer"}}
    return {
        **common,
        "metadata": ours,
        "payment_method": charge.token,
        "payment_method_types": ["card"],
        "confirm": True,
    }
