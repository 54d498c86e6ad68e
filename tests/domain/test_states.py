"""Every pair of states, against DESIGN's own words (promise I6)."""

from __future__ import annotations

import pytest

from parking.domain import states
from tests.domain.design import PAIRS, STATES, TRANSITIONS

TABLES = {
    "booking": (states.BookingStatus, states.BOOKING_TRANSITIONS),
    "session": (states.SessionStatus, states.SESSION_TRANSITIONS),
    "payment": (states.PaymentStatus, states.PAYMENT_TRANSITIONS),
    "refund": (states.RefundStatus, states.REFUND_TRANSITIONS),
}


@pytest.mark.parametrize(("entity", "old", "new"), PAIRS)
def test_a_transition_is_allowed_exactly_if_the_design_lists_it(entity, old, new):
    enum, table = TABLES[entity]
    assert (enum(new) in table[enum(old)]) == ((old, new) in TRANSITIONS[entity])


@pytest.mark.parametrize("entity", STATES)
def test_there_are_the_states_of_the_design_and_each_has_its_row(entity):
    enum, table = TABLES[entity]
    assert sorted(enum) == sorted(STATES[entity])
    assert sorted(table) == sorted(STATES[entity])


@pytest.mark.parametrize(
    ("enum", "words"),
    [
        (states.PaymentKind, "BOOKING ADDITIONAL EXTENSION"),
        (states.RefundKind, "BOOKING_CANCEL UNUSED_TIME SURPLUS ZONE_FULL MANUAL"),
        (states.ScanType, "ENTRY EXIT"),
        (states.ScanResult, "SUCCESS FAILED DUPLICATE"),
    ],
)
def test_the_kinds_are_those_of_the_design(enum, words):
    assert [kind.value for kind in enum] == words.split()


@pytest.mark.parametrize("enum", [enum for enum, _ in TABLES.values()])
def test_a_state_is_stored_under_its_own_name_in_capitals(enum):
    assert [state.value for state in enum] == [state.name for state in enum]
