"""A payment provider that remembers what it was asked, so that its books can be held against ours."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import pytest
from django.conf import settings

from parking.gateways import PROVIDERS, gateway
from parking.gateways.base import Charge, ChargeOutcome, NeverReceived, RefundOrder, RefundOutcome
from parking.gateways.simulated import SimulatedGateway

_LATENCY_SECONDS = 0.005


class Bank(SimulatedGateway):
    """Slow enough that others meet a payment on its way."""

    honours_keys = True
    """Whether a charge that comes again under its key is taken once."""

    def __init__(self) -> None:
        self.charges: list[str] = []
        self.refunds: list[str] = []

    def create_charge(self, *, charge: Charge, now: datetime) -> ChargeOutcome:
        time.sleep(_LATENCY_SECONDS)
        if not (self.honours_keys and charge.key in self.charges):
            self.charges.append(charge.key)
        return super().create_charge(charge=charge, now=now)

    def look_up_charge(self, *, charge: Charge, now: datetime) -> ChargeOutcome | NeverReceived:
        if charge.key not in self.charges:
            return NeverReceived()
        return super().look_up_charge(charge=charge, now=now)

    def refund(self, *, order: RefundOrder, now: datetime) -> RefundOutcome:
        time.sleep(_LATENCY_SECONDS)
        self.refunds.append(order.key)
        return super().refund(order=order, now=now)


@contextmanager
def new_bank() -> Iterator[Bank]:
    """The provider of every payment while it is open."""
    bank = Bank()
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(PROVIDERS, settings.PARKING_PAYMENT_PROVIDER, lambda: bank)
        gateway.cache_clear()
        yield bank
    gateway.cache_clear()
