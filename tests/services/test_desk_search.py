"""Find a car by what its driver has in hand: what is inside comes first."""

from __future__ import annotations

import pytest

from parking.domain.errors import InvalidField, PaymentDue
from parking.domain.states import BookingStatus, SessionStatus
from parking.models import ParkingBooking
from parking.queries import desk
from parking.queries.desk import FoundStay, find_stays
from parking.services import ParkingService
from tests.garage import Garage, at
from tests.services.desk import RAVI
from tests.services.permit import new_permit

pytestmark = pytest.mark.django_db


def find(text: str, *, minutes: float = 1) -> list[FoundStay]:
    return find_stays(text=text, phone_region="IN", now=at(minutes=minutes))


def plates(text: str, *, minutes: float = 1) -> list[str]:
    return [stay.vehicle_number for stay in find(text, minutes=minutes)]


def test_a_car_inside_with_what_it_owes(garage):
    booking = garage.book_and_pay("KA01AB1234", hours=1)
    entry = garage.enter(booking, now=at(minutes=1))
    with pytest.raises(PaymentDue):
        garage.leave(booking, now=at(minutes=100))
    [stay] = find("ka-01 ab 1234", minutes=101)
    assert stay == FoundStay(
        booking_id=booking.booking_id,
        session_id=entry.session_id,
        is_inside=True,
        has_left=False,
        vehicle_number="KA01AB1234",
        owner_name="Asha Rao",
        zone_name="Test zone",
        slot_number=entry.slot_number,
        booking_status=BookingStatus.USED,
        session_status=SessionStatus.AWAITING_PAYMENT,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        entry_time=at(minutes=1),
        exit_time=None,
        due_minor=5000,
        currency="INR",
    )


def test_cars_inside_come_first_then_live_bookings_then_the_newest_past_ones(garage):
    past, other_past = garage.book_and_pay("KA01AB1"), garage.book_and_pay("KA01AB2")
    for booking in (other_past, past):
        garage.enter(booking)
        garage.leave(booking, now=at(minutes=10))
    older, newer = (
        garage.book_and_pay("KA01AB3", now=at(minutes=11)),
        garage.book_and_pay("KA01AB4", now=at(minutes=12)),
    )
    garage.cancel(older, now=at(minutes=13))
    garage.cancel(newer, now=at(minutes=13))
    garage.book_and_pay("KA01AB5", now=at(minutes=14), starts_at=at(minutes=200))
    garage.enter(garage.book_and_pay("KA01AB6", now=at(minutes=15)), now=at(minutes=15))
    found = plates("KA01AB", minutes=20)
    assert found[:4] == ["KA01AB6", "KA01AB5", "KA01AB4", "KA01AB3"]
    assert set(found[4:]) == {"KA01AB1", "KA01AB2"}


@pytest.mark.parametrize("text", ["234", "b12", "KA01AB1234", "ka01", "01-AB"])
def test_three_characters_from_anywhere_in_the_plate_find_a_car_that_is_inside_or_expected(garage, text):
    garage.enter(garage.book_and_pay("KA01AB1234"))
    garage.book("MH9B1234")
    assert "KA01AB1234" in plates(text)


@pytest.mark.parametrize("text", ["34", "9", "ZZZ", "कख", "KA01AB12345678", "PARK-000000000000"])
def test_what_finds_nothing(garage, text):
    garage.enter(garage.book_and_pay("KA01AB1234"))
    assert plates(text) == []


def test_a_past_stay_is_found_by_the_beginning_of_its_plate(garage):
    booking = garage.book_and_pay("KA01AB1234")
    garage.enter(booking)
    garage.leave(booking, now=at(minutes=10))
    assert plates("KA01", minutes=11) == ["KA01AB1234"]
    assert plates("1234", minutes=11) == []


def test_by_code_phone_and_ids(garage):
    booking = ParkingService.create_booking(
        vehicle_number="KA01AB1234",
        owner_name="Asha Rao",
        phone_number="98765 43210",
        zone_id=garage.zone.id,
        hours=1,
        now=at(),
    )
    garage.book("KA01AB9999")
    garage.pay(booking)
    session_id = garage.enter(booking).session_id
    for text in (booking.qr_code, "09876543210", "+919876543210", str(booking.booking_id), str(session_id)):
        assert plates(text) == ["KA01AB1234"]


def test_a_ticket_that_was_replaced_still_says_whose_it_was(garage):
    booking = garage.book_and_pay()
    ParkingService.replace_ticket(booking_id=booking.booking_id, reason="Torn", caller=RAVI, now=at())
    assert [stay.booking_id for stay in find(booking.qr_code)] == [booking.booking_id]


def test_the_code_of_a_permit_finds_its_cars_stays(garage):
    permit = new_permit(garage, "KA01A1")
    entry = permit.enter()
    [stay] = find(permit.codes[0])
    assert (stay.session_id, stay.due_minor) == (entry.session_id, 0)


def test_a_hold_that_has_lapsed_shows_as_what_it_is(garage):
    garage.book("KA01AB1234")
    assert find("KA01AB1234", minutes=6)[0].booking_status == BookingStatus.EXPIRED
    assert ParkingBooking.objects.get().status == "CREATED"


@pytest.mark.parametrize("text", ["", "   ", "x" * 129, "KA\0"])
def test_texts_that_are_none(garage, text):
    with pytest.raises(InvalidField):
        find(text)


def test_there_is_a_limit(garage, monkeypatch):
    monkeypatch.setattr(desk, "MAX_STAYS", 2)
    for number in range(3):
        garage.book(f"KA01AB{number}")
    assert len(find("KA01AB")) == 2


def test_the_number_of_queries_does_not_grow_with_what_is_over_or_expected(db, django_assert_num_queries):
    garage = Garage.build(slots=5)
    garage.book_and_pay("KA01AB1")
    with django_assert_num_queries(7):
        find("KA01AB")
    for number in (2, 3):
        garage.book_and_pay(f"KA01AB{number}")
    with django_assert_num_queries(7):
        assert len(find("KA01AB")) == 3
