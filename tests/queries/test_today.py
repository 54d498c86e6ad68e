"""Today at a glance: traffic, money that waits, scans that were refused."""

from __future__ import annotations

import pytest

from parking.domain.errors import InvalidField, PaymentDue, UnknownCode
from parking.domain.states import AdjustmentKind, ScanResult
from parking.gateways.base import Declined
from parking.gateways.simulated import SimulatedGateway
from parking.queries.money_waiting import money_waiting
from parking.queries.refused_scans import MAX_LISTED, count_refused_scans, list_refused_scans
from parking.queries.sites import desk_site
from parking.queries.traffic import traffic_around
from parking.services import ParkingService
from tests.garage import EXIT_GATE, OPENING, Garage, at
from tests.services.desk import propose, with_limit

pytestmark = pytest.mark.django_db


class TestTraffic:
    def test_the_hours_are_those_of_the_clock_on_the_wall(self, garage):
        """The garage opens at 14:30 in India, so its hours begin at half past in UTC."""
        hours = traffic_around(site=desk_site(), now=at(minutes=10), hours_back=1, hours_ahead=1).hours
        assert [hour.starts_at for hour in hours] == [at(minutes=-90), at(minutes=-30), at(minutes=30)]

    def test_who_came_who_left_who_is_expected_and_who_is_about_to_go(self, db):
        garage = Garage.build(slots=4)
        gone, inside = garage.book_and_pay("KA01A1"), garage.book_and_pay("KA01A2", hours=2)
        later = garage.book_and_pay("KA01A3", starts_at=at(minutes=95))
        garage.book("KA01A4", starts_at=at(minutes=95))  # unpaid, so nobody is expected
        for booking in (gone, inside):
            garage.enter(booking, now=at(minutes=1))
        garage.leave(gone, now=at(minutes=40))
        traffic = traffic_around(site=desk_site(), now=at(minutes=41), hours_back=1, hours_ahead=2)
        assert [(hour.arrived, hour.left, hour.arriving, hour.leaving) for hour in traffic.hours] == [
            (2, 0, 0, 0),
            (0, 1, 0, 0),
            (0, 0, 1, 1),
            (0, 0, 0, 0),
        ]
        assert [(one.vehicle_number, one.at) for one in traffic.left] == [("KA01A1", at(minutes=40))]
        assert {one.vehicle_number for one in traffic.arrived} == {"KA01A1", "KA01A2"}
        assert [(one.booking_id, one.at) for one in traffic.arriving] == [(later.booking_id, at(minutes=95))]
        assert [(one.slot_number, one.at) for one in traffic.leaving] == [(inside.slot_number, at(minutes=121))]

    @pytest.mark.parametrize("cars", [1, 3])
    def test_the_statements_do_not_grow_with_the_traffic(self, db, django_assert_num_queries, cars):
        garage = Garage.build(slots=cars)
        for n in range(cars):
            garage.enter(garage.book_and_pay(f"KA01A{n}"))
        site = desk_site()
        with django_assert_num_queries(9):
            traffic_around(site=site, now=at(minutes=1))

    @pytest.mark.parametrize("hours", [-1, 25])
    def test_a_day_either_way_is_as_far_as_it_looks(self, garage, hours):
        with pytest.raises(InvalidField):
            traffic_around(site=desk_site(), now=OPENING, hours_back=hours)


class TestMoneyWaiting:
    def test_nothing_waits_in_an_empty_garage(self, garage):
        waiting = money_waiting()
        assert {getattr(waiting, name).count for name in waiting.__slots__} == {0}

    def test_each_kind_of_waiting(self, db, monkeypatch):
        garage = Garage.build(slots=5)
        with_limit(garage, minor=100)
        pending, back, at_exit = (garage.book(f"KA01A{n}") for n in range(3))
        garage.pay(pending, token="tok_settles_late")
        garage.pay(back)
        garage.pay(at_exit)
        session_id = garage.enter(at_exit).session_id
        with pytest.raises(PaymentDue):
            garage.leave(at_exit, now=at(minutes=100))
        propose(session_id, AdjustmentKind.WAIVER, 4000, now=at(minutes=101))
        monkeypatch.setattr(SimulatedGateway, "refund", lambda *_, **__: Declined(code="closed_account"))
        garage.cancel(back, now=at(minutes=1))

        waiting = money_waiting()
        assert (waiting.payments_pending.count, waiting.payments_pending.amount_minor) == (1, 5000)
        assert waiting.payments_pending.oldest[0].booking_id == pending.booking_id
        assert waiting.refunds_pending.count == 0
        assert [(one.vehicle_number, one.amount_minor, one.note) for one in waiting.refunds_failed.oldest] == [
            ("KA01A1", 5000, "closed_account")
        ]
        assert [(one.row_id, one.amount_minor) for one in waiting.due_at_the_exit.oldest] == [(session_id, 5000)]
        assert (waiting.second_person.count, waiting.second_person.amount_minor) == (1, 4000)
        assert waiting.cash_to_hand_back.count == 0

    def test_a_car_that_was_told_twice_waits_once(self, garage):
        booking = garage.book_and_pay("KA01A1")
        garage.enter(booking)
        for minutes in (100, 170):
            with pytest.raises(PaymentDue):
                garage.leave(booking, now=at(minutes=minutes))
        told = money_waiting().due_at_the_exit
        assert (told.count, told.amount_minor) == (1, 10000)


class TestRefusedScans:
    def refuse(self, *, minutes: float, code: str = "PARK-0000000000AA") -> None:
        with pytest.raises(UnknownCode):
            ParkingService.scan_exit_qr(
                qr_code=code, scanner_device_id=EXIT_GATE.name, caller=EXIT_GATE, now=at(minutes=minutes)
            )

    def test_counted_by_reason_and_listed_with_their_bookings(self, garage):
        booking = garage.book_and_pay("KA01A1")
        garage.enter(booking)
        with pytest.raises(PaymentDue):
            garage.leave(booking, now=at(minutes=100))
        self.refuse(minutes=101)
        self.refuse(minutes=102)
        counted = count_refused_scans(since=OPENING, until=at(minutes=102))
        assert counted == {"payment_due": 1, "unknown_code": 1}
        page = list_refused_scans()
        assert page.older is None
        assert [(scan.reason, scan.booking_id, scan.vehicle_number, scan.result) for scan in page.scans] == [
            ("unknown_code", None, None, ScanResult.FAILED),
            ("unknown_code", None, None, ScanResult.FAILED),
            ("payment_due", booking.booking_id, "KA01A1", ScanResult.FAILED),
        ]

    def test_page_by_page_nothing_is_told_twice_or_left_out(self, garage):
        for n in range(MAX_LISTED + 2):
            self.refuse(minutes=n)
        first = list_refused_scans()
        second = list_refused_scans(before=first.older)
        ids = [scan.scan_log_id for scan in (*first.scans, *second.scans)]
        assert (len(first.scans), len(second.scans), second.older) == (MAX_LISTED, 2, None)
        assert ids == sorted(set(ids), reverse=True)
        assert list_refused_scans(before=10**30).scans[0].scan_log_id == ids[0]
