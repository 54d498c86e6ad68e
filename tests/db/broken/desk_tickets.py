"""Tickets that were replaced: a code changes only with its retirement, and is never handed out again."""

from __future__ import annotations

from parking.models import RetiredCode
from tests.db.broken import Statement, breaks
from tests.db.rows import Rows, change
from tests.garage import OPENING

OLD, NEW = "PARK-0LD000000000", "PARK-NEW000000000"


def _retired(rows: Rows, **changes: object) -> RetiredCode:
    row = {"code": OLD, "reason": "Torn", "retired_by": "staff:ravi", "retired_at": OPENING}
    booking = changes.pop("booking", None) or rows.booking()
    return RetiredCode.objects.create(booking=booking, **row | changes)


@breaks("parking_retiredcode_code_key")
def one_code_retired_twice(rows: Rows) -> Statement:
    _retired(rows)
    return lambda: _retired(rows)


@breaks("parking_retired_code_unchanged")
def a_retired_code_that_becomes_another(rows: Rows) -> Statement:
    retired = _retired(rows)
    return lambda: change(retired, code=NEW)


@breaks("parking_retired_code_kept")
def a_retired_code_forgotten(rows: Rows) -> Statement:
    return _retired(rows).delete


@breaks("parking_booking_code_retired_first")
def a_new_code_while_the_old_one_is_not_retired(rows: Rows) -> Statement:
    booking = rows.booking()
    return lambda: change(booking, qr_code=NEW)


@breaks("parking_booking_code_retired_first")
def a_new_code_while_the_old_one_is_retired_of_another(rows: Rows) -> Statement:
    booking = rows.booking()
    _retired(rows, code=booking.qr_code)
    return lambda: change(booking, qr_code=NEW)


@breaks("parking_booking_code_never_again")
def a_booking_with_a_retired_code(rows: Rows) -> Statement:
    _retired(rows)
    return lambda: rows.booking(qr_code=OLD)


@breaks("parking_booking_code_never_again")
def a_ticket_replaced_by_its_own_old_code(rows: Rows) -> Statement:
    booking = rows.booking()
    first = booking.qr_code
    _retired(rows, code=first, booking=booking)
    change(booking, qr_code=NEW)
    _retired(rows, code=NEW, booking=booking)
    return lambda: change(booking, qr_code=first)
