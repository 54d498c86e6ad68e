"""What people take off a stay, within their limit alone and above it with a second person.

All of it is decided under the booking's lock, so that two of them together never take more than there is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from django.db.models import Q, Sum

from parking.db.locks import lock_booking
from parking.db.transactions import require_transaction, use_case
from parking.domain.adjustments import (
    GRANTED_ALONE,
    GRANTS,
    Costs,
    RefundablePayment,
    check_amount,
    refusal_of_grant,
    refusal_of_refund,
)
from parking.domain.callers import Caller
from parking.domain.errors import (
    AdjustmentDecided,
    InvalidField,
    NothingDue,
    SecondPersonRequired,
    UnknownAdjustment,
    UnknownBooking,
    UnknownPayment,
    UnknownSession,
)
from parking.domain.permissions import Permission
from parking.domain.reasons import clean_reason
from parking.domain.states import AdjustmentKind, AdjustmentStatus, BookingStatus, RefundKind, SessionStatus
from parking.domain.stays import Bill, bill_at, current_bill
from parking.domain.times import not_before
from parking.models import Adjustment, ParkingBooking, ParkingSession, Payment, Refund
from parking.queries import snapshots
from parking.services import audit, refunds, slots


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustmentMade:
    """What was proposed or decided, and how the stay stands after it. Minor units; taken off is above zero."""

    adjustment_id: UUID
    booking_id: UUID
    session_id: UUID | None
    kind: AdjustmentKind
    status: AdjustmentStatus
    needs_second: bool
    amount_minor: int
    due_minor: int
    refund_minor: int
    """What goes back at once, because the stay was paid and is over."""
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A booking that is locked, its stay if there was one, and what it costs at `now`."""

    booking: ParkingBooking
    session: ParkingSession | None
    bill: Bill | None
    costs: Costs
    now: datetime

    @property
    def is_over(self) -> bool:
        """What is taken off goes back at once: no bill is left that it could lower."""
        return self.session is None or self.session.status == SessionStatus.COMPLETED

    @property
    def can_be_used(self) -> bool:
        """It may still enter, or be cancelled."""
        return self.session is None and self.booking.status in (BookingStatus.CREATED, BookingStatus.PAID)


def propose_adjustment(
    *, session_id: UUID, kind: AdjustmentKind, amount_minor: int, reason: str, caller: Caller, now: datetime
) -> AdjustmentMade:
    """Take `amount_minor` off a stay: approved at once within the policy's limit, else it waits for a second person.

    A waiver takes from what is due; goodwill from all that the stay costs, and of a stay that is over it goes back
    at once. Raises InvalidField, UnknownSession, NothingDue, AdjustmentTooLarge.
    """
    caller.require(Permission.ADJUSTMENT_PROPOSE)
    if kind not in GRANTS:
        raise InvalidField(field="kind", problem=f"must be one of {', '.join(sorted(GRANTS))}.")
    booking_id = ParkingSession.objects.filter(id=session_id).values_list("booking_id", flat=True).first()
    if booking_id is None:
        raise UnknownSession
    return _propose(booking_id=booking_id, kind=kind, amount_minor=amount_minor, reason=reason, caller=caller, now=now)


def propose_goodwill(
    *, booking_id: UUID, amount_minor: int, reason: str, caller: Caller, now: datetime
) -> AdjustmentMade:
    """Give back of what was kept for a booking that did not show up, or was cancelled with money kept; of one that
    has entered it is goodwill on its stay.

    Raises InvalidField, UnknownBooking, NothingDue, AdjustmentTooLarge.
    """
    caller.require(Permission.ADJUSTMENT_PROPOSE)
    return _propose(
        booking_id=booking_id,
        kind=AdjustmentKind.GOODWILL,
        amount_minor=amount_minor,
        reason=reason,
        caller=caller,
        now=now,
    )


def refund_payment(
    *, payment_id: UUID, amount_minor: int, reason: str, caller: Caller, now: datetime
) -> AdjustmentMade:
    """Give back so much of one payment of a stay, or a booking, that is over: goodwill that names its payment.

    At once within the policy's limit, else it waits for a second person (`decide_adjustment`). Raises InvalidField,
    UnknownPayment, NotRefundable, AdjustmentTooLarge.
    """
    caller.require(Permission.REFUND_BY_HAND)
    booking_id = Payment.objects.filter(id=payment_id).values_list("booking_id", flat=True).first()
    if booking_id is None:
        raise UnknownPayment
    return _propose(
        booking_id=booking_id,
        payment_id=payment_id,
        kind=AdjustmentKind.GOODWILL,
        amount_minor=amount_minor,
        reason=reason,
        caller=caller,
        now=now,
    )


