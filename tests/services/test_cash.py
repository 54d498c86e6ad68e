"""Cash: a method like the others, taken by a cashier who is known by name."""

from __future__ import annotations

import pytest

from parking import jobs
from parking.domain.callers import DRIVER, SYSTEM, Caller, staff_caller
from parking.domain.errors import AlreadyPaid, InvalidField, PaymentDeclined, PaymentDue, PermissionRequired
from parking.domain.permissions import Role
from parking.domain.states import PaymentMethod, PaymentStatus, SessionStatus
from parking.models import Payment, Refund
from parking.services import ParkingService
from parking.services.results import BookingCreated, PaymentAnswer
from tests.garage import OPENING, at

pytestmark = pytest.mark.django_db

CASHIER = staff_caller(name="meera", roles=[Role.CASHIER])


@pytest.fixture
def meera(django_user_model):
    return django_user_model.objects.create_user("meera")


def pay_cash(booking: BookingCreated, *, caller: Caller = CASHIER, token: str = "") -> PaymentAnswer:
    return ParkingService.process_booking_payment(
        booking_id=booking.booking_id,
        gateway_data={"token": token} if token else {},
        method=PaymentMethod.CASH,
        caller=caller,
        now=OPENING,
    )


def test_a_booking_is_paid_in_cash_once_and_it_is_known_who_took_it(garage, meera):
    booking = garage.book()
    assert pay_cash(booking).payment_status == PaymentStatus.COMPLETED
    payment = Payment.objects.get()
    assert (payment.method, payment.provider, payment.collected_by) == ("CASH", "cash", meera)
    with pytest.raises(AlreadyPaid):
        pay_cash(booking)
    with pytest.raises(AlreadyPaid):
        garage.pay(booking)


def test_overtime_is_paid_in_cash_at_the_gate(garage, meera):
    booking = garage.book_and_pay(hours=1)
    session_id = garage.enter(booking).session_id
    with pytest.raises(PaymentDue):
        garage.leave(booking, now=at(minutes=66))
    answer = ParkingService.process_additional_payment(
        session_id=session_id, gateway_data={}, method=PaymentMethod.CASH, caller=CASHIER, now=at(minutes=67)
    )
    assert answer.session_status == SessionStatus.COMPLETED
    assert garage.leave(booking, now=at(minutes=68)).additional_minor == 0


def test_cash_goes_back_as_cash(garage, meera):
    booking = garage.book()
    pay_cash(booking)
    assert garage.cancel(booking, now=at(seconds=1)).refund_processed
    assert Refund.objects.get().provider_reference.startswith("cashback_")


@pytest.mark.parametrize(
    "caller",
    [
        DRIVER,
        staff_caller(name="meera", roles=[Role.AUDITOR]),
        staff_caller(name="nobody", roles=[Role.CASHIER]),
        SYSTEM,
    ],
)
def test_nobody_else_takes_cash(garage, meera, caller):
    with pytest.raises(PermissionRequired):
        pay_cash(garage.book(), caller=caller)
    assert Payment.objects.count() == 0


def test_a_token_means_nothing_for_cash(garage, meera):
    with pytest.raises(InvalidField):
        pay_cash(garage.book(), token="tok_success")


def test_a_payment_that_the_payer_left_lying_makes_way_for_cash_and_goes_back_if_it_comes_late(garage, meera):
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
