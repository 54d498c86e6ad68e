"""Money that is on its way, or that somebody waits for: pending payments, refunds, cash to hand back, amounts told."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, F, OuterRef, QuerySet, Subquery, Sum

from parking.domain.states import AdjustmentStatus, RefundStatus, SessionStatus
from parking.gateways import CASH
from parking.models import Adjustment, ParkingSession, Payment, Quote, Refund

MAX_LISTED: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingMoney:
    """One amount that waits. `row_id` is that of the payment, refund, adjustment or session; `note` is why it waits."""

    row_id: UUID
    booking_id: UUID
    vehicle_number: str
    amount_minor: int
    currency: str
    since: datetime
    kind: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """How many there are, what they sum up to, and the oldest of them (at most 50)."""

    count: int
    amount_minor: int
    oldest: tuple[WaitingMoney, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyWaiting:
    """Amounts are minor units; a garage takes one currency."""

    payments_pending: Waiting
    """Begun, and the provider has not said how they ended."""
    refunds_pending: Waiting
    """Ordered of a provider, and not settled yet."""
    refunds_failed: Waiting
    """Refused by the provider; asked for again by the job."""
    cash_to_hand_back: Waiting
    due_at_the_exit: Waiting
    """Told to cars that stand at the exit, and not paid."""
    second_person: Waiting
    """What was proposed to be taken off, and waits for a second person."""


def money_waiting() -> MoneyWaiting:
    """A fixed number of statements, each over what waits only, however much has passed."""
    pending = Payment.objects.filter(completed_at=None, failed_at=None)
    # By `processed_at` and not by the status: so the database finds the few that wait in their index.
    unsettled = Refund.objects.filter(processed_at=None)
    of_providers = unsettled.exclude(payment__provider=CASH)
    proposed = Adjustment.objects.filter(status=AdjustmentStatus.PROPOSED)
    return MoneyWaiting(
        payments_pending=_waiting(rows=pending.select_related("booking"), of=_payment),
        refunds_pending=_refunds(rows=of_providers.filter(status=RefundStatus.PENDING)),
        refunds_failed=_refunds(rows=of_providers.filter(status=RefundStatus.FAILED)),
        cash_to_hand_back=_refunds(rows=unsettled.filter(payment__provider=CASH)),
        due_at_the_exit=_due_at_the_exit(),
        second_person=_waiting(rows=proposed.select_related("booking"), of=_adjustment),
    )


def _waiting(*, rows: QuerySet[Any], of: Callable[[Any], WaitingMoney]) -> Waiting:
    sums = rows.order_by().aggregate(n=Count("pk"), minor=Sum("amount_minor", default=0))
    oldest = rows.order_by("created_at", "pk")[:MAX_LISTED]
    return Waiting(count=sums["n"], amount_minor=abs(int(sums["minor"])), oldest=tuple(map(of, oldest)))


def _refunds(*, rows: QuerySet[Refund]) -> Waiting:
    return _waiting(rows=rows.select_related("payment__booking"), of=_refund)


def _payment(payment: Payment) -> WaitingMoney:
    return WaitingMoney(
        row_id=payment.id,
        booking_id=payment.booking_id,
        vehicle_number=payment.booking.plate,
        amount_minor=payment.amount_minor,
        currency=payment.currency,
        since=payment.created_at,
        kind=payment.kind,
        note=payment.provider,
    )


def _refund(refund: Refund) -> WaitingMoney:
    booking = refund.payment.booking
    return WaitingMoney(
        row_id=refund.id,
        booking_id=booking.id,
        vehicle_number=booking.plate,
        amount_minor=refund.amount_minor,
        currency=refund.currency,
        since=refund.created_at,
        kind=refund.kind,
        note=refund.failure_code,
    )


def _adjustment(row: Adjustment) -> WaitingMoney:
    return WaitingMoney(
        row_id=row.id,
        booking_id=row.booking_id,
        vehicle_number=row.booking.plate,
        amount_minor=-row.amount_minor,
        currency=row.currency,
        since=row.created_at,
        kind=row.kind,
        note=row.reason,
    )


def _due_at_the_exit() -> Waiting:
    """One amount for each car: the newest that it was told. There are never more of them than slots."""
    newest = Quote.objects.filter(session=OuterRef("pk"), paid_at=None).order_by("-id")
    cars = ParkingSession.objects.filter(exit_time=None, status=SessionStatus.AWAITING_PAYMENT)
    rows = cars.annotate(
        told_minor=Subquery(newest.values("amount_minor")[:1]), told_at=Subquery(newest.values("as_of")[:1])
    )
    told = _told(rows=rows.filter(told_minor__isnull=False).select_related("booking").order_by(F("told_at"), "pk"))
    return Waiting(count=len(told), amount_minor=sum(one.amount_minor for one in told), oldest=told[:MAX_LISTED])


def _told(*, rows: Iterable[Any]) -> tuple[WaitingMoney, ...]:
    return tuple(
        WaitingMoney(
            row_id=car.id,
            booking_id=car.booking_id,
            vehicle_number=car.plate,
            amount_minor=car.told_minor,
            currency=car.booking.currency,
            since=car.told_at,
            kind=car.status,
            note="",
        )
        for car in rows
    )
