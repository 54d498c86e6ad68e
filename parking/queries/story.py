"""A booking's whole story: everything that happened to it, in order, each with the row that tells it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from django.db.models import Model

from parking.domain.money import format_amount
from parking.domain.states import PaymentStatus, RefundStatus
from parking.models import (
    AuditEvent,
    ParkingBooking,
    ParkingSession,
    Payment,
    QRScanLog,
    Quote,
    Refund,
    SlotAllocation,
)

MAX_ROWS_OF_A_KIND: Final = 200
_MAX_FACT_LENGTH: Final = 60
_PAYMENT_WORDS: Final = {
    PaymentStatus.PENDING: "Payment pending:",
    PaymentStatus.COMPLETED: "Paid",
    PaymentStatus.FAILED: "Payment failed:",
}
_REFUND_WORDS: Final = {
    RefundStatus.PENDING: "Refund pending:",
    RefundStatus.PROCESSED: "Refunded",
    RefundStatus.FAILED: "Refund failed:",
}


class StoryKind(StrEnum):
    BOOKING = "booking"
    SLOT = "slot"
    SCAN = "scan"
    MONEY = "money"
    STAY = "stay"
    AUDIT = "audit"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryEvent:
    """`row` is the record it comes from; times inside `detail` would have no zone, so there are none."""

    at: datetime
    kind: StoryKind
    title: str
    detail: str = ""
    row: Model


def story_of(*, booking: ParkingBooking) -> list[StoryEvent]:
    """Oldest first. A fixed number of queries, however long the story is."""
    allocations = SlotAllocation.objects.select_related("slot").filter(booking=booking).order_by("id")
    held = list(allocations[:MAX_ROWS_OF_A_KIND])
    session = ParkingSession.objects.select_related("slot").filter(booking=booking).first()
    # What happened at one moment is told in this order: a sort keeps it.
    events = [
        StoryEvent(
            at=booking.created_at,
            kind=StoryKind.BOOKING,
            title=f"Booked {booking.hours} h in {booking.zone.name}",
            detail=_money(booking.price_minor, booking.currency),
            row=booking,
        ),
        *_holds(allocations=held),
        *_scans(booking=booking),
        *_quotes(session=session),
        *_payments(booking=booking),
        *_refunds(booking=booking),
        *_slots(allocations=held),
        *_stay(session=session),
        *_audit(booking=booking),
    ]
    return sorted(events, key=lambda event: event.at)


def _holds(*, allocations: list[SlotAllocation]) -> Iterator[StoryEvent]:
    for row in allocations:
        title = f"Slot {row.slot.number} held from here on"
        yield StoryEvent(at=row.occupies_from, kind=StoryKind.SLOT, title=title, row=row)


def _slots(*, allocations: list[SlotAllocation]) -> Iterator[StoryEvent]:
    for row in allocations:
        slot = f"Slot {row.slot.number}"
        if row.parked_at:
            yield StoryEvent(at=row.parked_at, kind=StoryKind.SLOT, title=f"{slot} taken by the car", row=row)
        if row.released_at:
            yield StoryEvent(
                at=row.released_at,
                kind=StoryKind.SLOT,
                title=f"{slot} released",
                detail=row.get_release_reason_display(),
                row=row,
            )


def _scans(*, booking: ParkingBooking) -> Iterator[StoryEvent]:
    for row in QRScanLog.objects.filter(booking=booking).order_by("id")[:MAX_ROWS_OF_A_KIND]:
        reason = "" if row.reason == "ok" else f": {row.reason.replace('_', ' ')}"
        yield StoryEvent(
            at=row.scanned_at,
            kind=StoryKind.SCAN,
            title=f"{row.get_scan_type_display()} scan, {row.get_result_display().lower()}{reason}",
            detail=row.scanner_device_id,
            row=row,
        )


def _stay(*, session: ParkingSession | None) -> Iterator[StoryEvent]:
    if session is None:
        return
    kind = StoryKind.STAY
    yield StoryEvent(
        at=session.entry_time, kind=kind, title=f"{session.plate} drove in", detail=session.slot.number, row=session
    )
    if session.exit_time:
        yield StoryEvent(at=session.exit_time, kind=kind, title="Stay closed, nothing due", row=session)
    if session.gate_opened_at:
        yield StoryEvent(at=session.gate_opened_at, kind=kind, title="Exit gate opened", row=session)


def _quotes(*, session: ParkingSession | None) -> Iterator[StoryEvent]:
    for quote in Quote.objects.filter(session=session).order_by("id")[:MAX_ROWS_OF_A_KIND]:
        yield StoryEvent(
            at=quote.as_of,
            kind=StoryKind.MONEY,
            title=f"Told that {_money(quote.amount_minor, quote.currency)} is due",
            detail="paid" if quote.paid_at else "",
            row=quote,
        )


def _payments(*, booking: ParkingBooking) -> Iterator[StoryEvent]:
    for row in Payment.objects.filter(booking=booking).order_by("created_at", "id")[:MAX_ROWS_OF_A_KIND]:
        word = _PAYMENT_WORDS[PaymentStatus(row.status)]
        detail = [row.get_kind_display(), row.get_method_display(), row.provider, row.provider_reference]
        yield StoryEvent(
            at=row.completed_at or row.failed_at or row.created_at,
            kind=StoryKind.MONEY,
            title=f"{word} {_money(row.amount_minor, row.currency)}",
            detail=" · ".join(str(part) for part in [*detail, row.surplus_minor and "surplus"] if part),
            row=row,
        )


def _refunds(*, booking: ParkingBooking) -> Iterator[StoryEvent]:
    for refund in Refund.objects.filter(payment__booking=booking).order_by("created_at", "id")[:MAX_ROWS_OF_A_KIND]:
        word = _REFUND_WORDS[RefundStatus(refund.status)]
        yield StoryEvent(
            at=refund.processed_at or refund.created_at,
            kind=StoryKind.MONEY,
            title=f"{word} {_money(refund.amount_minor, refund.currency)}",
            detail=" · ".join(part for part in [refund.get_kind_display(), refund.reason] if part),
            row=refund,
        )


def _audit(*, booking: ParkingBooking) -> Iterator[StoryEvent]:
    for row in AuditEvent.objects.filter(booking=booking).order_by("id")[:MAX_ROWS_OF_A_KIND]:
        facts = (_fact(name=name, value=value, currency=booking.currency) for name, value in row.data.items())
        yield StoryEvent(
            at=row.at,
            kind=StoryKind.AUDIT,
            title=row.action,
            detail=" · ".join([f"by {row.caller}", *(fact for fact in facts if fact)]),
            row=row,
        )


def _fact(*, name: str, value: object, currency: str) -> str:
    """One thing that an audit row says, in words; nothing for ids, which the story shows as links anyway."""
    if name.endswith("_id") or value in ("", None, False) or len(str(value)) > _MAX_FACT_LENGTH:
        return ""
    if name.endswith("_minor") and isinstance(value, int):
        return f"{name.removesuffix('_minor').replace('_', ' ')} {_money(value, currency)}"
    return f"{name.replace('_', ' ')} {value}"


def _money(amount_minor: int, currency: str) -> str:
    return f"{format_amount(amount_minor=amount_minor, currency=currency)} {currency}"
