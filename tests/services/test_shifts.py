"""A cashier's shift: from the float in the drawer to the count of it."""

from __future__ import annotations

import pytest

from parking.domain.callers import SYSTEM, staff_caller
from parking.domain.errors import (
    AlreadyPaid,
    InvalidField,
    NoOpenShift,
    PaymentInProgress,
    PermissionRequired,
    ShiftOpen,
)
from parking.domain.permissions import Role
from parking.domain.states import PaymentMethod
from parking.gateways.base import GatewayTimeout
from parking.gateways.cash import CashDesk
from parking.models import AuditEvent, CashierShift, ParkingBooking, Refund
from parking.queries.auditor import audit
from parking.services import ParkingService, payments
from tests.garage import OPENING, at

pytestmark = pytest.mark.django_db

MEERA = staff_caller(name="meera", roles=[Role.CASHIER])
RAVI = staff_caller(name="ravi", roles=[Role.CASHIER])


@pytest.fixture(autouse=True)
def _cashiers(django_user_model):
    for name in ("meera", "ravi"):
        django_user_model.objects.create_user(name)


def begin(*, caller=MEERA, minutes=0.0, float_minor=50000):
    return ParkingService.open_shift(opening_float_minor=float_minor, caller=caller, now=at(minutes=minutes))


def end(counted_minor, *, caller=MEERA, minutes=480.0, note=""):
    return ParkingService.close_shift(counted_minor=counted_minor, note=note, caller=caller, now=at(minutes=minutes))


def pay_cash(booking, *, caller=MEERA, now=OPENING):
    return ParkingService.process_booking_payment(
        booking_id=booking.booking_id, gateway_data={}, method=PaymentMethod.CASH, caller=caller, now=now
    )


def test_what_is_expected_is_the_float_and_what_was_taken_less_what_was_handed_back(garage):
    begin()
    kept, cancelled = garage.book("KA01A1", hours=2), garage.book("KA02B2")
    for booking in (kept, cancelled):
        pay_cash(booking)
    garage.cancel(cancelled, now=at(minutes=1))
    drawer = ParkingService.current_shift(caller=MEERA).drawer
    assert (drawer.taken_minor, drawer.handed_back_minor, drawer.expected_minor) == (15000, 0, 65000)
    ParkingService.hand_back_cash(refund_id=Refund.objects.get().id, caller=MEERA, now=at(minutes=2))
    report = end(59900, note="One coin short")
    assert (report.drawer.expected_minor, report.counted_minor, report.difference_minor) == (60000, 59900, -100)
    shift = CashierShift.objects.get()
    assert (shift.expected_minor, shift.counted_minor, shift.note) == (60000, 59900, "One coin short")
    assert shift.closed_at == at(minutes=480)
    assert audit().violated == []


def test_cash_that_was_not_needed_lies_in_the_drawer_until_it_is_handed_back(garage, monkeypatch):
    """A card payment that was left lying comes through after all, just before the cash is written down."""
    begin()
    booking = garage.book()
    real = CashDesk.create_charge

    def paid_online_meanwhile(desk, *, charge, now):
        ParkingBooking.objects.filter(id=booking.booking_id).update(status="PAID", paid_at=now)
        return real(desk, charge=charge, now=now)

    monkeypatch.setattr(CashDesk, "create_charge", paid_online_meanwhile)
    with pytest.raises(AlreadyPaid):
        pay_cash(booking)
    assert ParkingService.current_shift(caller=MEERA).drawer.expected_minor == 55000
    [waiting] = ParkingService.cash_to_hand_back(caller=MEERA)
    ParkingService.hand_back_cash(refund_id=waiting.refund_id, caller=MEERA, now=at(minutes=1))
    assert end(50000).difference_minor == 0


def test_each_cashier_has_a_drawer_of_their_own(garage):
    begin()
    begin(caller=RAVI, float_minor=0)
    pay_cash(garage.book("KA01A1"))
    pay_cash(garage.book("KA02B2", hours=2), caller=RAVI)
    assert (end(55000).difference_minor, end(10000, caller=RAVI).difference_minor) == (0, 0)


def test_one_shift_at_a_time_and_the_next_one_starts_anew(garage):
    begin()
    with pytest.raises(ShiftOpen):
        begin(minutes=1)
    end(50000)
    assert begin(minutes=481, float_minor=20000).drawer.expected_minor == 20000
    assert CashierShift.objects.count() == 2


def test_who_has_none_is_told_so(garage):
    with pytest.raises(NoOpenShift):
        ParkingService.current_shift(caller=MEERA)
    with pytest.raises(NoOpenShift):
        end(0)


def test_a_shift_is_not_closed_while_a_payment_of_it_is_on_its_way(garage, monkeypatch):
    begin()

    def lost(*_, **__):
        raise GatewayTimeout

    with monkeypatch.context() as patch:
        patch.setattr(CashDesk, "create_charge", lost)
        pay_cash(garage.book())
    with pytest.raises(PaymentInProgress):
        end(55000, minutes=1)
    assert payments.look_into_due(now=at(minutes=2)) == 1
    assert end(55000, minutes=3).difference_minor == 0
    assert audit().violated == []


@pytest.mark.parametrize("amount_minor", [-1, 10**13])
def test_an_amount_that_no_drawer_holds_is_refused(garage, amount_minor):
    with pytest.raises(InvalidField):
        begin(float_minor=amount_minor)
    begin()
    with pytest.raises(InvalidField):
        end(amount_minor)


@pytest.mark.parametrize(
    "caller",
    [
        SYSTEM,
        staff_caller(name="meera", roles=[Role.ATTENDANT]),
        staff_caller(name="nobody", roles=[Role.CASHIER]),
    ],
)
def test_only_a_cashier_who_is_known_by_name_has_a_shift(garage, caller):
    with pytest.raises(PermissionRequired):
        begin(caller=caller)
    with pytest.raises(PermissionRequired):
        end(0, caller=caller)
    with pytest.raises(PermissionRequired):
        ParkingService.current_shift(caller=caller)


def test_it_is_written_down_when_a_shift_opens_and_closes(garage):
    begin()
    end(49000)
    opened, closed = AuditEvent.objects.filter(action__startswith="shift.").order_by("id")
    assert (opened.action, opened.caller) == ("shift.opened", "staff:meera")
    assert (closed.action, closed.data["expected_minor"], closed.data["counted_minor"]) == (
        "shift.closed",
        50000,
        49000,
    )