def decide_adjustment(*, adjustment_id: UUID, approve: bool, caller: Caller, now: datetime) -> AdjustmentMade:
    """Approve or reject what waits for a second person. Whoever proposed it may take it back, but not approve it.

    It is looked at again as the stay stands now: if so much is not there any more, it is refused and still waits.
    Raises UnknownAdjustment, AdjustmentDecided, SecondPersonRequired, NothingDue, AdjustmentTooLarge.
    """
    caller.require(Permission.ADJUSTMENT_APPROVE)
    booking_id = Adjustment.objects.filter(id=adjustment_id).values_list("booking_id", flat=True).first()
    if booking_id is None:
        raise UnknownAdjustment
    with use_case():
        case = _lock_case(booking_id=booking_id, now=now)
        row = Adjustment.objects.get(id=adjustment_id)
        if row.status != AdjustmentStatus.PROPOSED:
            raise AdjustmentDecided
        if approve and row.proposed_by == caller.label:
            raise SecondPersonRequired
        if approve:
            payment = row.payment
            _check(kind=AdjustmentKind(row.kind), amount_minor=-row.amount_minor, payment=payment, case=case)
        row.status = AdjustmentStatus.APPROVED if approve else AdjustmentStatus.REJECTED
        row.decided_by, row.decided_at = caller.label, case.now
        row.save(update_fields=["status", "decided_by", "decided_at"])
        refund_ids = _apply(row=row, case=case, caller=caller)
        made = _made(row=row, refund_ids=refund_ids, case=case)
    refunds.attempt(refund_ids=refund_ids, now=now)
    return made


def case_of(*, booking: ParkingBooking, session: ParkingSession | None, now: datetime) -> Case:
    """The booking is locked. A stay that goes on costs what its bill at `now` says, one that is over what it ended
    with, and a booking without a stay what was kept of its price."""
    require_transaction()
    money = snapshots.money_of(booking=booking)
    now = not_before(now, booking.created_at, booking.paid_at)
    bill = None
    if session is not None:
        now = not_before(now, session.entry_time, session.exit_time, session.billed_until, session.gate_opened_at)
        bill = _bill(booking=booking, session=session, money=money, now=now)
    costs = Costs(
        total_minor=bill.total_minor if bill else _kept_for_good(booking=booking),
        due_minor=bill.due_minor if bill else 0,
        granted_alone_minor=_granted_alone(booking=booking),
        limit_minor=snapshots.policy_of(version=booking.policy).adjustment_limit_minor,
        currency=booking.currency,
    )
    return Case(booking=booking, session=session, bill=bill, costs=costs, now=now)


def write(
    *,
    case: Case,
    kind: AdjustmentKind,
    amount_minor: int,
    reason: str,
    needs_second: bool = False,
    payment: Payment | None = None,
    caller: Caller,
) -> Adjustment:
    """The row, below zero for what is taken off: approved by whoever proposes it, unless it needs a second person."""
    require_transaction()
    return Adjustment.objects.create(
        id=uuid4(),
        booking=case.booking,
        session=case.session,
        payment=payment,
        kind=kind,
        status=AdjustmentStatus.PROPOSED if needs_second else AdjustmentStatus.APPROVED,
        amount_minor=amount_minor,
        currency=case.booking.currency,
        reason=reason,
        needs_second=needs_second,
        proposed_by=caller.label,
        decided_by="" if needs_second else caller.label,
        created_at=case.now,
        decided_at=None if needs_second else case.now,
    )


def _propose(
    *,
    booking_id: UUID,
    payment_id: UUID | None = None,
    kind: AdjustmentKind,
    amount_minor: int,
    reason: str,
    caller: Caller,
    now: datetime,
) -> AdjustmentMade:
    check_amount(amount_minor=amount_minor)
    why = clean_reason(text=reason)
    with use_case():
        case = _lock_case(booking_id=booking_id, now=now)
        payment = Payment.objects.get(id=payment_id) if payment_id is not None else None
        _check(kind=kind, amount_minor=amount_minor, payment=payment, case=case)
        row = write(
            case=case,
            kind=kind,
            amount_minor=-amount_minor,
            reason=why,
            needs_second=case.costs.needs_second(amount_minor=amount_minor),
            payment=payment,
            caller=caller,
        )
        refund_ids = _apply(row=row, case=case, caller=caller)
        made = _made(row=row, refund_ids=refund_ids, case=case)
    refunds.attempt(refund_ids=refund_ids, now=now)
    return made


