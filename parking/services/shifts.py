"""A cashier's shift: the drawer from its float to its count, and the cash that is handed back out of it.

Cash is taken and given by a person. So a payment in cash and a refund in cash each name the shift they fell into,
and the shift is closed only when nothing of it is on its way any more.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from django.contrib.auth import get_user_model

from parking.db.locks import lock_booking, lock_open_shift
from parking.db.transactions import require_transaction, use_case
from parking.domain.callers import Caller
from parking.domain.cards import without_card_numbers
from parking.domain.errors import (
    InvalidField,
    NoOpenShift,
    NothingToHandBack,
    PaymentInProgress,
    PermissionRequired,
    ShiftOpen,
    UnknownRefund,
)
from parking.domain.money import MAX_AMOUNT_MINOR
from parking.domain.permissions import Permission
from parking.domain.states import PaymentStatus, RefundStatus
from parking.domain.times import not_before
from parking.gateways import CASH
from parking.gateways.base import Succeeded
from parking.models import CashierShift, Payment, Refund
from parking.queries import cash
from parking.queries.cash import CashRefund, ShiftReport
from parking.queries.sites import desk_site
from parking.services import audit, refunds

MAX_NOTE_LENGTH: Final = 200


def open_shift(*, opening_float_minor: int, caller: Caller, now: datetime) -> ShiftReport:
    """Begin a shift with so many minor units in the drawer. Raises ShiftOpen, InvalidField."""
    caller.require(Permission.CASH_COLLECT)
    cashier_id = cashier_id_of(caller=caller)
    _check_amount(field="opening_float", amount_minor=opening_float_minor)
    with use_case():
        if lock_open_shift(cashier_id=cashier_id) is not None:
            raise ShiftOpen
        site = desk_site()
        shift = CashierShift.objects.create(
            site=site,
            cashier_id=cashier_id,
            currency=site.currency,
            opened_at=now,
            opening_float_minor=opening_float_minor,
        )
        audit.record(
            action="shift.opened",
            caller=caller,
            at=now,
            data={"shift_id": shift.id, "opening_float_minor": opening_float_minor},
        )
        return cash.report_of(shift=shift)


def close_shift(*, counted_minor: int, note: str = "", caller: Caller, now: datetime) -> ShiftReport:
    """End the cashier's own shift: what was counted in the drawer beside what its payments and refunds say.

    A difference is written down, not refused. Raises NoOpenShift, InvalidField; PaymentInProgress while a payment
    into the shift is still being recorded.
    """
    caller.require(Permission.CASH_COLLECT)
    cashier_id = cashier_id_of(caller=caller)
    _check_amount(field="counted", amount_minor=counted_minor)
    with use_case():
        shift = lock_open_shift(cashier_id=cashier_id)
        if shift is None:
            raise NoOpenShift("You have no open shift, so there is none to close.")
        if Payment.objects.filter(shift=shift, status=PaymentStatus.PENDING).exists():
            raise PaymentInProgress("A payment into this shift is still being recorded. Close it in a few seconds.")
        now = not_before(now, shift.opened_at)
        expected_minor = cash.drawer_of(shift=shift).expected_minor
        shift.closed_at = now
        shift.expected_minor = expected_minor
        shift.counted_minor = counted_minor
        shift.note = without_card_numbers(text=note[:MAX_NOTE_LENGTH])
        shift.save(update_fields=["closed_at", "expected_minor", "counted_minor", "note"])
        audit.record(
            action="shift.closed",
            caller=caller,
            at=now,
            data={"shift_id": shift.id, "expected_minor": expected_minor, "counted_minor": counted_minor},
        )
        return cash.report_of(shift=shift)


def current_shift(*, caller: Caller) -> ShiftReport:
    """The cashier's own open shift, as it stands. Raises NoOpenShift."""
    caller.require(Permission.CASH_COLLECT)
    open_shifts = CashierShift.objects.select_related("cashier").filter(closed_at=None)
    shift = open_shifts.filter(cashier_id=cashier_id_of(caller=caller)).first()
    if shift is None:
        raise NoOpenShift
    return cash.report_of(shift=shift)


def cash_to_hand_back(*, caller: Caller) -> list[CashRefund]:
    """Cash that waits for its owners, the oldest first."""
    caller.require(Permission.CASH_COLLECT)
    return cash.cash_to_hand_back()


def hand_back_cash(*, refund_id: UUID, caller: Caller, now: datetime) -> CashRefund:
    """Write down that the cashier gave this cash back, out of the drawer of the open shift; once.

    Raises UnknownRefund, NothingToHandBack, NoOpenShift.
    """
    caller.require(Permission.CASH_COLLECT)
    cashier_id = cashier_id_of(caller=caller)
    with use_case():
        waiting = _lock_cash_refund(refund_id=refund_id)
        shift = lock_shift_for_cash(cashier_id=cashier_id, currency=waiting.currency)
        Refund.objects.filter(id=refund_id).update(shift=shift)
        refunds.record(
            refund_id=refund_id,
            outcome=Succeeded(reference=f"cashback_{refund_id}"),
            caller=caller,
            now=not_before(now, shift.opened_at, waiting.ordered_at),
        )
    return waiting


def lock_shift_for_cash(*, cashier_id: int, currency: str) -> CashierShift:
    """The cashier's open shift, locked: last of all locks, so that what falls into it is in its count.

    Raises NoOpenShift, also if the drawer is of another currency.
    """
    require_transaction()
    shift = lock_open_shift(cashier_id=cashier_id)
    if shift is None or shift.currency != currency:
        raise NoOpenShift
    return shift


def cashier_id_of(*, caller: Caller) -> int:
    """The id of the person who calls. Raises PermissionRequired for who is nobody by name."""
    users = get_user_model().objects.filter(username=caller.name)
    cashier_id: int | None = users.values_list("pk", flat=True).first()
    if cashier_id is None:
        raise PermissionRequired("Cash is taken by a person who is known by name. Sign in first.")
    return cashier_id


def _lock_cash_refund(*, refund_id: UUID) -> CashRefund:
    """The refund as it waits, its booking locked."""
    booking_id = Refund.objects.filter(id=refund_id).values_list("payment__booking_id", flat=True).first()
    if booking_id is None:
        raise UnknownRefund
    lock_booking(booking_id=booking_id)
    refund = Refund.objects.select_related("payment__booking").get(id=refund_id)
    if refund.payment.provider != CASH:
        raise NothingToHandBack("This money goes back the way it came, through the payment provider. Give no cash.")
    if refund.status == RefundStatus.PROCESSED:
        raise NothingToHandBack
    return cash.cash_refund(refund=refund)


def _check_amount(*, field: str, amount_minor: int) -> None:
    if not 0 <= amount_minor <= MAX_AMOUNT_MINOR:
        raise InvalidField(field=field, problem="is no amount that a drawer can hold.")
