"""Cash: a method like the others, taken by a cashier who is known by name and has a shift open."""

from __future__ import annotations

import pytest

from parking import jobs
from parking.domain.callers import DRIVER, SYSTEM, Caller, staff_caller
from parking.domain.errors import (
    AlreadyPaid,
    InvalidField,
    NoOpenShift,
    NothingToHandBack,
    PaymentDeclined,
    PaymentDue,
    PermissionRequired,
    UnknownRefund,
)
from parking.domain.permissions import Role
from parking.domain.states import PaymentMethod, PaymentStatus, RefundStatus, SessionStatus
from parking.models import AuditEvent, CashierShift, Payment, Refund
from parking.queries.auditor import audit
from parking.services import ParkingService
from parking.services.results import BookingCreated, PaymentAnswer
from tests.api.conftest import UNKNOWN_ID
from tests.garage import OPENING, at

pytestmark = pytest.mark.django_db

CASHIER = staff_caller(name="meera", roles=[Role.CASHIER])


@pytest.fixture
def meera(django_user_model):
    return django_user_model.objects.create_user("meera")


@pytest.fixture
def shift(garage, meera) -> CashierShift:
    """Meera's, open since the garage is, with 500.00 in the drawer."""
    ParkingService.open_shift(opening_float_minor=50000, caller=CASHIER, now=OPENING)
    return CashierShift.objects.get()


def pay_cash(booking: BookingCreated, *, caller: Caller = CASHIER, token: str = "") -> PaymentAnswer:
    return ParkingService.process_booking_payment(
        booking_id=booking.booking_id,
        gateway_data={"token": token} if token else {},
        method=PaymentMethod.CASH,
        caller=caller,
        now=OPENING,
    )


def hand_back(refund_id, *, caller: Caller = CASHIER, minutes: float = 10):
    return ParkingService.hand_back_cash(refund_id=refund_id, caller=caller, now=at(minutes=minutes))


def test_a_booking_is_paid_in_cash_once_and_it_is_known_who_took_it_and_when(garage, meera, shift):
    booking = garage.book()
    assert pay_cash(booking).payment_status == PaymentStatus.COMPLETED
    payment = Payment.objects.get()
    assert (payment.method, payment.provider, payment.collected_by) == ("CASH", "cash", meera)
    assert payment.shift == shift
    with pytest.raises(AlreadyPaid):
        pay_cash(booking)
    with pytest.raises(AlreadyPaid):
        garage.pay(booking)


def test_overtime_is_paid_in_cash_at_the_gate(garage, shift):
    booking = garage.book_and_pay(hours=1)
    session_id = garage.enter(booking).session_id
    with pytest.raises(PaymentDue):
        garage.leave(booking, now=at(minutes=66))
    answer = ParkingService.process_additional_payment(
        session_id=session_id, gateway_data={}, method=PaymentMethod.CASH, caller=CASHIER, now=at(minutes=67)
    )
    assert answer.session_status == SessionStatus.COMPLETED
    assert garage.leave(booking, now=at(minutes=68)).additional_minor == 0


def test_more_hours_are_bought_in_cash(garage, shift):
    booking = garage.book_and_pay()
    ParkingService.extend_booking(
        booking_id=booking.booking_id,
        hours=1,
        gateway_data={},
        method=PaymentMethod.CASH,
        caller=CASHIER,
        now=at(minutes=1),
    )
    assert ParkingService.current_shift(caller=CASHIER).drawer.taken_minor == 5000


def test_nobody_takes_cash_without_a_drawer(garage, meera):
    with pytest.raises(NoOpenShift):
        pay_cash(garage.book())
    assert Payment.objects.count() == 0


@pytest.mark.parametrize(
    "caller",
    [
        DRIVER,
        staff_caller(name="meera", roles=[Role.AUDITOR]),
        staff_caller(name="nobody", roles=[Role.CASHIER]),
        SYSTEM,
    ],
)
def test_nobody_else_takes_cash_or_gives_it(garage, shift, caller):
    with pytest.raises(PermissionRequired):
        pay_cash(garage.book(), caller=caller)
    with pytest.raises(PermissionRequired):
        hand_back(UNKNOWN_ID, caller=caller)
    assert Payment.objects.count() == 0


