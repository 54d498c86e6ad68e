"""Refunds by hand: of one payment, for a reason, above the limit by two people, and never more than there is."""

from __future__ import annotations

from uuid import uuid4

import pytest

from parking.domain.errors import (
    AdjustmentDecided,
    AdjustmentTooLarge,
    InvalidField,
    NotRefundable,
    PaymentDue,
    PermissionRequired,
    SecondPersonRequired,
    UnknownBooking,
    UnknownPayment,
)
from parking.domain.states import AdjustmentKind, AdjustmentStatus, PaymentKind, RefundKind, RefundStatus
from parking.gateways.base import Declined
from parking.gateways.simulated import SimulatedGateway
from parking.models import Adjustment, AuditEvent, Payment, Refund
from parking.queries.auditor import audit
from parking.queries.desk import list_waiting_adjustments
from parking.queries.refundable import refundable_payments
from parking.services import ParkingService
from tests.garage import Garage, at
from tests.queries.cash import CARLA, open_shift, pay_in_cash
from tests.services.desk import OLGA, OMAR, RAVI, decide, goodwill, propose, with_limit

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _the_auditor_is_content_afterwards(db):
    yield
    assert [finding for verdict in audit().verdicts for finding in verdict.shown] == []


def left(garage: Garage):
    """A car that paid 50.00 for an hour and 50.00 for another, and left."""
    booking = garage.book_and_pay("KA01A1", hours=1)
    session_id = garage.enter(booking).session_id
    garage.top_up(session_id, now=at(minutes=70))
    garage.leave(booking, now=at(minutes=75))
    return booking, session_id


def paid(booking, kind: PaymentKind = PaymentKind.BOOKING) -> Payment:
    return Payment.objects.get(booking_id=booking.booking_id, kind=kind)


def refund(payment_id, amount_minor: int, *, minutes: float = 80, caller=OLGA, reason: str = "The lights were out"):
    return ParkingService.refund_payment(
        payment_id=payment_id, amount_minor=amount_minor, reason=reason, caller=caller, now=at(minutes=minutes)
    )


class TestOnePayment:
    def test_it_goes_back_on_the_payment_that_was_named(self, garage):
        booking, session_id = left(garage)
        older = paid(booking)
        made = refund(older.id, 2000)
        assert (made.status, made.kind, made.refund_minor) == (
            AdjustmentStatus.APPROVED,
            AdjustmentKind.GOODWILL,
            2000,
        )
        row = Refund.objects.get()
        assert (row.payment_id, row.kind, row.status, row.amount_minor, row.reason) == (
            older.id,
            RefundKind.MANUAL,
            RefundStatus.PROCESSED,
            2000,
            "The lights were out",
        )
        adjustment = Adjustment.objects.get()
        assert (adjustment.session_id, adjustment.payment_id, adjustment.amount_minor) == (session_id, older.id, -2000)
        event = AuditEvent.objects.get(action="adjustment.approved")
        assert (event.caller, event.data["reason"]) == ("staff:olga", "The lights were out")

    def test_never_more_than_is_left_of_it(self, garage):
        booking, _ = left(garage)
        first = paid(booking)
        refund(first.id, 3000)
        with pytest.raises(AdjustmentTooLarge) as refusal:
            refund(first.id, 2001)
        assert refusal.value.details == {"at_most": "20.00", "currency": "INR"}
        refund(first.id, 2000)
        with pytest.raises(NotRefundable):
            refund(first.id, 1)
        refund(paid(booking, PaymentKind.ADDITIONAL).id, 5000)
        assert garage.look(booking, now=at(minutes=90)).refunded_minor == 10000

    def test_never_more_than_the_stay_cost(self, garage):
        """Of two booked hours one was used: the unused one went back by itself."""
        booking = garage.book_and_pay("KA01A1", hours=2)
        garage.enter(booking)
        garage.leave(booking, now=at(minutes=40))
        with pytest.raises(AdjustmentTooLarge):
            refund(paid(booking).id, 5001)
        refund(paid(booking).id, 5000)

    def test_a_booking_that_did_not_show_up(self, garage):
        booking = garage.book_and_pay("KA01A1")
        refund(paid(booking).id, 5000)
        assert Adjustment.objects.get().session_id is None

    def test_a_refund_that_fails_is_tried_again_and_never_given_twice(self, garage, monkeypatch):
        booking, _ = left(garage)
        with monkeypatch.context() as patch:
            patch.setattr(SimulatedGateway, "refund", lambda *_, **__: Declined(code="closed_account"))
            refund(paid(booking).id, 5000)
        assert Refund.objects.get().status == RefundStatus.FAILED
        # It is asked for until it is through, so what is left for another is what the stay still costs.
        with pytest.raises(AdjustmentTooLarge):
            refund(paid(booking, PaymentKind.ADDITIONAL).id, 5001)
        refund(paid(booking, PaymentKind.ADDITIONAL).id, 5000)
        with pytest.raises(NotRefundable):
            refund(paid(booking).id, 1)

    def test_cash_waits_for_a_cashier(self, garage):
        open_shift(now=at())
        booking = garage.book("KA01A1")
        pay_in_cash(booking.booking_id, now=at(minutes=1))
        garage.enter(booking, now=at(minutes=2))
        garage.leave(booking, now=at(minutes=50))
        refund(paid(booking).id, 1000)
        [waiting] = ParkingService.cash_to_hand_back(caller=CARLA)
        assert waiting.amount_minor == 1000
        ParkingService.hand_back_cash(refund_id=waiting.refund_id, caller=CARLA, now=at(minutes=90))


