"""What the rest of the system asks of a payment provider, in this project's own words.

An outcome that is not known is an exception, `GatewayTimeout`: the charge may or may not have happened, and is
looked up later under the same key. It is never taken for a failure (DESIGN section 6).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


class GatewayTimeout(Exception):
    """The provider did not answer in time, or answered something that tells nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """Money to take. `key` is ours and makes a repeat harmless; `token` is the client's and proves nothing."""

    key: str
    amount_minor: int
    currency: str
    token: str
    begun_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundOrder:
    """Money to give back on the charge that the provider knows as `charge_reference`."""

    key: str
    charge_reference: str
    amount_minor: int
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Succeeded:
    """The provider has done it, and knows it as `reference`."""

    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Declined:
    """The provider will not do it. `code` says why, in its words."""

    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """The provider waits: for the payer, if `next_action` says what to do, or for somebody behind it."""

    reference: str
    next_action: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class NeverReceived:
    """The provider knows nothing under that key: it was never asked, and nothing was taken."""


ChargeOutcome = Succeeded | Declined | Pending
RefundOutcome = Succeeded | Declined | Pending


class Gateway(Protocol):
    """A payment provider. Every call may raise GatewayTimeout."""

    def check_token(self, *, token: str) -> None:
        """Raise InvalidField if no payment can be begun with this token."""
        ...

    def create_charge(self, *, charge: Charge, now: datetime) -> ChargeOutcome: ...

    def look_up_charge(self, *, charge: Charge, now: datetime) -> ChargeOutcome | NeverReceived: ...

    def refund(self, *, order: RefundOrder, now: datetime) -> RefundOutcome: ...
