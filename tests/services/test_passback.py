"""A vehicle that comes in while it is still inside on another ticket."""

from __future__ import annotations

import pytest

from parking.domain.callers import SYSTEM, staff_caller
from parking.domain.errors import (
    AlreadyExited,
    InvalidField,
    PaymentDue,
    PermissionRequired,
    TooEarly,
    UnknownSession,
    VehicleInside,
)
from parking.domain.permissions import Role
from parking.domain.states import AdjustmentKind
from parking.models import AuditEvent, ParkingBooking, ParkingSession, QRScanLog, Refund
from parking.queries.auditor import audit
from parking.services import ParkingService
from tests.garage import OPENING, at

pytestmark = pytest.mark.django_db

PLATE = "DL01AB1234"


@pytest.fixture
def policy(garage):
    """Sell the zone's bookings under this kind of anti-passback."""

    def use(anti_passback: str, **rules: int) -> None:
        version = ParkingService.publish_policy(
            name=anti_passback, definition={"anti_passback": anti_passback, **rules}, caller=SYSTEM, now=OPENING
        )
        ParkingService.set_zone_terms(zone_id=garage.zone.id, policy_id=version.id, caller=SYSTEM, now=OPENING)

    return use


@pytest.fixture
def two_tickets(garage):
    """The car came in on the first, and no gate saw it leave; the second begins as the first ends."""

    def sell():
        first = garage.book_and_pay(PLATE, hours=2)
        second = garage.book_and_pay(PLATE, now=at(minutes=1), starts_at=at(minutes=120))
        garage.enter(first, now=at(minutes=1))
        return first, second

    return sell


def session_of(booking) -> ParkingSession:
    return ParkingSession.objects.get(booking_id=booking.booking_id)


def reset(*, plate=PLATE, minutes, reason="Seen on the street", caller=SYSTEM):
    return ParkingService.reset_passback(vehicle_number=plate, reason=reason, caller=caller, now=at(minutes=minutes))


def test_hard_is_the_rule_and_refuses(garage, two_tickets):
    _, second = two_tickets()
    with pytest.raises(VehicleInside) as refusal:
        garage.enter(second, now=at(minutes=110))
    assert refusal.value.details == {}
    assert QRScanLog.objects.latest("id").reason == "vehicle_inside"


@pytest.mark.parametrize("kind", ["soft", "off"])
class TestSoftAndOff:
    def test_the_earlier_stay_ends_as_at_an_exit_and_the_car_comes_in(self, garage, policy, two_tickets, kind):
        policy(kind)
        first, second = two_tickets()
        entry = garage.enter(second, now=at(minutes=110))
        earlier = session_of(first)
        assert (earlier.status, earlier.exit_time, earlier.gate_opened_at) == (
            "COMPLETED",
            at(minutes=110),
            at(minutes=110),
        )
        assert ParkingSession.objects.get(exit_time=None).id == entry.session_id
        assert AuditEvent.objects.filter(action="passback.closed", booking_id=first.booking_id).count() == 1
        assert audit().violated == []
        with pytest.raises(AlreadyExited):
            garage.leave(first, now=at(minutes=111))
        garage.leave(second, now=at(minutes=112))
        assert audit().violated == []

    def test_unused_hours_go_back(self, garage, policy, two_tickets, kind):
        policy(kind, early_entry_seconds=7200)
        first, second = two_tickets()
        garage.enter(second, now=at(minutes=50))
        refund = Refund.objects.get()
        assert (refund.payment.booking_id, refund.kind, refund.amount_minor, refund.status) == (
            first.booking_id,
            "UNUSED_TIME",
            5000,
            "PROCESSED",
        )
        assert audit().violated == []

    def test_nobody_comes_in_while_money_is_due_for_the_earlier_stay(self, garage, policy, two_tickets, kind):
        policy(kind)
        first, second = two_tickets()
        with pytest.raises(VehicleInside) as refusal:
            garage.enter(second, now=at(minutes=130))
        assert refusal.value.details == {"additional_amount": "50.00", "currency": "INR"}
        assert session_of(first).status == "ACTIVE"
        garage.top_up(session_of(first).id, now=at(minutes=131))
        garage.enter(second, now=at(minutes=132))
        assert audit().violated == []

    def test_a_ticket_that_is_not_good_ends_nothing(self, garage, policy, two_tickets, kind):
        policy(kind)
        first, second = two_tickets()
        with pytest.raises(TooEarly):
            garage.enter(second, now=at(minutes=60))
        assert session_of(first).status == "ACTIVE"


