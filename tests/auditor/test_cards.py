"""What looks like a card number is recognised, and never kept."""

from __future__ import annotations

import pytest

from parking.domain.cards import holds_card_number, without_card_numbers
from parking.domain.errors import UnknownCode
from parking.models import AuditEvent, QRScanLog, Refund
from parking.queries.auditor import audit
from parking.services import ParkingService
from tests.garage import ENTRY_GATE, OPENING, Garage

CARDS = ("4242424242424242", "4242 4242 4242 4242", "5555-5555-5555-4444", "378282246310005", "6304000000000000")


@pytest.mark.parametrize("card", CARDS)
@pytest.mark.parametrize("around", ["{}", "my card is {}, thanks", "[{}]", "{} 12/28", "no. 7 {}"])
def test_a_card_number_is_seen_in_whatever_it_stands(card, around):
    text = around.format(card)
    assert holds_card_number(text=text)
    assert not holds_card_number(text=without_card_numbers(text=text))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "PARK-123456789012",
        "4242424242424241",  # fails the Luhn check
        "1767603600000000",  # a clock
        "424242424242",  # too short
        "a4242424242424242",  # a part of a word
        "44444444-4444-4444-8444-444444444448",  # an id of ours
        "2026-01-05T09:00:00.000000Z",
        "T001 and 10000 minor units",
    ],
)
def test_what_is_no_card_number_stays_as_it_is(text):
    assert not holds_card_number(text=text)
    assert without_card_numbers(text=text) == text


@pytest.mark.django_db
def test_a_card_that_is_shown_to_a_gate_is_not_kept(garage: Garage):
    with pytest.raises(UnknownCode):
        ParkingService.scan_entry_qr(
            qr_code=CARDS[1], scanner_device_id=ENTRY_GATE.name, caller=ENTRY_GATE, now=OPENING
        )
    assert QRScanLog.objects.get().qr_code == "#### #### #### ####"
    assert audit(numbers=["I22"]).violations == 0


@pytest.mark.django_db
def test_a_card_number_given_as_a_reason_is_not_kept(garage: Garage):
    booking = garage.book_and_pay()
    ParkingService.cancel_booking(booking_id=booking.booking_id, reason=f"back to {CARDS[0]}", now=OPENING)
    assert Refund.objects.get().reason == f"back to {'*' * 16}"
    assert CARDS[0] not in str(AuditEvent.objects.get(action="booking.cancelled").data)
