"""A ticket that cannot be read, and a ticket that is lost: the old code is dead, and the new one works."""

from __future__ import annotations

from uuid import uuid4

import pytest

from parking.domain.callers import DRIVER
from parking.domain.errors import (
    AlreadyEntered,
    AlreadyExited,
    AlreadyPaid,
    BookingCancelled,
    HoldLapsed,
    InvalidField,
    LostTicketCharged,
    NoShow,
    ParkingError,
    PaymentDue,
    PermissionRequired,
    PermitTicket,
    TicketReplaced,
    UnknownBooking,
    UnknownSession,
)
from parking.models import Adjustment, AuditEvent, QRScanLog, Quote, RetiredCode
from parking.queries.auditor import audit
from parking.services import ParkingService
from parking.services.tickets import NewTicket
from tests.garage import ENTRY_GATE, EXIT_GATE, Garage, at
from tests.services.desk import RAVI, with_lost_ticket
from tests.services.permit import new_permit

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _the_auditor_is_content_afterwards(db):
    yield
    report = audit()
    assert [finding for verdict in report.verdicts for finding in verdict.shown] == []


def replace(booking_id, *, now, caller=RAVI, reason="Cannot be read") -> NewTicket:
    return ParkingService.replace_ticket(booking_id=booking_id, reason=reason, caller=caller, now=now)


def lost(session_id, *, now, caller=RAVI, reason="Searched everywhere") -> NewTicket:
    return ParkingService.report_lost_ticket(session_id=session_id, reason=reason, caller=caller, now=now)


def enter(code: str, *, now, scan_id=None):
    return ParkingService.scan_entry_qr(
        qr_code=code, scanner_device_id=ENTRY_GATE.name, scan_id=scan_id, caller=ENTRY_GATE, now=now
    )


def leave(code: str, *, now, scan_id=None):
    return ParkingService.scan_exit_qr(
        qr_code=code, scanner_device_id=EXIT_GATE.name, scan_id=scan_id, caller=EXIT_GATE, now=now
    )


class TestReplaced:
    def test_the_new_ticket_opens_and_the_old_one_does_not(self, garage):
        booking = garage.book_and_pay()
        ticket = replace(booking.booking_id, now=at(minutes=1))
        assert (ticket.fee_minor, ticket.session_id) == (0, None)
        with pytest.raises(TicketReplaced):
            enter(booking.qr_code, now=at(minutes=2))
        enter(ticket.qr_code, now=at(minutes=3))

    def test_a_scan_of_the_old_one_is_logged_with_its_booking(self, garage):
        booking = garage.book_and_pay()
        replace(booking.booking_id, now=at(minutes=1))
        with pytest.raises(TicketReplaced):
            enter(booking.qr_code, now=at(minutes=2))
        row = QRScanLog.objects.get()
        assert (row.result, row.reason, row.booking_id) == ("FAILED", "ticket_replaced", booking.booking_id)

    def test_of_a_car_that_is_inside(self, garage):
        booking = garage.book_and_pay(hours=1)
        session_id = garage.enter(booking).session_id
        ticket = replace(booking.booking_id, now=at(minutes=20))
        assert (ticket.session_id, ticket.due_minor) == (session_id, 0)
        with pytest.raises(TicketReplaced):
            leave(booking.qr_code, now=at(minutes=30))
        leave(ticket.qr_code, now=at(minutes=31))

    def test_a_repeat_of_an_old_scan_still_gets_its_old_answer(self, garage):
        booking = garage.book_and_pay()
        first = enter(booking.qr_code, now=at(minutes=1), scan_id="s-1")
        replace(booking.booking_id, now=at(minutes=2))
        assert enter(booking.qr_code, now=at(minutes=3), scan_id="s-1") == first
        assert QRScanLog.objects.count() == 1

    def test_a_repeat_of_a_scan_of_the_old_ticket_gets_the_same_refusal(self, garage):
        booking = garage.book_and_pay()
        replace(booking.booking_id, now=at(minutes=1))
        for minutes in (2, 3):
            with pytest.raises(ParkingError) as refusal:
                enter(booking.qr_code, now=at(minutes=minutes), scan_id="s-1")
            assert (refusal.value.code, refusal.value.status) == ("ticket_replaced", 410)
        assert QRScanLog.objects.count() == 1

    def test_the_new_one_is_used_once_too(self, garage):
        booking = garage.book_and_pay()
        garage.enter(booking)
        ticket = replace(booking.booking_id, now=at(minutes=1))
        with pytest.raises(AlreadyEntered):
            enter(ticket.qr_code, now=at(minutes=2))

    def test_it_is_replaced_as_often_as_need_be(self, garage):
        booking = garage.book_and_pay()
        second = replace(booking.booking_id, now=at(minutes=1))
        third = replace(booking.booking_id, now=at(minutes=2))
        for code in (booking.qr_code, second.qr_code):
            with pytest.raises(TicketReplaced):
                enter(code, now=at(minutes=3))
        enter(third.qr_code, now=at(minutes=4))
        assert RetiredCode.objects.count() == 2

    def test_of_a_car_that_has_paid_and_not_left_yet(self, garage):
        booking = garage.book_and_pay(hours=1)
        session_id = garage.enter(booking).session_id
        with pytest.raises(PaymentDue):
            garage.leave(booking, now=at(minutes=100))
        garage.top_up(session_id, now=at(minutes=101))
        leave(replace(booking.booking_id, now=at(minutes=102)).qr_code, now=at(minutes=103))

    def test_it_is_written_down_who_did_it_and_why(self, garage):
        booking = garage.book_and_pay()
        replace(booking.booking_id, now=at(minutes=1))
        row = RetiredCode.objects.get()
        assert (row.code, row.retired_by, row.reason) == (booking.qr_code, "staff:ravi", "Cannot be read")
        assert AuditEvent.objects.get(action="ticket.replaced").caller == "staff:ravi"


