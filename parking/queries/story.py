"""A booking's whole story: everything that happened to it, in order, each with the row that tells it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from django.db.models import Model

from parking.domain.money import format_amount
from parking.domain.states import AdjustmentStatus, OpeningOutcome, PaymentStatus, RefundStatus
from parking.models import (
    Adjustment,
    AuditEvent,
    ManualOpening,
    ParkingBooking,
    ParkingSession,
    Payment,
    QRScanLog,
    Quote,
    Receipt,
    Refund,
    RetiredCode,
    SlotAllocation,
    Validation,
)

MAX_ROWS_OF_A_KIND: Final = 200
_MAX_FACT_LENGTH: Final = 60
_PAYMENT_WORDS: Final = {
    PaymentStatus.PENDING: "Payment pending:",
    PaymentStatus.COMPLETED: "Paid",
    PaymentStatus.FAILED: "Payment failed:",
}
_ADJUSTMENT_WORDS: Final = {
    AdjustmentStatus.PROPOSED: "proposed, and waits for a second person",
    AdjustmentStatus.APPROVED: "approved",
    AdjustmentStatus.REJECTED: "rejected",
}
_OPENING_WORDS: Final = {
    OpeningOutcome.CLOSED: "the stay was ended",
    OpeningOutcome.LEFT_OPEN: "the stay goes on",
    OpeningOutcome.NO_STAY: "no stay",
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
    TICKET = "ticket"
    PERSON = "person"
    """What somebody at the desk decided: adjustments, gates opened by hand, codes of merchants."""
    AUDIT = "audit"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryEvent:
    """`row` is the record it comes from; times inside `detail` would have no zone, so there are none."""

    at: datetime
    kind: StoryKind
    title: str
    detail: str = ""
    who: str = ""
    """The caller as the record names it, such as ``staff:meera``; empty where it names nobody."""
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
        *_validations(session=session),
        *_adjustments(booking=booking),
        *_openings(booking=booking),
        *_tickets(booking=booking),
        *_refunds(booking=booking),
        *_receipt(booking=booking),
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
            who=row.caller,
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
    payments = Payment.objects.select_related("collected_by").filter(booking=booking).order_by("created_at", "id")
    for row in payments[:MAX_ROWS_OF_A_KIND]:
        word = _PAYMENT_WORDS[PaymentStatus(row.status)]
        detail = [row.get_kind_display(), row.get_method_display(), row.provider, row.provider_reference]
        yield StoryEvent(
            at=row.completed_at or row.failed_at or row.created_at,
            kind=StoryKind.MONEY,
            title=f"{word} {_money(row.amount_minor, row.currency)}",
            detail=" · ".join(str(part) for part in [*detail, row.surplus_minor and "surplus"] if part),
            who=f"staff:{row.collected_by.get_username()}" if row.collected_by else "",
            row=row,
        )


def _validations(*, session: ParkingSession | None) -> Iterator[StoryEvent]:
    uses = Validation.objects.select_related("discount__merchant").filter(session=session).order_by("id")
    for row in uses[:MAX_ROWS_OF_A_KIND]:
        yield StoryEvent(
            at=row.applied_at,
            kind=StoryKind.PERSON,
            title=f"Code {row.discount.code} of {row.discount.merchant.name} used",
            detail=f"at most {_money(row.reserved_minor, row.discount.currency)}",
            who=row.applied_by,
            row=row,
        )


def _adjustments(*, booking: ParkingBooking) -> Iterator[StoryEvent]:
    for row in Adjustment.objects.filter(booking=booking).order_by("created_at", "id")[:MAX_ROWS_OF_A_KIND]:
        sign = "+" if row.amount_minor > 0 else "-"
        title = f"{row.get_kind_display()} {sign}{_money(abs(row.amount_minor), row.currency)}"
        was_decided_later = row.decided_at is not None and row.decided_at != row.created_at
        first = AdjustmentStatus.PROPOSED if was_decided_later else AdjustmentStatus(row.status)
        yield StoryEvent(
            at=row.created_at,
            kind=StoryKind.PERSON,
            title=f"{title} {_ADJUSTMENT_WORDS[first]}",
            detail=row.reason,
            who=row.proposed_by,
            row=row,
        )
        if was_decided_later and row.decided_at is not None:
            yield StoryEvent(
                at=row.decided_at,
                kind=StoryKind.PERSON,
                title=f"{title} {_ADJUSTMENT_WORDS[AdjustmentStatus(row.status)]}",
                detail=row.reason,
                who=row.decided_by,
                row=row,
            )


def _openings(*, booking: ParkingBooking) -> Iterator[StoryEvent]:
    opened = ManualOpening.objects.select_related("device").filter(booking=booking).order_by("id")
    for row in opened[:MAX_ROWS_OF_A_KIND]:
        yield StoryEvent(
            at=row.opened_at,
            kind=StoryKind.PERSON,
            title=f"{row.device.device_id} opened by hand: {_OPENING_WORDS[OpeningOutcome(row.outcome)]}",
            detail=row.reason,
            who=row.opened_by,
            row=row,
        )


def _tickets(*, booking: ParkingBooking) -> Iterator[StoryEvent]:
    for row in RetiredCode.objects.filter(booking=booking).order_by("id")[:MAX_ROWS_OF_A_KIND]:
        yield StoryEvent(
            at=row.retired_at,
            kind=StoryKind.TICKET,
            title=f"Ticket {row.code} replaced",
            detail=row.reason,
            who=row.retired_by,
            row=row,
        )


def _receipt(*, booking: ParkingBooking) -> Iterator[StoryEvent]:
    receipt = Receipt.objects.filter(booking=booking).first()
    if receipt is not None:
        yield StoryEvent(
            at=receipt.issued_at, kind=StoryKind.MONEY, title=f"Receipt {receipt.number} issued", row=receipt
        )


def _refunds(*, booking: ParkingBooking) -> Iterator[StoryEvent]:
    refunds = Refund.objects.select_related("shift__cashier").filter(payment__booking=booking)
    for refund in refunds.order_by("created_at", "id")[:MAX_ROWS_OF_A_KIND]:
        word = _REFUND_WORDS[RefundStatus(refund.status)]
        yield StoryEvent(
            at=refund.processed_at or refund.created_at,
            kind=StoryKind.MONEY,
            title=f"{word} {_money(refund.amount_minor, refund.currency)}",
            detail=" · ".join(part for part in [refund.get_kind_display(), refund.reason] if part),
            who=f"staff:{refund.shift.cashier.get_username()}" if refund.shift else "",
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
            who=row.caller,
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
