"""The money of one business day, counted on the day on which it moved."""

from __future__ import annotations

from datetime import date

import pytest

from parking.domain.errors import HoldLapsed
from parking.domain.states import PaymentKind, PaymentMethod, RefundKind
from parking.gateways.base import Declined
from parking.gateways.simulated import SimulatedGateway
from parking.models import ParkingSite
from parking.queries.day_money import CapturedLine, RefundedLine, TaxLine, WaitingRefunds, money_of_day
from parking.queries.sites import business_day, desk_site
from parking.services import ParkingService
from tests.garage import OPENING, Garage, at
from tests.queries.cash import open_shift, pay_in_cash

pytestmark = pytest.mark.django_db

TODAY, TOMORROW = date(2026, 1, 5), date(2026, 1, 6)
MIDNIGHT = 9 * 60 + 30
"""The garage opens at 14:30 in India: so many minutes later the day is over."""


def money(day: date = TODAY):
    site = desk_site()
    return money_of_day(site=site, day=business_day(site=site, day=day))


def test_a_day_without_money(garage):
    empty = money()
    assert (empty.captured, empty.refunded, empty.taxes, empty.shifts, empty.receipts) == ((), (), (), (), 0)
    assert (empty.kept_minor, empty.tax_minor, empty.first_receipt_number) == (0, 0, None)
    assert (empty.day, empty.ends_at, empty.currency) == (TODAY, at(minutes=MIDNIGHT), "INR")


def test_by_kind_method_provider_and_cashier(garage):
    open_shift(now=OPENING)
    card = garage.book_and_pay("KA01A1")
    session_id = garage.enter(card).session_id
    garage.top_up(session_id, now=at(minutes=70))
    garage.leave(card, now=at(minutes=71))
    cash = garage.book("KA01A2")
    pay_in_cash(cash.booking_id, now=at(minutes=1))
    cancelled = garage.book_and_pay("KA01A3", hours=2)
    garage.cancel(cancelled, now=at(minutes=2))
    found = money()
    online = {"method": PaymentMethod.ONLINE, "provider": "simulated", "cashier": "", "surplus_minor": 0}
    assert found.captured == (
        CapturedLine(kind=PaymentKind.ADDITIONAL, payments=1, captured_minor=5000, **online),
        CapturedLine(
            kind=PaymentKind.BOOKING,
            method=PaymentMethod.CASH,
            provider="cash",
            cashier="carla",
            payments=1,
            captured_minor=5000,
            surplus_minor=0,
        ),
        CapturedLine(kind=PaymentKind.BOOKING, payments=2, captured_minor=15000, **online),
    )
    assert found.refunded == (
        RefundedLine(
            kind=RefundKind.BOOKING_CANCEL,
            method=PaymentMethod.ONLINE,
            provider="simulated",
            cashier="",
            refunds=1,
            refunded_minor=10000,
        ),
    )
    assert (found.captured_minor, found.refunded_minor, found.kept_minor) == (25000, 10000, 15000)
    [shift] = found.shifts
    assert (shift.cashier, shift.counted_minor, shift.difference_minor) == ("carla", None, None)
    assert found.open_shift_ids == (shift.shift_id,)


def test_money_counts_on_the_day_on_which_it_moved(garage):
    booking = garage.book_and_pay("KA01A1", now=at(minutes=MIDNIGHT - 1))
    garage.cancel(booking, now=at(minutes=MIDNIGHT))
    assert (money().captured_minor, money().refunded_minor) == (5000, 0)
    assert (money(TOMORROW).captured_minor, money(TOMORROW).refunded_minor) == (0, 5000)


def test_refunds_that_wait_are_told_apart(garage, monkeypatch):
    monkeypatch.setattr(SimulatedGateway, "refund", lambda *_, **__: Declined(code="closed_account"))
    garage.cancel(garage.book_and_pay("KA01A1"), now=at(minutes=1))
    assert (money().refunded_minor, money().refunds_waiting) == (0, WaitingRefunds(refunds=1, amount_minor=5000))
    before = money(date(2026, 1, 4))
    assert before.refunds_waiting == WaitingRefunds(refunds=0, amount_minor=0)


def test_surplus_is_captured_and_bears_no_tax(db):
    garage = Garage.build(slots=1)
    ParkingSite.objects.update(tax_basis_points=1800)
    late = garage.book("KA01A1")
    garage.pay(late, token="tok_settles_late")
    garage.book_and_pay("KA01A2", now=at(minutes=20))  # took the slot when the hold was over
    with pytest.raises(HoldLapsed):
        garage.pay(late, now=at(minutes=21))
    found = money()
    online = next(line for line in found.captured if line.surplus_minor)
    assert (online.captured_minor, online.surplus_minor) == (10000, 5000)
    assert found.kept_minor == 5000
    assert found.taxes == (TaxLine(tax_basis_points=1800, kept_minor=5000, tax_minor=763),)


def test_tax_is_at_the_rate_of_the_receipt_once_there_is_one(garage):
    booking = garage.book_and_pay("KA01A1")
    assert money().taxes == (TaxLine(tax_basis_points=0, kept_minor=5000, tax_minor=0),)
    ParkingService.get_receipt(booking_id=booking.booking_id, now=at(minutes=1))
    ParkingSite.objects.update(tax_basis_points=1800)
    garage.book_and_pay("KA01A2")
    assert money().taxes == (
        TaxLine(tax_basis_points=0, kept_minor=5000, tax_minor=0),
        TaxLine(tax_basis_points=1800, kept_minor=5000, tax_minor=763),
    )


def test_more_went_back_than_came_in(garage):
    ParkingSite.objects.update(tax_basis_points=1800)
    booking = garage.book_and_pay("KA01A1", now=at(minutes=MIDNIGHT - 1))
    garage.cancel(booking, now=at(minutes=MIDNIGHT))
    assert money(TOMORROW).taxes == (TaxLine(tax_basis_points=1800, kept_minor=-5000, tax_minor=-763),)


def test_the_numbers_of_the_days_receipts(garage):
    for n in range(3):
        booking = garage.book_and_pay(f"KA01A{n}")
        ParkingService.get_receipt(booking_id=booking.booking_id, now=at(minutes=n * MIDNIGHT / 2))
    assert (money().first_receipt_number, money().last_receipt_number, money().receipts) == (1, 2, 2)
    assert money(TOMORROW).first_receipt_number == 3


@pytest.mark.parametrize("cars", [1, 3])
def test_the_statements_do_not_grow_with_the_day(garage, django_assert_num_queries, cars):
    for n in range(cars):
        garage.cancel(garage.book_and_pay(f"KA01A{n}"), now=at(minutes=1))
    site = desk_site()
    with django_assert_num_queries(8):
        money_of_day(site=site, day=business_day(site=site, day=TODAY))
