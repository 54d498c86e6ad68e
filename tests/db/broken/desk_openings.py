"""Gates opened by hand: written once, with a reason, and of one booking."""

from __future__ import annotations

from parking.models import ManualOpening
from tests.db.broken import Statement, breaks
from tests.db.rows import Rows, change
from tests.garage import OPENING


def _opening(rows: Rows, **changes: object) -> ManualOpening:
    row = {
        "direction": "EXIT",
        "outcome": "NO_STAY",
        "reason": "Scanner out of order",
        "opened_by": "staff:ravi",
        "opened_at": OPENING,
    }
    device = changes.pop("device", None) or rows.device(direction="EXIT")
    return ManualOpening.objects.create(device=device, **row | changes)


@breaks("parking_opening_direction")
def an_opening_in_a_direction_that_there_is_not(rows: Rows) -> Statement:
    return lambda: _opening(rows, direction="UP")


@breaks("parking_opening_outcome", behind_a_guard=True)
def an_opening_with_an_outcome_that_there_is_not(rows: Rows) -> Statement:
    session = rows.session()
    return lambda: _opening(rows, session=session, booking=session.booking, outcome="LOST")


@breaks("parking_opening_reason")
def an_opening_without_a_reason(rows: Rows) -> Statement:
    return lambda: _opening(rows, reason="")


@breaks("parking_opening_of_a_stay")
def a_stay_closed_and_nobody_knows_which(rows: Rows) -> Statement:
    return lambda: _opening(rows, outcome="CLOSED")


@breaks("parking_opening_of_a_stay")
def a_stay_that_is_none(rows: Rows) -> Statement:
    session = rows.session()
    return lambda: _opening(rows, session=session, booking=session.booking)


@breaks("parking_opening_one_booking")
def an_opening_for_another_bookings_stay(rows: Rows) -> Statement:
    session, booking = rows.session(), rows.booking()
    return lambda: _opening(rows, session=session, booking=booking, outcome="LEFT_OPEN")


@breaks("parking_opening_unchanged")
def an_opening_rewritten(rows: Rows) -> Statement:
    opening = _opening(rows)
    return lambda: change(opening, reason="Another")


@breaks("parking_opening_kept")
def an_opening_deleted(rows: Rows) -> Statement:
    return _opening(rows).delete
