"""What payment providers tell our webhook: checked, applied once, in whatever order it comes (promise I17)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from parking.db.locks import lock_booking
from parking.db.transactions import use_case
from parking.domain.errors import BadEvent, UnknownCharge, UnknownProvider
from parking.domain.states import PaymentKind
from parking.gateways import PROVIDERS, gateway
from parking.gateways.base import Declined, Event, EventRefused, NotSetUp, Pending, Subject, Succeeded
from parking.models import ParkingBooking, Payment, ProviderEvent, Refund
from parking.services import refunds
from parking.services.settlement import settle, take_up_surplus


def receive_event(*, provider: str, headers: Mapping[str, str], body: bytes, now: datetime) -> bool:
    """Apply an event, and remember it, in one transaction. Returns whether it was new.

    Raises UnknownProvider, BadEvent when it is forged, stale or unreadable, and UnknownCharge when nothing here
    belongs to it: then the provider tells it again later, and nothing was taken for understood.
    """
    if provider not in PROVIDERS:
        raise UnknownProvider
    try:
        event = gateway(provider=provider).read_event(headers=headers, body=body, now=now)
    except NotSetUp as error:
        raise UnknownProvider from error
    except EventRefused as refusal:
        raise BadEvent(str(refusal)) from refusal
    refund_ids: list[UUID] = []
    with use_case():
        if ProviderEvent.objects.filter(provider=provider, event_id=event.event_id).exists():
            return False
        if event.outcome is not None:
            refund_ids = _apply(provider=provider, event=event, now=now)
        ProviderEvent.objects.create(
            provider=provider,
            event_id=event.event_id,
            subject=event.subject,
            key=event.key[:64],
            applied_at=now,
        )
    refunds.attempt(refund_ids=refund_ids, now=now)
    return True


def _apply(*, provider: str, event: Event, now: datetime) -> list[UUID]:
    """Returns the refunds that it ordered."""
    if event.subject is Subject.REFUND:
        _apply_to_refund(provider=provider, event=event, now=now)
        return []
    payment_id = _known(model=Payment, key=event.key, provider=provider)
    if payment_id is not None:
        return settle(payment_id=payment_id, outcome=event.outcome, now=now).refund_ids
    return _take_up_unknown(provider=provider, event=event, now=now)


def _apply_to_refund(*, provider: str, event: Event, now: datetime) -> None:
    refund_id = _known(model=Refund, key=event.key, provider=provider)
    if refund_id is None:
        raise UnknownCharge
    match event.outcome:
        case Succeeded() | Declined() | Pending():
            refunds.record(refund_id=refund_id, outcome=event.outcome, now=now)
        case None:
            pass


def _take_up_unknown(*, provider: str, event: Event, now: datetime) -> list[UUID]:
    """A charge that names a booking of ours and no payment: it was captured for nothing, and goes back."""
    booking_id = _uuid(text=event.booking_id)
    booking = lock_booking(booking_id=booking_id) if booking_id else None
    if booking is None or not isinstance(event.outcome, Succeeded) or not _fits(event=event, booking=booking):
        raise UnknownCharge
    settled = take_up_surplus(
        booking_id=booking.id,
        kind=PaymentKind.BOOKING,
        provider=provider,
        reference=event.outcome.reference,
        amount_minor=event.amount_minor,
        currency=event.currency,
        now=now,
    )
    return settled.refund_ids


def _fits(*, event: Event, booking: ParkingBooking) -> bool:
    return event.amount_minor > 0 and event.currency == booking.currency


def _known(*, model: type[Payment] | type[Refund], key: str, provider: str) -> UUID | None:
    """Our row that the provider knows under `key`, if it is that provider's."""
    row_id = _uuid(text=key)
    of_provider = {"provider": provider} if model is Payment else {"payment__provider": provider}
    if row_id is None or not model._default_manager.filter(id=row_id, **of_provider).exists():
        return None
    return row_id


def _uuid(*, text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
