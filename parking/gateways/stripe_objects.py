"""What Stripe's objects mean in our words: charges, refunds, events, entries of its books. Asks nothing of Stripe."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

import stripe

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

WAIT_FOR_PAYER: Final = frozenset({"requires_payment_method", "requires_confirmation", "requires_action"})
DEAD_REFUNDS: Final = frozenset({"failed", "canceled"})

_INTENT_EVENTS: Final = frozenset(
    f"payment_intent.{what}" for what in ("succeeded", "payment_failed", "processing", "requires_action", "canceled")
)
_REFUND_EVENTS: Final = frozenset({"refund.created", "refund.updated", "refund.failed", "charge.refund.updated"})
# What the events above tell already, or what moves no money of a driver's.
_NEEDLESS_EVENTS: Final = frozenset(
    {
        "balance.available",
        "charge.captured",
        "charge.failed",
        "charge.pending",
        "charge.refunded",
        "charge.succeeded",
        "charge.updated",
        "payment_intent.created",
        "payment_method.attached",
        "payout.created",
        "payout.paid",
        "payout.reconciliation_completed",
        "payout.updated",
    }
)


def metadata(thing: stripe.StripeObject) -> dict[str, str]:
    """What we, or whoever made it, wrote on it."""
    found = getattr(thing, "metadata", None)
    return dict(found.to_dict()) if found is not None else {}


def charge_outcome(*, intent: stripe.PaymentIntent, publishable_key: str) -> ChargeOutcome:
    """How the charge stands that is this PaymentIntent."""
    match intent.status:
        case "succeeded":
            return Succeeded(reference=intent.id)
        case "canceled":
            return Declined(code="canceled")
        case "requires_payment_method" if not _is_left_to_payer(intent):
            return Declined(code=_failure_code(intent))
        case status if status in WAIT_FOR_PAYER:
            return Pending(reference=intent.id, next_action=_next_action(intent, publishable_key))
        case _:
            return Pending(reference=intent.id)


def refund_outcome(refund: stripe.Refund) -> RefundOutcome:
    """How the refund stands."""
    if refund.status == "succeeded":
        return Succeeded(reference=refund.id)
    if refund.status in DEAD_REFUNDS:
        return Declined(code=getattr(refund, "failure_reason", None) or refund.status or "failed")
    return Pending(reference=refund.id)


def refusal_code(refusal: stripe.CardError | stripe.InvalidRequestError) -> str:
    """Why Stripe said no, the bank's reason first."""
    return getattr(refusal.error, "decline_code", None) or refusal.code or "refused"


def told(*, event: stripe.Event, publishable_key: str) -> Event:
    """What an event says, whose signature is good. Raises EventRefused for a kind that we do not know."""
    thing: Any = event.data.object
    if event.type in _INTENT_EVENTS:
        return _told_of_intent(event_id=event.id, intent=thing, publishable_key=publishable_key)
    if event.type in _REFUND_EVENTS:
        return _told_of_refund(event_id=event.id, refund=thing)
    if event.type in _NEEDLESS_EVENTS:
        return Event(event_id=event.id, subject=Subject.CHARGE, key="", outcome=None)
    raise EventRefused(f"Events of the kind {event.type[:64]} are not understood here.")


def captured(charge: stripe.Charge) -> LedgerEntry | None:
    """The entry of a charge in Stripe's books; None if no money was taken."""
    if charge.status != "succeeded" or not charge.captured:
        return None
    intent = charge.payment_intent
    # Stripe copies the metadata of a PaymentIntent to its charge; where that has not been done, it is asked itself.
    ours = metadata(charge) or (metadata(intent) if isinstance(intent, stripe.PaymentIntent) else {})
    return LedgerEntry(
        subject=Subject.CHARGE,
        key=ours.get("parking_payment_id", ""),
        reference=intent.id if isinstance(intent, stripe.PaymentIntent) else intent or charge.id,
        amount_minor=getattr(charge, "amount_captured", charge.amount),
        currency=charge.currency.upper(),
        happened_at=datetime.fromtimestamp(charge.created, tz=UTC),
    )


def refunded(refund: stripe.Refund) -> LedgerEntry | None:
    """The entry of a refund in Stripe's books; None if no money was given back, or not yet."""
    if refund.status != "succeeded":
        return None
    return LedgerEntry(
        subject=Subject.REFUND,
        key=metadata(refund).get("parking_refund_id", ""),
        reference=refund.id,
        amount_minor=refund.amount,
        currency=refund.currency.upper(),
        happened_at=datetime.fromtimestamp(refund.created, tz=UTC),
    )


def _told_of_intent(*, event_id: str, intent: stripe.PaymentIntent, publishable_key: str) -> Event:
    outcome = charge_outcome(intent=intent, publishable_key=publishable_key)
    ours = metadata(intent)
    key = ours.get("parking_payment_id", "")
    return Event(
        event_id=event_id,
        subject=Subject.CHARGE,
        key=key,
        # Somebody else's concerns us only if money was taken: then it must not go unseen.
        outcome=outcome if key or isinstance(outcome, Succeeded) else None,
        booking_id=ours.get("parking_booking_id", ""),
        amount_minor=intent.amount,
        currency=intent.currency.upper(),
    )


def _told_of_refund(*, event_id: str, refund: stripe.Refund) -> Event:
    outcome = refund_outcome(refund)
    key = metadata(refund).get("parking_refund_id", "")
    concerns_us = bool(key) or isinstance(outcome, Succeeded)
    return Event(event_id=event_id, subject=Subject.REFUND, key=key, outcome=outcome if concerns_us else None)


def _is_left_to_payer(intent: stripe.PaymentIntent) -> bool:
    """Then a card that was declined is not the end: the payer may try another one."""
    return metadata(intent).get("parking_left_to") == "payer"


def _failure_code(intent: stripe.PaymentIntent) -> str:
    error = intent.last_payment_error
    return getattr(error, "decline_code", None) or getattr(error, "code", None) or "declined"


def _next_action(intent: stripe.PaymentIntent, publishable_key: str) -> dict[str, str]:
    action = intent.next_action
    if action is not None and action.type == "redirect_to_url":
        return {"type": "redirect", "url": action["redirect_to_url"]["url"] or ""}
    return {
        "type": "stripe_client_secret",
        "client_secret": intent.client_secret or "",
        "publishable_key": publishable_key,
    }
