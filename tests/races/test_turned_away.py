"""A driver who has paid is turned away only for a zone that is full of cars, not for one that others are busy in."""

from __future__ import annotations

from threading import Event

import pytest
from django.db import connection

from parking.db.locks import lock_booking
from parking.db.transactions import use_case
from parking.models import QRScanLog, Refund
from tests.garage import Garage, at

_PATIENCE_SECONDS = 20


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite locks no single booking")
def test_nobody_is_turned_away_because_another_booking_is_looked_at(crowd):
    """One slot is overstayed in. The other is promised to somebody whose booking is locked at this moment."""
    garage = Garage.build(slots=2)
    overstayer = garage.book_and_pay("OVER1")
    garage.enter(overstayer)
    later = [garage.book_and_pay(plate, starts_at=at(minutes=60)) for plate in ("LATER1", "LATER2")]
    displaced, promised = sorted(later, key=lambda booking: booking.slot_number != overstayer.slot_number)

    looking, answered = Event(), Event()

    def look_at_the_promised_booking() -> None:
        with use_case():
            lock_booking(booking_id=promised.booking_id)
            looking.set()
            answered.wait(timeout=_PATIENCE_SECONDS)

    def arrive_meanwhile() -> object:
        looking.wait(timeout=_PATIENCE_SECONDS)
        try:
            return garage.enter(displaced, now=at(minutes=61))
        finally:
            answered.set()

    _, arrival = crowd.rush([look_at_the_promised_booking, arrive_meanwhile])
    assert (arrival.code, Refund.objects.count()) == ("busy", 0)
    assert QRScanLog.objects.filter(booking=None).values_list("result", "reason").get() == ("FAILED", "busy")

    admitted = garage.enter(displaced, now=at(minutes=61))
    assert admitted.slot_number == promised.slot_number


def test_a_slot_promised_to_somebody_whose_time_has_begun_is_free_until_they_come(garage):
    """They are promised the overstayer's, from now on; neither is refused while a slot has no car in it."""
    garage.zone.slots.filter(number="T003").update(in_service=False)
    overstayer = garage.book_and_pay("OVER1")
    garage.enter(overstayer)
    absent = garage.book_and_pay("ABSENT1", hours=3)
    displaced = garage.book_and_pay("LATER1", starts_at=at(minutes=60))

    admitted = garage.enter(displaced, now=at(minutes=61))
    assert (displaced.slot_number, admitted.slot_number) == (overstayer.slot_number, absent.slot_number)
    assert garage.look(absent, now=at(minutes=61)).slot_number == overstayer.slot_number
