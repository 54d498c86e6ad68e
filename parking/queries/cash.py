"""What lies in a cashier's drawer, and the cash that waits to be handed back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Sum

from parking.domain.shifts import Drawer
from parking.domain.states import RefundKind, RefundStatus
from parking.gateways import CASH
from parking.models import CashierShift, Payment, Refund
from parking.queries.sites import desk_site

MAX_WAITING: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftReport:
    """A shift: of one that is open, what is expected in the drawer now; of a closed one, what was counted too."""

    shift_id: int
    cashier: str
    currency: str
    opened_at: datetime
    closed_at: datetime | None
    drawer: Drawer
    counted_minor: int | None
    note: str

    @property
    def difference_minor(self) -> int | None:
        """What was counted beyond what was expected; below zero, money is missing."""
        return None if self.counted_minor is None else self.counted_minor - self.drawer.expected_minor


@dataclass(frozen=True, slots=True, kw_only=True)
class CashRefund:
    """Cash that somebody must hand back, and to whom."""

    refund_id: UUID
    booking_id: UUID
    plate: str
    owner_name: str
    amount_minor: int
    currency: str
    kind: RefundKind
    ordered_at: datetime


def desk_currency() -> str:
    """What the desk counts in. Raises NotFound before there is a site."""
    return desk_site().currency


def drawer_of(*, shift: CashierShift) -> Drawer:
    taken = Payment.objects.filter(shift=shift, completed_at__isnull=False).aggregate(sum=Sum("captured_minor"))
    handed = Refund.objects.filter(shift=shift, status=RefundStatus.PROCESSED).aggregate(sum=Sum("amount_minor"))
    return Drawer(
        opening_float_minor=shift.opening_float_minor,
        taken_minor=taken["sum"] or 0,
        handed_back_minor=handed["sum"] or 0,
    )


def report_of(*, shift: CashierShift) -> ShiftReport:
    return ShiftReport(
        shift_id=shift.id,
        cashier=shift.cashier.get_username(),
        currency=shift.currency,
        opened_at=shift.opened_at,
        closed_at=shift.closed_at,
        drawer=drawer_of(shift=shift),
        counted_minor=shift.counted_minor,
        note=shift.note,
    )


def cash_to_hand_back() -> list[CashRefund]:
    """Refunds of cash that nobody has handed back yet, the oldest first."""
    # By `processed_at` and not by the status: so the database finds the few that wait in their index.
    waiting = Refund.objects.filter(payment__provider=CASH, processed_at=None)
    rows = waiting.select_related("payment__booking").order_by("created_at", "id")[:MAX_WAITING]
    return [cash_refund(refund=refund) for refund in rows]


def cash_refund(*, refund: Refund) -> CashRefund:
    booking = refund.payment.booking
    return CashRefund(
        refund_id=refund.id,
        booking_id=booking.id,
        plate=booking.plate,
        owner_name=booking.owner_name,
        amount_minor=refund.amount_minor,
        currency=refund.currency,
        kind=RefundKind(refund.kind),
        ordered_at=refund.created_at,
    )
