"""A stand-in of Razorpay's API, after its documentation: orders, payments, refunds, signed events.

Nobody but us has written it, so it shows that the gateway does what we have understood, not that we have
understood it right.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import count
from typing import Any

from tests.providers.conftest import CONFIGURED, RAZORPAY_SECRET
from tests.providers.web import Answer, Asked, Reset, answering

_CREDENTIALS = base64.b64encode(f"{CONFIGURED.razorpay_key_id}:{CONFIGURED.razorpay_key_secret}".encode()).decode()


class RazorpayStandIn:
    def __init__(self, *, now: datetime) -> None:
        self.base = ""
        self.now = now
        self.orders: dict[str, dict[str, Any]] = {}
        self.payments: dict[str, dict[str, Any]] = {}
        self.refunds: dict[str, dict[str, Any]] = {}
        self.refund_status = "processed"
        self.asked: list[Asked] = []
        self.next_answers: list[Answer | type[Reset]] = []
        """Told in place of its own, one for each request."""
        self.loses_answer = False
        """Whether the next request is carried out, and its answer lost on the way."""
        self.answers_after_seconds = 0
        self._by_idempotency_key: dict[str, tuple[str, dict[str, Any]]] = {}
        self._numbers = count(1)
        self._lock = threading.Lock()

    # What payers, banks and the clock do

    def attempt(self, order_id: str, *, status: str = "captured") -> dict[str, Any]:
        """A payer tries to pay an order."""
        order = self.orders[order_id]
        payment = self._thing("pay", "payment", amount=order["amount"], currency=order["currency"])
        payment |= {"status": status, "order_id": order_id, "notes": []}
        self.payments[payment["id"]] = payment
        order["status"] = "paid" if status == "captured" else "attempted"
        return payment

    def event(self, kind: str, *, payment: Any = None, order: Any = None, refund: Any = None) -> bytes:
        told = {"payment": payment, "order": order, "refund": refund}
        payload = {name: {"entity": thing} for name, thing in told.items() if thing}
        body = {"entity": "event", "event": kind, "payload": payload, "created_at": int(self.now.timestamp())}
        return json.dumps(body).encode()

    def headers(self, body: bytes, *, event_id: str = "evt_1", secret: str = RAZORPAY_SECRET) -> dict[str, str]:
        signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        return {"X-Razorpay-Signature": signature, "X-Razorpay-Event-Id": event_id}

    # What it answers

    def answer(self, asked: Asked) -> Answer:
        time.sleep(self.answers_after_seconds)
        with self._lock:
            self.asked.append(asked)
            if self.next_answers:
                told = self.next_answers.pop(0)
                if isinstance(told, type):
                    raise told
                return told
            if asked.headers.get("authorization") != f"Basic {_CREDENTIALS}":
                return _refusal("Authentication failed", status=401)
            answer = self._route(asked)
            if self.loses_answer:
                self.loses_answer = False
                raise Reset
            return answer

    def _route(self, asked: Asked) -> Answer:
        routes = {
            r"POST /v1/orders": self._make_order,
            r"GET /v1/orders": lambda asked: _page(self.orders, asked),
            r"GET /v1/orders/(\w+)": lambda asked, order: (200, self.orders[order]),
            r"GET /v1/orders/(\w+)/payments": lambda asked, order: _of(self.payments, "order_id", order),
            r"GET /v1/payments": lambda asked: _page(self.payments, asked),
            r"GET /v1/payments/(\w+)": lambda asked, payment: (200, self.payments[payment]),
            r"GET /v1/payments/(\w+)/refunds": lambda asked, payment: _of(self.refunds, "payment_id", payment),
            r"POST /v1/payments/(\w+)/refund": self._refund,
            r"GET /v1/refunds": lambda asked: _page(self.refunds, asked),
        }
        for pattern, route in routes.items():
            match = re.fullmatch(pattern, f"{asked.method} {asked.path}")
            if match:
                return route(asked, *match.groups())
        return _refusal("The requested URL was not found on the server.", status=404)

    def _make_order(self, asked: Asked) -> Answer:
        wanted = json.loads(asked.body)
        if wanted["amount"] < 100:
            return _refusal("Order amount less than minimum amount allowed")
        assert len(wanted["receipt"]) <= 40
        assert wanted["payment_capture"] is True
        order = self._thing("order", "order", amount=wanted["amount"], currency=wanted["currency"])
        order |= {"receipt": wanted["receipt"], "notes": wanted["notes"], "status": "created"}
        self.orders[order["id"]] = order
        return 200, order

    def _refund(self, asked: Asked, payment_id: str) -> Answer:
        key = asked.headers["x-refund-idempotency"]
        assert re.fullmatch(r"[\w-]{10,}", key)
        if key in self._by_idempotency_key:
            body, made = self._by_idempotency_key[key]
            return (200, made) if body == asked.body else _refusal("Different request body for the same key")
        wanted = json.loads(asked.body)
        payment = self.payments[payment_id]
        of_payment = [refund for refund in self.refunds.values() if refund["payment_id"] == payment_id]
        returned = sum(refund["amount"] for refund in of_payment if refund["status"] != "failed")
        if returned + wanted["amount"] > payment["amount"]:
            return _refusal("The total refund amount is greater than the refund payment amount")
        made = self._thing("rfnd", "refund", amount=wanted["amount"], currency=payment["currency"])
        made |= {"payment_id": payment_id, "notes": wanted["notes"], "status": self.refund_status}
        self.refunds[made["id"]] = made
        self._by_idempotency_key[key] = (asked.body, dict(made))
        return 200, made

    def _thing(self, prefix: str, entity: str, **fields: Any) -> dict[str, Any]:
        number = next(self._numbers)
        return {
            "id": f"{prefix}_{number:014}",
            "entity": entity,
            "created_at": int(self.now.timestamp()),
            **fields,
        }


@contextmanager
def razorpay_stand_in(*, now: datetime) -> Iterator[RazorpayStandIn]:
    stand_in = RazorpayStandIn(now=now)
    with answering(stand_in.answer) as stand_in.base:
        yield stand_in


def _refusal(description: str, *, status: int = 400) -> Answer:
    return status, {"error": {"code": "BAD_REQUEST_ERROR", "description": description, "reason": "NA"}}


def _page(things: dict[str, dict[str, Any]], asked: Asked) -> Answer:
    first, last = int(asked.query.get("from", 0)), int(asked.query.get("to", 2**40))
    skip, size = int(asked.query.get("skip", 0)), int(asked.query.get("count", 10))
    newest_first = sorted(things.values(), key=lambda thing: thing["id"], reverse=True)
    receipt = asked.query.get("receipt")
    chosen = [
        thing
        for thing in newest_first
        if first <= thing["created_at"] <= last and receipt in (None, thing.get("receipt"))
    ]
    return 200, {"entity": "collection", "items": chosen[skip : skip + size]}


def _of(things: dict[str, dict[str, Any]], name: str, value: str) -> Answer:
    return 200, {"entity": "collection", "items": [thing for thing in things.values() if thing[name] == value]}
