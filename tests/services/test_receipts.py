"""Receipts: numbered without a gap by each site, of captured money only (`parking.services.receipts`)."""

from __future__ import annotations

from uuid import uuid4

import pytest

from parking.domain.callers import UNPROVEN
from parking.domain.errors import NothingPaid, PermissionRequired, UnknownBooking
from parking.models import AuditEvent, ParkingSite, ParkingZone, Receipt
from parking.queries.receipts import ReceiptDetails
from parking.services import ParkingService, audit
from parking.services.results import BookingCreated
from tests.garage import OPENING, Garage, at

pytestmark = pytest.mark.django_db


def ask(booking: BookingCreated, *, minutes: float = 0) -> ReceiptDetails:
    return ParkingService.get_receipt(booking_id=booking.booking_id, now=at(minutes=minutes))


def test_numbers_follow_each_other_in_the_order_of_asking(garage: Garage):
    bookings = [garage.book_and_pay(plate) for plate in ("AB1", "AB2", "AB3")]
    assert [ask(booking).number for booking in reversed(bookings)] == [1, 2, 3]
    assert [ask(booking).number for booking in reversed(bookings)] == [1, 2, 3]
    assert ParkingSite.objects.get().next_receipt_number == 4


def test_a_site_may_begin_where_its_old_books_end(garage: Garage):
    ParkingSite.objects.update(next_receipt_number=4711)
    assert [ask(garage.book_and_pay(plate)).number for plate in ("AB1", "AB2")] == [4711, 4712]


def test_each_site_counts_alone(garage: Garage):
    ask(garage.book_and_pay("AB1"))
    other = ParkingSite.objects.create(name="Other site", created_at=OPENING)
    zone = garage.zone
    elsewhere = Garage(
        zone=ParkingZone.objects.create(
            site=other, name="Other", tariff=zone.tariff, policy=zone.policy, created_at=OPENING
        )
    )
    elsewhere.zone.slots.create(number="X1")
    assert ask(elsewhere.book_and_pay("AB2")).number == 1
    assert ask(garage.book_and_pay("AB3")).number == 2


def test_a_number_is_not_lost_when_issuing_fails(garage: Garage, monkeypatch):
    booking = garage.book_and_pay()
    with monkeypatch.context() as patch:
        patch.setattr(audit, "record", lambda **_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            ask(booking)
    assert Receipt.objects.count() == 0
    assert ask(booking).number == 1


def test_it_is_issued_once_and_reads_as_of_now(garage: Garage):
    booking = garage.book_and_pay()
    first, later = ask(booking, minutes=1), ask(booking, minutes=9)
    assert (first.issued_at, later.issued_at) == (at(minutes=1), at(minutes=1))
    assert (first.as_of, later.as_of) == (at(minutes=1), at(minutes=9))
    assert ask(booking).as_of == at(minutes=1)  # a request that waited never reads a receipt before it was issued
    event = AuditEvent.objects.get(action="receipt.issued")
    assert (event.booking_id, event.caller, event.data) == (booking.booking_id, "driver", {"number": 1})


def test_nothing_is_issued_for_nothing(garage: Garage):
    booking = garage.book()
    with pytest.raises(NothingPaid):
        ask(booking)
    with pytest.raises(UnknownBooking):
        ParkingService.get_receipt(booking_id=uuid4(), now=OPENING)
    with pytest.raises(PermissionRequired):
        ParkingService.get_receipt(booking_id=booking.booking_id, caller=UNPROVEN, now=OPENING)


def test_late_money_that_went_back_whole_has_a_receipt_too(garage: Garage):
    """The hold lapsed before the bank agreed, and the zone is full: surplus, given back."""
    booking = garage.book("AB1")
    garage.pay(booking, token="tok_settles_late")
    for plate in ("AB2", "AB3"):
        garage.book_and_pay(plate)
    late = at(minutes=16)
    garage.book_and_pay("AB4", now=late)
    with pytest.raises(Exception, match="hold_lapsed"):
        garage.pay(booking, now=late)
    receipt = ask(booking, minutes=20)
    assert (receipt.captured_minor, receipt.refunded_minor, receipt.kept.gross_minor) == (5000, 5000, 0)
