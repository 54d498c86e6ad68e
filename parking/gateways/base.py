"""What the rest of the system asks of a payment provider, in this project's own words.

An outcome that is not known is an exception, `GatewayTimeout`: the charge may or may not have happened, and is
looked up later under the same key. It is never taken for a failure (DESIGN section 6).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class GatewayTimeout(Exception):
    """The provider did not answer in time, or answered something that tells nothing."""


class NotSetUp(GatewayTimeout):
    """This installation lacks the provider's library or credentials, so it cannot ask. The text names what to set.

    Unknown rather than failed, too: a payment that was begun when they were there may have been captured.
    """


class NoLedger(Exception):
    """The provider keeps no books to compare ours with."""


class EventRefused(Exception):
    """A message to our webhook that is forged, stale or unreadable. The text says which, and nothing secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """Money to take. `key` is ours and makes a repeat harmless; `token` is the client's and proves nothing."""

    key: str
    booking_id: str
    amount_minor: int
    currency: str
    token: str
    begun_at: datetime
    reference: str = ""
    """What the provider called it when it answered before, if it did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundOrder:
    """Money to give back on the charge that the provider knows as `charge_reference`."""

    key: str
    charge_reference: str
    amount_minor: int
    currency: str
    reference: str = ""
    """What the provider called the refund when it answered before, if it did."""


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


class Subject(StrEnum):
    """What a provider can tell us about."""

    CHARGE = "charge"
    REFUND = "refund"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What a provider told our webhook, once its signature was found good.

    `outcome` None says that it is of a kind we know and need not act on. `booking_id`, `amount_minor` and
    `currency` let a charge be taken up that we have no row for.
    """

    event_id: str
    subject: Subject
    key: str
    outcome: ChargeOutcome | RefundOutcome | None
    booking_id: str = ""
    amount_minor: int = 0
    currency: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntry:
    """One charge that was captured, or one refund that was made, as the provider's own books have it."""

    subject: Subject
    key: str
    reference: str
    amount_minor: int
    currency: str
    happened_at: datetime


class Gateway(Protocol):
    """A payment provider. Every call but the reading of an event may raise GatewayTimeout."""

    def check_token(self, *, token: str) -> None:
        """Raise InvalidField if no payment can be begun with this token."""
        ...

    def create_charge(self, *, charge: Charge, now: datetime) -> ChargeOutcome: ...

    def look_up_charge(self, *, charge: Charge, now: datetime) -> ChargeOutcome | NeverReceived: ...

    def refund(self, *, order: RefundOrder, now: datetime) -> RefundOutcome: ...

    def look_up_refund(self, *, order: RefundOrder, now: datetime) -> RefundOutcome | NeverReceived: ...

    def read_event(self, *, headers: Mapping[str, str], body: bytes, now: datetime) -> Event:
        """Check the signature over the raw `body` and its time, and say what it tells. Raises EventRefused."""
        ...

    def ledger(self, *, since: datetime, until: datetime) -> Iterator[LedgerEntry]:
        """What the provider's books have from `since` up to, not including, `until`. Raises NoLedger."""
        ...


def header(*, headers: Mapping[str, str], name: str) -> str:
    """The value of a header, whose name may be written in any case; empty if it is not there."""
    return next((value for key, value in headers.items() if key.lower() == name.lower()), "")
