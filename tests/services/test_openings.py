"""A gate that a person opens: written down with the reason, and the stay closed or left open on purpose."""

from __future__ import annotations

from uuid import uuid4

import pytest

from parking import jobs
from parking.domain.callers import DRIVER, SYSTEM
from parking.domain.errors import (
    AlreadyExited,
    DeviceRevoked,
    InvalidField,
    PaymentDue,
    PermissionRequired,
    SecondPersonRequired,
    UnknownDevice,
    UnknownSession,
    WrongDirection,
    WrongZone,
)
from parking.domain.states import OpeningOutcome, ScanType, SessionStatus
from parking.models import Adjustment, AuditEvent, GateDevice, ManualOpening, ParkingSession, Refund
from parking.queries.auditor import audit
from parking.queries.zones import get_zone_status
from parking.services import credentials
from tests.garage import ENTRY_GATE, EXIT_GATE, Garage, at
from tests.services.desk import OLGA, RAVI, open_entry, open_exit, propose, with_limit

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _the_auditor_is_content_afterwards(db):
    yield
    report = audit()
    assert [finding for verdict in report.verdicts for finding in verdict.shown] == []


def inside(garage: Garage, *, hours: int = 1):
    booking = garage.book_and_pay(hours=hours)
    return booking, garage.enter(booking).session_id


class TestClosed:
    def test_with_nothing_due_it_is_an_ordinary_exit(self, garage):
        booking, session_id = inside(garage)
        opened = open_exit(session_id, close_stay=True, now=at(minutes=50))
        assert (opened.outcome, opened.forgiven_minor, opened.refund_minor) == (OpeningOutcome.CLOSED, 0, 0)
        session = ParkingSession.objects.get()
        assert (session.status, session.exit_time, session.gate_opened_at) == (
            SessionStatus.COMPLETED,
            at(minutes=50),
            at(minutes=50),
        )
        assert not Adjustment.objects.exists()
        with pytest.raises(AlreadyExited):
            garage.leave(booking, now=at(minutes=51))

    def test_the_slot_is_free_again(self, garage):
        _, session_id = inside(garage)
        assert get_zone_status(zone_id=garage.zone.id, now=at(minutes=49)).occupied_slots == 1
        open_exit(session_id, close_stay=True, now=at(minutes=50))
        assert get_zone_status(zone_id=garage.zone.id, now=at(minutes=50)).occupied_slots == 0

    def test_unused_time_goes_back(self, garage):
        _, session_id = inside(garage, hours=3)
        assert open_exit(session_id, close_stay=True, now=at(minutes=50)).refund_minor == 10000
        assert (Refund.objects.get().kind, Refund.objects.get().status) == ("UNUSED_TIME", "PROCESSED")

    def test_what_is_due_is_let_go_and_written_down(self, garage):
        _, session_id = inside(garage)
        opened = open_exit(session_id, close_stay=True, now=at(minutes=125))
        assert opened.forgiven_minor == 5000
        row = Adjustment.objects.get()
        assert (row.kind, row.amount_minor, row.reason) == ("OPENED_BY_HAND", -5000, "Scanner out of order")

    def test_also_for_a_car_that_waits_to_pay(self, garage):
        """What it was told stands: the minutes since then are not asked for either."""
        booking, session_id = inside(garage)
        with pytest.raises(PaymentDue):
            garage.leave(booking, now=at(minutes=125))
        assert open_exit(session_id, close_stay=True, now=at(minutes=126)).forgiven_minor == 5000

    def test_a_car_that_has_paid_drives_out(self, garage):
        booking, session_id = inside(garage)
        with pytest.raises(PaymentDue):
            garage.leave(booking, now=at(minutes=125))
        garage.top_up(session_id, now=at(minutes=126))
        assert open_exit(session_id, close_stay=True, now=at(minutes=127)).forgiven_minor == 0
        assert ParkingSession.objects.get().exit_time == at(minutes=126)

    def test_a_car_that_has_paid_and_stood_on_is_let_go_with_what_came_on_top(self, garage):
        booking, session_id = inside(garage)
        with pytest.raises(PaymentDue):
            garage.leave(booking, now=at(minutes=125))
        garage.top_up(session_id, now=at(minutes=126))
        assert open_exit(session_id, close_stay=True, now=at(minutes=185)).forgiven_minor == 5000

    def test_a_car_that_has_come_in_again_is_not_let_out_twice(self, garage):
        first, session_id = inside(garage)
        with pytest.raises(PaymentDue):
            garage.leave(first, now=at(minutes=125))
        garage.top_up(session_id, now=at(minutes=126))
        garage.enter(garage.book_and_pay(now=at(minutes=140)), now=at(minutes=140))
        with pytest.raises(AlreadyExited):
            open_exit(session_id, close_stay=True, now=at(minutes=200))

    def test_late_money_for_it_goes_back(self, garage):
        """The driver's payment was under way when the gate was opened."""
        booking, session_id = inside(garage)
        with pytest.raises(PaymentDue):
            garage.leave(booking, now=at(minutes=125))
        garage.top_up(session_id, now=at(minutes=126), token="tok_settles_late")
        open_exit(session_id, close_stay=True, now=at(minutes=127))
        for minutes in (140, 160, 190):
            jobs.run_all(now=at(minutes=minutes))
        assert Refund.objects.get().kind == "SURPLUS"

    def test_it_is_written_down_who_did_it_and_why(self, garage):
        _, session_id = inside(garage)
        open_exit(session_id, close_stay=True, now=at(minutes=50))
        row = ManualOpening.objects.get()
        assert (row.opened_by, row.reason, row.session_id) == ("staff:ravi", "Scanner out of order", session_id)
        event = AuditEvent.objects.get(action="session.left")
        assert (event.caller, event.data["opening_id"]) == ("staff:ravi", row.id)


