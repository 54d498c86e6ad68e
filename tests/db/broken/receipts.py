"""Receipts: of captured money only, one for a booking, numbered without a gap, and never changed."""

from __future__ import annotations

from parking.models import ParkingBooking, ParkingSite, Receipt
from tests.db.broken import Statement, breaks
from tests.db.rows import Rows, change
from tests.garage import OPENING


def _receipt(rows: Rows, **changes: object) -> Receipt:
    """The next one of the site, of a booking of its own."""
    site = ParkingSite.objects.get(id=rows.site.id)
    row = {
        "site": site,
        "number": site.next_receipt_number,
        "booking": changes.pop("booking", None) or _paid(rows),
        "issuer_name": "Test site",
        "tax_basis_points": 0,
        "issued_at": OPENING,
    }
    receipt = Receipt.objects.create(**row | changes)
    change(site, next_receipt_number=receipt.number + 1)
    return receipt


def _paid(rows: Rows) -> ParkingBooking:
    return rows.captured().booking


@breaks("parking_receipt_number_once", behind_a_guard=True)
def two_receipts_of_one_number(rows: Rows) -> Statement:
    first, booking = _receipt(rows), _paid(rows)
    return lambda: _receipt(rows, booking=booking, number=first.number)


@breaks("parking_receipt_number_from_one", behind_a_guard=True)
def a_receipt_of_no_number(rows: Rows) -> Statement:
    booking = _paid(rows)
    return lambda: _receipt(rows, booking=booking, number=0)


@breaks("parking_receipt_tax_at_most_whole")
def a_tax_of_more_than_the_price(rows: Rows) -> Statement:
    booking = _paid(rows)
    return lambda: _receipt(rows, booking=booking, tax_basis_points=10_001)


@breaks("parking_receipt_booking_id_key")
def two_receipts_for_one_booking(rows: Rows) -> Statement:
    booking = _receipt(rows).booking
    return lambda: _receipt(rows, booking=booking)


@breaks("parking_receipt_paid")
def a_receipt_for_nothing(rows: Rows) -> Statement:
    booking = rows.booking()
    return lambda: _receipt(rows, booking=booking)


@breaks("parking_receipt_paid")
def a_receipt_for_money_that_did_not_come(rows: Rows) -> Statement:
    booking = rows.payment().booking
    return lambda: _receipt(rows, booking=booking)


@breaks("parking_receipt_one_site")
def a_receipt_of_another_site_than_the_bookings(rows: Rows) -> Statement:
    booking, other = _paid(rows), ParkingSite.objects.create(name="Other site", created_at=OPENING)
    return lambda: _receipt(rows, booking=booking, site=other)


@breaks("parking_receipt_unbroken")
def a_first_receipt_with_another_number_than_the_site_gives(rows: Rows) -> Statement:
    booking = _paid(rows)
    return lambda: _receipt(rows, booking=booking, number=2)


@breaks("parking_receipt_unbroken")
def a_number_that_was_left_out(rows: Rows) -> Statement:
    first, booking = _receipt(rows), _paid(rows)
    return lambda: _receipt(rows, booking=booking, number=first.number + 2)


@breaks("parking_site_receipts_unbroken")
def a_site_that_counts_on_past_a_number_it_never_gave(rows: Rows) -> Statement:
    receipt = _receipt(rows)
    return lambda: change(rows.site, next_receipt_number=receipt.number + 2)


@breaks("parking_site_receipts_unbroken")
def a_site_that_begins_to_count_again(rows: Rows) -> Statement:
    _receipt(rows)
    return lambda: change(rows.site, next_receipt_number=1)


@breaks("parking_receipt_unchanged")
def a_receipt_rewritten(rows: Rows) -> Statement:
    receipt = _receipt(rows)
    receipt.issuer_name = "Somebody else"
    return receipt.save


@breaks("parking_receipt_kept")
def a_receipt_torn_up(rows: Rows) -> Statement:
    return _receipt(rows).delete
