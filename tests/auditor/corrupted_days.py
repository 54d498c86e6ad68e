"""I12 in the office: a day that was closed with other money than moved on it."""

from __future__ import annotations

from parking.models import CashierShift, DayClose
from tests.auditor.busy import Busy
from tests.auditor.corruptions import breaks, change, payment, refund
from tests.garage import at


@breaks("I12")
def a_closed_day_that_says_more_than_was_captured(busy: Busy) -> None:
    change(DayClose.objects.get(), captured_minor=10100)


@breaks("I12")
def a_closed_day_that_says_less_than_was_refunded(busy: Busy) -> None:
    change(DayClose.objects.get(), refunded_minor=4900)


@breaks("I12")
def a_refund_that_was_moved_out_of_its_closed_day(busy: Busy) -> None:
    change(refund(busy, "yesterday"), processed_at=at(minutes=1))


@breaks("I12")
def a_payment_that_slipped_into_a_closed_day(busy: Busy) -> None:
    day = DayClose.objects.get()
    change(day, ends_at=payment(busy, "first").completed_at.replace(microsecond=1))


@breaks("I12")
def a_closed_day_with_a_drawer_that_was_open(busy: Busy) -> None:
    change(CashierShift.objects.get(closed_at=None), opened_at=at(minutes=-20 * 60))
