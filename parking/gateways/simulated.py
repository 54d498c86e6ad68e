"""The sandbox's payment provider: in process, no money, and every outcome on demand by a test token.

It keeps nothing: what it answers follows from the charge and the time alone, so that every process, also one that
was started after a crash, gives the same answer about the same charge.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final

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
    NoLedger,
    Pending,
    RefundOrder,
    RefundOutcome,
    Succeeded,
)

SUCCESS: Final = "tok_success"
DECLINED: Final = "tok_declined"
NEEDS_ACTION: Final = "tok_needs_action"
TIMEOUT_AFTER_CHARGE: Final = "tok_timeout_after_charge"
SETTLES_LATE: Final = "tok_settles_late"

TEST_TOKENS: Final = {
    SUCCESS: "is charged at once, as is an empty payment_gateway_data",
    DECLINED: "is declined",
    NEEDS_ACTION: "waits for the payer, who agrees 30 seconds later by the test clock",
    TIMEOUT_AFTER_CHARGE: "is charged, but the answer is lost on the way; the next look finds it",
    SETTLES_LATE: "is accepted, and settles 60 seconds later by the test clock",
}

_WAITS: Final = {NEEDS_ACTION: timedelta(seconds=30), SETTLES_LATE: timedelta(seconds=60)}


class SimulatedGateway:
    """Implements `parking.gateways.base.Gateway`."""

    def check_token(self, *, token: str) -> None:
        if token and token not in TEST_TOKENS:
            known = ", ".join(TEST_TOKENS)
            raise InvalidField(
                field="payment_gateway_data.token",
                problem=f"is no test token of the sandbox. Use one of: {known}.",
            )

    def create_charge(self, *, charge: Charge, now: datetime) -> ChargeOutcome:
        if charge.token == TIMEOUT_AFTER_CHARGE:
            raise GatewayTimeout("the simulated answer was lost")
        return self._outcome(charge=charge, now=now)

    def look_up_charge(self, *, charge: Charge, now: datetime) -> ChargeOutcome | NeverReceived:
        return self._outcome(charge=charge, now=now)

    def refund(self, *, order: RefundOrder, now: datetime) -> RefundOutcome:
        return Succeeded(reference=f"simre_{order.key}")

    def look_up_refund(self, *, order: RefundOrder, now: datetime) -> RefundOutcome | NeverReceived:
        return self.refund(order=order, now=now)

    def read_event(self, *, headers: Mapping[str, str], body: bytes, now: datetime) -> Event:
        raise EventRefused("The simulated provider sends no events.")

    def ledger(self, *, since: datetime, until: datetime) -> Iterator[LedgerEntry]:
        raise NoLedger("The simulated provider keeps no books to compare with.")

    def _outcome(self, *, charge: Charge, now: datetime) -> ChargeOutcome:
        reference = f"simch_{charge.key}"
        if charge.token == DECLINED:
            return Declined(code="card_declined")
        if now < charge.begun_at + _WAITS.get(charge.token, timedelta(0)):
            return Pending(reference=reference, next_action=_next_action(token=charge.token))
        return Succeeded(reference=reference)


def _next_action(*, token: str) -> dict[str, str]:
    if token != NEEDS_ACTION:
        return {}
    return {
        "type": "simulated_approval",
        "instructions": "The simulated payer agrees after 30 seconds. Send the same request again then.",
    }
