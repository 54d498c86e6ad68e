"""Every pair of states against the database itself: exactly the transitions of the design succeed (promise I6).

Each row is brought into its old state by allowed steps, then one UPDATE tries the new state, with the columns
that belong to it, so that nothing but the transition can be refused.
"""

from __future__ import annotations

import pytest
from django.db import connection

from tests.db.rows import ALLOWED, PRICE, Rows, change, complete, outcome
from tests.domain.design import BORN, PAIRS, STATES, TRANSITIONS
from tests.garage import OPENING, at

PAID_AT = {"paid_at": OPENING, "closed_at": None}
CLOSED_AT = {"closed_at": at(minutes=5)}
COLUMNS = {
    "booking": {
        "CREATED": {},
        "PAID": PAID_AT,
        "USED": PAID_AT,
        "EXPIRED": CLOSED_AT,
        "CANCELLED": CLOSED_AT,
        "NO_SHOW": CLOSED_AT,
    },
    "session": {
        "ACTIVE": {"exit_time": None},
        "AWAITING_PAYMENT": {"exit_time": None},
        "COMPLETED": {"exit_time": at(minutes=60), "billed_until": at(minutes=60), "leave_by": at(minutes=70)},
    },
    "payment": {
        "PENDING": {"captured_minor": 0, "completed_at": None},
        "COMPLETED": {"captured_minor": PRICE, "completed_at": OPENING},
        "FAILED": {"captured_minor": 0, "completed_at": None, "failed_at": OPENING},
    },
    "refund": {
        "PENDING": {"processed_at": None},
        "PROCESSED": {"processed_at": OPENING},
        "FAILED": {"processed_at": None},
    },
}
"""The other columns that a state needs, by the CHECK constraints."""

WAYS = {
    "booking": {
        "CREATED": [],
        "PAID": ["PAID"],
        "USED": ["PAID", "USED"],
        "EXPIRED": ["EXPIRED"],
        "CANCELLED": ["CANCELLED"],
        "NO_SHOW": ["PAID", "NO_SHOW"],
    },
    "session": {
        "ACTIVE": [],
        "AWAITING_PAYMENT": ["AWAITING_PAYMENT"],
        "COMPLETED": ["COMPLETED"],
    },
    "payment": {"PENDING": [], "COMPLETED": ["COMPLETED"], "FAILED": ["FAILED"]},
    "refund": {"PENDING": [], "PROCESSED": ["PROCESSED"], "FAILED": ["FAILED"]},
}
"""How a row gets into a state."""

WAYS_WITH_A_DETOUR = [
    ("booking", ["EXPIRED", "PAID", "USED"], "late money found a slot, and the car came"),
    ("session", ["AWAITING_PAYMENT", "COMPLETED", "AWAITING_PAYMENT", "COMPLETED"], "paid, did not leave, paid again"),
    ("payment", ["FAILED", "COMPLETED"], "authorised late"),
    ("refund", ["FAILED", "PENDING", "FAILED", "PENDING", "PROCESSED"], "retried until it went through"),
]


def move(row, *, entity: str, state: str) -> None:
    change(row, status=state, **COLUMNS[entity][state])


@pytest.mark.parametrize(("entity", "old", "new"), PAIRS)
def test_the_database_allows_exactly_the_transitions_of_the_design(rows: Rows, entity, old, new):
    row = getattr(rows, entity)()
    for state in WAYS[entity][old]:
        move(row, entity=entity, state=state)
    is_allowed = old == new or (old, new) in TRANSITIONS[entity]
    expected = ALLOWED if is_allowed else f"parking_{entity}_transition"
    assert outcome(lambda: move(row, entity=entity, state=new)) == expected
    row.refresh_from_db()
    assert row.status == (new if is_allowed else old)


@pytest.mark.parametrize(("entity", "state"), [(entity, state) for entity in STATES for state in STATES[entity]])
def test_a_row_is_born_in_its_first_state_only(rows: Rows, entity, state):
    expected = ALLOWED if state == BORN[entity] else f"parking_{entity}_born"
    assert outcome(lambda: getattr(rows, entity)(status=state, **COLUMNS[entity][state])) == expected


@pytest.mark.parametrize(
    ("entity", "way", "story"), WAYS_WITH_A_DETOUR, ids=[story for _, _, story in WAYS_WITH_A_DETOUR]
)
def test_a_row_may_take_every_allowed_way(rows: Rows, entity, way, story):
    row = getattr(rows, entity)()
    for state in way:
        move(row, entity=entity, state=state)
    row.refresh_from_db()
    assert row.status == way[-1], story


def test_a_stay_never_opens_again_once_its_gate_has_opened(rows: Rows):
    session = rows.session()
    complete(session, gate_opened_at=at(minutes=61))
    reopen = {"status": "AWAITING_PAYMENT", "exit_time": None, "gate_opened_at": None}
    assert outcome(lambda: change(session, **reopen)) == "parking_session_transition"


def test_raw_sql_and_many_rows_at_once_are_watched_too(rows: Rows):
    kept, moved = rows.booking(), rows.booking()
    change(moved, status="CANCELLED", closed_at=OPENING)

    def raw_update() -> None:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE parking_parkingbooking SET status = 'PAID', paid_at = created_at, closed_at = NULL")

    assert outcome(raw_update) == "parking_booking_transition"
    kept.refresh_from_db()
    assert kept.status == "CREATED"
