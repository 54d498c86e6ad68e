"""Payment providers behind one small Protocol. Adding one is a file here and a line in `PROVIDERS`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Final

from parking.gateways.base import Gateway
from parking.gateways.simulated import SimulatedGateway

PROVIDERS: Final[Mapping[str, Callable[[], Gateway]]] = {"simulated": SimulatedGateway}


@cache
def gateway(*, provider: str) -> Gateway:
    """The provider of that name. A payment keeps the name it was begun with, whatever the setting is today."""
    return PROVIDERS[provider]()
