"""A booking's whole story: everything that happened to it, in order, each with the row that tells it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from django.db.models import Model
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from parking.domain.errors import UnknownBooking
from parking.domain.money import format_amount
from parking.domain.states import AdjustmentStatus, OpeningOutcome, PaymentStatus, RefundStatus, ScanType
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
    PaymentStatus.PENDING: gettext_lazy("Payment pending: %(amount)s"),
    PaymentStatus.COMPLETED: gettext_lazy("Paid %(amount)s"),
    PaymentStatus.FAILED: gettext_lazy("Payment failed: %(amount)s"),
}
_ADJUSTMENT_WORDS: Final = {
    AdjustmentStatus.PROPOSED: gettext_lazy("%(what)s proposed, and waits for a second person"),
    AdjustmentStatus.APPROVED: gettext_lazy("%(what)s approved"),
    AdjustmentStatus.REJECTED: gettext_lazy("%(what)s rejected"),
}
_OPENING_WORDS: Final = {
    OpeningOutcome.CLOSED: gettext_lazy("%(gate)s opened by hand: the stay was ended"),
    OpeningOutcome.LEFT_OPEN: gettext_lazy("%(gate)s opened by hand: the stay goes on"),
    OpeningOutcome.NO_STAY: gettext_lazy("%(gate)s opened by hand: no stay"),
}
_REFUND_WORDS: Final = {
    RefundStatus.PENDING: gettext_lazy("Refund pending: %(amount)s"),
    RefundStatus.PROCESSED: gettext_lazy("Refunded %(amount)s"),
    RefundStatus.FAILED: gettext_lazy("Refund failed: %(amount)s"),
}
_SCAN_WORDS: Final = {
    ScanType.ENTRY: gettext_lazy("Entry scan, %(result)s"),
    ScanType.EXIT: gettext_lazy("Exit scan, %(result)s"),
}
_AS_STORED: Final = (
    *(gettext_noop("Booking"), gettext_noop("Additional"), gettext_noop("Extension")),
    *(gettext_noop("Online"), gettext_noop("Card"), gettext_noop("Upi"), gettext_noop("Cash")),
    *(gettext_noop("Booking cancel"), gettext_noop("Unused time"), gettext_noop("Surplus")),
    *(gettext_noop("Zone full"), gettext_noop("Manual")),
    *(gettext_noop("Lost ticket"), gettext_noop("Waiver"), gettext_noop("Goodwill")),
    *(gettext_noop("Opened by hand"), gettext_noop("Validation"), gettext_noop("Permit")),
    *(gettext_noop("Hold lapsed"), gettext_noop("Cancelled"), gettext_noop("No show")),
    *(gettext_noop("Moved"), gettext_noop("Exited")),
    *(gettext_noop("success"), gettext_noop("failed"), gettext_noop("duplicate")),
    *(gettext_noop("already entered"), gettext_noop("already exited"), gettext_noop("booking cancelled")),
    *(gettext_noop("hold lapsed"), gettext_noop("no show"), gettext_noop("not entered"), gettext_noop("payment due")),
    *(gettext_noop("payment in progress"), gettext_noop("payment required"), gettext_noop("permit full")),
    *(gettext_noop("permit over"), gettext_noop("ticket replaced"), gettext_noop("too early")),
    *(gettext_noop("vehicle busy"), gettext_noop("vehicle inside"), gettext_noop("wrong direction")),
    *(gettext_noop("wrong zone"), gettext_noop("zone full"), gettext_noop("unknown device")),
)
"""What records call a kind or a reason, so that it can be told in another language."""


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


def story_by_id(*, booking_id: UUID) -> list[StoryEvent]:
    """The same for who knows the booking's id. Raises UnknownBooking."""
    booking = ParkingBooking.objects.select_related("zone").filter(id=booking_id).first()
    if booking is None:
        raise UnknownBooking
    return story_of(booking=booking)


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
            title=_("Booked %(hours)s h in %(zone)s") % {"hours": booking.hours, "zone": booking.zone.name},
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
        title = _("Slot %(slot)s held from here on") % {"slot": row.slot.number}
        yield StoryEvent(at=row.occupies_from, kind=StoryKind.SLOT, title=title, row=row)


def _slots(*, allocations: list[SlotAllocation]) -> Iterator[StoryEvent]:
    for row in allocations:
        slot = {"slot": row.slot.number}
        if row.parked_at:
            yield StoryEvent(
                at=row.parked_at, kind=StoryKind.SLOT, title=_("Slot %(slot)s taken by the car") % slot, row=row
            )
        if row.released_at:
            yield StoryEvent(
                at=row.released_at,
                kind=StoryKind.SLOT,
                title=_("Slot %(slot)s released") % slot,
                detail=_(row.get_release_reason_display()) if row.release_reason else "",
                row=row,
            )


def _scans(*, booking: ParkingBooking) -> Iterator[StoryEvent]:
    for row in QRScanLog.objects.filter(booking=booking).order_by("id")[:MAX_ROWS_OF_A_KIND]:
        reason = "" if row.reason == "ok" else f": {_(row.reason.replace('_', ' '))}"
        result = f"{_(row.get_result_display().lower())}{reason}"
        yield StoryEvent(
            at=row.scanned_at,
            kind=StoryKind.SCAN,
            title=_SCAN_WORDS[ScanType(row.scan_type)] % {"result": result},
            detail=row.scanner_device_id,
            who=row.caller,
            row=row,
        )


