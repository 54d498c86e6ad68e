"""How long things stand, and what a cancellation gives back. A booking keeps the version it was sold under."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The times of the specification, in seconds; the defaults are the readings of DESIGN section 2."""

    hold_seconds: int = 300
    """An unpaid booking keeps its slot for this long."""
    pending_payment_seconds: int = 600
    """A payment begun in time keeps the hold for at most this long beyond it."""
    full_refund_seconds: int = 300
    """Cancelling within this time of paying refunds everything, its last second included; later, nothing."""
    early_entry_seconds: int = 900
    """How long before its start a booking may enter, if a slot is free."""
    quote_seconds: int = 600
    """How long the amount told at the exit stands."""
    leave_seconds: int = 600
    """How long a car may take from paying what was due to driving out."""
    booking_horizon_seconds: int = 30 * 24 * 3600
    """How far ahead a booking may start."""

    def __post_init__(self) -> None:
        for name in self.__slots__:
            if getattr(self, name) < 0:
                raise ValueError(f"{name} cannot be negative")


def cancellation_refund(*, captured_minor: int, paid_at: datetime, now: datetime, policy: Policy) -> int:
    """Minor units that a cancellation at `now` gives back: all of it, or nothing.

    Counted from payment in whole seconds, floored: 300 seconds still refund, 301 do not (specification,
    "Cancellation Rules"; DESIGN section 2).
    """
    elapsed_seconds = max(timedelta(0), now - paid_at) // timedelta(seconds=1)
    return captured_minor if elapsed_seconds <= policy.full_refund_seconds else 0
