"""Waivers and goodwill: within the limit by one person, above it by two, and never more than there is."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pytest

from parking.domain.callers import DRIVER, staff_caller
from parking.domain.errors import (
    AdjustmentDecided,
    AdjustmentTooLarge,
    InvalidField,
    NothingDue,
    PaymentDue,
    PermissionRequired,
    SecondPersonRequired,
    UnknownAdjustment,
    UnknownBooking,
    UnknownSession,
)
from parking.domain.permissions import Role
from parking.domain.states import AdjustmentKind, AdjustmentStatus, SessionStatus
from parking.gateways.base import Declined
from parking.gateways.simulated import SimulatedGateway
from parking.models import Adjustment, AuditEvent, ParkingSession, Refund
from parking.queries.auditor import audit
from parking.queries.desk import list_waiting_adjustments
from tests.garage import Garage, at
from tests.services.desk import MEERA, OLGA, OMAR, RAVI, decide, goodwill, propose, with_limit, with_tariff

pytestmark = pytest.mark.django_db

WAIVER, GOODWILL = AdjustmentKind.WAIVER, AdjustmentKind.GOODWILL


@pytest.fixture(autouse=True)
def _the_auditor_is_content_afterwards(db):
    yield
    report = audit()
    assert [finding for verdict in report.verdicts for finding in verdict.shown] == []


def at_the_exit(garage: Garage, *, minutes: int = 125):
    """A car that booked one hour, and at the exit owes the rest."""
    booking = garage.book_and_pay(hours=1)
    session_id = garage.enter(booking).session_id
    with pytest.raises(PaymentDue):
        garage.leave(booking, now=at(minutes=minutes))
    return booking, session_id


def left(garage: Garage):
    """A car that stayed its two hours, paid 100.00 and left."""
    booking = garage.book_and_pay(hours=2)
    session_id = garage.enter(booking).session_id
    garage.leave(booking, now=at(minutes=120))
    return booking, session_id


class TestWaiver:
    def test_what_is_due_is_waived_and_the_gate_opens(self, garage):
        booking, session_id = at_the_exit(garage)
        made = propose(session_id, WAIVER, 5000, now=at(minutes=126))
        assert (made.status, made.due_minor, made.refund_minor) == (AdjustmentStatus.APPROVED, 0, 0)
        bill = garage.leave(booking, now=at(minutes=127))
        assert (bill.total_minor, bill.adjusted_minor, bill.additional_minor) == (5000, -5000, 0)
        assert ParkingSession.objects.get().status == SessionStatus.COMPLETED

    def test_a_part_is_waived_and_the_rest_is_paid(self, garage):
        booking, session_id = at_the_exit(garage)
        assert propose(session_id, WAIVER, 2000, now=at(minutes=126)).due_minor == 3000
        assert garage.top_up(session_id, now=at(minutes=127)).amount_minor == 3000
        garage.leave(booking, now=at(minutes=128))

    def test_it_is_at_most_what_is_due(self, garage):
        _, session_id = at_the_exit(garage)
        with pytest.raises(AdjustmentTooLarge) as refusal:
            propose(session_id, WAIVER, 5001, now=at(minutes=126))
        assert refusal.value.details["at_most"] == "50.00"
        assert not Adjustment.objects.exists()

    def test_nothing_is_waived_where_nothing_is_due(self, garage):
        session_id = garage.enter(garage.book_and_pay(hours=2)).session_id
        with pytest.raises(NothingDue):
            propose(session_id, WAIVER, 100, now=at(minutes=30))

    def test_nothing_is_waived_of_a_stay_that_is_over(self, garage):
        _, session_id = left(garage)
        with pytest.raises(NothingDue):
            propose(session_id, WAIVER, 100, now=at(minutes=130))

    def test_money_that_was_under_way_goes_back_at_the_exit(self, garage):
        """It was waived while the driver's bank still thought about it."""
        booking, session_id = at_the_exit(garage)
        garage.top_up(session_id, now=at(minutes=126), token="tok_settles_late")
        propose(session_id, WAIVER, 5000, now=at(minutes=127))
        garage.top_up(session_id, now=at(minutes=135))
        assert garage.leave(booking, now=at(minutes=136)).refund_minor == 5000

    def test_it_is_written_down_who_did_it_and_why(self, garage):
        booking, session_id = at_the_exit(garage)
        propose(session_id, WAIVER, 2000, now=at(minutes=126), reason=" Card 4111 1111 1111 1111 did not work ")
        row = Adjustment.objects.get()
        assert (row.amount_minor, row.proposed_by, row.decided_by) == (-2000, "staff:ravi", "staff:ravi")
        assert row.reason == "Card **** **** **** **** did not work"
        event = AuditEvent.objects.get(action="adjustment.approved")
        assert (event.caller, event.booking_id) == ("staff:ravi", booking.booking_id)
        assert event.data["adjustment_id"] == str(row.id)

    def test_where_a_longer_stay_costs_less_nobody_gets_more_back_than_was_paid(self, garage):
        """A tariff may fall if it says so: then a waiver may be more than the whole stay costs in the end."""
        with_tariff(
            garage,
            {
                "kind": "rates",
                "rates": [
                    {
                        "name": "Any time",
                        "bands": [
                            {"until": "1h", "total": "20.00"},
                            {"until": "2h", "total": "90.00"},
                            {"total": "30.00"},
                        ],
                    }
                ],
                "may_fall": True,
            },
        )
        booking = garage.book_and_pay(hours=1)
        session_id = garage.enter(booking).session_id
        propose(session_id, WAIVER, 7000, now=at(minutes=100))
        bill = garage.leave(booking, now=at(minutes=200))
        assert (bill.total_minor, bill.refund_minor) == (0, 2000)


