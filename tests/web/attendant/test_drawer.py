"""A cashier's drawer in the page: opened, filled, counted; and cash handed back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User

from parking.domain.callers import staff_caller
from parking.domain.permissions import Role
from parking.domain.states import PaymentMethod, RefundStatus
from parking.models import CashierShift, Refund
from parking.services import ParkingService
from tests.web.attendant.reading import said

DRAWER = "/parking/scanner/drawer/"


@pytest.fixture
def cashier(staff):
    return staff(Role.CASHIER)


def test_a_shift_from_its_float_to_its_count(cashier, garage, overdue):
    opened = said(cashier, cashier.post(f"{DRAWER}open/", {"opening_float": "500.00"}))
    cashier.post(f"/parking/scanner/desk/{overdue.booking_id}/take/", {"method": "CASH", "shown": "stay:5000"})
    page = cashier.get(DRAWER).content.decode()
    closed = said(cashier, cashier.post(f"{DRAWER}close/", {"counted": "540.00", "note": "A coin rolled away"}))

    assert "Your shift is open with ₹500.00 in the drawer." in opened
    assert "₹550.00" in page
    assert "₹10.00 is missing; that is written down." in closed
    assert CashierShift.objects.get().note == "A coin rolled away"


@pytest.mark.parametrize(("counted", "words"), [("500", "The drawer is right."), ("500.50", "₹0.50 is too much")])
def test_what_was_counted_is_told(cashier, garage, counted, words):
    cashier.post(f"{DRAWER}open/", {"opening_float": "500"})

    assert words in said(cashier, cashier.post(f"{DRAWER}close/", {"counted": counted}))


def test_a_second_shift_is_refused_in_words(cashier, garage):
    cashier.post(f"{DRAWER}open/", {"opening_float": "500"})

    assert "You already have an open shift." in said(cashier, cashier.post(f"{DRAWER}open/", {"opening_float": "1"}))
    assert CashierShift.objects.count() == 1


def test_cash_is_handed_back_once_out_of_an_open_drawer(cashier, garage, now):
    refund = _cash_refund(garage, now=now)
    before = cashier.get(DRAWER).content.decode()
    ParkingService.close_shift(counted_minor=5000, caller=_meera(), now=now)
    cashier.post(f"{DRAWER}open/", {"opening_float": "500"})
    given = said(cashier, cashier.post(f"{DRAWER}hand-back/", {"refund_id": str(refund.id)}))
    again = said(cashier, cashier.post(f"{DRAWER}hand-back/", {"refund_id": str(refund.id)}))

    assert "DL01AB1234" in before
    assert "Give ₹50.00 to the driver of DL01AB1234." in given
    assert "This cash was already handed back." in again
    assert Refund.objects.get().status == RefundStatus.PROCESSED


@pytest.mark.parametrize("role", [Role.ATTENDANT, Role.AUDITOR])
def test_who_takes_no_cash_has_no_drawer(staff, garage, role):
    client = staff(role)

    assert client.get(DRAWER).status_code == 403
    assert client.post(f"{DRAWER}open/", {"opening_float": "500"}).status_code == 403
    assert not CashierShift.objects.exists()


def _meera():
    User.objects.get_or_create(username="meera")
    return staff_caller(name="meera", roles=[Role.CASHIER])


def _cash_refund(garage, *, now) -> Refund:
    """Somebody paid a booking in cash and cancelled it."""
    paid_at = now - timedelta(minutes=2)
    ParkingService.open_shift(opening_float_minor=0, caller=_meera(), now=paid_at)
    booking = garage.book(now=paid_at)
    ParkingService.process_booking_payment(
        booking_id=booking.booking_id, gateway_data={}, method=PaymentMethod.CASH, caller=_meera(), now=paid_at
    )
    garage.cancel(booking, now=now)
    return Refund.objects.get()