class TestNotReplaced:
    def test_of_a_car_that_has_left(self, garage):
        booking = garage.book_and_pay()
        session_id = garage.enter(booking).session_id
        garage.leave(booking, now=at(minutes=30))
        with pytest.raises(AlreadyExited):
            replace(booking.booking_id, now=at(minutes=31))
        with pytest.raises(AlreadyExited):
            lost(session_id, now=at(minutes=31))
        assert not RetiredCode.objects.exists()

    def test_of_a_booking_that_is_over(self, garage):
        cancelled, lapsed, missed = garage.book_and_pay("KA01A1"), garage.book("KA01A2"), garage.book_and_pay("KA01A3")
        garage.cancel(cancelled, now=at(minutes=1))
        for booking, error in ((cancelled, BookingCancelled), (lapsed, HoldLapsed), (missed, NoShow)):
            with pytest.raises(error):
                replace(booking.booking_id, now=at(minutes=61))

    def test_of_a_permit(self, garage):
        entry = new_permit(garage, "KA01A1").enter(now=at(minutes=1))
        with pytest.raises(PermitTicket):
            replace(entry.booking_id, now=at(minutes=2))

    def test_for_nobody_who_may_not_or_says_no_reason(self, garage):
        booking = garage.book_and_pay()
        session_id = garage.enter(booking).session_id
        with pytest.raises(PermissionRequired):
            replace(booking.booking_id, now=at(minutes=1), caller=DRIVER)
        with pytest.raises(PermissionRequired):
            lost(session_id, now=at(minutes=1), caller=DRIVER)
        with pytest.raises(InvalidField):
            replace(booking.booking_id, now=at(minutes=1), reason=" ")
        with pytest.raises(InvalidField):
            lost(session_id, now=at(minutes=1), reason=" ")

    def test_for_nothing_that_is_there(self, garage):
        with pytest.raises(UnknownBooking):
            replace(uuid4(), now=at(minutes=1))
        with pytest.raises(UnknownSession):
            lost(uuid4(), now=at(minutes=1))


