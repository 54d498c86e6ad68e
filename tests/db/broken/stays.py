"""Sessions and quotes."""

from __future__ import annotations

from parking.models import ParkingSlot
from tests.db.broken import Statement, breaks
from tests.db.rows import Rows, change, complete
from tests.garage import OPENING, at


@breaks("parking_session_status", behind_a_guard=True)
def a_session_in_a_state_that_there_is_not(rows: Rows) -> Statement:
    session = rows.session()
    return lambda: change(session, status="LOST")


@breaks("parking_session_exit_time")
def completed_and_never_left(rows: Rows) -> Statement:
    session = rows.session()
    return lambda: change(session, status="COMPLETED")


@breaks("parking_session_exit_time")
def left_and_still_active(rows: Rows) -> Statement:
    session = rows.session()
    return lambda: change(session, exit_time=at(minutes=60), billed_until=at(minutes=60))


@breaks("parking_session_times_in_order")
def left_before_it_came(rows: Rows) -> Statement:
    session = rows.session()
    return lambda: complete(session, exit_time=at(seconds=-1))


@breaks("parking_session_times_in_order")
def billed_until_before_it_came(rows: Rows) -> Statement:
    session = rows.session()
    return lambda: complete(session, billed_until=at(seconds=-1))


@breaks("parking_session_times_in_order")
def completed_and_never_billed(rows: Rows) -> Statement:
    session = rows.session()
    return lambda: complete(session, billed_until=None)


@breaks("parking_session_gate_after_exit")
def a_gate_that_opened_before_the_stay_was_over(rows: Rows) -> Statement:
    session = rows.session()
    return lambda: complete(session, gate_opened_at=at(minutes=59))


@breaks("parking_session_gate_after_exit")
def a_gate_that_opened_for_a_car_that_is_still_inside(rows: Rows) -> Statement:
    session = rows.session()
    return lambda: change(session, gate_opened_at=at(minutes=59))


@breaks("parking_session_vehicle_once")
def a_vehicle_inside_twice(rows: Rows) -> Statement:
    vehicle = rows.session().vehicle
    tomorrow = rows.used_booking(vehicle=vehicle, starts_at=at(minutes=1440), ends_at=at(minutes=1500))
    return lambda: rows.session(booking=tomorrow, slot=rows.other_slot)


@breaks("parking_parkingsession_booking_id_key")
def two_stays_on_one_booking(rows: Rows) -> Statement:
    session = rows.session()
    complete(session)
    return lambda: rows.session(booking=session.booking)


@breaks("parking_session_one_zone")
def parked_in_a_slot_of_another_zone(rows: Rows) -> Statement:
    slot = ParkingSlot.objects.create(zone=rows.other_zone(), number="O001")
    return lambda: rows.session(slot=slot)


@breaks("parking_session_one_zone")
def parked_in_another_zone_than_was_booked(rows: Rows) -> Statement:
    booking = rows.used_booking(zone=rows.other_zone())
    return lambda: rows.session(booking=booking, zone_id=rows.zone.id)


@breaks("parking_session_one_zone")
def another_vehicle_than_was_booked(rows: Rows) -> Statement:
    vehicle = rows.vehicle()
    return lambda: rows.session(vehicle_id=vehicle.id)


@breaks("parking_session_paid")
def entered_on_an_unpaid_booking(rows: Rows) -> Statement:
    booking = rows.booking()
    return lambda: rows.session(booking=booking)


@breaks("parking_session_paid")
def entered_on_a_booking_that_is_paid_and_not_yet_marked_as_used(rows: Rows) -> Statement:
    booking = rows.booking()
    change(booking, status="PAID", paid_at=OPENING)
    return lambda: rows.session(booking=booking)


@breaks("parking_session_born")
def a_session_born_completed(rows: Rows) -> Statement:
    booking = rows.used_booking()
    return lambda: rows.session(booking=booking, status="COMPLETED", exit_time=OPENING, billed_until=OPENING)


@breaks("parking_session_transition")
def active_again_after_it_was_asked_to_pay(rows: Rows) -> Statement:
    session = rows.session()
    change(session, status="AWAITING_PAYMENT")
    return lambda: change(session, status="ACTIVE")


@breaks("parking_session_kept")
def a_session_deleted(rows: Rows) -> Statement:
    return rows.session().delete


@breaks("parking_session_fixed")
def a_car_that_came_later_than_it_did(rows: Rows) -> Statement:
    session = rows.session()
    return lambda: change(session, entry_time=at(minutes=1))


@breaks("parking_quote_amount")
def a_quote_of_nothing(rows: Rows) -> Statement:
    session = rows.session()
    return lambda: rows.quote(session=session, amount_minor=0)


@breaks("parking_quote_span")
def a_quote_that_was_over_before_it_was_told(rows: Rows) -> Statement:
    session = rows.session()
    return lambda: rows.quote(session=session, valid_until=at(seconds=-1))