class TestWhatCannotGoBack:
    def test_a_stay_that_goes_on(self, garage):
        booking = garage.book_and_pay("KA01A1")
        session_id = garage.enter(booking).session_id
        with pytest.raises(NotRefundable, match="not over"):
            refund(paid(booking).id, 100, minutes=10)
        with pytest.raises(PaymentDue):
            garage.leave(booking, now=at(minutes=70))
        with pytest.raises(NotRefundable, match="not over"):
            refund(paid(booking).id, 100, minutes=71)
        propose(session_id, AdjustmentKind.WAIVER, 5000, now=at(minutes=72))

    def test_a_booking_that_can_still_be_used(self, garage):
        booking = garage.book_and_pay("KA01A1", starts_at=at(minutes=100))
        with pytest.raises(NotRefundable, match="not over"):
            refund(paid(booking).id, 100, minutes=10)

    def test_a_payment_that_took_nothing(self, garage):
        booking = garage.book("KA01A1")
        garage.pay(booking, token="tok_settles_late")
        with pytest.raises(NotRefundable, match="no money"):
            refund(paid(booking).id, 100, minutes=0.5)

    def test_surplus_goes_back_by_itself(self, db):
        garage = Garage.build(slots=1)
        late = garage.book("KA01A1")
        garage.pay(late, token="tok_settles_late")
        garage.book_and_pay("KA01A2", now=at(minutes=20))
        with pytest.raises(Exception, match="hold_lapsed"):
            garage.pay(late, now=at(minutes=21))
        with pytest.raises(NotRefundable, match="by itself"):
            refund(paid(late).id, 100)

    def test_what_was_cancelled_with_all_its_money(self, garage):
        booking = garage.book_and_pay("KA01A1")
        garage.cancel(booking, now=at(minutes=1))
        with pytest.raises(NotRefundable, match="gone back"):
            refund(paid(booking).id, 100)

    @pytest.mark.parametrize("amount_minor", [0, -1, 10**13])
    def test_no_amount(self, garage, amount_minor):
        booking, _ = left(garage)
        with pytest.raises(InvalidField):
            refund(paid(booking).id, amount_minor)

    def test_no_reason(self, garage):
        booking, _ = left(garage)
        with pytest.raises(InvalidField):
            refund(paid(booking).id, 100, reason="  ")

    def test_no_such_payment(self, garage):
        with pytest.raises(UnknownPayment):
            refund(uuid4(), 100)

    def test_who_may_not(self, garage):
        booking, _ = left(garage)
        for caller in (RAVI, CARLA):
            with pytest.raises(PermissionRequired):
                refund(paid(booking).id, 100, caller=caller)


