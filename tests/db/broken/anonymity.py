"""Who was forgotten stays so, and nobody is forgotten by half (promise I23)."""

from __future__ import annotations

from parking.models import ParkingBooking
from tests.db.broken import Statement, breaks
from tests.db.rows import Rows, change
from tests.garage import at


def _closed(rows: Rows) -> ParkingBooking:
    booking = rows.booking()
    change(booking, status="CANCELLED", closed_at=at(minutes=1))
    return booking


def _forget(rows: Rows, booking: ParkingBooking, **changes: object) -> None:
    nobody = rows.nobody()
    columns = {
        "vehicle": nobody,
        "plate": nobody.number,
        "owner_name": "",
        "phone_number": "",
        "anonymised_at": at(minutes=2),
    }
    change(booking, **columns | changes)


@breaks("parking_booking_anonymised")
def a_booking_forgotten_with_its_name(rows: Rows) -> Statement:
    booking = _closed(rows)
    return lambda: _forget(rows, booking, owner_name="Asha Rao")


@breaks("parking_booking_anonymised")
def a_booking_forgotten_with_its_phone(rows: Rows) -> Statement:
    booking = _closed(rows)
    return lambda: _forget(rows, booking, phone_number="+919876543210")


@breaks("parking_booking_anonymised")
def a_booking_forgotten_while_it_is_live(rows: Rows) -> Statement:
    booking = rows.booking()
    return lambda: _forget(rows, booking)


@breaks("parking_booking_anonymised")
def a_forgotten_booking_that_is_given_a_name(rows: Rows) -> Statement:
    booking = _closed(rows)
    _forget(rows, booking)
    return lambda: change(booking, owner_name="Asha Rao")


@breaks("parking_booking_anonymised_vehicle")
def a_booking_forgotten_with_its_car(rows: Rows) -> Statement:
    booking = _closed(rows)
    return lambda: _forget(rows, booking, vehicle=booking.vehicle, plate=booking.plate)


@breaks("parking_booking_anonymised_vehicle")
def a_booking_forgotten_with_its_plate(rows: Rows) -> Statement:
    booking = _closed(rows)
    return lambda: _forget(rows, booking, plate=booking.plate)


@breaks("parking_booking_anonymised_for_good")
def a_forgotten_booking_that_is_given_a_car(rows: Rows) -> Statement:
    booking = _closed(rows)
    _forget(rows, booking)
    car = rows.vehicle()
    return lambda: change(booking, vehicle=car, plate=car.number)


@breaks("parking_booking_anonymised_for_good")
def a_forgotten_booking_that_says_it_never_was(rows: Rows) -> Statement:
    booking = _closed(rows)
    _forget(rows, booking)
    return lambda: change(booking, anonymised_at=None)


@breaks("parking_session_vehicle_kept")
def a_stay_of_another_car(rows: Rows) -> Statement:
    session, other = rows.session(), rows.vehicle()
    return lambda: change(session, vehicle=other, plate=other.number)


@breaks("parking_session_vehicle_kept")
def a_stay_forgotten_before_its_booking(rows: Rows) -> Statement:
    session, nobody = rows.session(), rows.nobody()
    return lambda: change(session, vehicle=nobody, plate=nobody.number)


@breaks("parking_vehicle_anonymised")
def a_nobody_with_a_name(rows: Rows) -> Statement:
    return lambda: rows.nobody(owner_name="Asha Rao")


@breaks("parking_vehicle_anonymised_for_good")
def a_nobody_that_becomes_somebody(rows: Rows) -> Statement:
    nobody = rows.nobody()
    return lambda: change(nobody, anonymised_at=None, number="KA01AB1234")
