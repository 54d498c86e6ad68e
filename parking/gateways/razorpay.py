"""Razorpay, by its official library: orders, their payments, refunds and signed events. docs/payments.md says more.

A charge is an order that the payer completes in Razorpay's Checkout, by UPI, card or otherwise, in their own time.
An order may see several attempts; that one of them failed does not end it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, cast

import razorpay
import requests
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
    Pending,
    RefundOrder,
    RefundOutcome,
    Succeeded,
    header,
)
from parking.gateways.currencies import takes_currency
from parking.gateways.razorpay_objects import (
    DEAD_REFUNDS,
    Thing,
    captured,
    key_of_order,
    notes,
    payment_outcome,
    read_event,
    refund_outcome,
    refunded,
)

if TYPE_CHECKING:
    from config.environment import Environment

log = structlog.get_logger(__name__)

# The library waits for ever by itself. A look-up asks two or three times, so that it ends within the lease.
_CONNECT_SECONDS: Final = 3
_READ_SECONDS: Final = 6
_PAGE: Final = 100
_PAYER_MAY_TAKE: Final = timedelta(hours=24)
"""Then an order that nobody has paid counts as declined. It stays open at Razorpay: paid after all, an event tells."""
_EVENT_TOLERANCE: Final = timedelta(hours=25)
"""Razorpay repeats an event, signed as it was at first, for 24 hours."""
_ORDER_TO_PAYMENT: Final = timedelta(days=1)


class RazorpayGateway:
    """Implements `parking.gateways.base.Gateway`. May be used by several threads at once: each has a connection."""

    def __init__(self, *, environment: Environment | None = None) -> None:
        environment = environment or settings.ENVIRONMENT
        if not (
            environment.razorpay_key_id and environment.razorpay_key_secret and environment.razorpay_webhook_secret
        ):
            raise NotSetUp("RAZORPAY_KEY_ID, RAZORPAY_KEY_SECRET and RAZORPAY_WEBHOOK_SECRET must be set.")
        self._key_id = environment.razorpay_key_id
        self._key_secret = environment.razorpay_key_secret
        self._webhook_secret = environment.razorpay_webhook_secret
        self._base_url = environment.razorpay_api_base.rstrip("/")
        self._of_thread = threading.local()

    def check_token(self, *, token: str) -> None:
        if token:
            raise InvalidField(
                field="payment_gateway_data.token",
                problem="is not used here: leave it out, and complete the order in Razorpay's Checkout.",
            )

    def create_charge(self, *, charge: Charge, now: datetime) -> ChargeOutcome:
        if not takes_currency(provider="razorpay", currency=charge.currency):
            log.error("currency_not_supported", provider="razorpay", currency=charge.currency)
            return Declined(code="currency_not_supported")
        try:
            order = self._client.order.create(
                data={
                    "amount": charge.amount_minor,
                    "currency": charge.currency,
                    "receipt": charge.key,
                    "payment_capture": True,
                    "notes": {"parking_payment_id": charge.key, "parking_booking_id": charge.booking_id},
                }
            )
        except _Refused as refusal:
            log.warning("charge_refused", provider="razorpay", code=refusal.code)
            return Declined(code=refusal.code)
        return self._waits_for_payer(order)

    def look_up_charge(self, *, charge: Charge, now: datetime) -> ChargeOutcome | NeverReceived:
        if charge.reference.startswith("pay_"):
            return payment_outcome(self._ask(lambda: [self._client.payment.fetch(charge.reference)])[0])
        orders = self._ask(lambda: self._orders_of(charge))
        if not orders:
            return NeverReceived()
        payments = self._ask(lambda: [payment for order in orders for payment in self._payments_of(order)])
        outcomes = [payment_outcome(payment) for payment in payments]
        succeeded = next((outcome for outcome in outcomes if isinstance(outcome, Succeeded)), None)
        if succeeded is not None:
            return succeeded
        if any(payment["status"] == "authorized" for payment in payments):
            return Pending(reference=orders[0]["id"])
        if now > charge.begun_at + _PAYER_MAY_TAKE:
            return Declined(code="abandoned")
        return self._waits_for_payer(orders[0])

    def refund(self, *, order: RefundOrder, now: datetime) -> RefundOutcome:
        asked_for = self._ask(lambda: self._refunds_of(order))
        alive = next((refund for refund in asked_for if refund["status"] not in DEAD_REFUNDS), None)
        if alive is not None:
            return refund_outcome(alive)
        key = f"{order.key}-{len(asked_for)}" if asked_for else order.key
        try:
            made = self._client.payment.refund(
                order.charge_reference,
                {"amount": order.amount_minor, "speed": "normal", "notes": {"parking_refund_id": order.key}},
                headers={"X-Refund-Idempotency": key},
            )
        except _Refused as refusal:
            log.warning("refund_refused", provider="razorpay", code=refusal.code, refund_id=order.key)
            return Declined(code=refusal.code)
        return refund_outcome(made)

    def look_up_refund(self, *, order: RefundOrder, now: datetime) -> RefundOutcome | NeverReceived:
        asked_for = self._ask(lambda: self._refunds_of(order))
        alive = (refund for refund in asked_for if refund["status"] not in DEAD_REFUNDS)
        known = next(alive, asked_for[0] if asked_for else None)
        return NeverReceived() if known is None else refund_outcome(known)

    def read_event(self, *, headers: Mapping[str, str], body: bytes, now: datetime) -> Event:
        try:
            self._client.utility.verify_webhook_signature(
                body.decode(), header(headers=headers, name="X-Razorpay-Signature"), self._webhook_secret
            )
        except (razorpay.errors.SignatureVerificationError, UnicodeDecodeError, TypeError):
            raise EventRefused("The signature is missing or wrong.") from None
        event_id = header(headers=headers, name="X-Razorpay-Event-Id")
        return read_event(
            event_id=event_id, body=body, not_before=now - _EVENT_TOLERANCE, order_by_id=self._order_or_refuse
        )

    def ledger(self, *, since: datetime, until: datetime) -> Iterator[LedgerEntry]:
        # A payment may not carry our notes, but its order does.
        orders = self._pages(self._all_orders, since=since - _ORDER_TO_PAYMENT, until=until)
        keys = {order["id"]: key_of_order(order) for order in orders}
        for payment in self._pages(self._all_payments, since=since, until=until):
            entry = captured(payment, key=notes(payment).get("parking_payment_id") or self._key(payment, keys))
            if entry is not None:
                yield entry
        for refund in self._pages(self._all_refunds, since=since, until=until):
            entry = refunded(refund)
            if entry is not None:
                yield entry

    @property
    def _client(self) -> Any:
        """The library has no types. Its session is not made for several threads, so each has its own."""
        client = getattr(self._of_thread, "client", None)
        if client is None:
            client = razorpay.Client(session=_Session(), auth=(self._key_id, self._key_secret), base_url=self._base_url)
            self._of_thread.client = client
        return client

    def _ask(self, question: Callable[[], list[Thing]]) -> list[Thing]:
        """That Razorpay refuses a question tells nothing of the money."""
        try:
            return question()
        except _Refused as refusal:
            log.error("provider_refuses_question", provider="razorpay", code=refusal.code)  # noqa: TRY400 -- no more
            raise GatewayTimeout("Razorpay refused the question") from refusal

    def _orders_of(self, charge: Charge) -> list[Thing]:
        """The newest first. Nothing keeps a repeat of a lost request from making a second order: all are looked at."""
        found = self._client.order.all({"receipt": charge.key, "count": _PAGE})["items"]
        orders = [order for order in found if order.get("receipt") == charge.key]
        if charge.reference.startswith("order_") and charge.reference not in {order["id"] for order in orders}:
            orders.append(self._client.order.fetch(charge.reference))
        return sorted(orders, key=lambda order: cast("int", order["created_at"]), reverse=True)

    def _payments_of(self, order: Thing) -> list[Thing]:
        payments = self._client.order.payments(order["id"])["items"]
        return sorted(payments, key=lambda payment: cast("int", payment["created_at"]))

    def _refunds_of(self, order: RefundOrder) -> list[Thing]:
        refunds = self._client.payment.fetch_multiple_refund(order.charge_reference, {"count": _PAGE})["items"]
        return [refund for refund in refunds if notes(refund).get("parking_refund_id") == order.key]

    def _waits_for_payer(self, order: Thing) -> Pending:
        return Pending(
            reference=order["id"],
            next_action={
                "type": "razorpay_checkout",
                "order_id": order["id"],
                "key_id": self._key_id,
                "amount": str(order["amount"]),
                "currency": order["currency"],
            },
        )

    def _order_or_refuse(self, order_id: str) -> Thing:
        try:
            return cast("Thing", self._client.order.fetch(order_id))
        except (_Refused, GatewayTimeout):
            raise EventRefused("The order of this payment cannot be looked up now.") from None

    def _key(self, payment: Thing, keys: Mapping[str, str]) -> str:
        order_id = payment.get("order_id")
        if not order_id:
            return ""
        if order_id in keys:
            return keys[order_id]
        return key_of_order(self._ask(lambda: [self._client.order.fetch(order_id)])[0])

    def _pages(self, page: Callable[[Thing], Thing], *, since: datetime, until: datetime) -> Iterator[Thing]:
        params = {"from": int(since.timestamp()), "to": int(until.timestamp()) - 1, "count": _PAGE, "skip": 0}
        while True:
            items = self._ask(lambda: page(params)["items"])
            yield from items
            if len(items) < _PAGE:
                return
            params["skip"] += len(items)

    def _all_orders(self, params: Thing) -> Thing:
        return cast("Thing", self._client.order.all(params))

    def _all_payments(self, params: Thing) -> Thing:
        return cast("Thing", self._client.payment.all(params))

    def _all_refunds(self, params: Thing) -> Thing:
        return cast("Thing", self._client.refund.all(params))


class _Refused(Exception):
    """Razorpay understood the request, and says no."""

    def __init__(self, *, code: str) -> None:
        super().__init__(code)
        self.code = code


class _Session(requests.Session):
    """Reads the answers before the library does, which knows no status, has no timeout, and prints its errors."""

    def request(self, method: str, url: str | bytes, *args: Any, **kwargs: Any) -> requests.Response:
        kwargs["timeout"] = (_CONNECT_SECONDS, _READ_SECONDS)
        try:
            response = super().request(method, url, *args, **kwargs)
            answer = response.json()
        except (requests.RequestException, ValueError) as error:
            log.warning("provider_unreachable", provider="razorpay", kind=type(error).__name__)
            raise GatewayTimeout("Razorpay gave no answer") from error
        if response.ok:
            return response
        status = response.status_code
        if status in (401, 403):
            log.error("provider_refuses_our_credentials", provider="razorpay", status=status)
            raise GatewayTimeout("Razorpay does not accept our credentials")
        if status in (409, 429) or status >= 500:
            log.warning("provider_unreachable", provider="razorpay", status=status)
            raise GatewayTimeout(f"Razorpay answered {status}")
        raise _Refused(code=_code(answer))


def _code(answer: Any) -> str:
    error = answer.get("error") if isinstance(answer, dict) else None
    details = error if isinstance(error, dict) else {}
    reason, code = details.get("reason"), details.get("code")
    return str(reason if reason and reason != "NA" else code or "refused").lower()[:64]
