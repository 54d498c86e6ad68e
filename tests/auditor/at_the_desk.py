"""What people at the desk did in the busy garage: tickets, waivers, goodwill, gates opened by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from parking.domain.errors import PaymentDue, TicketReplaced
from parking.domain.states import AdjustmentKind, PaymentKind
from parking.models import Payment
from parking.services import ParkingService
from tests.garage import Garage, at
from tests.services.desk import (
    OLGA,
    RAVI,
    decide,
    goodwill,
    open_entry,
    open_exit,
    propose,
    with_limit,
    with_lost_ticket,
)

if TYPE_CHECKING:
    from tests.auditor.busy import Busy


def at_the_desk(busy: Busy) -> None:
    adjusted = Garage.build(slots=6, name="Adjusted")
    with_limit(adjusted, minor=4000)
    _adjusted(busy, adjusted)
    _opened(busy, Garage.build(slots=3, name="Opened by hand"))
    _refunded(busy, Garage.build(slots=1, name="Refunded by hand"))
    _tickets(busy, Garage.build(slots=2, name="Lost tickets"))


def _adjusted(busy: Busy, garage: Garage) -> None:
    for number, name in enumerate(("waived", "waived by two", "goodwill inside", "goodwill after", "waits for two")):
        busy.bookings[name] = garage.book_and_pay(f"DK80A{number}")
    sessions = {name: garage.enter(busy[name]).session_id for name in list(busy.bookings)[-5:]}
    missed = busy.bookings["goodwill for a no-show"] = garage.book_and_pay("DK80A9")
    for name in ("waived", "waived by two"):
        with pytest.raises(PaymentDue):
            garage.leave(busy[name], now=at(minutes=125))
    propose(sessions["waived"], AdjustmentKind.WAIVER, 2000, now=at(minutes=126))
    garage.top_up(sessions["waived"], now=at(minutes=127))
    garage.leave(busy["waived"], now=at(minutes=128))
    rejected = propose(sessions["waived by two"], AdjustmentKind.GOODWILL, 4500, now=at(minutes=126))
    decide(rejected, approve=False, now=at(minutes=126))
    decide(propose(sessions["waived by two"], AdjustmentKind.WAIVER, 5000, now=at(minutes=127)), now=at(minutes=128))
    garage.leave(busy["waived by two"], now=at(minutes=129))
    propose(sessions["goodwill inside"], AdjustmentKind.GOODWILL, 1000, now=at(minutes=30))
    garage.leave(busy["goodwill after"], now=at(minutes=50))
    propose(sessions["goodwill after"], AdjustmentKind.GOODWILL, 1500, now=at(minutes=60))
    propose(sessions["waits for two"], AdjustmentKind.GOODWILL, 4500, now=at(minutes=60))
    goodwill(missed.booking_id, 500, now=at(minutes=61))


def _refunded(busy: Busy, garage: Garage) -> None:
    """A stay with two payments, of which the first goes back in part by hand."""
    booking = busy.bookings["refunded by hand"] = garage.book_and_pay("DK83A1")
    session_id = garage.enter(booking).session_id
    garage.top_up(session_id, now=at(minutes=70))
    garage.leave(booking, now=at(minutes=75))
    payment = Payment.objects.get(booking_id=booking.booking_id, kind=PaymentKind.BOOKING)
    ParkingService.refund_payment(
        payment_id=payment.id, amount_minor=2000, reason="The lights were out", caller=OLGA, now=at(minutes=80)
    )


def _opened(busy: Busy, garage: Garage) -> None:
    names = ("let out", "let out in time", "left open")
    busy.bookings |= {name: garage.book_and_pay(f"DK81A{number}", hours=3) for number, name in enumerate(names)}
    late, in_time, left_open = (garage.enter(busy[name]).session_id for name in names)
    open_entry(now=at(minutes=10))
    open_exit(in_time, close_stay=True, now=at(minutes=50))
    open_exit(left_open, now=at(minutes=200))
    open_exit(late, close_stay=True, now=at(minutes=240), caller=OLGA)


def _tickets(busy: Busy, garage: Garage) -> None:
    with_lost_ticket(garage, fee="200.00", total_at_most="220.00")
    lost = busy.bookings["lost ticket"] = garage.book_and_pay("DK82A1")
    session_id = garage.enter(lost).session_id
    ParkingService.report_lost_ticket(session_id=session_id, reason="Lost", caller=RAVI, now=at(minutes=100))
    replaced = busy.bookings["replaced ticket"] = garage.book_and_pay("DK82A2")
    ParkingService.replace_ticket(booking_id=replaced.booking_id, reason="Torn", caller=RAVI, now=at(minutes=1))
    with pytest.raises(TicketReplaced):
        garage.enter(replaced, now=at(minutes=2))
