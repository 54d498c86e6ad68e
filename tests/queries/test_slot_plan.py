"""A zone slot by slot, and the cars that stay too long."""

from __future__ import annotations

from datetime import timedelta

import pytest

from parking.domain.callers import SYSTEM
from parking.domain.errors import PaymentDue
from parking.models import ParkingSlot
from parking.queries.slot_plan import SlotState, list_overstays, slot_plans
from parking.services import ParkingService
from tests.garage import OPENING, Garage, at

pytestmark = pytest.mark.django_db


def states(*, now=OPENING, with_records: bool = True) -> dict[str, SlotState]:
    [plan] = slot_plans(now=now, with_records=with_records)
    return {slot.number: slot.state for slot in plan.slots}


def slot_of(number: str, *, now, with_records: bool = True):
    [plan] = slot_plans(now=now, with_records=with_records)
    return next(slot for slot in plan.slots if slot.number == number)


def test_each_slot_says_what_it_is(db):
    garage = Garage.build(slots=7)
    held = garage.book("KA01A1")
    paid = garage.book_and_pay("KA01A2")
    inside = garage.book_and_pay("KA01A3", hours=5)
    overstaying = garage.book_and_pay("KA01A4")
    for booking in (inside, overstaying):
        garage.enter(booking)
    free = [number for number, state in states().items() if state is SlotState.FREE]
    ParkingService.plan_outage(
        zone_id=garage.zone.id,
        slot_number=free[0],
        starts_at=None,
        ends_at=at(minutes=500),
        reason="Painting",
        caller=SYSTEM,
        now=OPENING,
    )
    ParkingSlot.objects.filter(number=free[1]).update(in_service=False)

    found = states(now=at(minutes=4))
    assert found[held.slot_number] is SlotState.HELD
    assert found[paid.slot_number] is SlotState.PAID
    assert found[inside.slot_number] is SlotState.INSIDE
    assert (found[free[0]], found[free[1]], found[free[2]]) == (SlotState.OUT, SlotState.OUT, SlotState.FREE)
    assert states(now=at(minutes=60))[overstaying.slot_number] is SlotState.OVERSTAYING
    # Nobody paid and nobody came: time has freed both, written down or not.
    assert states(now=at(minutes=60))[held.slot_number] is SlotState.FREE
    assert states(now=at(minutes=60))[paid.slot_number] is SlotState.FREE

    [plan] = slot_plans(now=at(minutes=4), with_records=True)
    assert plan.counts == {
        SlotState.FREE: 1,
        SlotState.HELD: 1,
        SlotState.PAID: 1,
        SlotState.INSIDE: 2,
        SlotState.OVERSTAYING: 0,
        SlotState.OUT: 2,
    }
    out = slot_of(free[0], now=at(minutes=4))
    assert (out.reason, out.until, out.booking_id) == ("Painting", at(minutes=500), None)
    assert slot_of(free[1], now=at(minutes=4)).until is None


def test_bookings_and_plates_are_for_who_may_see_records(garage):
    booking = garage.book_and_pay("KA01A1")
    garage.enter(booking, now=at(minutes=3))
    seen = slot_of(booking.slot_number, now=at(minutes=4))
    assert (seen.booking_id, seen.vehicle_number) == (booking.booking_id, "KA01A1")
    assert (seen.since, seen.until) == (at(minutes=3), at(minutes=63))
    bare = slot_of(booking.slot_number, now=at(minutes=4), with_records=False)
    assert (bare.booking_id, bare.vehicle_number, bare.state) == (None, None, SlotState.INSIDE)


def test_a_slot_says_when_its_next_booking_begins(db):
    garage = Garage.build(slots=1)
    now = garage.book_and_pay("KA01A1")
    garage.book_and_pay("KA01A2", starts_at=at(minutes=180))
    garage.enter(now)
    assert slot_of(now.slot_number, now=at(minutes=1)).next_from == at(minutes=180)
    garage.leave(now, now=at(minutes=30))
    freed = slot_of(now.slot_number, now=at(minutes=31))
    assert (freed.state, freed.next_from) == (SlotState.FREE, at(minutes=180))


def test_a_zone_out_of_service_shows_the_cars_that_are_in_it(garage):
    booking = garage.book_and_pay("KA01A1")
    garage.enter(booking)
    ParkingService.plan_outage(
        zone_id=garage.zone.id,
        slot_number=None,
        starts_at=None,
        ends_at=None,
        reason="Flood",
        caller=SYSTEM,
        now=OPENING,
    )
    found = states(now=at(minutes=1))
    assert found.pop(booking.slot_number) is SlotState.INSIDE
    assert set(found.values()) == {SlotState.OUT}


def test_overstays_are_told_the_longest_first_and_what_they_were_told(db):
    garage = Garage.build(slots=3)
    bookings = [garage.book_and_pay(f"KA01A{n}", hours=hours) for n, hours in enumerate((2, 1, 5))]
    for booking in bookings:
        garage.enter(booking)
    with pytest.raises(PaymentDue):
        garage.leave(bookings[1], now=at(minutes=100))
    two = list_overstays(now=at(minutes=121))
    assert [(one.vehicle_number, one.over, one.is_at_the_exit, one.told_minor) for one in two] == [
        ("KA01A1", timedelta(minutes=61), True, 5000),
        ("KA01A0", timedelta(minutes=1), False, None),
    ]
    assert list_overstays(now=at(minutes=121), zone_ids=[garage.zone.id + 1]) == []


def test_who_paid_overtime_on_foot_does_not_overstay_until_its_time_to_leave_is_over(garage):
    booking = garage.book_and_pay("KA01A1")
    entry = garage.enter(booking)
    garage.top_up(entry.session_id, now=at(minutes=70))
    assert list_overstays(now=at(minutes=79)) == []
    assert [one.paid_until for one in list_overstays(now=at(minutes=81))] == [at(minutes=80)]


@pytest.mark.parametrize("cars", [1, 3])
def test_the_statements_do_not_grow_with_the_zone(db, django_assert_num_queries, cars):
    garage = Garage.build(slots=cars)
    for n in range(cars):
        garage.enter(garage.book_and_pay(f"KA01A{n}"))
    with django_assert_num_queries(4):
        slot_plans(now=at(minutes=61), with_records=True)
    with django_assert_num_queries(1):
        assert len(list_overstays(now=at(minutes=61))) == cars