class TestLost:
    """The stay is 50.00 an hour."""

    def inside(self, garage: Garage, *, hours: int = 1):
        booking = garage.book_and_pay(hours=hours)
        return booking, garage.enter(booking).session_id

    def test_the_fee_comes_on_top_and_the_new_ticket_lets_out(self, garage):
        with_lost_ticket(garage, fee="200.00")
        booking, session_id = self.inside(garage)
        ticket = lost(session_id, now=at(minutes=30))
        assert (ticket.fee_minor, ticket.due_minor) == (20000, 20000)
        with pytest.raises(TicketReplaced):
            leave(booking.qr_code, now=at(minutes=31))
        with pytest.raises(PaymentDue):
            leave(ticket.qr_code, now=at(minutes=32))
        assert garage.top_up(session_id, now=at(minutes=33)).amount_minor == 20000
        assert leave(ticket.qr_code, now=at(minutes=34)).total_minor == 25000

    def test_stay_and_fee_together_are_capped(self, garage):
        with_lost_ticket(garage, fee="200.00", total_at_most="220.00")
        _, session_id = self.inside(garage)
        assert lost(session_id, now=at(minutes=100)).fee_minor == 12000
        assert Adjustment.objects.get().amount_minor == 12000

    def test_a_stay_beyond_the_cap_pays_no_fee(self, garage):
        with_lost_ticket(garage, fee="20.00", total_at_most="100.00")
        _, session_id = self.inside(garage)
        ticket = lost(session_id, now=at(minutes=400))
        assert (ticket.fee_minor, ticket.due_minor) == (0, 30000)
        assert not Adjustment.objects.exists()

    def test_a_tariff_that_asks_nothing_replaces_it_for_nothing(self, garage):
        _, session_id = self.inside(garage)
        assert lost(session_id, now=at(minutes=30)).fee_minor == 0
        assert not Adjustment.objects.exists()

    def test_it_is_charged_once(self, garage):
        with_lost_ticket(garage, fee="200.00")
        booking, session_id = self.inside(garage)
        lost(session_id, now=at(minutes=30))
        with pytest.raises(LostTicketCharged):
            lost(session_id, now=at(minutes=31))
        assert replace(booking.booking_id, now=at(minutes=32)).due_minor == 20000

    def test_once_the_stay_is_paid_up_it_is_replaced_without_a_fee(self, garage):
        with_lost_ticket(garage, fee="200.00")
        booking, session_id = self.inside(garage)
        with pytest.raises(PaymentDue):
            garage.leave(booking, now=at(minutes=100))
        garage.top_up(session_id, now=at(minutes=101))
        with pytest.raises(AlreadyPaid):
            lost(session_id, now=at(minutes=102))

    def test_what_was_told_before_it_stands_no_more(self, garage):
        with_lost_ticket(garage, fee="200.00")
        booking, session_id = self.inside(garage)
        with pytest.raises(PaymentDue):
            garage.leave(booking, now=at(minutes=100))
        ticket = lost(session_id, now=at(minutes=101))
        assert Quote.objects.latest("id").amount_minor == ticket.due_minor == 25000
        assert garage.top_up(session_id, now=at(minutes=102)).amount_minor == 25000

    def test_money_on_its_way_for_the_old_amount_does_not_let_out(self, garage):
        """The driver had begun to pay, and the ticket was found to be lost before the bank answered."""
        with_lost_ticket(garage, fee="200.00")
        booking, session_id = self.inside(garage)
        with pytest.raises(PaymentDue):
            garage.leave(booking, now=at(minutes=100))
        garage.top_up(session_id, now=at(minutes=101), token="tok_settles_late")
        ticket = lost(session_id, now=at(minutes=102))
        garage.top_up(session_id, now=at(minutes=109))
        with pytest.raises(PaymentDue):
            leave(ticket.qr_code, now=at(minutes=109))
        assert garage.top_up(session_id, now=at(minutes=110)).amount_minor == 20000
        leave(ticket.qr_code, now=at(minutes=111))
