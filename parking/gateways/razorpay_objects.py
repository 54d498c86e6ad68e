"""What Razorpay's objects mean in our words: payments, refunds, events, entries of its books. Asks nothing itself."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

from parking.gateways.base import (
    ChargeOutcome,
    Declined,
    Event,
    EventRefused,
    LedgerEntry,
    Pending,
    RefundOutcome,
    Subject,
    Succeeded,
)

Thing = dict[str, Any]
"""An object as it came, in JSON."""

DEAD_REFUNDS: Final = frozenset({"failed"})

_PAYMENT_EVENTS: Final = frozenset({"payment.authorized", "payment.captured", "payment.failed", "order.paid"})
_REFUND_EVENTS: Final = frozenset({"refund.created", "refund.processed", "refund.failed"})
# What moves no money of a driver's, or is told by the events above.
_NEEDLESS_EVENTS: Final = frozenset(
    {
        "order.notification.delivered",
        "order.notification.failed",
        "payment.downtime.resolved",
        "payment.downtime.started",
        "payment.downtime.updated",
        "refund.arn_updated",
        "refund.speed_changed",
        "settlement.processed",
    }
)


def notes(thing: Thing) -> Thing:
    """What we, or whoever made it, noted on it. Razorpay sends an empty list for none."""
    found = thing.get("notes")
    return found if isinstance(found, dict) else {}


def key_of_order(order: Thing) -> str:
    """The key under which we asked for it; empty if we did not."""
    return str(notes(order).get("parking_payment_id", ""))


def payment_outcome(payment: Thing) -> ChargeOutcome:
    """How the charge stands, by one attempt to pay its order."""
    if payment["status"] in ("captured", "refunded"):  # refunded: captured, and given back since
        return Succeeded(reference=payment["id"])
    return Pending(reference=payment.get("order_id") or payment["id"])


def refund_outcome(refund: Thing) -> RefundOutcome:
    """How the refund stands."""
    if refund["status"] == "processed":
        return Succeeded(reference=refund["id"])
    if refund["status"] in DEAD_REFUNDS:
        return Declined(code="refund_failed")
    return Pending(reference=refund["id"])


def captured(payment: Thing, *, key: str) -> LedgerEntry | None:
    """The entry of a payment in Razorpay's books; None if no money was taken."""
    if not isinstance(payment_outcome(payment), Succeeded):
        return None
    return _entry(subject=Subject.CHARGE, thing=payment, key=key)


def refunded(refund: Thing) -> LedgerEntry | None:
    """The entry of a refund in Razorpay's books; None if no money was given back, or not yet."""
    if refund["status"] != "processed":
        return None
    return _entry(subject=Subject.REFUND, thing=refund, key=str(notes(refund).get("parking_refund_id", "")))


def read_event(*, event_id: str, body: bytes, not_before: datetime, order_by_id: Callable[[str], Thing]) -> Event:
    """What an event says, whose signature is good. Raises EventRefused if it is stale, or of a kind we do not know."""
    try:
        told: Thing = json.loads(body)
        kind = str(told["event"])
        is_stale = datetime.fromtimestamp(told["created_at"], tz=UTC) < not_before
        if not event_id or is_stale:
            raise EventRefused("The event is too old, or has no id.")
        if kind in _PAYMENT_EVENTS:
            return _told_of_payment(event_id=event_id, payload=told["payload"], order_by_id=order_by_id)
        if kind in _REFUND_EVENTS:
            return _told_of_refund(event_id=event_id, refund=told["payload"]["refund"]["entity"])
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        raise EventRefused("The event cannot be read.") from None
    if kind in _NEEDLESS_EVENTS:
        return Event(event_id=event_id, subject=Subject.CHARGE, key="", outcome=None)
    raise EventRefused(f"Events of the kind {kind[:64]} are not understood here.")


def _told_of_payment(*, event_id: str, payload: Thing, order_by_id: Callable[[str], Thing]) -> Event:
    payment: Thing = payload["payment"]["entity"]
    ours = notes(payment)
    if "parking_payment_id" not in ours and payment.get("order_id"):
        # Our notes are on the order; on the payment only if the payer's page has put them there.
        order = payload["order"]["entity"] if "order" in payload else order_by_id(payment["order_id"])
        ours = notes(order)
    key = str(ours.get("parking_payment_id", ""))
    outcome = payment_outcome(payment)
    return Event(
        event_id=event_id,
        subject=Subject.CHARGE,
        key=key,
        # Somebody else's concerns us only if money was taken: then it must not go unseen.
        outcome=outcome if key or isinstance(outcome, Succeeded) else None,
        booking_id=str(ours.get("parking_booking_id", "")),
        amount_minor=int(payment["amount"]),
        currency=str(payment["currency"]),
    )


def _told_of_refund(*, event_id: str, refund: Thing) -> Event:
    outcome = refund_outcome(refund)
    key = str(notes(refund).get("parking_refund_id", ""))
    concerns_us = bool(key) or isinstance(outcome, Succeeded)
    return Event(event_id=event_id, subject=Subject.REFUND, key=key, outcome=outcome if concerns_us else None)


def _entry(*, subject: Subject, thing: Thing, key: str) -> LedgerEntry:
    return LedgerEntry(
        subject=subject,
        key=key,
        reference=thing["id"],
        amount_minor=int(thing["amount"]),
        currency=thing["currency"],
        happened_at=datetime.fromtimestamp(thing["created_at"], tz=UTC),
    )
