"""What bookings are sold under, changed into and extended by."""

from __future__ import annotations

from parking.models import ZoneTariff
from tests.db.broken import Statement, breaks
from tests.db.rows import Rows, change


@breaks("parking_zone_tariff_class")
def a_tariff_for_a_class_that_there_is_not(rows: Rows) -> Statement:
    return lambda: ZoneTariff.objects.create(zone=rows.zone, vehicle_class="TANK", tariff=rows.tariff)


@breaks("parking_zone_tariff_once")
def two_tariffs_of_a_zone_for_one_class(rows: Rows) -> Statement:
    ZoneTariff.objects.create(zone=rows.zone, vehicle_class="CAR", tariff=rows.tariff)
    return lambda: ZoneTariff.objects.create(zone=rows.zone, vehicle_class="CAR", tariff=rows.tariff)


@breaks("parking_booking_vehicle_class")
def a_booking_for_a_class_that_there_is_not(rows: Rows) -> Statement:
    return lambda: rows.booking(vehicle_class="TANK")


@breaks("parking_booking_vehicle_before_entry")
def another_vehicle_after_entry(rows: Rows) -> Statement:
    booking = rows.used_booking()
    return lambda: change(booking, vehicle=rows.vehicle())


@breaks("parking_payment_extra_hours")
def an_extension_by_no_hours(rows: Rows) -> Statement:
    return lambda: rows.payment(kind="EXTENSION")


@breaks("parking_payment_extra_hours")
def an_extension_by_more_than_a_day(rows: Rows) -> Statement:
    return lambda: rows.payment(kind="EXTENSION", extra_hours=25)


@breaks("parking_payment_extra_hours")
def a_booking_payment_that_buys_more_hours(rows: Rows) -> Statement:
    return lambda: rows.payment(kind="BOOKING", extra_hours=1)
