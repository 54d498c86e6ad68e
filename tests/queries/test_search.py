"""Bookings found by whatever somebody has in hand, and the whole story of one of them."""

from __future__ import annotations

import pytest

from parking.domain.errors import PaymentDue
from parking.domain.states import AdjustmentKind, BookingStatus, SessionStatus
from parking.models import ParkingBooking
from parking.queries.search import find_bookings, search_bookings
from parking.queries.story import StoryKind, story_of
from parking.services import ParkingService
from tests.garage import Garage, at
from tests.services.desk import OLGA, RAVI, decide, open_exit, propose, with_limit
from tests.services.merchant import AMOUNT, new_code

pytestmark = pytest.mark.django_db


def found(text: str):
    return find_bookings(text=text, phone_region="IN")


class TestSearch:
    def test_by_the_number_of_a_receipt(self, garage):
        bookings = [garage.book_and_pay(f"KA01A{n}") for n in range(2)]
        for booking in bookings:
            ParkingService.get_receipt(booking_id=booking.booking_id, now=at(minutes=1))
        assert found("2") == found("#2") == found(" # 2 ") == [bookings[1].booking_id]
        assert found("3") == found("#") == found("9" * 30) == found("٢") == []

    def test_a_number_may_be_a_receipt_and_a_plate(self, garage):
        first, second = garage.book_and_pay("KA01A1"), garage.book_and_pay("12AB")
        for booking in (first, second):
            for _ in range(6):
                ParkingService.get_receipt(booking_id=booking.booking_id, now=at(minutes=1))
        assert set(found("1")) == {first.booking_id}
        assert set(found("12")) == {second.booking_id}

    def test_by_a_code_that_was_replaced(self, garage):
        booking = garage.book_and_pay("KA01A1")
        ParkingService.replace_ticket(booking_id=booking.booking_id, reason="Wet", caller=RAVI, now=at(minutes=1))
        assert found(booking.qr_code) == [booking.booking_id]

    def test_a_list_shows_a_lapsed_hold_as_what_it_is(self, garage):
        booking = garage.book("KA01A1")
        [one] = search_bookings(text="KA01", phone_region="IN", now=at(minutes=6))
        assert (one.booking_id, one.status, one.session_status, one.owner_name) == (
            booking.booking_id,
            BookingStatus.EXPIRED,
            None,
            "Asha Rao",
        )

    @pytest.mark.parametrize("cars", [1, 3])
    def test_the_statements_do_not_grow_with_what_is_found(self, garage, django_assert_num_queries, cars):
        for n in range(cars):
            garage.enter(garage.book_and_pay(f"KA01A{n}"))
        with django_assert_num_queries(5):
            stays = search_bookings(text="KA01", phone_region="IN", now=at(minutes=1))
        assert [stay.session_status for stay in stays] == [SessionStatus.ACTIVE] * cars


class TestStory:
    def test_everything_that_happened_and_who_did_it(self, db):
        garage = Garage.build()
        with_limit(garage, minor=100)
        code = new_code(AMOUNT, 500).codes[0]
        booking = garage.book_and_pay("KA01A1")
        session_id = garage.enter(booking, now=at(minutes=1)).session_id
        ParkingService.apply_validation(session_id=session_id, code=code, caller=RAVI, now=at(minutes=2))
        ParkingService.replace_ticket(booking_id=booking.booking_id, reason="Wet", caller=RAVI, now=at(minutes=3))
        booking_row = ParkingBooking.objects.get()
        with pytest.raises(PaymentDue):
            ParkingService.scan_exit_qr(
                qr_code=booking_row.qr_code, scanner_device_id="EXIT_GATE_01", caller=RAVI, now=at(minutes=300)
            )
        waiting = propose(session_id, AdjustmentKind.WAIVER, 1000, now=at(minutes=301))
        decide(waiting, now=at(minutes=302))
        open_exit(session_id, now=at(minutes=303), close_stay=True, caller=OLGA)
        ParkingService.get_receipt(booking_id=booking.booking_id, now=at(minutes=304))

        story = story_of(booking=booking_row)
        assert [event.at for event in story] == sorted(event.at for event in story)
        told = [(event.title, event.who) for event in story if event.kind in (StoryKind.PERSON, StoryKind.TICKET)]
        assert told[:4] == [
            (f"Code {code} of Book shop used", "staff:ravi"),
            (f"Ticket {booking.qr_code} replaced", "staff:ravi"),
            ("Waiver -10.00 INR proposed, and waits for a second person", "staff:ravi"),
            ("Waiver -10.00 INR approved", "staff:olga"),
        ]
        assert ("EXIT_GATE_01 opened by hand: the stay was ended", "staff:olga") in told
        assert "Receipt 1 issued" in [event.title for event in story]
        scan = next(event for event in story if event.kind is StoryKind.SCAN and "Exit" in event.title)
        assert scan.who == "staff:ravi"

    @pytest.mark.parametrize("scans", [1, 3])
    def test_the_statements_do_not_grow_with_the_story(self, garage, django_assert_num_queries, scans):
        booking = garage.book_and_pay("KA01A1")
        garage.enter(booking)
        for n in range(scans):
            with pytest.raises(PaymentDue):
                garage.leave(booking, now=at(minutes=100 + n))
        row = ParkingBooking.objects.select_related("zone").get()
        with django_assert_num_queries(12):
            story_of(booking=row)
