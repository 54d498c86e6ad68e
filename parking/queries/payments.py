"""How the payments of a booking stand, for the person who is paying."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from parking.domain.states import PaymentKind, PaymentStatus
from parking.models import Payment


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentStanding:
    """One attempt to pay. `is_surplus`: it came too late to be needed, and goes back."""

    kind: PaymentKind
    status: PaymentStatus
    amount_minor: int
    currency: str
    extra_hours: int | None
    begun_at: datetime
    is_surplus: bool


def newest_payment(*, booking_id: UUID) -> PaymentStanding | None:
    """The attempt that was begun last; a pending one before all others."""
    payments = Payment.objects.filter(booking_id=booking_id).order_by("-created_at", "-id")
    row = payments.filter(status=PaymentStatus.PENDING).first() or payments.first()
    if row is None:
        return None
    return PaymentStanding(
        kind=PaymentKind(row.kind),
        status=PaymentStatus(row.status),
        amount_minor=row.amount_minor,
        currency=row.currency,
        extra_hours=row.extra_hours,
        begun_at=row.created_at,
        is_surplus=row.surplus_minor > 0,
    )