class TestGoodwill:
    def test_of_a_stay_that_goes_on_it_lowers_the_bill(self, garage):
        booking = garage.book_and_pay(hours=2)
        session_id = garage.enter(booking).session_id
        made = propose(session_id, GOODWILL, 3000, now=at(minutes=30))
        assert (made.refund_minor, Refund.objects.count()) == (0, 0)
        assert garage.leave(booking, now=at(minutes=120)).refund_minor == 3000

    def test_it_is_at_most_what_the_stay_costs_now(self, garage):
        session_id = garage.enter(garage.book_and_pay(hours=2)).session_id
        with pytest.raises(AdjustmentTooLarge):
            propose(session_id, GOODWILL, 5001, now=at(minutes=30))
        propose(session_id, GOODWILL, 5000, now=at(minutes=30))
        with pytest.raises(NothingDue):
            propose(session_id, GOODWILL, 1, now=at(minutes=30))

    def test_of_a_stay_that_is_over_it_goes_back_at_once(self, garage):
        _, session_id = left(garage)
        made = propose(session_id, GOODWILL, 4000, now=at(minutes=500))
        assert made.refund_minor == 4000
        refund = Refund.objects.get()
        assert (refund.kind, refund.amount_minor, refund.status) == ("MANUAL", 4000, "PROCESSED")

    def test_it_goes_back_in_parts_until_nothing_is_left(self, garage):
        _, session_id = left(garage)
        propose(session_id, GOODWILL, 6000, now=at(minutes=130))
        propose(session_id, GOODWILL, 4000, now=at(minutes=131))
        with pytest.raises(NothingDue):
            propose(session_id, GOODWILL, 1, now=at(minutes=132))

    def test_a_car_that_has_paid_and_not_left_yet_gets_it_back_and_leaves(self, garage):
        booking, session_id = at_the_exit(garage)
        garage.top_up(session_id, now=at(minutes=126))
        assert propose(session_id, GOODWILL, 10000, now=at(minutes=127)).refund_minor == 10000
        assert garage.leave(booking, now=at(minutes=128)).refund_minor == 0

    def test_a_car_that_stands_on_after_it_pays_for_the_time_on_top(self, garage):
        booking, session_id = at_the_exit(garage)
        garage.top_up(session_id, now=at(minutes=126))
        propose(session_id, GOODWILL, 10000, now=at(minutes=127))
        with pytest.raises(PaymentDue):
            garage.leave(booking, now=at(minutes=150))
        assert garage.top_up(session_id, now=at(minutes=151)).amount_minor == 5000
        garage.leave(booking, now=at(minutes=152))


