"""What came out of a replay, read back from its database: nothing was counted on the way but the refusals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, QuerySet, Sum

from parking.domain.states import PaymentKind, PaymentStatus, RefundKind, RefundStatus
from parking.models import ParkingSession, Payment, Refund
from parking.queries import snapshots


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """So many rows, and so much money in them."""

    count: int
    amount_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BusiestMoment:
    """The first moment at which the most cars were inside."""

    at: datetime
    cars_inside: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayOutcome:
    """Money in minor units; a refund counts when the provider has paid it back."""

    sessions: int
    still_inside: int
    refused: Mapping[str, int]
    hours_billed: int
    captured_minor: int
    refunded_minor: int
    overtime: Total
    unused_time: Total
    busiest: BusiestMoment | None

    @property
    def kept_minor(self) -> int:
        return self.captured_minor - self.refunded_minor


def read_outcome(*, refused: Mapping[str, int]) -> ReplayOutcome:
    """Add up the sessions, payments and refunds of the current database."""
    sessions = list(ParkingSession.objects.select_related("booking__tariff").order_by("entry_time", "id"))
    captured = Payment.objects.filter(status=PaymentStatus.COMPLETED)
    refunded = Refund.objects.filter(status=RefundStatus.PROCESSED)
    return ReplayOutcome(
        sessions=len(sessions),
        still_inside=sum(session.gate_opened_at is None for session in sessions),
        refused=dict(sorted(refused.items())),
        hours_billed=sum(_hours_billed(session=session) for session in sessions),
        captured_minor=_total(rows=captured, field="captured_minor").amount_minor,
        refunded_minor=_total(rows=refunded, field="amount_minor").amount_minor,
        overtime=_total(rows=captured.filter(kind=PaymentKind.ADDITIONAL), field="captured_minor"),
        unused_time=_total(rows=refunded.filter(kind=RefundKind.UNUSED_TIME), field="amount_minor"),
        busiest=_busiest(stays=[(session.entry_time, session.gate_opened_at) for session in sessions]),
    )


def _total(*, rows: QuerySet[Any], field: str) -> Total:
    sums = rows.aggregate(count=Count("id"), amount_minor=Sum(field, default=0))
    return Total(count=sums["count"], amount_minor=sums["amount_minor"])


def _hours_billed(*, session: ParkingSession) -> int:
    """By the tariff the booking was sold under, up to where the session says it is paid."""
    if session.billed_until is None:
        return 0
    tariff = snapshots.tariff_of(version=session.booking.tariff)
    return tariff.stay_price(entered_at=session.entry_time, left_at=session.billed_until).billable_hours


def _busiest(*, stays: Iterable[tuple[datetime, datetime | None]]) -> BusiestMoment | None:
    steps: list[tuple[datetime, int]] = []
    for entered_at, left_at in stays:
        steps.append((entered_at, +1))
        if left_at is not None:
            steps.append((left_at, -1))
    busiest: BusiestMoment | None = None
    inside = 0
    for at, step in sorted(steps):  # at one moment those who leave come first
        inside += step
        if busiest is None or inside > busiest.cars_inside:
            busiest = BusiestMoment(at=at, cars_inside=inside)
    return busiest
