"""Payments."""

from __future__ import annotations

from parking.domain.money import MAX_AMOUNT_MINOR
from tests.db.broken import Statement, breaks
from tests.db.rows import PRICE, Rows, capture, change
from tests.garage import OPENING


@breaks("parking_payment_status", behind_a_guard=True)
def a_payment_in_a_state_that_there_is_not(rows: Rows) -> Statement:
    payment = rows.payment()
    return lambda: change(payment, status="LOST")


@breaks("parking_payment_kind")
def a_payment_of_a_kind_that_there_is_not(rows: Rows) -> Statement:
    return lambda: rows.payment(kind="TIP")


@breaks("parking_payment_amount")
def a_payment_of_nothing(rows: Rows) -> Statement:
    return lambda: rows.payment(amount_minor=0)


@breaks("parking_payment_amount")
def a_payment_beyond_any_amount(rows: Rows) -> Statement:
    return lambda: rows.payment(amount_minor=MAX_AMOUNT_MINOR + 1)


@breaks("parking_payment_captured_whole")
def captured_in_part(rows: Rows) -> Statement:
    payment = rows.payment()
    return lambda: capture(payment, captured_minor=PRICE - 1)


@breaks("parking_payment_surplus_whole")
def surplus_in_part(rows: Rows) -> Statement:
    payment = rows.payment()
    return lambda: capture(payment, surplus_minor=1)


@breaks("parking_payment_completed")
def completed_without_money(rows: Rows) -> Statement:
    payment = rows.payment()
    return lambda: capture(payment, captured_minor=0)


@breaks("parking_payment_completed")
def completed_and_nobody_knows_when(rows: Rows) -> Statement:
    payment = rows.payment()
    return lambda: capture(payment, completed_at=None)


@breaks("parking_payment_completed")
def captured_while_it_is_still_pending(rows: Rows) -> Statement:
    payment = rows.payment()
    return lambda: change(payment, captured_minor=PRICE)


@breaks("parking_payment_booking_once")
def one_booking_paid_twice(rows: Rows) -> Statement:
    second = rows.payment(booking=rows.captured().booking)
    return lambda: capture(second)


@breaks("parking_payment_quote_once")
def one_quote_paid_twice(rows: Rows) -> Statement:
    quote = rows.quote()
    of_the_quote = {"booking": quote.session.booking, "session": quote.session, "quote": quote, "kind": "ADDITIONAL"}
    rows.captured(**of_the_quote)
    second = rows.payment(**of_the_quote)
    return lambda: capture(second)


@breaks("parking_payment_one_pending", on_sqlite="parking_payment_booking_once")
def two_payments_of_one_booking_under_way(rows: Rows) -> Statement:
    booking = rows.payment().booking
    return lambda: rows.payment(booking=booking)


@breaks("parking_payment_reference_once")
def two_payments_under_one_reference_of_the_provider(rows: Rows) -> Statement:
    rows.payment(provider_reference="sim_1")
    return lambda: rows.payment(provider_reference="sim_1")


@breaks("parking_payment_currency")
def a_payment_in_another_currency_than_the_booking(rows: Rows) -> Statement:
    return lambda: rows.payment(currency="EUR")


@breaks("parking_payment_born")
def a_payment_born_completed(rows: Rows) -> Statement:
    return lambda: rows.payment(status="COMPLETED", captured_minor=PRICE, completed_at=OPENING)


@breaks("parking_payment_transition")
def captured_and_failed_after_all(rows: Rows) -> Statement:
    payment = rows.captured()
    return lambda: change(payment, status="FAILED", captured_minor=0, completed_at=None, failed_at=OPENING)


@breaks("parking_payment_kept")
def a_payment_deleted(rows: Rows) -> Statement:
    return rows.payment().delete


@breaks("parking_payment_fixed")
def a_payment_of_another_amount_than_was_begun(rows: Rows) -> Statement:
    payment = rows.payment()
    return lambda: change(payment, amount_minor=PRICE - 1)


@breaks("parking_payment_fixed")
def a_payment_moved_to_another_booking(rows: Rows) -> Statement:
    payment, booking = rows.payment(), rows.booking()
    return lambda: change(payment, booking=booking)


@breaks("parking_payment_one_booking")
def a_payment_for_the_stay_of_another_booking(rows: Rows) -> Statement:
    stay = rows.session()
    booking = rows.booking()
    return lambda: rows.payment(booking=booking, session=stay, kind="ADDITIONAL")


@breaks("parking_payment_one_booking")
def a_payment_of_another_amount_than_was_quoted(rows: Rows) -> Statement:
    quote = rows.quote(amount_minor=PRICE)
    of_the_quote = {"booking": quote.session.booking, "session": quote.session, "quote": quote, "kind": "ADDITIONAL"}
    return lambda: rows.payment(**of_the_quote, amount_minor=PRICE + 1)


@breaks("parking_quote_kept")
def a_quote_that_is_gone(rows: Rows) -> Statement:
    quote = rows.quote()
    return quote.delete


@breaks("parking_quote_fixed")
def a_quote_that_is_another_amount_afterwards(rows: Rows) -> Statement:
    quote = rows.quote()
    return lambda: change(quote, amount_minor=1)
