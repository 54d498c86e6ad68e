"""Adjustments: decided once, above the limit by two people, and of one booking (promises I6, I12)."""

from __future__ import annotations

from uuid import uuid4

from parking.models import Adjustment
from tests.db.broken import Statement, breaks
from tests.db.rows import Rows, change
from tests.garage import OPENING

DECIDED: dict[str, object] = {"decided_by": "staff:olga", "decided_at": OPENING}


def _adjustment(rows: Rows, **changes: object) -> Adjustment:
    """A waiver, PROPOSED."""
    row = {
        "kind": "WAIVER",
        "amount_minor": -100,
        "currency": "INR",
        "reason": "The exit was blocked",
        "proposed_by": "staff:ravi",
        "created_at": OPENING,
    }
    booking = changes.pop("booking", None) or rows.booking()
    return Adjustment.objects.create(booking=booking, **row | changes)


@breaks("parking_adjustment_kind")
def an_adjustment_of_a_kind_that_there_is_not(rows: Rows) -> Statement:
    return lambda: _adjustment(rows, kind="TIP")


@breaks("parking_adjustment_status", behind_a_guard=True)
def an_adjustment_in_a_state_that_there_is_not(rows: Rows) -> Statement:
    adjustment = _adjustment(rows)
    return lambda: change(adjustment, status="LOST", **DECIDED)


@breaks("parking_adjustment_amount")
def a_waiver_that_adds_to_the_price(rows: Rows) -> Statement:
    return lambda: _adjustment(rows, amount_minor=100)


@breaks("parking_adjustment_amount")
def a_lost_ticket_that_takes_from_it(rows: Rows) -> Statement:
    return lambda: _adjustment(rows, kind="LOST_TICKET", amount_minor=-100)


@breaks("parking_adjustment_amount")
def an_adjustment_of_nothing(rows: Rows) -> Statement:
    return lambda: _adjustment(rows, amount_minor=0)


@breaks("parking_adjustment_amount")
def an_adjustment_beyond_all_bounds(rows: Rows) -> Statement:
    return lambda: _adjustment(rows, amount_minor=-(10**12) - 1)


@breaks("parking_adjustment_reason")
def an_adjustment_without_a_reason(rows: Rows) -> Statement:
    return lambda: _adjustment(rows, reason="")


@breaks("parking_adjustment_decided")
def approved_and_nobody_knows_by_whom(rows: Rows) -> Statement:
    adjustment = _adjustment(rows)
    return lambda: change(adjustment, status="APPROVED", decided_at=OPENING)


@breaks("parking_adjustment_decided")
def decided_while_it_is_still_proposed(rows: Rows) -> Statement:
    return lambda: _adjustment(rows, **DECIDED)


@breaks("parking_adjustment_four_eyes")
def approved_by_who_proposed_it(rows: Rows) -> Statement:
    adjustment = _adjustment(rows, needs_second=True)
    return lambda: change(adjustment, status="APPROVED", decided_by="staff:ravi", decided_at=OPENING)


@breaks("parking_adjustment_lost_ticket_once")
def one_lost_ticket_charged_twice(rows: Rows) -> Statement:
    session = rows.session()
    charged = {"booking": session.booking, "session": session, "kind": "LOST_TICKET", "amount_minor": 100}
    _adjustment(rows, **charged)
    return lambda: _adjustment(rows, **charged)


@breaks("parking_adjustment_born")
def an_adjustment_born_rejected(rows: Rows) -> Statement:
    return lambda: _adjustment(rows, status="REJECTED", **DECIDED)


@breaks("parking_adjustment_born")
def an_adjustment_born_approved_that_needs_a_second_person(rows: Rows) -> Statement:
    return lambda: _adjustment(rows, status="APPROVED", needs_second=True, **DECIDED)


@breaks("parking_adjustment_transition")
def rejected_and_approved_after_all(rows: Rows) -> Statement:
    adjustment = _adjustment(rows)
    change(adjustment, status="REJECTED", **DECIDED)
    return lambda: change(adjustment, status="APPROVED")


@breaks("parking_adjustment_transition")
def approved_and_proposed_again(rows: Rows) -> Statement:
    adjustment = _adjustment(rows, status="APPROVED", **DECIDED)
    return lambda: change(adjustment, status="PROPOSED", decided_by="", decided_at=None)


@breaks("parking_adjustment_fixed")
def more_waived_than_was_agreed(rows: Rows) -> Statement:
    adjustment = _adjustment(rows)
    return lambda: change(adjustment, amount_minor=-200)


@breaks("parking_adjustment_fixed")
def a_proposal_that_needs_a_second_person_no_more(rows: Rows) -> Statement:
    adjustment = _adjustment(rows, needs_second=True)
    return lambda: change(adjustment, needs_second=False)


@breaks("parking_adjustment_fixed")
def a_proposal_in_another_name(rows: Rows) -> Statement:
    adjustment = _adjustment(rows, needs_second=True)
    return lambda: change(adjustment, proposed_by="staff:somebody")


@breaks("parking_adjustment_fixed")
def an_adjustment_by_another_id(rows: Rows) -> Statement:
    adjustment = _adjustment(rows)
    return lambda: change(adjustment, id=uuid4())


@breaks("parking_adjustment_kept")
def an_adjustment_deleted(rows: Rows) -> Statement:
    return _adjustment(rows).delete


@breaks("parking_adjustment_one_booking")
def an_adjustment_in_another_currency(rows: Rows) -> Statement:
    return lambda: _adjustment(rows, currency="EUR")


@breaks("parking_adjustment_one_booking")
def an_adjustment_of_another_bookings_payment(rows: Rows) -> Statement:
    payment = rows.captured()
    return lambda: _adjustment(rows, payment=payment)


@breaks("parking_adjustment_of_its_payment")
def an_adjustment_moved_to_a_payment(rows: Rows) -> Statement:
    payment = rows.captured()
    adjustment = _adjustment(rows, booking=payment.booking)
    return lambda: change(adjustment, payment=payment)


@breaks("parking_adjustment_of_its_payment")
def an_adjustment_that_forgets_its_payment(rows: Rows) -> Statement:
    payment = rows.captured()
    adjustment = _adjustment(rows, booking=payment.booking, payment=payment)
    return lambda: change(adjustment, payment=None)


@breaks("parking_adjustment_one_booking")
def an_adjustment_of_another_bookings_stay(rows: Rows) -> Statement:
    session = rows.session()
    return lambda: _adjustment(rows, session=session)
