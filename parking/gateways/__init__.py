"""Payment providers behind one small Protocol. Adding one is a file here and a line in `PROVIDERS`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from typing import Final, cast

from parking.gateways.base import Gateway, NotSetUp
from parking.gateways.cash import CashDesk
from parking.gateways.simulated import SimulatedGateway


def _with_library(*, name: str, module: str) -> Callable[[], Gateway]:
    """A provider whose module needs a library that not every installation has: loaded when it is first asked for."""

    def make() -> Gateway:
        try:
            loaded = import_module(f"parking.gateways.{module}")
        except ModuleNotFoundError as error:
            raise NotSetUp(f"The library for {module} is not installed ({error}). Run: make providers") from error
        return cast("Gateway", getattr(loaded, name)())

    return make


CASH: Final = "cash"

PROVIDERS: Final[Mapping[str, Callable[[], Gateway]]] = {
    CASH: CashDesk,
    "simulated": SimulatedGateway,
    "stripe": _with_library(module="stripe", name="StripeGateway"),
    "razorpay": _with_library(module="razorpay", name="RazorpayGateway"),
}


@cache
def gateway(*, provider: str) -> Gateway:
    """The provider of that name. A payment keeps the name it was begun with, whatever the setting is today."""
    return PROVIDERS[provider]()
