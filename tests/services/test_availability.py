"""Room of a zone over a time to come: what is told there can be booked."""

from __future__ import annotations

import pytest

from parking.domain.callers import SYSTEM
from parking.domain.errors import UnknownZone, ZoneFull
from parking.queries.availability import get_room
from parking.services import ParkingService
from tests.garage import OPENING, Garage, at

pytestmark = pytest.mark.django_db


def free(garage, *, start=0, end=180, now=OPENING):
    """Slots free for the whole time, and how many are free when, in minutes after the opening."""
    found = get_room(zone_id=garage.zone.id, start=at(minutes=start), end=at(minutes=end), now=now)
    steps = [((step.starts_at - OPENING).seconds // 60, step.free_slots) for step in found.room.steps]
    return found.room.free_slots, steps


def test_bookings_ahead_take_their_windows(garage):
    garage.book_and_pay("KA01A1", starts_at=at(minutes=60))
    garage.book_and_pay("KA02B2", starts_at=at(minutes=90))
    assert free(garage) == (1, [(0, 3), (60, 2), (90, 1), (120, 2), (150, 3)])


def test_a_hold_that_nobody_paid_for_in_time_is_in_nobodys_way(garage):
    garage.book("KA01A1")
    assert free(garage)[0] == 2
    assert free(garage, start=10, now=at(minutes=5)) == (3, [(10, 3)])


def test_a_car_that_stays_too_long_is_there_now_and_later_nobody_knows(garage):
    garage.enter(garage.book_and_pay())
    now = at(minutes=100)
    assert free(garage, start=100, now=now)[0] == 2
    assert free(garage, start=101, now=now) == (3, [(101, 3)])


def test_outages_and_slots_out_of_service_take_room(garage):
    garage.zone.slots.filter(number="T001").update(in_service=False)
    plan = {"zone_id": garage.zone.id, "reason": "Painting", "caller": SYSTEM, "now": OPENING}
    ParkingService.plan_outage(slot_number="T002", starts_at=at(minutes=30), ends_at=at(minutes=60), **plan)
    assert free(garage) == (1, [(0, 2), (30, 1), (60, 2)])
    ParkingService.plan_outage(starts_at=at(minutes=120), **plan)
    assert free(garage) == (0, [(0, 2), (30, 1), (60, 2), (120, 0)])


def test_as_many_can_be_booked_as_are_told_and_not_one_more():
    garage = Garage.build(slots=6)
    for number, start in enumerate((0, 30, 60, 180)):
        garage.book_and_pay(f"KA0{number}A1", starts_at=at(minutes=start))
    told, _ = free(garage, start=60, end=180)
    for number in range(told):
        garage.book(f"KA1{number}A1", hours=2, starts_at=at(minutes=60))
    with pytest.raises(ZoneFull):
        garage.book("KA19A1", hours=2, starts_at=at(minutes=60))


def test_a_zone_that_sells_nothing_or_is_not_there(garage):
    ParkingService.close_zone(zone_id=garage.zone.id, caller=SYSTEM, now=OPENING)
    for zone_id in (garage.zone.id, 0, 10**30):
        with pytest.raises(UnknownZone):
            get_room(zone_id=zone_id, start=OPENING, end=at(minutes=60), now=OPENING)


def test_it_asks_the_same_of_the_database_however_full_the_zone_is(garage, django_assert_num_queries):
    garage.book_and_pay("KA01A1")
    with django_assert_num_queries(4):
        free(garage)
    garage.book_and_pay("KA02B2")
    garage.book_and_pay("KA03C3")
    with django_assert_num_queries(4):
        free(garage)
