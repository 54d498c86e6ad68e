"""A business day that was closed: once, when it was over, and for good."""

from __future__ import annotations

from datetime import date

from parking.domain.money import MAX_AMOUNT_MINOR
from parking.models import DayClose
from tests.db.broken import Statement, breaks
from tests.db.rows import Rows, change
from tests.garage import OPENING, at


def _close(rows: Rows, **changes: object) -> DayClose:
    row = {
        "site": rows.site,
        "day": date(2026, 1, 5),
        "starts_at": OPENING,
        "ends_at": at(minutes=24 * 60),
        "currency": "INR",
        "captured_minor": 10000,
        "refunded_minor": 0,
        "totals": {},
        "closed_by": "staff:olga",
        "closed_at": at(minutes=25 * 60),
    }
    return DayClose.objects.create(**row | changes)


@breaks("parking_day_close_once")
def a_day_closed_twice(rows: Rows) -> Statement:
    _close(rows)
    return lambda: _close(rows)


@breaks("parking_day_close_over")
def a_day_closed_before_it_was_over(rows: Rows) -> Statement:
    return lambda: _close(rows, closed_at=at(minutes=24 * 60 - 1))


@breaks("parking_day_close_over")
def a_day_of_no_length(rows: Rows) -> Statement:
    return lambda: _close(rows, ends_at=OPENING)


@breaks("parking_day_close_captured")
def less_than_nothing_captured_on_a_day(rows: Rows) -> Statement:
    return lambda: _close(rows, captured_minor=-1)


@breaks("parking_day_close_captured")
def more_captured_on_a_day_than_any_amount(rows: Rows) -> Statement:
    return lambda: _close(rows, captured_minor=MAX_AMOUNT_MINOR + 1)


@breaks("parking_day_close_refunded")
def less_than_nothing_refunded_on_a_day(rows: Rows) -> Statement:
    return lambda: _close(rows, refunded_minor=-1)


@breaks("parking_day_close_unchanged")
def a_closed_day_that_is_reckoned_again(rows: Rows) -> Statement:
    closed = _close(rows)
    return lambda: change(closed, captured_minor=9000)


@breaks("parking_day_close_kept")
def a_closed_day_deleted(rows: Rows) -> Statement:
    return _close(rows).delete
