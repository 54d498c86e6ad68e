"""The last slots of a zone, and more drivers than slots."""

from __future__ import annotations

from collections import Counter
from functools import partial

import pytest
from django.db import connection

from parking.models import SlotAllocation
from tests.races.booking_stories import new_garage, new_plate

pytestmark = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="over HTTP it is tried on SQLite too, in test_over_http"
)


def test_sixty_four_drivers_get_the_last_fifty_slots(crowd):
    garage = new_garage(slots=50)
    outcomes = crowd.rush([partial(garage.book, new_plate()) for _ in range(64)])

    assert Counter(outcome.code for outcome in outcomes if not outcome.won) == {"zone_full": 14}
    told = [outcome.answer.slot_number for outcome in outcomes if outcome.won]
    assert sorted(told) == [f"T{number:03}" for number in range(1, 51)]
    held = SlotAllocation.objects.filter(zone=garage.zone, released_at=None).values_list("slot__number", flat=True)
    assert sorted(held) == sorted(told)
