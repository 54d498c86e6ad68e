"""Thirty-two at once, on a real PostgreSQL: exactly one wins, and the others are told so in plain words."""

from __future__ import annotations

import pytest
from django.db import connection

from tests.races import booking_stories, cash_stories, gate_stories, permit_stories
from tests.races.crowd import Verdict

pytestmark = pytest.mark.skipif(
    connection.vendor != "postgresql",
    reason="SQLite has one writer at a time, so nothing races inside it; over HTTP it is tried in test_over_http",
)

PEOPLE = 32
ROUNDS = 3


@pytest.mark.parametrize(
    "story",
    [
        booking_stories.one_last_slot,
        booking_stories.the_slots_of_lapsed_holds,
        booking_stories.drivers_whose_holds_lapsed,
        booking_stories.one_new_vehicle,
        booking_stories.one_known_vehicle,
        booking_stories.one_payment,
        booking_stories.one_cancellation,
        booking_stories.paying_against_cancelling,
        booking_stories.paying_against_the_end_of_the_hold,
        gate_stories.cancelling_against_entering,
        gate_stories.one_entry,
        gate_stories.one_entry_scan_delivered_again_and_again,
        gate_stories.one_entry_scan_of_an_unknown_code_delivered_again_and_again,
        gate_stories.one_scan_id_for_two_tickets,
        gate_stories.one_exit,
        gate_stories.one_top_up,
        gate_stories.one_vehicle_at_two_gates,
        cash_stories.closing_against_cash,
        cash_stories.one_hand_back,
        permit_stories.cars_of_one_permit,
        permit_stories.one_car_of_a_permit,
        permit_stories.one_car_of_a_permit_in_and_out,
        permit_stories.one_code_for_one_use,
    ],
    ids=lambda story: story.__name__,
)
def test_one_wins(crowd, story):
    for _ in range(ROUNDS):
        assert story(crowd, PEOPLE) == Verdict(breaches=[], unclear=[])
