"""A cashier's shift, and the cash that falls into it."""

from __future__ import annotations

from django.contrib.auth import get_user_model

from parking.domain.money import MAX_AMOUNT_MINOR
from parking.models import CashierShift, Payment
from tests.db.broken import Statement, breaks
from tests.db.rows import Rows, capture, change
from tests.garage import OPENING, at


def _shift(rows: Rows, **changes: object) -> CashierShift:
    """Open, of a cashier of its own."""
    row = {"site": rows.site, "currency": "INR", "opened_at": OPENING, "opening_float_minor": 0}
    cashier = changes.pop("cashier", None) or get_user_model().objects.create_user(f"cashier{next(rows.numbers)}")
    return CashierShift.objects.create(cashier=cashier, **row | changes)


def _close(shift: CashierShift) -> None:
    change(shift, closed_at=at(minutes=60), expected_minor=0, counted_minor=0)


def _cash(rows: Rows, shift: CashierShift | None, **changes: object) -> Payment:
    cashier = shift.cashier if shift else None
    return rows.payment(**{"method": "CASH", "provider": "cash", "shift": shift, "collected_by": cashier, **changes})


@breaks("parking_shift_float")
def a_negative_float(rows: Rows) -> Statement:
    return lambda: _shift(rows, opening_float_minor=-1)


@breaks("parking_shift_float")
def a_float_beyond_any_amount(rows: Rows) -> Statement:
    return lambda: _shift(rows, opening_float_minor=MAX_AMOUNT_MINOR + 1)


@breaks("parking_shift_closed_whole")
def a_shift_closed_and_not_counted(rows: Rows) -> Statement:
    shift = _shift(rows)
    return lambda: change(shift, closed_at=at(minutes=60), expected_minor=0)


@breaks("parking_shift_closed_whole")
def a_shift_counted_and_not_closed(rows: Rows) -> Statement:
    shift = _shift(rows)
    return lambda: change(shift, expected_minor=0, counted_minor=0)


@breaks("parking_shift_closed_whole")
def less_than_nothing_counted(rows: Rows) -> Statement:
    shift = _shift(rows)
    return lambda: change(shift, closed_at=at(minutes=60), expected_minor=0, counted_minor=-1)


@breaks("parking_shift_one_open")
def two_open_shifts_of_one_cashier(rows: Rows) -> Statement:
    cashier = _shift(rows).cashier
    return lambda: _shift(rows, cashier=cashier)


@breaks("parking_shift_kept")
def a_shift_deleted(rows: Rows) -> Statement:
    return _shift(rows).delete


@breaks("parking_shift_fixed")
def a_float_that_was_more_after_all(rows: Rows) -> Statement:
    shift = _shift(rows)
    return lambda: change(shift, opening_float_minor=1)


@breaks("parking_shift_final")
def a_shift_counted_again(rows: Rows) -> Statement:
    shift = _shift(rows)
    _close(shift)
    return lambda: change(shift, counted_minor=1)


@breaks("parking_shift_final")
def a_shift_opened_again(rows: Rows) -> Statement:
    shift = _shift(rows)
    _close(shift)
    return lambda: change(shift, closed_at=None, expected_minor=None, counted_minor=None)


@breaks("parking_payment_cash_in_a_shift")
def cash_in_no_drawer(rows: Rows) -> Statement:
    return lambda: _cash(rows, None)


@breaks("parking_payment_cash_in_a_shift")
def cash_in_a_drawer_that_is_closed(rows: Rows) -> Statement:
    shift = _shift(rows)
    _close(shift)
    return lambda: _cash(rows, shift)


@breaks("parking_payment_cash_in_a_shift")
def cash_in_the_drawer_of_another_cashier(rows: Rows) -> Statement:
    shift = _shift(rows)
    return lambda: _cash(rows, shift, collected_by=_shift(rows).cashier)


@breaks("parking_payment_cash_in_a_shift")
def cash_in_a_drawer_of_another_currency(rows: Rows) -> Statement:
    shift = _shift(rows, currency="USD")
    return lambda: _cash(rows, shift)


@breaks("parking_payment_cash_in_a_shift")
def a_card_payment_that_was_cash_after_all(rows: Rows) -> Statement:
    payment = rows.payment()
    return lambda: change(payment, method="CASH")


@breaks("parking_refund_cash_in_a_shift")
def cash_handed_back_out_of_a_drawer_that_is_closed(rows: Rows) -> Statement:
    shift = _shift(rows)
    refund = rows.refund()
    _close(shift)
    return lambda: change(refund, shift=shift)


@breaks("parking_refund_cash_in_a_shift")
def cash_handed_back_out_of_two_drawers(rows: Rows) -> Statement:
    first, second = _shift(rows), _shift(rows)
    payment = _cash(rows, first)
    capture(payment)
    refund = rows.refund(payment=payment)
    change(refund, shift=first)
    return lambda: change(refund, shift=second)
