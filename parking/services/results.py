"""What the use cases answer: frozen facts, rendered at the edge."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from parking.domain.money import format_amount
from parking.domain.states import BookingStatus, PaymentStatus, SessionStatus
from parking.domain.times import format_time


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingCreated:
    booking_id: UUID
    qr_code: str
    vehicle_number: str
    slot_number: str
    zone_name: str
    hours: int
    amount_minor: int
    currency: str
    created_at: datetime
    expires_at: datetime
    starts_at: datetime
    ends_at: datetime
    status: BookingStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentAnswer:
    """A payment that was taken, or that waits: then `next_action` says for what, as far as the provider told."""

    payment_id: UUID
    booking_id: UUID
    session_id: UUID | None
    amount_minor: int
    currency: str
    payment_status: PaymentStatus
    booking_status: BookingStatus
    session_status: SessionStatus | None
    leave_by: datetime | None
    next_action: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingClosed:
    """A booking that was cancelled. `refund_processed` says that the provider has already confirmed it; `in_cash_minor`
    of it waits at the cash desk."""

    booking_id: UUID
    refund_minor: int
    refund_processed: bool
    currency: str
    in_cash_minor: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PlateChanged:
    """The vehicle that may use the booking now."""

    booking_id: UUID
    vehicle_number: str
    slot_number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingExtended:
    """A booking and its hours as they stand after an extension; `payment` is None if it cost nothing more.

    While the payment is pending, the hours are still the old ones.
    """

    booking_id: UUID
    hours: int
    paid_until: datetime
    slot_number: str
    currency: str
    payment: PaymentAnswer | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryAdmitted:
    session_id: UUID
    booking_id: UUID
    vehicle_number: str
    slot_number: str
    zone_name: str
    entry_time: datetime
    paid_until: datetime
    """Entry plus the hours that were paid for; the grace comes on top."""
    passback: bool = False
    """The vehicle was still inside on another ticket; that stay was ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitBill:
    """The stay in figures: of a car that leaves, or (`exit_time` None) of one that must pay first."""

    session_id: UUID
    booking_id: UUID
    vehicle_number: str
    zone_name: str
    slot_number: str
    entry_time: datetime
    exit_time: datetime | None
    billed_until: datetime
    total_minutes: int
    billable_minutes: int
    billable_hours: int
    hourly_rate_minor: int
    total_minor: int
    prepaid_minor: int
    additional_minor: int
    refund_minor: int
    currency: str
    session_status: SessionStatus
    quote_valid_until: datetime | None = None
    adjusted_minor: int = 0
    discounts_minor: int = 0
    in_cash_minor: int = 0
    """Of the refund, what waits at the cash desk."""

    @property
    def price_minor(self) -> int:
        """What the tariff asks for the stay, before adjustments and discounts."""
        return self.total_minor + self.discounts_minor - self.adjusted_minor


def bill_details(*, bill: ExitBill) -> dict[str, object]:
    """The bill as the API shows it, money as decimal strings: the keys of DESIGN section 2, "scan/exit"."""

    def money(amount_minor: int) -> str:
        return format_amount(amount_minor=amount_minor, currency=bill.currency)

    return {
        "session_id": str(bill.session_id),
        "booking_id": str(bill.booking_id),
        "vehicle_number": bill.vehicle_number,
        "zone_name": bill.zone_name,
        "slot_number": bill.slot_number,
        "entry_time": format_time(moment=bill.entry_time),
        "exit_time": format_time(moment=bill.exit_time) if bill.exit_time else None,
        "billed_until": format_time(moment=bill.billed_until),
        "duration_minutes": bill.total_minutes,
        "total_minutes": bill.total_minutes,
        "billable_minutes": bill.billable_minutes,
        "billable_hours": bill.billable_hours,
        "hourly_rate": money(bill.hourly_rate_minor),
        "price_amount": money(bill.price_minor),
        "adjustments_amount": money(bill.adjusted_minor),
        "discount_amount": money(bill.discounts_minor),
        "total_amount": money(bill.total_minor),
        "prepaid_amount": money(bill.prepaid_minor),
        "additional_payment_needed": bill.additional_minor > 0,
        "additional_amount": money(bill.additional_minor),
        "refund_amount": money(bill.refund_minor),
        "currency": bill.currency,
        "session_status": bill.session_status.value,
        "quote_valid_until": format_time(moment=bill.quote_valid_until) if bill.quote_valid_until else None,
    }