class TestGoodwillWithoutAStay:
    def test_for_a_booking_that_did_not_show_up(self, garage):
        booking = garage.book_and_pay(hours=2)
        made = goodwill(booking.booking_id, 10000, now=at(minutes=121))
        assert (made.session_id, made.refund_minor) == (None, 10000)
        assert garage.look(booking, now=at(minutes=121)).status == "NO_SHOW"
        with pytest.raises(NothingDue):
            goodwill(booking.booking_id, 1, now=at(minutes=122))

    def test_for_a_booking_that_was_cancelled_too_late(self, garage):
        booking = garage.book_and_pay(hours=2)
        garage.cancel(booking, now=at(minutes=6))
        assert goodwill(booking.booking_id, 2500, now=at(minutes=7)).refund_minor == 2500

    def test_it_is_at_most_what_was_kept(self, garage):
        booking = garage.book_and_pay(hours=1)
        garage.cancel(booking, now=at(minutes=6))
        with pytest.raises(AdjustmentTooLarge):
            goodwill(booking.booking_id, 5001, now=at(minutes=7))

    def test_not_for_one_that_got_everything_back(self, garage):
        booking = garage.book_and_pay()
        garage.cancel(booking, now=at(minutes=1))
        with pytest.raises(NothingDue):
            goodwill(booking.booking_id, 1, now=at(minutes=7))

    def test_not_what_is_to_go_back_and_the_bank_refuses_yet(self, garage, monkeypatch):
        """A refund that failed is asked for until it is through: that money is not there to give."""
        monkeypatch.setattr(SimulatedGateway, "refund", lambda *_, **__: Declined(code="later"))
        booking = garage.book_and_pay()
        garage.cancel(booking, now=at(minutes=6))
        goodwill(booking.booking_id, 4000, now=at(minutes=7))
        assert Refund.objects.get().status == "FAILED"
        with pytest.raises(AdjustmentTooLarge):
            goodwill(booking.booking_id, 1001, now=at(minutes=8))

    @pytest.mark.parametrize("is_paid", [True, False])
    def test_not_while_the_booking_can_still_be_used(self, garage, is_paid):
        booking = garage.book_and_pay() if is_paid else garage.book()
        with pytest.raises(NothingDue):
            goodwill(booking.booking_id, 100, now=at(minutes=2))

    def test_of_one_that_has_entered_it_is_goodwill_on_its_stay(self, garage):
        booking, session_id = left(garage)
        assert goodwill(booking.booking_id, 100, now=at(minutes=130)).session_id == session_id


class TestSecondPerson:
    @pytest.fixture(autouse=True)
    def _a_strict_garage(self, garage):
        with_limit(garage, minor=3000)

    def test_above_the_limit_it_waits_and_counts_for_nothing_yet(self, garage):
        booking, session_id = at_the_exit(garage)
        made = propose(session_id, WAIVER, 3001, now=at(minutes=126), caller=OLGA)
        assert (made.status, made.needs_second, made.due_minor) == (AdjustmentStatus.PROPOSED, True, 5000)
        with pytest.raises(PaymentDue):
            garage.leave(booking, now=at(minutes=127))
        waiting = list_waiting_adjustments()
        assert [(one.adjustment_id, one.amount_minor, one.proposed_by) for one in waiting] == [
            (made.adjustment_id, 3001, "staff:olga")
        ]

    def test_exactly_the_limit_is_one_persons_to_give(self, garage):
        _, session_id = at_the_exit(garage)
        assert propose(session_id, WAIVER, 3000, now=at(minutes=126)).status == AdjustmentStatus.APPROVED

    def test_slices_add_up_whoever_gives_them(self, garage):
        _, session_id = at_the_exit(garage)
        propose(session_id, WAIVER, 2000, now=at(minutes=126), caller=RAVI)
        made = propose(session_id, GOODWILL, 1001, now=at(minutes=126), caller=MEERA)
        assert made.status == AdjustmentStatus.PROPOSED

    def test_what_two_people_gave_leaves_one_person_their_limit(self, garage):
        _, session_id = at_the_exit(garage)
        decide(propose(session_id, WAIVER, 4000, now=at(minutes=126)), now=at(minutes=126))
        assert propose(session_id, GOODWILL, 3000, now=at(minutes=127)).status == AdjustmentStatus.APPROVED

    def test_somebody_else_approves_it(self, garage):
        booking, session_id = at_the_exit(garage)
        proposed = propose(session_id, WAIVER, 5000, now=at(minutes=126))
        made = decide(proposed, now=at(minutes=127))
        assert (made.status, made.due_minor) == (AdjustmentStatus.APPROVED, 0)
        assert list_waiting_adjustments() == []
        garage.leave(booking, now=at(minutes=128))

    def test_nobody_approves_their_own(self, garage):
        _, session_id = at_the_exit(garage)
        proposed = propose(session_id, WAIVER, 5000, now=at(minutes=126), caller=OLGA)
        with pytest.raises(SecondPersonRequired):
            decide(proposed, now=at(minutes=127), caller=OLGA)
        assert decide(proposed, now=at(minutes=127), caller=OMAR).status == AdjustmentStatus.APPROVED

    def test_who_proposed_it_may_take_it_back(self, garage):
        _, session_id = at_the_exit(garage)
        proposed = propose(session_id, WAIVER, 5000, now=at(minutes=126), caller=OLGA)
        made = decide(proposed, approve=False, now=at(minutes=127), caller=OLGA)
        assert (made.status, made.due_minor) == (AdjustmentStatus.REJECTED, 5000)

    def test_it_is_decided_once(self, garage):
        _, session_id = at_the_exit(garage)
        proposed = propose(session_id, WAIVER, 5000, now=at(minutes=126))
        decide(proposed, approve=False, now=at(minutes=127))
        for approve in (True, False):
            with pytest.raises(AdjustmentDecided):
                decide(proposed, approve=approve, now=at(minutes=128))

    def test_what_was_paid_meanwhile_is_not_waived(self, garage):
        _, session_id = at_the_exit(garage)
        proposed = propose(session_id, WAIVER, 5000, now=at(minutes=126))
        garage.top_up(session_id, now=at(minutes=127))
        with pytest.raises(NothingDue):
            decide(proposed, now=at(minutes=128))
        assert len(list_waiting_adjustments()) == 1

    def test_what_was_given_meanwhile_is_not_given_again(self, garage):
        _, session_id = left(garage)
        first = propose(session_id, GOODWILL, 8000, now=at(minutes=130))
        second = propose(session_id, GOODWILL, 8000, now=at(minutes=130))
        assert decide(first, now=at(minutes=131)).refund_minor == 8000
        with pytest.raises(AdjustmentTooLarge):
            decide(second, now=at(minutes=132))
        assert Refund.objects.get().amount_minor == 8000

    def test_goodwill_proposed_inside_goes_back_if_the_stay_is_over_when_it_is_approved(self, garage):
        booking = garage.book_and_pay(hours=2)
        session_id = garage.enter(booking).session_id
        proposed = propose(session_id, GOODWILL, 4000, now=at(minutes=30))
        garage.leave(booking, now=at(minutes=120))
        assert decide(proposed, now=at(minutes=121)).refund_minor == 4000

    def test_above_the_limit_goodwill_for_a_no_show_needs_two_as_well(self, garage):
        booking = garage.book_and_pay(hours=2)
        proposed = goodwill(booking.booking_id, 9000, now=at(minutes=121))
        assert proposed.status == AdjustmentStatus.PROPOSED
        assert decide(proposed, now=at(minutes=122)).refund_minor == 9000


