"""Giving money back: ordered in the transaction that decides it, asked of the provider after the commit."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Q, Sum

from parking.db.locks import lock_booking
from parking.db.transactions import require_transaction, use_case
from parking.domain.callers import SYSTEM, Caller
from parking.domain.states import RefundKind, RefundStatus
from parking.gateways import CASH, gateway
from parking.gateways.base import Declined, GatewayTimeout, Pending, RefundOrder, RefundOutcome, Succeeded
from parking.models import ParkingBooking, Payment, Refund
from parking.services import audit
from parking.services.one_by_one import one_by_one

_FIRST_RETRY: Final = timedelta(minutes=1)
_RETRY_BATCH: Final = 100
_LONGEST_RETRY: Final = timedelta(hours=6)


def order(*, booking: ParkingBooking, amount_minor: int, kind: RefundKind, reason: str, now: datetime) -> list[UUID]:
    """Write down that `amount_minor` goes back, drawn from the booking's payments, the newest first.

    Returns the ids of the new rows: none for nothing, one for each payment that it draws on (promise I16).
    """
    require_transaction()
    if amount_minor == 0:
        return []
    rows: list[Refund] = []
    left_minor = amount_minor
    for payment, refundable_minor in _refundable(booking=booking):
        drawn_minor = min(left_minor, refundable_minor)
        if drawn_minor > 0:
            rows.append(_row(payment=payment, amount_minor=drawn_minor, kind=kind, reason=reason, now=now))
            left_minor -= drawn_minor
    if left_minor > 0:
        raise RuntimeError(f"booking {booking.id}: {left_minor} more to refund than was ever captured")
    Refund.objects.bulk_create(rows)
    return [row.id for row in rows]


def order_on(*, payment: Payment, amount_minor: int, kind: RefundKind, reason: str, now: datetime) -> list[UUID]:
    """Write down that `amount_minor` goes back on this one payment, whose booking is locked."""
    require_transaction()
    left_minor = payment.captured_minor - returned_minor(payment=payment)
    if payment.surplus_minor or not 0 < amount_minor <= left_minor:
        raise RuntimeError(f"payment {payment.id}: {amount_minor} to refund, and {left_minor} are left of it")
    row = _row(payment=payment, amount_minor=amount_minor, kind=kind, reason=reason, now=now)
    row.save(force_insert=True)
    return [row.id]


def returned_minor(*, payment: Payment) -> int:
    """Minor units that went back on the payment or are about to; what failed did not."""
    returned = Refund.objects.filter(payment=payment).exclude(status=RefundStatus.FAILED)
    return int(returned.aggregate(sum=Sum("amount_minor", default=0))["sum"])


def order_surplus(*, payment: Payment, reason: str, now: datetime) -> list[UUID]:
    """Write down that a captured payment which was not needed goes back whole, once (promise I11)."""
    require_transaction()
    row = _row(payment=payment, amount_minor=payment.captured_minor, kind=RefundKind.SURPLUS, reason=reason, now=now)
    row.save(force_insert=True)
    return [row.id]


def attempt(*, refund_ids: Iterable[UUID], now: datetime) -> bool:
    """Ask the provider for each refund that still waits. Returns whether all of them are processed now.

    A repeat is harmless: the provider knows each refund by its id. What fails or stays unknown waits for its
    next attempt.
    """
    ids = list(refund_ids)
    return one_by_one(ids=ids, deal_with=lambda one: _attempt_one(refund_id=one, now=now), what="refund") == len(ids)


def waiting_in_cash(*, refund_ids: Iterable[UUID]) -> int:
    """Minor units of these refunds that somebody must fetch at the cash desk."""
    ids = list(refund_ids)
    if not ids:
        return 0
    waiting = Refund.objects.filter(id__in=ids, payment__provider=CASH).exclude(status=RefundStatus.PROCESSED)
    return int(waiting.aggregate(sum=Sum("amount_minor", default=0))["sum"])


def retry_due(*, now: datetime) -> int:
    """Ask again for the refunds whose next attempt is due. Returns how many were processed."""
    due = Refund.objects.filter(next_attempt_at__lte=now).exclude(status=RefundStatus.PROCESSED)
    ids = list(due.order_by("next_attempt_at").values_list("id", flat=True)[:_RETRY_BATCH])
    return one_by_one(ids=ids, deal_with=lambda refund_id: _attempt_one(refund_id=refund_id, now=now), what="refund")


def record(*, refund_id: UUID, outcome: RefundOutcome | None, caller: Caller = SYSTEM, now: datetime) -> Refund:
    """Write down what the provider, or who handed cash back, said of a refund (None: it could not be told); forward
    only, in any order."""
    require_transaction()
    refund = Refund.objects.select_related("payment").get(id=refund_id)
    lock_booking(booking_id=refund.payment.booking_id)
    refund.refresh_from_db()
    now = max(now, refund.created_at)
    if refund.status == RefundStatus.PROCESSED:
        return refund
    before = refund.status
    match outcome:
        case Succeeded():
            _move_on(refund=refund)
            refund.status = RefundStatus.PROCESSED
            refund.provider_reference = outcome.reference
            refund.processed_at = now
            refund.failure_code = ""
        case Declined():
            refund.status = RefundStatus.FAILED
            refund.failure_code = outcome.code[:64]
        case Pending():
            refund.provider_reference = outcome.reference
        case None:
            pass
    waits = refund.status != RefundStatus.PROCESSED
    refund.next_attempt_at = _next_attempt(attempts=refund.attempts, now=now) if waits else None
    refund.save(update_fields=["status", "provider_reference", "processed_at", "next_attempt_at", "failure_code"])
    if refund.status != before:
        audit.record(
            action=f"refund.{refund.status.lower()}",
            caller=caller,
            at=now,
            booking_id=refund.payment.booking_id,
            data={"refund_id": str(refund.id), "amount_minor": refund.amount_minor, "kind": refund.kind},
        )
    return refund


def _attempt_one(*, refund_id: UUID, now: datetime) -> bool:
    with use_case():
        refund = _take_up(refund_id=refund_id, now=now)
    if refund is not None:
        outcome = _ask_provider(refund=refund, now=now)
        with use_case():
            record(refund_id=refund_id, outcome=outcome, now=now)
    return Refund.objects.filter(id=refund_id, status=RefundStatus.PROCESSED).exists()


def _take_up(*, refund_id: UUID, now: datetime) -> Refund | None:
    """Count an attempt and put off the next, so that nobody else asks meanwhile; None if it is not due any more."""
    refund = Refund.objects.select_related("payment").get(id=refund_id)
    lock_booking(booking_id=refund.payment.booking_id)
    refund.refresh_from_db()
    now = max(now, refund.created_at)  # it was ordered by business time, which the caller's clock may be behind
    if refund.status == RefundStatus.PROCESSED or refund.next_attempt_at is None or refund.next_attempt_at > now:
        return None
    _move_on(refund=refund)
    refund.attempts += 1
    refund.next_attempt_at = _next_attempt(attempts=refund.attempts, now=now)
    refund.save(update_fields=["status", "attempts", "next_attempt_at"])
    return refund


def _move_on(*, refund: Refund) -> None:
    """A refund that failed is pending again before anything else can become of it."""
    if refund.status == RefundStatus.FAILED:
        refund.status = RefundStatus.PENDING
        refund.save(update_fields=["status"])


def _next_attempt(*, attempts: int, now: datetime) -> datetime:
    return now + min(_LONGEST_RETRY, _FIRST_RETRY * (1 << min(max(attempts - 1, 0), 20)))


def _ask_provider(*, refund: Refund, now: datetime) -> RefundOutcome | None:
    """Ask how a refund stands that was asked for before, and ask for it if the provider knows nothing of it, or
    had refused it."""
    order = RefundOrder(
        key=str(refund.id),
        charge_reference=refund.payment.provider_reference or "",
        amount_minor=refund.amount_minor,
        currency=refund.currency,
        reference=refund.provider_reference,
    )
    try:
        provider = gateway(provider=refund.payment.provider)
        if refund.attempts > 1:
            known = provider.look_up_refund(order=order, now=now)
            if isinstance(known, Succeeded | Pending):
                return known
        return provider.refund(order=order, now=now)
    except GatewayTimeout:
        return None


def _row(*, payment: Payment, amount_minor: int, kind: RefundKind, reason: str, now: datetime) -> Refund:
    return Refund(
        payment=payment,
        kind=kind,
        amount_minor=amount_minor,
        currency=payment.currency,
        reason=reason,
        created_at=now,
        # Cash waits for a person, whom no attempt of ours can hurry (`shifts.hand_back_cash`).
        next_attempt_at=None if payment.provider == CASH else now,
    )


def _refundable(*, booking: ParkingBooking) -> list[tuple[Payment, int]]:
    """The booking's payments, the newest first, each with what is left of it to give back, in minor units."""
    payments = Payment.objects.filter(booking=booking, completed_at__isnull=False, surplus_minor=0)
    returned = Sum("refunds__amount_minor", filter=~Q(refunds__status=RefundStatus.FAILED), default=0)
    rows = payments.annotate(returned_minor=returned).order_by("-completed_at", "id")
    return [(payment, payment.captured_minor - payment.returned_minor) for payment in rows]
