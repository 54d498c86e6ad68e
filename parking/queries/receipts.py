"""What a receipt says: the booking, every charge and refund as they stand now, and the tax in what was kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from parking.domain.states import PaymentKind, PaymentMethod, PaymentStatus, RefundKind, RefundStatus
from parking.domain.tax import TaxSplit, split_tax
from parking.models import ParkingSession, Payment, Receipt, Refund
from parking.queries.bookings import AdjustmentLine, adjustments_of


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeLine:
    """Money that was taken; `reference` is the provider's."""

    kind: PaymentKind
    method: PaymentMethod
    status: PaymentStatus
    amount_minor: int
    at: datetime
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundLine:
    """Money that goes back, has gone back, or (FAILED) could not yet; `at` is when it was ordered."""

    kind: RefundKind
    status: RefundStatus
    amount_minor: int
    at: datetime
    processed_at: datetime | None
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptDetails:
    """Amounts are minor units of `currency`; what was refunded includes refunds that are on their way."""

    number: int
    issued_at: datetime
    as_of: datetime
    issuer_name: str
    site_name: str
    time_zone: str
    booking_id: UUID
    vehicle_number: str
    zone_name: str
    hours: int
    starts_at: datetime
    ends_at: datetime
    entry_time: datetime | None
    exit_time: datetime | None
    currency: str
    charges: tuple[ChargeLine, ...]
    refunds: tuple[RefundLine, ...]
    adjustments: tuple[AdjustmentLine, ...]
    captured_minor: int
    refunded_minor: int
    tax_basis_points: int
    kept: TaxSplit


def receipt_details(*, receipt: Receipt, now: datetime) -> ReceiptDetails:
    """The receipt as it reads at `now`: its number, issuer and rate stay, refunds that came later appear."""
    booking = receipt.booking
    session = ParkingSession.objects.filter(booking=booking).first()
    payments = _captured(booking_id=booking.id)
    charges = tuple(_charge(payment=payment) for payment in payments)
    # Of these payments only: one that is captured and given back between two queries must not count by half.
    refunds = _refunds(payments=payments)
    captured_minor = sum(charge.amount_minor for charge in charges)
    refunded_minor = sum(refund.amount_minor for refund in refunds if refund.status is not RefundStatus.FAILED)
    return ReceiptDetails(
        number=receipt.number,
        issued_at=receipt.issued_at,
        as_of=now,
        issuer_name=receipt.issuer_name,
        site_name=receipt.site.name,
        time_zone=receipt.site.time_zone,
        booking_id=booking.id,
        vehicle_number=booking.plate,
        zone_name=booking.zone.name,
        hours=booking.hours,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        entry_time=session.entry_time if session else None,
        exit_time=session.exit_time if session else None,
        currency=booking.currency,
        charges=charges,
        refunds=refunds,
        adjustments=adjustments_of(booking_id=booking.id),
        captured_minor=captured_minor,
        refunded_minor=refunded_minor,
        tax_basis_points=receipt.tax_basis_points,
        kept=split_tax(gross_minor=captured_minor - refunded_minor, tax_basis_points=receipt.tax_basis_points),
    )


def _captured(*, booking_id: UUID) -> list[Payment]:
    return list(Payment.objects.filter(booking_id=booking_id, captured_minor__gt=0).order_by("completed_at", "id"))


def _charge(*, payment: Payment) -> ChargeLine:
    return ChargeLine(
        kind=PaymentKind(payment.kind),
        method=PaymentMethod(payment.method),
        status=PaymentStatus(payment.status),
        amount_minor=payment.captured_minor,
        at=payment.completed_at or payment.created_at,
        reference=payment.provider_reference or "",
    )


def _refunds(*, payments: list[Payment]) -> tuple[RefundLine, ...]:
    refunds = Refund.objects.filter(payment__in=payments).order_by("created_at", "id")
    return tuple(
        RefundLine(
            kind=RefundKind(refund.kind),
            status=RefundStatus(refund.status),
            amount_minor=refund.amount_minor,
            at=refund.created_at,
            processed_at=refund.processed_at,
            reference=refund.provider_reference,
        )
        for refund in refunds
    )