class TestRefusals:
    def test_only_who_may(self, garage):
        _, session_id = at_the_exit(garage)
        for caller in (DRIVER, staff_caller(name="ann", roles=[Role.AUDITOR])):
            with pytest.raises(PermissionRequired):
                propose(session_id, WAIVER, 100, now=at(minutes=126), caller=caller)
        made = propose(session_id, WAIVER, 100, now=at(minutes=126))
        with pytest.raises(PermissionRequired):
            decide(made, now=at(minutes=126), caller=MEERA)

    @pytest.mark.parametrize("amount_minor", [0, -1, 10**12 + 1])
    def test_amounts_that_are_none(self, garage, amount_minor):
        _, session_id = at_the_exit(garage)
        with pytest.raises(InvalidField, match="amount"):
            propose(session_id, WAIVER, amount_minor, now=at(minutes=126))

    @pytest.mark.parametrize("reason", ["", "  ", "x" * 201, "a\nb"])
    def test_a_reason_must_be_given(self, garage, reason):
        _, session_id = at_the_exit(garage)
        with pytest.raises(InvalidField, match="reason"):
            propose(session_id, WAIVER, 100, now=at(minutes=126), reason=reason)

    @pytest.mark.parametrize("kind", sorted(set(AdjustmentKind) - {WAIVER, GOODWILL}))
    def test_other_kinds_are_not_proposed(self, garage, kind):
        _, session_id = at_the_exit(garage)
        with pytest.raises(InvalidField, match="kind"):
            propose(session_id, kind, 100, now=at(minutes=126))

    def test_what_is_not_there(self, garage):
        made = propose(at_the_exit(garage)[1], WAIVER, 100, now=at(minutes=126))
        with pytest.raises(UnknownSession):
            propose(uuid4(), WAIVER, 100, now=at(minutes=126))
        with pytest.raises(UnknownBooking):
            goodwill(uuid4(), 100, now=at(minutes=126))
        with pytest.raises(UnknownAdjustment):
            decide(replace(made, adjustment_id=uuid4()), now=at(minutes=127))
