"""The gateway to the fake provider: as complete as that of a real one."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from datetime import datetime
from http.client import HTTPConnection, HTTPException
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from django.db import connection as database

from parking.gateways.base import (
    Charge,
    ChargeOutcome,
    Declined,
    Event,
    EventRefused,
    GatewayTimeout,
    LedgerEntry,
    NeverReceived,
    Pending,
    RefundOrder,
    RefundOutcome,
    Subject,
    Succeeded,
)
from tests.fake_provider.signing import HEADER, complaint

NAME: Final = "fake"


class FakeGateway:
    """Implements `parking.gateways.base.Gateway`."""

    def __init__(self, *, url: str, secret: str, timeout_seconds: float) -> None:
        self._address = urlsplit(url)
        self._secret = secret
        self._timeout_seconds = timeout_seconds

    @classmethod
    def from_environment(cls) -> FakeGateway:
        return cls(
            url=os.environ["FAKE_PROVIDER_URL"],
            secret=os.environ["FAKE_PROVIDER_SECRET"],
            timeout_seconds=float(os.environ["FAKE_PROVIDER_TIMEOUT_SECONDS"]),
        )

    def check_token(self, *, token: str) -> None:
        """Any will do."""

    def create_charge(self, *, charge: Charge, now: datetime) -> ChargeOutcome:
        asked = {
            "key": charge.key,
            "booking_id": charge.booking_id,
            "amount_minor": charge.amount_minor,
            "currency": charge.currency,
        }
        return _outcome(answer=self._ask(method="POST", path="/charges", body=asked))

    def look_up_charge(self, *, charge: Charge, now: datetime) -> ChargeOutcome | NeverReceived:
        return self._look_up(path=f"/charges/{charge.key}")

    def refund(self, *, order: RefundOrder, now: datetime) -> RefundOutcome:
        asked = {
            "key": order.key,
            "charge_reference": order.charge_reference,
            "amount_minor": order.amount_minor,
            "currency": order.currency,
        }
        return _outcome(answer=self._ask(method="POST", path="/refunds", body=asked))

    def look_up_refund(self, *, order: RefundOrder, now: datetime) -> RefundOutcome | NeverReceived:
        return self._look_up(path=f"/refunds/{order.key}")

    def read_event(self, *, headers: Mapping[str, str], body: bytes, now: datetime) -> Event:
        header = next((value for name, value in headers.items() if name.lower() == HEADER.lower()), "")
        problem = complaint(secret=self._secret, header=header, body=body, now=int(now.timestamp()))
        if problem is not None:
            raise EventRefused(problem)
        try:
            return _event(message=json.loads(body))
        except (KeyError, TypeError, ValueError) as error:
            raise EventRefused("The event cannot be read.") from error

    def ledger(self, *, since: datetime, until: datetime) -> Iterator[LedgerEntry]:
        after, has_more = 0, True
        while has_more:
            query = urlencode({"since": since.isoformat(), "until": until.isoformat(), "after": after})
            page = self._ask(method="GET", path=f"/ledger?{query}")
            for row in page["entries"]:
                after = row["number"]
                yield LedgerEntry(
                    subject=Subject(row["subject"]),
                    key=row["key"],
                    reference=row["reference"],
                    amount_minor=row["amount_minor"],
                    currency=row["currency"],
                    happened_at=datetime.fromisoformat(row["happened_at"]),
                )
            has_more = page["has_more"]

    def _look_up(self, *, path: str) -> ChargeOutcome | NeverReceived:
        answer = self._ask(method="GET", path=path)
        return NeverReceived() if answer.get("error") == "never received" else _outcome(answer=answer)

    def _ask(self, *, method: str, path: str, body: Mapping[str, object] | None = None) -> dict[str, Any]:
        """Whatever is not a clear answer leaves the outcome unknown."""
        _require_no_transaction()
        connection = HTTPConnection(self._address.hostname or "", self._address.port, timeout=self._timeout_seconds)
        try:
            connection.request(method, path, json.dumps(body) if body else None)
            response = connection.getresponse()
            answer = json.load(response)
        except (OSError, HTTPException, ValueError) as error:
            raise GatewayTimeout(type(error).__name__) from error
        finally:
            connection.close()
        if response.status not in (200, 404):
            raise GatewayTimeout(f"status {response.status}")
        return dict(answer)


def _require_no_transaction() -> None:
    """No provider is called inside a transaction (DESIGN section 6), but for the one that undoes a test."""
    if not all(block._from_testcase for block in database.atomic_blocks):
        raise AssertionError("a provider was called inside a transaction")


def _outcome(*, answer: Mapping[str, Any]) -> ChargeOutcome:
    match answer["status"]:
        case "succeeded":
            return Succeeded(reference=answer["reference"])
        case "failed":
            return Declined(code=answer["code"])
        case "pending":
            step = answer.get("next_action")
            return Pending(reference=answer["reference"], next_action={"type": "redirect", "url": step} if step else {})
        case status:
            raise GatewayTimeout(f"status {status} tells nothing")


def _event(*, message: Mapping[str, Any]) -> Event:
    subject, status = message["type"].split(".")
    data = message["data"]
    return Event(
        event_id=message["id"],
        subject=Subject(subject),
        key=data["key"],
        outcome=_outcome(answer={**data, "status": status}) if status != "noted" else None,
        booking_id=data["booking_id"],
        amount_minor=data["amount_minor"],
        currency=data["currency"],
    )
