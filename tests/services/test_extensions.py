"""More hours: before entry, while parked, when the slot is promised to somebody else, and when the money comes late."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

import pytest

from parking.domain.errors import (
    InvalidField,
    NotExtendable,
    PaymentDeclined,
    PaymentDue,
    UnknownBooking,
    VehicleBusy,
    ZoneFull,
)
from parking.domain.states import PaymentKind, PaymentStatus, RefundKind
from parking.models import AuditEvent, ParkingBooking, Payment, Refund, SlotAllocation
from parking.queries.auditor import audit
from parking.services import ParkingService
from parking.services.results import BookingCreated, BookingExtended
from tests.garage import OPENING, Garage, at

pytestmark = pytest.mark.django_db


def extend(booking: BookingCreated, *, hours: int = 1, now=OPENING, token: str = "") -> BookingExtended:
    return ParkingService.extend_booking(
        booking_id=booking.booking_id, hours=hours, gateway_data={"token": token} if token else {}, now=now
    )


def book_beside(
    garage: Garage, other: BookingCreated, plate: str, *, starts_at: datetime, hours: int = 1
) -> BookingCreated:
    """On the very slot that the other booking has."""
    garage.zone.slots.exclude(number=other.slot_number).update(in_service=False)
    booking = garage.book_and_pay(plate, hours=hours, starts_at=starts_at)
    garage.zone.slots.update(in_service=True)
    assert booking.slot_number == other.slot_number
    return booking


@pytest.fixture(autouse=True)
def _every_promise_is_kept_in_the_end(db):
    yield
    assert audit().violated == []


def test_a_booking_that_has_not_entered_becomes_longer_and_costs_the_difference(garage):
    booking = garage.book_and_pay(hours=2)
    extended = extend(booking, hours=3, now=at(minutes=1))
    assert (extended.hours, extended.paid_until, extended.payment.amount_minor) == (5, at(minutes=300), 15000)
    row = ParkingBooking.objects.get()
    assert (row.hours, row.ends_at, row.price_minor) == (5, at(minutes=300), 25000)
    hold = SlotAllocation.objects.get(released_at=None)
    assert (hold.occupies_until, hold.lapses_at) == (at(minutes=300), at(minutes=300))
    garage.enter(booking, now=at(minutes=2))
    assert garage.leave(booking, now=at(minutes=302)).additional_minor == 0


def test_a_parked_car_buys_an_hour_and_leaves_without_paying_more(garage):
    booking = garage.book_and_pay(hours=1)
    garage.enter(booking)
    extended = extend(booking, now=at(minutes=50))
    assert extended.paid_until == at(minutes=120)
    bill = garage.leave(booking, now=at(minutes=118))
    assert (bill.total_minor, bill.prepaid_minor, bill.additional_minor) == (10000, 10000, 0)


def test_when_the_paid_time_is_over_it_is_too_late(garage):
    """What is due then is paid on foot or at the exit."""
    booking = garage.book_and_pay(hours=1)
    garage.enter(booking, now=at(minutes=10))
    with pytest.raises(NotExtendable, match="is over"):
        extend(booking, now=at(minutes=70))
    assert extend(booking, now=at(minutes=69)).paid_until == at(minutes=130)


def test_what_was_asked_for_in_time_counts_though_the_money_comes_late(garage):
    booking = garage.book_and_pay(hours=1)
    garage.enter(booking)
    extend(booking, now=at(minutes=59, seconds=30), token="tok_settles_late")
    extended = extend(booking, now=at(minutes=62))
    assert (extended.hours, extended.payment.amount_minor) == (2, 5000)


def test_a_slot_that_was_promised_to_another_meanwhile_is_not_taken_in_hindsight():
    """The car came late, so its hour ran into the next booking, which nobody used."""
    garage = Garage.build(slots=1)
    mine = garage.book_and_pay("KA01A1", hours=2)
    garage.book_and_pay("KA02B2", hours=1, starts_at=at(minutes=120))
    garage.enter(mine, now=at(minutes=110))
    assert extend(mine, now=at(minutes=190)).paid_until == at(minutes=110 + 180)
    assert garage.leave(mine, now=at(minutes=280)).additional_minor == 0


def test_hours_that_were_bought_and_not_used_go_back_at_the_exit(garage):
    booking = garage.book_and_pay(hours=1)
    garage.enter(booking)
    extend(booking, hours=4, now=at(minutes=30))
    assert garage.leave(booking, now=at(minutes=60)).refund_minor == 20000
    kinds = Refund.objects.values_list("kind", flat=True)
    assert set(kinds) == {RefundKind.UNUSED_TIME}


def test_a_cancellation_gives_the_extension_back_too(garage):
    booking = garage.book_and_pay(hours=1)
    extend(booking, hours=1)
    assert garage.cancel(booking, now=at(minutes=5)).refund_minor == 10000


def test_who_was_promised_the_slot_and_has_not_entered_is_given_another():
    garage = Garage.build(slots=2)
    mine = garage.book_and_pay("KA01A1", hours=1)
    theirs = book_beside(garage, mine, "KA02B2", starts_at=at(minutes=90))
    garage.enter(mine)
    extended = extend(mine, hours=2, now=at(minutes=10))
    now_theirs = SlotAllocation.objects.get(booking_id=theirs.booking_id, released_at=None)
    assert extended.slot_number == mine.slot_number != now_theirs.slot.number
    garage.enter(theirs, now=at(minutes=90))


def test_a_car_that_is_not_here_yet_moves_itself_when_the_others_cannot():
    garage = Garage.build(slots=2)
    mine = garage.book_and_pay("KA01A1", hours=1, starts_at=at(minutes=60))
    book_beside(garage, mine, "KA02B2", starts_at=at(minutes=150), hours=3)
    elsewhere = garage.book_and_pay("KA03C3", hours=1, starts_at=at(minutes=250))
    assert elsewhere.slot_number != mine.slot_number
    extended = extend(mine, hours=2, now=at(minutes=10))
    assert (extended.hours, extended.slot_number) == (3, elsewhere.slot_number)


def test_nothing_is_charged_when_no_slot_is_left():
    garage = Garage.build(slots=1)
    mine = garage.book_and_pay("KA01A1", hours=1)
    garage.book_and_pay("KA02B2", hours=1, starts_at=at(minutes=60))
    garage.enter(mine)
    with pytest.raises(ZoneFull, match="promised to another from"):
        extend(mine, now=at(minutes=10))
    assert not Payment.objects.filter(kind=PaymentKind.EXTENSION).exists()
    assert ParkingBooking.objects.get(id=mine.booking_id).hours == 1


def test_the_money_goes_back_when_the_slot_went_while_it_was_on_its_way():
    garage = Garage.build(slots=1)
    mine = garage.book_and_pay("KA01A1", hours=1)
    garage.enter(mine)
    extended = extend(mine, now=at(minutes=10), token="tok_settles_late")
    assert (extended.hours, extended.payment.payment_status) == (1, PaymentStatus.PENDING)
    garage.book_and_pay("KA02B2", hours=1, starts_at=at(minutes=60), now=at(minutes=11))
    with pytest.raises(ZoneFull, match="The money goes back"):
        extend(mine, now=at(minutes=30))
    payment = Payment.objects.get(kind=PaymentKind.EXTENSION)
    refund = Refund.objects.get()
    assert (payment.surplus_minor, refund.kind, refund.amount_minor) == (5000, RefundKind.SURPLUS, 5000)


def test_a_payment_that_waits_gives_nothing_yet_and_is_asked_about_when_sent_again(garage):
    booking = garage.book_and_pay(hours=1)
    assert extend(booking, token="tok_settles_late").hours == 1
    extended = extend(booking, now=at(minutes=20))
    assert (extended.hours, extended.payment.payment_status) == (2, PaymentStatus.COMPLETED)
    assert Payment.objects.filter(kind=PaymentKind.EXTENSION).count() == 1


def test_a_declined_payment_changes_nothing(garage):
    booking = garage.book_and_pay(hours=1)
    with pytest.raises(PaymentDeclined):
        extend(booking, token="tok_declined")
    assert ParkingBooking.objects.get().hours == 1
    assert extend(booking).hours == 2


def test_not_more_than_a_day_in_all(garage):
    booking = garage.book_and_pay(hours=23)
    for hours in (0, -1, 2, 10**9):
        with pytest.raises(InvalidField, match="hours"):
            extend(booking, hours=hours)
    assert extend(booking, hours=1).hours == 24


def test_only_what_is_paid_and_has_not_asked_to_leave(garage):
    unpaid = garage.book("KA01A1")
    with pytest.raises(NotExtendable):
        extend(unpaid)
    booking = garage.book_and_pay("KA02B2", hours=1)
    garage.enter(booking)
    with pytest.raises(PaymentDue):
        garage.leave(booking, now=at(minutes=70))
    with pytest.raises(NotExtendable):
        extend(booking, now=at(minutes=71))
    no_show = garage.book_and_pay("KA03C3", hours=1)
    with pytest.raises(NotExtendable):
        extend(no_show, now=at(minutes=60))
    with pytest.raises(UnknownBooking):
        ParkingService.extend_booking(booking_id=uuid4(), hours=1, gateway_data={}, now=OPENING)


def test_the_vehicle_must_have_the_time_itself(garage):
    booking = garage.book_and_pay(hours=1)
    garage.book_and_pay(hours=1, starts_at=at(minutes=120))
    assert extend(booking).hours == 2
    with pytest.raises(VehicleBusy):
        extend(booking)


def test_it_is_written_down_who_extended_what(garage):
    booking = garage.book_and_pay(hours=1)
    extend(booking)
    actions = list(AuditEvent.objects.filter(booking_id=booking.booking_id).values_list("action", flat=True))
    assert actions.count("booking.extended") == 1
