"""What of a booking's payments can go back by hand, as an operator sees it before deciding."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Q, Sum

from parking.domain.adjustments import GRANTED_ALONE, Costs, RefundablePayment, most_by_hand, refusal_of_refund
from parking.domain.errors import UnknownBooking, UnknownPayment
from parking.domain.states import (
    AdjustmentStatus,
    BookingStatus,
    PaymentKind,
    PaymentMethod,
    RefundStatus,
    SessionStatus,
)
from parking.models import Adjustment, ParkingBooking, ParkingSession, Payment
from parking.queries import snapshots

_OVER: Final = frozenset({BookingStatus.CANCELLED, BookingStatus.NO_SHOW, BookingStatus.EXPIRED})


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundableLine:
    """One captured payment. `most_minor` is what can go back by hand now; if that is nothing, `why_not` says why."""

    payment_id: UUID
    kind: PaymentKind
    method: PaymentMethod
    provider: str
    captured_at: datetime | None
    captured_minor: int
    returned_minor: int
    most_minor: int
    why_not: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundableBooking:
    """Amounts are minor units. Above `alone_minor` a second person must agree."""

    booking_id: UUID
    currency: str
    alone_minor: int
    payments: tuple[RefundableLine, ...]


def refundable_payments(*, booking_id: UUID) -> RefundableBooking:
    """The captured payments of a booking, the newest first. Raises UnknownBooking."""
    booking = ParkingBooking.objects.select_related("policy").filter(id=booking_id).first()
    if booking is None:
        raise UnknownBooking
    costs = _costs(booking=booking)
    session = ParkingSession.objects.filter(booking=booking).first()
    is_over = session.status == SessionStatus.COMPLETED if session else booking.status in _OVER
    returned = Sum("refunds__amount_minor", filter=~Q(refunds__status=RefundStatus.FAILED), default=0)
    payments = Payment.objects.filter(booking=booking, captured_minor__gt=0).annotate(returned_minor=returned)
    return RefundableBooking(
        booking_id=booking.id,
        currency=booking.currency,
        alone_minor=max(0, costs.limit_minor - costs.granted_alone_minor),
        payments=tuple(
            _line(payment=payment, returned_minor=payment.returned_minor, is_over=is_over, costs=costs)
            for payment in payments.order_by("-completed_at", "id")
        ),
    )


def payment_currency(*, payment_id: UUID) -> str:
    """Raises UnknownPayment."""
    currency: str | None = Payment.objects.filter(id=payment_id).values_list("currency", flat=True).first()
    if currency is None:
        raise UnknownPayment
    return currency


def _costs(*, booking: ParkingBooking) -> Costs:
    """Of what is over, what was kept is what it costs (promise I12)."""
    alone = Adjustment.objects.filter(
        booking=booking, kind__in=GRANTED_ALONE, status=AdjustmentStatus.APPROVED, needs_second=False
    )
    taken_minor: int = alone.aggregate(minor=Sum("amount_minor", default=0))["minor"]
    return Costs(
        total_minor=snapshots.money_of(booking=booking).kept_minor,
        due_minor=0,
        granted_alone_minor=-taken_minor,
        limit_minor=snapshots.policy_of(version=booking.policy).adjustment_limit_minor,
        currency=booking.currency,
    )


def _line(*, payment: Payment, returned_minor: int, is_over: bool, costs: Costs) -> RefundableLine:
    facts = RefundablePayment(
        captured_minor=payment.captured_minor,
        returned_minor=returned_minor,
        is_surplus=payment.surplus_minor > 0,
        stay_is_over=is_over,
    )
    refusal = refusal_of_refund(amount_minor=1, payment=facts, costs=costs)
    return RefundableLine(
        payment_id=payment.id,
        kind=PaymentKind(payment.kind),
        method=PaymentMethod(payment.method),
        provider=payment.provider,
        captured_at=payment.completed_at,
        captured_minor=payment.captured_minor,
        returned_minor=returned_minor,
        most_minor=0 if refusal else most_by_hand(payment=facts, costs=costs),
        why_not=refusal.message if refusal else "",
    )
