"""Permits, their cars, and the bookings under them."""

from __future__ import annotations

from parking.models import Permit, PermitCar, RetiredCode
from tests.db.broken import Statement, breaks
from tests.db.rows import Rows, change
from tests.garage import OPENING, at

CODE = "PARK-PERMIT000000"


def _permit(rows: Rows, **changes: object) -> Permit:
    row = {
        "site": rows.site,
        "zone": rows.zone,
        "holder": "Lotus Offices",
        "cars_at_once": 1,
        "weekly_hours": {"time_zone": "Asia/Kolkata", "always": True},
        "valid_from": OPENING,
        "valid_until": at(minutes=24 * 60),
        "created_at": OPENING,
    }
    return Permit.objects.create(**row | changes)


def _car(rows: Rows, **changes: object) -> PermitCar:
    row = {
        "permit": changes.pop("permit", None) or _permit(rows),
        "vehicle": changes.pop("vehicle", None) or rows.vehicle(),
        "qr_code": CODE,
        "added_at": OPENING,
    }
    return PermitCar.objects.create(**row | changes)


@breaks("parking_permit_cars")
def a_permit_for_no_car(rows: Rows) -> Statement:
    return lambda: _permit(rows, cars_at_once=0)


@breaks("parking_permit_validity")
def a_permit_that_ends_before_it_begins(rows: Rows) -> Statement:
    return lambda: _permit(rows, valid_until=OPENING)


@breaks("parking_permit_fixed")
def a_permit_for_more_cars_all_of_a_sudden(rows: Rows) -> Statement:
    permit = _permit(rows)
    return lambda: change(permit, cars_at_once=9)


@breaks("parking_permit_fixed")
def a_permit_that_moves_to_another_zone(rows: Rows) -> Statement:
    permit, zone = _permit(rows), rows.other_zone()
    return lambda: change(permit, zone=zone)


@breaks("parking_permit_kept")
def a_permit_deleted(rows: Rows) -> Statement:
    return _permit(rows).delete


@breaks("parking_permit_car_once")
def one_car_on_a_permit_twice(rows: Rows) -> Statement:
    car = _car(rows)
    return lambda: _car(rows, permit=car.permit, vehicle=car.vehicle, qr_code="PARK-PERMIT000001")


@breaks("parking_permitcar_qr_code_key")
def two_cars_of_one_code(rows: Rows) -> Statement:
    car = _car(rows)
    vehicle = rows.vehicle()
    return lambda: _car(rows, permit=car.permit, vehicle=vehicle)


@breaks("parking_permit_car_fixed")
def a_car_with_another_code(rows: Rows) -> Statement:
    car = _car(rows)
    return lambda: change(car, qr_code="PARK-PERMIT000001")


@breaks("parking_permit_car_vehicle_kept")
def a_code_that_goes_to_another_car(rows: Rows) -> Statement:
    car, vehicle = _car(rows, removed_at=OPENING), rows.vehicle()
    return lambda: change(car, vehicle=vehicle)


@breaks("parking_permit_car_vehicle_kept")
def a_car_on_a_permit_that_is_forgotten(rows: Rows) -> Statement:
    car, nobody = _car(rows), rows.nobody()
    return lambda: change(car, vehicle=nobody)


@breaks("parking_permit_car_kept")
def a_car_of_a_permit_deleted(rows: Rows) -> Statement:
    return _car(rows).delete


@breaks("parking_permit_car_code_of_its_own")
def a_car_with_the_code_of_a_booking(rows: Rows) -> Statement:
    booking, permit, vehicle = rows.booking(), _permit(rows), rows.vehicle()
    return lambda: _car(rows, permit=permit, vehicle=vehicle, qr_code=booking.qr_code)


@breaks("parking_permit_car_code_of_its_own")
def a_car_with_a_code_that_was_replaced(rows: Rows) -> Statement:
    RetiredCode.objects.create(
        code=CODE, booking=rows.booking(), reason="lost", retired_by="staff:ravi", retired_at=OPENING
    )
    permit, vehicle = _permit(rows), rows.vehicle()
    return lambda: _car(rows, permit=permit, vehicle=vehicle)


@breaks("parking_booking_code_never_again")
def a_booking_with_the_code_of_a_permits_car(rows: Rows) -> Statement:
    _car(rows)
    vehicle = rows.vehicle()
    return lambda: rows.booking(vehicle=vehicle, qr_code=CODE)


@breaks("parking_booking_of_permit")
def a_booking_under_a_permit_of_another_zone(rows: Rows) -> Statement:
    permit = _permit(rows, zone=rows.other_zone())
    return lambda: rows.booking(permit=permit)


@breaks("parking_booking_of_permit")
def a_booking_put_under_a_permit_of_another_zone(rows: Rows) -> Statement:
    booking, permit = rows.booking(), _permit(rows, zone=rows.other_zone())
    return lambda: change(booking, permit=permit)
