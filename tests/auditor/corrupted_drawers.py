"""I12 and I19 at the desk: drawers that do not add up, and a stay that nobody ended."""

from __future__ import annotations

from parking.models import CashierShift
from tests.auditor.busy import Busy
from tests.auditor.corruptions import breaks, change, payment, refund, session


@breaks("I12")
def a_drawer_that_was_to_hold_less(busy: Busy) -> None:
    change(CashierShift.objects.get(closed_at__isnull=False), expected_minor=54900)


@breaks("I12")
def cash_in_another_cashiers_closed_shift(busy: Busy) -> None:
    closed = CashierShift.objects.get(closed_at__isnull=False)
    change(payment(busy, "cash waits"), shift=closed)


@breaks("I12")
def cash_handed_back_out_of_nowhere(busy: Busy) -> None:
    handed = refund(busy, "cash handed back")
    change(handed.shift, expected_minor=60000)
    change(handed, shift=None)


@breaks("I12")
def a_refund_by_card_out_of_a_drawer(busy: Busy) -> None:
    change(refund(busy, "cancelled"), shift=CashierShift.objects.get(closed_at=None))


@breaks("I19")
def a_car_declared_gone_that_the_gate_still_waits_for(busy: Busy) -> None:
    change(session(busy, "left unseen"), gate_opened_at=None)
