"""I1 to I8: slots, cars, states and times."""

from __future__ import annotations

from parking.models import AuditEvent, ParkingZone
from tests.auditor.busy import Busy
from tests.auditor.corruptions import allocation, booking, breaks, change, copied, event, payment, refund, session
from tests.garage import OPENING, at


@breaks("I1")
def two_holds_on_one_slot(busy: Busy) -> None:
    change(allocation(busy, "also tomorrow"), slot=allocation(busy, "tomorrow").slot)


@breaks("I1")
def a_hold_on_a_slot_that_was_sold_to_a_car_inside(busy: Busy) -> None:
    change(allocation(busy, "refused at the gates"), slot=allocation(busy, "through the north gate").slot)


@breaks("I1")
def a_slot_held_twice_in_history(busy: Busy) -> None:
    change(allocation(busy, "no-show"), slot=allocation(busy, "cancelled too late").slot)


@breaks("I2")
def two_cars_in_one_slot(busy: Busy) -> None:
    change(allocation(busy, "also inside"), slot=allocation(busy, "inside").slot)


@breaks("I2")
def two_cars_in_one_slot_in_history(busy: Busy) -> None:
    change(allocation(busy, "also left"), slot=allocation(busy, "left").slot)


@breaks("I2")
def a_vehicle_inside_on_two_tickets(busy: Busy) -> None:
    vehicle = booking(busy, "inside").vehicle
    change(booking(busy, "also inside"), vehicle=vehicle)
    change(session(busy, "also inside"), vehicle=vehicle)


@breaks("I2")
def a_vehicle_with_two_live_bookings_for_one_time(busy: Busy) -> None:
    change(booking(busy, "also tomorrow"), vehicle=booking(busy, "tomorrow").vehicle)


@breaks("I3")
def an_allocation_of_another_zone(busy: Busy) -> None:
    change(allocation(busy, "tomorrow"), zone=ParkingZone.objects.get(name="Pair"))


@breaks("I3")
def a_session_of_another_zone(busy: Busy) -> None:
    change(session(busy, "left"), zone=ParkingZone.objects.get(name="Future"))


@breaks("I3")
def a_session_of_another_vehicle(busy: Busy) -> None:
    change(session(busy, "left"), vehicle=booking(busy, "no-show").vehicle)


@breaks("I4")
def an_unpaid_hold_that_lapses_tomorrow(busy: Busy) -> None:
    change(allocation(busy, "waits for payer"), lapses_at=at(minutes=24 * 60))


@breaks("I4")
def an_extended_hold_whose_payment_was_declined(busy: Busy) -> None:
    change(allocation(busy, "just declined"), lapses_at=booking(busy, "just declined").expires_at.replace(hour=23))


@breaks("I4")
def a_paid_hold_that_never_lapses(busy: Busy) -> None:
    change(allocation(busy, "tomorrow"), lapses_at=None)


@breaks("I4")
def a_hold_of_a_booking_that_is_closed(busy: Busy) -> None:
    change(allocation(busy, "no-show"), released_at=None, release_reason="", lapses_at=at(minutes=60))


@breaks("I4")
def a_released_hold_with_a_time_to_lapse(busy: Busy) -> None:
    change(allocation(busy, "left"), lapses_at=at(minutes=60))


@breaks("I5")
def more_windows_sold_than_slots(busy: Busy) -> None:
    change(booking(busy, "second"), starts_at=at(minutes=10))


@breaks("I5")
def more_cars_inside_than_slots(busy: Busy) -> None:
    change(session(busy, "second"), entry_time=at(minutes=20))


@breaks("I5")
def a_car_inside_without_a_slot(busy: Busy) -> None:
    change(allocation(busy, "inside"), released_at=at(minutes=100), release_reason="EXITED")


@breaks("I5")
def a_slot_of_a_car_that_left(busy: Busy) -> None:
    change(allocation(busy, "left"), released_at=None, release_reason="")


@breaks("I5")
def a_paid_booking_without_a_slot(busy: Busy) -> None:
    change(allocation(busy, "tomorrow"), released_at=at(minutes=5), release_reason="MOVED", lapses_at=None)


@breaks("I5")
def a_booking_with_two_slots(busy: Busy) -> None:
    held = allocation(busy, "tomorrow")
    later = {"occupies_from": held.occupies_until, "occupies_until": at(minutes=48 * 60)}
    copied(held, slot_id=allocation(busy, "also tomorrow").slot_id, **later)


@breaks("I6")
def a_booking_that_was_shown_up_for_after_all(busy: Busy) -> None:
    change(booking(busy, "no-show"), status="EXPIRED")


@breaks("I6")
def a_cancellation_that_nobody_wrote_down(busy: Busy) -> None:
    change(booking(busy, "unpaid"), status="CANCELLED")


@breaks("I6")
def a_session_that_waits_for_money_nobody_asked_for(busy: Busy) -> None:
    change(session(busy, "inside"), status="AWAITING_PAYMENT")


@breaks("I6")
def a_failed_payment_that_is_pending_again(busy: Busy) -> None:
    change(payment(busy, "declined"), status="PENDING")


@breaks("I6")
def a_processed_refund_that_is_pending_again(busy: Busy) -> None:
    change(refund(busy, "cancelled"), status="PENDING", processed_at=None)


@breaks("I6")
def a_booking_that_begins_in_the_middle(busy: Busy) -> None:
    event(busy, "unsealed cancellation", "booking.created").delete()


@breaks("I6")
def a_cancellation_after_the_exit(busy: Busy) -> None:
    AuditEvent.objects.create(
        at=at(minutes=2000), action="booking.cancelled", caller="driver", booking=booking(busy, "unsealed stay")
    )


@breaks("I7")
def a_cancelled_booking_that_entered(busy: Busy) -> None:
    change(booking(busy, "left"), status="CANCELLED")


@breaks("I7")
def a_used_booking_that_never_entered(busy: Busy) -> None:
    change(booking(busy, "tomorrow"), status="USED")


@breaks("I7", tables=("parking_parkingsession",))
def a_booking_with_two_sessions(busy: Busy) -> None:
    copied(session(busy, "unsealed stay"))


@breaks("I8")
def a_car_inside_for_a_tenth_of_the_price(busy: Busy) -> None:
    change(payment(busy, "inside"), amount_minor=2000, captured_minor=2000)


@breaks("I8")
def entry_before_payment(busy: Busy) -> None:
    change(booking(busy, "left"), paid_at=at(minutes=30))


@breaks("I8")
def a_hold_that_was_over_before_it_began(busy: Busy) -> None:
    change(booking(busy, "tomorrow"), expires_at=OPENING)


@breaks("I8")
def a_gate_that_opened_before_the_stay_was_over(busy: Busy) -> None:
    change(session(busy, "left"), gate_opened_at=at(minutes=69))


@breaks("I8")
def a_payment_that_was_made_before_it_was_begun(busy: Busy) -> None:
    change(payment(busy, "also left"), completed_at=at(minutes=2))


@breaks("I8")
def a_refund_that_was_paid_before_it_was_ordered(busy: Busy) -> None:
    change(refund(busy, "cancelled"), processed_at=at(minutes=4))
