"""Bookings."""

from __future__ import annotations

from parking.domain.money import MAX_AMOUNT_MINOR
from tests.db.broken import Statement, breaks
from tests.db.rows import Rows, change
from tests.garage import OPENING, at


@breaks("parking_booking_status", behind_a_guard=True)
def a_booking_in_a_state_that_there_is_not(rows: Rows) -> Statement:
    booking = rows.booking()
    return lambda: change(booking, status="LOST", closed_at=OPENING)


@breaks("parking_booking_price")
def a_negative_price(rows: Rows) -> Statement:
    return lambda: rows.booking(price_minor=-1)


@breaks("parking_booking_price")
def a_price_beyond_any_amount(rows: Rows) -> Statement:
    return lambda: rows.booking(price_minor=MAX_AMOUNT_MINOR + 1)


@breaks("parking_booking_hours")
def no_hours(rows: Rows) -> Statement:
    return lambda: rows.booking(hours=0)


@breaks("parking_booking_hours")
def twenty_five_hours(rows: Rows) -> Statement:
    return lambda: rows.booking(hours=25)


@breaks("parking_booking_window")
def a_window_that_ends_as_it_starts(rows: Rows) -> Statement:
    return lambda: rows.booking(ends_at=OPENING)


@breaks("parking_booking_paid_at")
def paid_and_nobody_knows_when(rows: Rows) -> Statement:
    booking = rows.booking()
    return lambda: change(booking, status="PAID")


@breaks("parking_booking_closed_at")
def cancelled_and_nobody_knows_when(rows: Rows) -> Statement:
    booking = rows.booking()
    return lambda: change(booking, status="CANCELLED")


@breaks("parking_booking_vehicle_once")
def two_bookings_of_one_vehicle_for_one_moment(rows: Rows) -> Statement:
    vehicle = rows.booking().vehicle
    return lambda: rows.booking(vehicle=vehicle, starts_at=at(minutes=119), ends_at=at(minutes=121))


@breaks("parking_booking_vehicle_once")
def a_window_extended_into_the_next_booking_of_its_vehicle(rows: Rows) -> Statement:
    booking = rows.booking()
    rows.booking(vehicle=booking.vehicle, starts_at=at(minutes=120), ends_at=at(minutes=180))
    return lambda: change(booking, ends_at=at(minutes=121))


@breaks("parking_booking_vehicle_once")
def late_money_for_a_vehicle_that_was_booked_again(rows: Rows) -> Statement:
    lapsed = rows.booking()
    change(lapsed, status="EXPIRED", closed_at=at(minutes=5))
    rows.booking(vehicle=lapsed.vehicle)
    return lambda: change(lapsed, status="PAID", paid_at=at(minutes=6), closed_at=None)


@breaks("parking_parkingbooking_qr_code_key")
def two_tickets_of_one_code(rows: Rows) -> Statement:
    code = rows.booking().qr_code
    return lambda: rows.booking(qr_code=code)


@breaks("parking_booking_born")
def a_booking_born_paid(rows: Rows) -> Statement:
    return lambda: rows.booking(status="PAID", paid_at=OPENING)


@breaks("parking_booking_transition")
def cancelled_and_paid_after_all(rows: Rows) -> Statement:
    booking = rows.booking()
    change(booking, status="CANCELLED", closed_at=OPENING)
    return lambda: change(booking, status="PAID", paid_at=OPENING, closed_at=None)


@breaks("parking_booking_kept")
def a_booking_deleted(rows: Rows) -> Statement:
    return rows.booking().delete


@breaks("parking_booking_fixed")
def a_booking_in_another_currency_than_it_was_sold_in(rows: Rows) -> Statement:
    booking = rows.booking()
    return lambda: change(booking, currency="EUR")


@breaks("parking_booking_fixed")
def a_hold_that_lapses_later_than_was_said(rows: Rows) -> Statement:
    booking = rows.booking()
    return lambda: change(booking, expires_at=at(minutes=6))
