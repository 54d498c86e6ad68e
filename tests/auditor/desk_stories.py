"""What people at the desk did in the garage in which everything has happened."""

from __future__ import annotations

from datetime import date

from django.contrib.auth import get_user_model

from parking.domain.callers import SYSTEM, staff_caller
from parking.domain.permissions import Role
from parking.domain.states import PaymentMethod
from parking.models import Refund
from parking.services import ParkingService
from parking.services.results import BookingCreated
from tests.garage import Garage, at

CASHIER = staff_caller(name="cashier of the stories", roles=[Role.CASHIER])


def cash_in_a_drawer(bookings: dict[str, BookingCreated]) -> None:
    """A shift with a booking and a refund in cash, closed; and one that goes on."""
    get_user_model().objects.create_user(CASHIER.name)
    garage = Garage.build(slots=4, name="Cash")
    ParkingService.open_shift(opening_float_minor=50000, caller=CASHIER, now=at())
    for number, story in enumerate(("paid in cash", "cash handed back")):
        bookings[story] = _pay_cash(garage.book(f"KA90A{number}"))
    garage.cancel(bookings["cash handed back"], now=at(minutes=1))
    refund = Refund.objects.get(payment__booking_id=bookings["cash handed back"].booking_id)
    ParkingService.hand_back_cash(refund_id=refund.id, caller=CASHIER, now=at(minutes=2))
    ParkingService.close_shift(counted_minor=54900, note="One coin short", caller=CASHIER, now=at(minutes=3))
    ParkingService.open_shift(opening_float_minor=54900, caller=CASHIER, now=at(minutes=4))
    bookings["cash waits"] = _pay_cash(garage.book("KA90A2", now=at(minutes=5)), minutes=5)
    garage.cancel(bookings["cash waits"], now=at(minutes=6))


def a_slot_out_and_a_car_that_left_unseen(bookings: dict[str, BookingCreated]) -> None:
    """A booking that moves for an outage, a count of cars, and a stay that a person ended."""
    garage = Garage.build(slots=3, name="Watched")
    moved = bookings["moved for an outage"] = garage.book_and_pay("KA91A1", hours=2)
    unseen = bookings["left unseen"] = garage.book_and_pay("KA91A2", hours=2)
    garage.enter(unseen, now=at(minutes=1))
    outage = {"zone_id": garage.zone.id, "slot_number": moved.slot_number, "reason": "Painting"}
    ParkingService.plan_outage(**outage, caller=SYSTEM, now=at(minutes=2))
    ParkingService.correct_occupancy(
        zone_id=garage.zone.id, counted_inside=0, reason="Evening round", caller=SYSTEM, now=at(minutes=3)
    )
    ParkingService.reset_passback(vehicle_number="KA91A2", reason="Not there", caller=SYSTEM, now=at(minutes=40))


def a_day_that_was_closed(bookings: dict[str, BookingCreated]) -> None:
    """Yesterday: today a drawer is still open."""
    garage = Garage.build(slots=1, name="Yesterday")
    evening = at(minutes=-20 * 60)
    stay = bookings["yesterday"] = garage.book_and_pay("KA92A1", hours=2, now=evening)
    garage.enter(stay, now=evening)
    garage.leave(stay, now=at(minutes=-20 * 60 + 30))
    ParkingService.close_day(day=date(2026, 1, 4), caller=SYSTEM, now=at())


def somebody_who_was_forgotten(bookings: dict[str, BookingCreated]) -> None:
    garage = Garage.build(slots=1, name="Forgotten")
    stay = bookings["forgotten"] = garage.book_and_pay("KA93A1")
    garage.enter(stay, now=at(minutes=1))
    garage.leave(stay, now=at(minutes=50))
    ParkingService.anonymise_person(vehicle_number="KA93A1", caller=SYSTEM, now=at(minutes=60))


def _pay_cash(booking: BookingCreated, *, minutes: float = 0) -> BookingCreated:
    ParkingService.process_booking_payment(
        booking_id=booking.booking_id,
        gateway_data={},
        method=PaymentMethod.CASH,
        caller=CASHIER,
        now=at(minutes=minutes),
    )
    return booking
