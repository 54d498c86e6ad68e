"""Refunds: never more than was captured, in the currency it was captured in (promise I10)."""

from __future__ import annotations

from tests.db.broken import Statement, breaks
from tests.db.rows import PRICE, Rows, change
from tests.garage import OPENING


@breaks("parking_refund_status", behind_a_guard=True)
def a_refund_in_a_state_that_there_is_not(rows: Rows) -> Statement:
    refund = rows.refund()
    return lambda: change(refund, status="LOST")


@breaks("parking_refund_kind")
def a_refund_of_a_kind_that_there_is_not(rows: Rows) -> Statement:
    return lambda: rows.refund(kind="TIP")


@breaks("parking_refund_amount")
def a_refund_of_nothing(rows: Rows) -> Statement:
    return lambda: rows.refund(amount_minor=0)


@breaks("parking_refund_processed_at")
def processed_and_nobody_knows_when(rows: Rows) -> Statement:
    refund = rows.refund()
    return lambda: change(refund, status="PROCESSED")


@breaks("parking_refund_processed_at")
def processed_while_it_is_still_pending(rows: Rows) -> Statement:
    refund = rows.refund()
    return lambda: change(refund, processed_at=OPENING)


@breaks("parking_refund_kind_once")
def one_payment_given_back_twice_for_one_reason(rows: Rows) -> Statement:
    payment = rows.refund(amount_minor=1).payment
    return lambda: rows.refund(payment=payment, amount_minor=1)


@breaks("parking_refund_at_most_captured")
def more_given_back_than_was_captured(rows: Rows) -> Statement:
    return lambda: rows.refund(amount_minor=PRICE + 1)


@breaks("parking_refund_at_most_captured")
def something_given_back_of_a_payment_that_captured_nothing(rows: Rows) -> Statement:
    payment = rows.payment()
    return lambda: rows.refund(payment=payment, amount_minor=1)


@breaks("parking_refund_at_most_captured")
def more_given_back_than_was_captured_by_two_refunds(rows: Rows) -> Statement:
    payment = rows.refund(amount_minor=PRICE - 1).payment
    return lambda: rows.refund(payment=payment, kind="MANUAL", amount_minor=2)


@breaks("parking_refund_at_most_captured")
def a_refund_in_another_currency_than_was_captured(rows: Rows) -> Statement:
    return lambda: rows.refund(currency="EUR", amount_minor=1)


@breaks("parking_refund_at_most_captured")
def a_failed_refund_retried_after_another_took_its_place(rows: Rows) -> Statement:
    refund = rows.refund()
    change(refund, status="FAILED")
    rows.refund(payment=refund.payment, kind="MANUAL")
    return lambda: change(refund, status="PENDING")


@breaks("parking_refund_born")
def a_refund_born_processed(rows: Rows) -> Statement:
    return lambda: rows.refund(status="PROCESSED", processed_at=OPENING)


@breaks("parking_refund_transition")
def processed_and_failed_after_all(rows: Rows) -> Statement:
    refund = rows.refund()
    change(refund, status="PROCESSED", processed_at=OPENING)
    return lambda: change(refund, status="FAILED", processed_at=None)


@breaks("parking_refund_kept")
def a_refund_deleted(rows: Rows) -> Statement:
    return rows.refund().delete


@breaks("parking_refund_fixed")
def a_refund_of_another_amount_than_was_ordered(rows: Rows) -> Statement:
    refund = rows.refund()
    return lambda: change(refund, amount_minor=PRICE - 1)


@breaks("parking_refund_fixed")
def a_refund_moved_to_another_payment(rows: Rows) -> Statement:
    refund, payment = rows.refund(), rows.captured()
    return lambda: change(refund, payment=payment)
