"""What somebody counted: written down beside what is known, and no stay ends by it."""

from __future__ import annotations

import pytest

from parking.domain.callers import DRIVER, SYSTEM, staff_caller
from parking.domain.errors import InvalidField, PermissionRequired, UnknownZone
from parking.domain.permissions import Role
from parking.models import AuditEvent, OccupancyCorrection, ParkingSession
from parking.queries.auditor import audit
from parking.queries.zones import list_zones
from parking.services import ParkingService
from tests.garage import OPENING, Garage, at

pytestmark = pytest.mark.django_db

ATTENDANT = staff_caller(name="ravi", roles=[Role.ATTENDANT])


def count(garage, counted, *, now=OPENING, reason="Walked through", caller=ATTENDANT):
    return ParkingService.correct_occupancy(
        zone_id=garage.zone.id, counted_inside=counted, reason=reason, caller=caller, now=now
    )


def test_cars_that_nobody_knows_of_take_room_and_nothing_else_changes(garage):
    garage.enter(garage.book_and_pay())
    corrected = count(garage, 2, now=at(minutes=1))
    assert (corrected.counted_inside, corrected.known_inside, corrected.difference) == (2, 1, 1)
    zone = corrected.zone
    assert (zone.occupied_slots, zone.active_sessions, zone.unaccounted_cars, zone.available_slots) == (1, 1, 1, 1)
    assert ParkingSession.objects.get().exit_time is None
    assert audit().violated == []


def test_more_than_there_is_room_for_leaves_none(garage):
    assert count(garage, 50).zone.available_slots == 0


def test_the_newest_count_holds_until_the_next(garage):
    count(garage, 2)
    count(garage, 3, now=at(minutes=1))
    booking = garage.book_and_pay(now=at(minutes=2))
    garage.enter(booking, now=at(minutes=2))
    zone = ParkingService.get_zone_status(zone_id=garage.zone.id, now=at(minutes=60 * 24))
    assert (zone.unaccounted_cars, zone.active_sessions) == (3, 1)
    assert count(garage, 1, now=at(minutes=3)).zone.unaccounted_cars == 0
    assert OccupancyCorrection.objects.count() == 3


def test_fewer_than_known_frees_nothing(garage):
    for plate in ("KA01A1", "KA02B2"):
        garage.enter(garage.book_and_pay(plate))
    corrected = count(garage, 0, now=at(minutes=1))
    assert (corrected.difference, corrected.zone.unaccounted_cars, corrected.zone.available_slots) == (-2, 0, 1)
    assert ParkingSession.objects.filter(exit_time=None).count() == 2


def test_one_zone_s_count_says_nothing_of_another(garage, django_assert_max_num_queries):
    other = Garage.build(name="Other zone")
    count(garage, 1)
    count(other, 2)
    with django_assert_max_num_queries(10):
        shown = {zone.name: zone.unaccounted_cars for zone in list_zones(now=OPENING)}
    assert shown == {"Test zone": 1, "Other zone": 2}


@pytest.mark.parametrize(("counted", "reason"), [(-1, "Walked"), (100_001, "Walked"), (1, " "), (1, "a" * 201)])
def test_what_makes_no_sense_is_refused(garage, counted, reason):
    with pytest.raises(InvalidField):
        count(garage, counted, reason=reason)
    assert OccupancyCorrection.objects.count() == 0


def test_an_unknown_zone_is_refused(garage):
    with pytest.raises(UnknownZone):
        ParkingService.correct_occupancy(zone_id=10**30, counted_inside=1, reason="Walked", caller=SYSTEM, now=OPENING)


@pytest.mark.parametrize("caller", [DRIVER, staff_caller(name="asha", roles=[Role.AUDITOR])])
def test_only_who_works_there_counts(garage, caller):
    with pytest.raises(PermissionRequired):
        count(garage, 1, caller=caller)


def test_it_is_written_down_who_counted(garage):
    count(garage, 2)
    event = AuditEvent.objects.latest("id")
    assert (event.action, event.caller, event.data["known_inside"]) == ("occupancy.corrected", "staff:ravi", 0)