def test_soft_marks_the_entry_and_off_does_not(garage, policy, two_tickets):
    policy("soft")
    _, second = two_tickets()
    assert garage.enter(second, now=at(minutes=110)).passback
    assert AuditEvent.objects.filter(action="session.entered").latest("id").data["passback"] is True


def test_off_does_not_mark_it(garage, policy, two_tickets):
    policy("off")
    _, second = two_tickets()
    assert not garage.enter(second, now=at(minutes=110)).passback
    assert "passback" not in AuditEvent.objects.filter(action="session.entered").latest("id").data


class TestReset:
    def test_a_person_says_that_the_car_has_left(self, garage, two_tickets):
        first, second = two_tickets()
        ended = reset(plate="dl-01 ab 1234", minutes=50)
        assert (ended.booking_id, ended.total_minor, ended.refund_minor) == (first.booking_id, 5000, 5000)
        assert session_of(first).status == "COMPLETED"
        assert (Refund.objects.get().kind, Refund.objects.get().status) == ("UNUSED_TIME", "PROCESSED")
        assert ParkingBooking.objects.get(id=first.booking_id).closed_at == at(minutes=50)
        garage.enter(second, now=at(minutes=110))
        assert audit().violated == []

    def test_not_while_money_is_due(self, garage, two_tickets):
        first, _ = two_tickets()
        with pytest.raises(VehicleInside, match="waive") as refusal:
            reset(minutes=130)
        assert refusal.value.details == {"additional_amount": "50.00", "currency": "INR"}
        garage.top_up(session_of(first).id, now=at(minutes=131))
        assert reset(minutes=132).refund_minor == 0
        assert audit().violated == []

    def test_also_at_the_exit_once_nothing_is_due_any_more(self, garage, two_tickets):
        first, _ = two_tickets()
        with pytest.raises(PaymentDue):
            garage.leave(first, now=at(minutes=130))
        ParkingService.propose_adjustment(
            session_id=session_of(first).id,
            kind=AdjustmentKind.WAIVER,
            amount_minor=5000,
            reason="Barrier was broken",
            caller=staff_caller(name="ravi", roles=[Role.ATTENDANT]),
            now=at(minutes=131),
        )
        assert reset(minutes=132).total_minor == 10000
        assert audit().violated == []

    def test_nobody_is_inside(self, garage, two_tickets):
        two_tickets()
        with pytest.raises(UnknownSession):
            reset(plate="KA09X9", minutes=10)
        reset(minutes=10)
        with pytest.raises(UnknownSession):
            reset(minutes=11)

    def test_a_reason_is_needed_and_a_plate(self, garage, two_tickets):
        two_tickets()
        with pytest.raises(InvalidField, match="reason"):
            reset(minutes=10, reason="")
        with pytest.raises(InvalidField):
            reset(minutes=10, plate="?")

    @pytest.mark.parametrize("role", [Role.ATTENDANT, Role.CASHIER, Role.AUDITOR])
    def test_only_the_operator_may(self, garage, two_tickets, role):
        two_tickets()
        with pytest.raises(PermissionRequired):
            reset(minutes=10, caller=staff_caller(name="ravi", roles=[role]))

    def test_it_is_written_down_with_the_reason_and_without_the_plate(self, garage, two_tickets):
        first, _ = two_tickets()
        reset(minutes=10)
        event = AuditEvent.objects.filter(action="passback.reset").get()
        assert (event.booking_id, event.data["reason"]) == (first.booking_id, "Seen on the street")
        assert PLATE not in str(event.data)