def _lock_case(*, booking_id: UUID, now: datetime) -> Case:
    booking = lock_booking(booking_id=booking_id)
    if booking is None:
        raise UnknownBooking
    if slots.lapse(bookings=[booking], now=now):
        booking.refresh_from_db(fields=["status", "closed_at"])
    session = ParkingSession.objects.filter(booking=booking).first()
    return case_of(booking=booking, session=session, now=now)


def _check(*, kind: AdjustmentKind, amount_minor: int, payment: Payment | None, case: Case) -> None:
    if payment is not None:
        refusal = refusal_of_refund(
            amount_minor=amount_minor, payment=_refundable(payment=payment, case=case), costs=case.costs
        )
    elif case.can_be_used:
        refusal = NothingDue("This booking can still be used or cancelled, so there is nothing to make good yet.")
    else:
        refusal = refusal_of_grant(kind=kind, amount_minor=amount_minor, costs=case.costs)
    if refusal is not None:
        raise refusal


def _refundable(*, payment: Payment, case: Case) -> RefundablePayment:
    return RefundablePayment(
        captured_minor=payment.captured_minor,
        returned_minor=refunds.returned_minor(payment=payment),
        is_surplus=payment.surplus_minor > 0,
        stay_is_over=case.is_over and not case.can_be_used,
    )


def _apply(*, row: Adjustment, case: Case, caller: Caller) -> list[UUID]:
    """The audit row, and the refunds if it was approved for what is over already. Returns the refunds' ids."""
    goes_back = row.status == AdjustmentStatus.APPROVED and case.is_over
    audit.record(
        action=f"adjustment.{row.status.lower()}",
        caller=caller,
        at=case.now,
        booking_id=row.booking_id,
        data={
            "adjustment_id": str(row.id),
            "kind": row.kind,
            "amount_minor": row.amount_minor,
            "reason": row.reason,
            "needs_second": row.needs_second,
        },
    )
    return _give_back(row=row, case=case) if goes_back else []


def _give_back(*, row: Adjustment, case: Case) -> list[UUID]:
    """On the payment that it names, or on whichever has something left."""
    amount_minor, kind = -row.amount_minor, RefundKind.MANUAL
    if row.payment is not None:
        return refunds.order_on(
            payment=row.payment, amount_minor=amount_minor, kind=kind, reason=row.reason, now=case.now
        )
    return refunds.order(booking=case.booking, amount_minor=amount_minor, kind=kind, reason=row.reason, now=case.now)


def _made(*, row: Adjustment, refund_ids: list[UUID], case: Case) -> AdjustmentMade:
    after = case_of(booking=case.booking, session=case.session, now=case.now)
    return AdjustmentMade(
        adjustment_id=row.id,
        booking_id=row.booking_id,
        session_id=row.session_id,
        kind=AdjustmentKind(row.kind),
        status=AdjustmentStatus(row.status),
        needs_second=row.needs_second,
        amount_minor=-row.amount_minor,
        due_minor=after.costs.due_minor,
        refund_minor=-row.amount_minor if refund_ids else 0,
        currency=row.currency,
    )


def _bill(*, booking: ParkingBooking, session: ParkingSession, money: snapshots.Money, now: datetime) -> Bill:
    quote = snapshots.open_quote(session=session)
    stay = snapshots.stay_snapshot(booking=booking, session=session, quote=quote, money=money)
    tariff = snapshots.tariff_of(version=booking.tariff)
    if session.status == SessionStatus.COMPLETED and session.billed_until is not None:
        return bill_at(stay=stay, tariff=tariff, until=session.billed_until)
    return current_bill(stay=stay, tariff=tariff, now=now)[0]


def _kept_for_good(*, booking: ParkingBooking) -> int:
    """What was captured and is not to go back. A refund that failed counts too: it is asked for until it is through."""
    captured = Payment.objects.filter(booking=booking, completed_at__isnull=False, surplus_minor=0)
    returned = Refund.objects.filter(Q(payment__booking=booking) & ~Q(kind=RefundKind.SURPLUS))
    captured_minor: int = captured.aggregate(minor=Sum("captured_minor"))["minor"] or 0
    returned_minor: int = returned.aggregate(minor=Sum("amount_minor"))["minor"] or 0
    return captured_minor - returned_minor


def _granted_alone(*, booking: ParkingBooking) -> int:
    rows = Adjustment.objects.filter(
        booking=booking, kind__in=GRANTED_ALONE, status=AdjustmentStatus.APPROVED, needs_second=False
    )
    taken_minor: int = rows.aggregate(minor=Sum("amount_minor"))["minor"] or 0
    return -taken_minor