def test_a_token_means_nothing_for_cash(garage, shift):
    with pytest.raises(InvalidField):
        pay_cash(garage.book(), token="tok_success")


def test_a_payment_that_the_payer_left_lying_makes_way_for_cash_and_goes_back_if_it_comes_late(garage, shift):
    booking = garage.book_and_pay(hours=1)
    session_id = garage.enter(booking).session_id
    garage.top_up(session_id, now=at(minutes=66), token="tok_settles_late")

    def pay(*, seconds: int) -> PaymentAnswer:
        return ParkingService.process_additional_payment(
            session_id=session_id,
            gateway_data={},
            method=PaymentMethod.CASH,
            caller=CASHIER,
            now=at(minutes=66, seconds=seconds),
        )

    with pytest.raises(PaymentDeclined) as left_lying:
        pay(seconds=1)
    assert left_lying.value.details["decline_code"] == "abandoned"
    assert pay(seconds=2).amount_minor == 5000

    jobs.run_all(now=at(minutes=75))
    late = Payment.objects.get(provider="simulated", kind="ADDITIONAL")
    assert (late.status, late.surplus_minor) == ("COMPLETED", 5000)
    assert Refund.objects.get().status == "PROCESSED"


class TestCashGoesBackByHand:
    @pytest.fixture
    def refund(self, garage, shift) -> Refund:
        booking = garage.book()
        pay_cash(booking)
        assert not garage.cancel(booking, now=at(seconds=1)).refund_processed
        return Refund.objects.get()

    def test_it_waits_for_a_person_and_no_job_asks_for_it(self, refund):
        for minutes in (0, 10, 60 * 24 * 40):
            assert jobs.run_all(now=at(minutes=minutes))["retry refunds"] == 0
        refund.refresh_from_db()
        assert (refund.status, refund.attempts, refund.next_attempt_at) == (RefundStatus.PENDING, 0, None)
        assert audit().violated == []

    def test_the_cashier_sees_it_gives_it_and_it_is_written_down(self, refund, shift):
        [waiting] = ParkingService.cash_to_hand_back(caller=CASHIER)
        assert (waiting.refund_id, waiting.plate, waiting.amount_minor) == (refund.id, "DL01AB1234", 5000)
        assert hand_back(refund.id).amount_minor == 5000
        refund.refresh_from_db()
        assert (refund.status, refund.shift, refund.processed_at) == (RefundStatus.PROCESSED, shift, at(minutes=10))
        assert ParkingService.cash_to_hand_back(caller=CASHIER) == []
        event = AuditEvent.objects.latest("id")
        assert (event.action, event.caller) == ("refund.processed", "staff:meera")
        assert audit().violated == []

    def test_once(self, refund):
        hand_back(refund.id)
        with pytest.raises(NothingToHandBack):
            hand_back(refund.id, minutes=11)
        assert ParkingService.current_shift(caller=CASHIER).drawer.handed_back_minor == 5000

    def test_not_without_a_drawer(self, refund):
        ParkingService.close_shift(counted_minor=55000, caller=CASHIER, now=at(minutes=5))
        with pytest.raises(NoOpenShift):
            hand_back(refund.id)
        assert Refund.objects.get().status == RefundStatus.PENDING

    def test_what_was_paid_otherwise_goes_back_otherwise(self, garage, refund):
        online = garage.book_and_pay("KA02B2")
        garage.cancel(online, now=at(seconds=1))
        with pytest.raises(NothingToHandBack, match="provider"):
            hand_back(Refund.objects.get(payment__booking_id=online.booking_id).id)
        with pytest.raises(UnknownRefund):
            hand_back(UNKNOWN_ID)

    def test_the_list_asks_the_same_of_the_database_for_one_and_for_three(
        self, garage, refund, django_assert_num_queries
    ):
        with django_assert_num_queries(1):
            ParkingService.cash_to_hand_back(caller=CASHIER)
        for plate in ("KA02B2", "KA03C3"):
            booking = garage.book(plate)
            pay_cash(booking)
            garage.cancel(booking, now=at(seconds=2))
        with django_assert_num_queries(1):
            assert len(ParkingService.cash_to_hand_back(caller=CASHIER)) == 3