class TestSecondPerson:
    def test_above_the_limit_it_waits_for_somebody_else(self, db):
        garage = Garage.build()
        with_limit(garage, minor=1000)
        booking, _ = left(garage)
        older = paid(booking)
        made = refund(older.id, 1001)
        assert (made.status, made.needs_second, made.refund_minor) == (AdjustmentStatus.PROPOSED, True, 0)
        assert not Refund.objects.exists()
        [waiting] = list_waiting_adjustments()
        assert (waiting.payment_id, waiting.amount_minor, waiting.proposed_by) == (older.id, 1001, "staff:olga")
        with pytest.raises(SecondPersonRequired):
            decide(made, now=at(minutes=81), caller=OLGA)
        decide(made, now=at(minutes=82), caller=OMAR)
        assert Refund.objects.get().payment_id == older.id
        with pytest.raises(AdjustmentDecided):
            decide(made, now=at(minutes=83), caller=OMAR)

    def test_slices_add_up_with_goodwill_that_was_given_otherwise(self, db):
        garage = Garage.build()
        with_limit(garage, minor=1000)
        booking, _ = left(garage)
        goodwill(booking.booking_id, 600, now=at(minutes=80))
        assert refund(paid(booking).id, 400).status is AdjustmentStatus.APPROVED
        assert refund(paid(booking).id, 1).status is AdjustmentStatus.PROPOSED

    def test_it_is_looked_at_again_when_it_is_approved(self, db):
        garage = Garage.build()
        with_limit(garage, minor=1000)
        booking, _ = left(garage)
        first, second = (refund(paid(booking).id, 3000) for _ in range(2))
        decide(first, now=at(minutes=81), caller=OMAR)
        with pytest.raises(AdjustmentTooLarge):
            decide(second, now=at(minutes=82), caller=OMAR)
        decide(second, approve=False, now=at(minutes=83), caller=OMAR)

    def test_rejected_nothing_goes_back(self, db):
        garage = Garage.build()
        with_limit(garage, minor=1000)
        booking, _ = left(garage)
        decide(refund(paid(booking).id, 3000), approve=False, now=at(minutes=81), caller=OMAR)
        assert not Refund.objects.exists()


class TestWhatCanGoBack:
    def test_each_payment_says_how_much_or_why_not(self, db):
        garage = Garage.build()
        with_limit(garage, minor=3000)
        booking, _ = left(garage)
        refund(paid(booking).id, 2000)
        refund(paid(booking).id, 3000)  # waits, and counts for nothing yet
        found = refundable_payments(booking_id=booking.booking_id)
        assert (found.alone_minor, found.currency) == (1000, "INR")
        assert [(line.kind, line.captured_minor, line.returned_minor, line.most_minor) for line in found.payments] == [
            (PaymentKind.ADDITIONAL, 5000, 0, 5000),
            (PaymentKind.BOOKING, 5000, 2000, 3000),
        ]
        refund(paid(booking, PaymentKind.ADDITIONAL).id, 1000)

    def test_while_the_stay_goes_on_it_says_what_to_do_instead(self, garage):
        booking = garage.book_and_pay("KA01A1")
        garage.enter(booking)
        [line] = refundable_payments(booking_id=booking.booking_id).payments
        assert line.most_minor == 0
        assert "Give goodwill" in line.why_not

    def test_no_such_booking(self, garage):
        with pytest.raises(UnknownBooking):
            refundable_payments(booking_id=uuid4())
