"""Cash, taken by a named cashier: a method like the others, whose provider is the cash desk itself.

Money that was handed over is captured at once. Money that is to go back waits until a person hands it back
(`parking.services.shifts`). What the desk counts is compared with both when the cashier's shift is closed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from parking.domain.errors import InvalidField
from parking.gateways.base import (
    Charge,
    ChargeOutcome,
    Event,
    EventRefused,
    LedgerEntry,
    NeverReceived,
    NoLedger,
    Pending,
    RefundOrder,
    RefundOutcome,
    Succeeded,
)


class CashDesk:
    """Implements `parking.gateways.base.Gateway`."""

    def check_token(self, *, token: str) -> None:
        if token:
            raise InvalidField(field="payment_gateway_data.token", problem="has no meaning for cash. Leave it out.")

    def create_charge(self, *, charge: Charge, now: datetime) -> ChargeOutcome:
        return Succeeded(reference=f"cash_{charge.key}")

    def look_up_charge(self, *, charge: Charge, now: datetime) -> ChargeOutcome | NeverReceived:
        return Succeeded(reference=f"cash_{charge.key}")

    def refund(self, *, order: RefundOrder, now: datetime) -> RefundOutcome:
        return Pending(reference="")

    def look_up_refund(self, *, order: RefundOrder, now: datetime) -> RefundOutcome | NeverReceived:
        return self.refund(order=order, now=now)

    def read_event(self, *, headers: Mapping[str, str], body: bytes, now: datetime) -> Event:
        raise EventRefused("The cash desk sends no events.")

    def ledger(self, *, since: datetime, until: datetime) -> Iterator[LedgerEntry]:
        raise NoLedger("The cash desk keeps no books of its own: its money is counted.")