def _stay(*, session: ParkingSession | None) -> Iterator[StoryEvent]:
    if session is None:
        return
    kind = StoryKind.STAY
    yield StoryEvent(
        at=session.entry_time,
        kind=kind,
        title=_("%(plate)s drove in") % {"plate": session.plate},
        detail=session.slot.number,
        row=session,
    )
    if session.exit_time:
        yield StoryEvent(at=session.exit_time, kind=kind, title=_("Stay closed, nothing due"), row=session)
    if session.gate_opened_at:
        yield StoryEvent(at=session.gate_opened_at, kind=kind, title=_("Exit gate opened"), row=session)


def _quotes(*, session: ParkingSession | None) -> Iterator[StoryEvent]:
    for quote in Quote.objects.filter(session=session).order_by("id")[:MAX_ROWS_OF_A_KIND]:
        yield StoryEvent(
            at=quote.as_of,
            kind=StoryKind.MONEY,
            title=_("Told that %(amount)s is due") % {"amount": _money(quote.amount_minor, quote.currency)},
            detail=_("paid") if quote.paid_at else "",
            row=quote,
        )


def _payments(*, booking: ParkingBooking) -> Iterator[StoryEvent]:
    payments = Payment.objects.select_related("collected_by").filter(booking=booking).order_by("created_at", "id")
    for row in payments[:MAX_ROWS_OF_A_KIND]:
        word = _PAYMENT_WORDS[PaymentStatus(row.status)]
        detail = [_(row.get_kind_display()), _(row.get_method_display()), row.provider, row.provider_reference]
        yield StoryEvent(
            at=row.completed_at or row.failed_at or row.created_at,
            kind=StoryKind.MONEY,
            title=word % {"amount": _money(row.amount_minor, row.currency)},
            detail=" · ".join(str(part) for part in [*detail, row.surplus_minor and _("surplus")] if part),
            who=f"staff:{row.collected_by.get_username()}" if row.collected_by else "",
            row=row,
        )


def _validations(*, session: ParkingSession | None) -> Iterator[StoryEvent]:
    uses = Validation.objects.select_related("discount__merchant").filter(session=session).order_by("id")
    for row in uses[:MAX_ROWS_OF_A_KIND]:
        yield StoryEvent(
            at=row.applied_at,
            kind=StoryKind.PERSON,
            title=_("Code %(code)s of %(merchant)s used")
            % {"code": row.discount.code, "merchant": row.discount.merchant.name},
            detail=_("at most %(amount)s") % {"amount": _money(row.reserved_minor, row.discount.currency)},
            who=row.applied_by,
            row=row,
        )


def _adjustments(*, booking: ParkingBooking) -> Iterator[StoryEvent]:
    for row in Adjustment.objects.filter(booking=booking).order_by("created_at", "id")[:MAX_ROWS_OF_A_KIND]:
        sign = "+" if row.amount_minor > 0 else "-"
        what = f"{_(row.get_kind_display())} {sign}{_money(abs(row.amount_minor), row.currency)}"
        was_decided_later = row.decided_at is not None and row.decided_at != row.created_at
        first = AdjustmentStatus.PROPOSED if was_decided_later else AdjustmentStatus(row.status)
        yield StoryEvent(
            at=row.created_at,
            kind=StoryKind.PERSON,
            title=_ADJUSTMENT_WORDS[first] % {"what": what},
            detail=row.reason,
            who=row.proposed_by,
            row=row,
        )
        if was_decided_later and row.decided_at is not None:
            yield StoryEvent(
                at=row.decided_at,
                kind=StoryKind.PERSON,
                title=_ADJUSTMENT_WORDS[AdjustmentStatus(row.status)] % {"what": what},
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
            title=_OPENING_WORDS[OpeningOutcome(row.outcome)] % {"gate": row.device.device_id},
            detail=row.reason,
            who=row.opened_by,
            row=row,
        )


def _tickets(*, booking: ParkingBooking) -> Iterator[StoryEvent]:
    for row in RetiredCode.objects.filter(booking=booking).order_by("id")[:MAX_ROWS_OF_A_KIND]:
        yield StoryEvent(
            at=row.retired_at,
            kind=StoryKind.TICKET,
            title=_("Ticket %(code)s replaced") % {"code": row.code},
            detail=row.reason,
            who=row.retired_by,
            row=row,
        )


def _receipt(*, booking: ParkingBooking) -> Iterator[StoryEvent]:
    receipt = Receipt.objects.filter(booking=booking).first()
    if receipt is not None:
        yield StoryEvent(
            at=receipt.issued_at,
            kind=StoryKind.MONEY,
            title=_("Receipt %(number)s issued") % {"number": receipt.number},
            row=receipt,
        )


def _refunds(*, booking: ParkingBooking) -> Iterator[StoryEvent]:
    refunds = Refund.objects.select_related("shift__cashier").filter(payment__booking=booking)
    for refund in refunds.order_by("created_at", "id")[:MAX_ROWS_OF_A_KIND]:
        word = _REFUND_WORDS[RefundStatus(refund.status)]
        yield StoryEvent(
            at=refund.processed_at or refund.created_at,
            kind=StoryKind.MONEY,
            title=word % {"amount": _money(refund.amount_minor, refund.currency)},
            detail=" · ".join(part for part in [_(refund.get_kind_display()), refund.reason] if part),
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