class TestAboveTheLimit:
    @pytest.fixture(autouse=True)
    def _a_strict_garage(self, garage):
        with_limit(garage, minor=6000)

    def test_it_needs_somebody_who_may_approve(self, garage):
        _, session_id = inside(garage)
        with pytest.raises(SecondPersonRequired) as refusal:
            open_exit(session_id, close_stay=True, now=at(minutes=185))
        assert refusal.value.details["amount_due"] == "100.00"
        assert (ManualOpening.objects.count(), Adjustment.objects.count()) == (0, 0)
        assert open_exit(session_id, close_stay=True, now=at(minutes=185), caller=OLGA).forgiven_minor == 10000

    def test_or_the_stay_is_left_open(self, garage):
        _, session_id = inside(garage)
        assert open_exit(session_id, now=at(minutes=185)).due_minor == 10000

    def test_what_was_waived_before_counts(self, garage):
        _, session_id = inside(garage)
        propose(session_id, "GOODWILL", 5000, now=at(minutes=50))
        with pytest.raises(SecondPersonRequired):
            open_exit(session_id, close_stay=True, now=at(minutes=185))

    def test_what_was_let_go_counts_for_goodwill_later(self, garage):
        _, session_id = inside(garage)
        open_exit(session_id, close_stay=True, now=at(minutes=100))
        assert propose(session_id, "GOODWILL", 1001, now=at(minutes=110)).needs_second


class TestLeftOpen:
    def test_the_stay_goes_on_and_owes_what_it_owes(self, garage):
        booking, session_id = inside(garage)
        opened = open_exit(session_id, now=at(minutes=100))
        assert (opened.outcome, opened.due_minor) == (OpeningOutcome.LEFT_OPEN, 5000)
        session = ParkingSession.objects.get()
        assert (session.status, session.gate_opened_at) == (SessionStatus.ACTIVE, None)
        with pytest.raises(PaymentDue):
            garage.leave(booking, now=at(minutes=101))

    def test_at_an_entry_it_is_recorded_too(self, garage):
        _, session_id = inside(garage)
        opened = open_exit(session_id, device_id=ENTRY_GATE.name, direction=ScanType.ENTRY, now=at(minutes=1))
        assert opened.outcome == OpeningOutcome.LEFT_OPEN

    def test_not_for_a_car_that_has_left(self, garage):
        booking, session_id = inside(garage)
        garage.leave(booking, now=at(minutes=30))
        for close_stay in (True, False):
            with pytest.raises(AlreadyExited):
                open_exit(session_id, close_stay=close_stay, now=at(minutes=31))


class TestWithoutASession:
    def test_it_is_recorded_and_begins_no_stay(self, garage):
        for opened in (open_entry(now=at(minutes=1)), open_exit(None, now=at(minutes=2))):
            assert (opened.outcome, opened.session_id, opened.currency) == (OpeningOutcome.NO_STAY, None, None)
        assert ManualOpening.objects.count() == 2
        assert not ParkingSession.objects.exists()
        assert AuditEvent.objects.filter(action="gate.opened").count() == 2

    def test_nothing_can_be_closed_then(self, garage):
        with pytest.raises(InvalidField):
            open_exit(None, close_stay=True, now=at(minutes=1))
        _, session_id = inside(garage)
        with pytest.raises(InvalidField):
            open_exit(
                session_id,
                close_stay=True,
                device_id=ENTRY_GATE.name,
                direction=ScanType.ENTRY,
                now=at(minutes=1),
            )


class TestRefusals:
    def test_only_who_may_and_with_a_reason(self, garage):
        with pytest.raises(PermissionRequired):
            open_exit(None, now=at(minutes=1), caller=DRIVER)
        with pytest.raises(InvalidField):
            open_exit(None, now=at(minutes=1), reason=" ")

    def test_gates_that_are_none(self, garage):
        with pytest.raises(UnknownDevice):
            open_exit(None, now=at(minutes=1), device_id="NOBODYS")
        with pytest.raises(WrongDirection):
            open_exit(None, now=at(minutes=1), device_id=ENTRY_GATE.name)
        credentials.revoke_device(device_id=EXIT_GATE.name, caller=SYSTEM, now=at())
        with pytest.raises(DeviceRevoked):
            open_exit(None, now=at(minutes=1))
        assert not ManualOpening.objects.exists()

    def test_a_gate_of_another_zone(self, garage):
        other = Garage.build(name="Other zone")
        GateDevice.objects.get(device_id=EXIT_GATE.name).zones.set([other.zone])
        _, session_id = inside(garage)
        with pytest.raises(WrongZone):
            open_exit(session_id, now=at(minutes=1))

    def test_a_session_that_there_is_not(self, garage):
        with pytest.raises(UnknownSession):
            open_exit(uuid4(), now=at(minutes=1))


def test_who_opens_by_hand_needs_no_key_of_the_gate(garage):
    assert open_exit(None, now=at(minutes=1), caller=RAVI).device_id == EXIT_GATE.name
