"""Quote, pay, open: what an exit scan and an additional payment may do, row by row of DESIGN section 2.

The car came in at the opening with one hour prepaid at 50.00, so 50.00 more are due from minute 66 on, and
another 50.00 from minute 126 on.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

import pytest

from parking.domain.errors import AlreadyExited, NothingDue
from parking.domain.states import SessionStatus
from parking.domain.stays import (
    AskForPayment,
    Collect,
    OpenGate,
    QuoteSnapshot,
    Requote,
    StaySnapshot,
    decide_collection,
    decide_exit,
)
from tests.domain.examples import INSTANT, PARKED, TARIFF
from tests.garage import at

QUOTED_AT_66 = QuoteSnapshot(amount_minor=5000, as_of=at(minutes=66), valid_until=at(minutes=76))
QUOTED_AT_120 = QuoteSnapshot(amount_minor=5000, as_of=at(minutes=120), valid_until=at(minutes=130))

WAITING = replace(PARKED, status=SessionStatus.AWAITING_PAYMENT, quote=QUOTED_AT_66)
"""It was scanned at the exit at minute 66 and asked for 50.00."""
WAITING_LATER = replace(WAITING, quote=QUOTED_AT_120)
"""It was asked at minute 120: what is due grows before the quote ends."""
ON_FOOT = replace(PARKED, kept_minor=10000, billed_until=at(minutes=70), leave_by=at(minutes=80))
"""It paid the second hour on foot at minute 70."""
PAID_UP = replace(
    PARKED,
    status=SessionStatus.COMPLETED,
    kept_minor=10000,
    billed_until=at(minutes=66),
    leave_by=at(minutes=80),
)
"""It was quoted at minute 66, paid at minute 70, and has not driven out."""
GONE = replace(PAID_UP, gate_opened_at=at(minutes=72))
TOLD_AGAIN = replace(
    PAID_UP,
    status=SessionStatus.AWAITING_PAYMENT,
    quote=QuoteSnapshot(amount_minor=5000, as_of=at(minutes=130), valid_until=at(minutes=140)),
)
"""It paid, did not leave, and was asked for the third hour at minute 130."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One scan or payment: when, of which stay, what it does, and the figures of its bill."""

    story: str
    stay: StaySnapshot
    now: datetime
    does: type
    flags: tuple[bool, ...] = ()
    until: datetime | None = None
    due: int = 0
    refund: int = 0


EXITS = [
    # Row "refund of unused hours at exit".
    Row(story="in time", stay=PARKED, now=at(minutes=65), does=OpenGate, flags=(True,), until=at(minutes=65)),
    Row(
        story="one of two hours unused",
        stay=replace(PARKED, kept_minor=10000),
        now=at(minutes=65),
        does=OpenGate,
        flags=(True,),
        until=at(minutes=65),
        refund=5000,
    ),
    Row(
        story="out at once, of 24 hours",
        stay=replace(PARKED, kept_minor=120000),
        now=at(),
        does=OpenGate,
        flags=(True,),
        until=at(),
        refund=115000,
    ),
    # Row "exit with overtime": asked, again and again, for the amount that stands 10 minutes.
    Row(
        story="overtime",
        stay=PARKED,
        now=at(minutes=66),
        does=AskForPayment,
        flags=(False, True),
        until=at(minutes=66),
        due=5000,
    ),
    Row(
        story="scanned again at once",
        stay=WAITING,
        now=at(minutes=66),
        does=AskForPayment,
        flags=(False, False),
        until=at(minutes=66),
        due=5000,
    ),
    Row(
        story="the amount stands though more would be due",
        stay=WAITING_LATER,
        now=at(minutes=120, seconds=600),
        does=AskForPayment,
        flags=(False, False),
        until=at(minutes=120),
        due=5000,
    ),
    Row(
        story="after the quote it is reckoned anew",
        stay=WAITING_LATER,
        now=at(minutes=120, seconds=601),
        does=AskForPayment,
        flags=(False, True),
        until=at(minutes=120, seconds=601),
        due=10000,
    ),
    # Row "paying overtime before the exit scan (pay on foot)".
    Row(
        story="paid on foot, leaves in time",
        stay=ON_FOOT,
        now=at(minutes=80),
        does=OpenGate,
        flags=(True,),
        until=at(minutes=70),
    ),
    Row(
        story="paid on foot, leaves late within the hour that was paid",
        stay=ON_FOOT,
        now=at(minutes=80) + INSTANT,
        does=OpenGate,
        flags=(True,),
        until=at(minutes=80) + INSTANT,
    ),
    Row(
        story="paid on foot, leaves an hour late: the full price less all that was captured",
        stay=ON_FOOT,
        now=at(minutes=126),
        does=AskForPayment,
        flags=(False, True),
        until=at(minutes=126),
        due=5000,
    ),
    Row(
        story="paid on foot just before an hour ended, leaves just after",
        stay=replace(ON_FOOT, billed_until=at(minutes=125), leave_by=at(minutes=135)),
        now=at(minutes=135),
        does=OpenGate,
        flags=(True,),
        until=at(minutes=125),
    ),
    # Row "the gate after payment".
    Row(
        story="paid at the gate, scans again",
        stay=PAID_UP,
        now=at(minutes=70),
        does=OpenGate,
        flags=(False,),
        until=at(minutes=66),
    ),
    Row(
        story="the last moment to leave",
        stay=PAID_UP,
        now=at(minutes=80),
        does=OpenGate,
        flags=(False,),
        until=at(minutes=66),
    ),
    Row(
        story="a little late, and nothing more is due",
        stay=PAID_UP,
        now=at(minutes=125),
        does=OpenGate,
        flags=(False,),
        until=at(minutes=125),
    ),
    Row(
        story="paid and did not leave",
        stay=PAID_UP,
        now=at(minutes=126),
        does=AskForPayment,
        flags=(True, True),
        until=at(minutes=126),
        due=5000,
    ),
    Row(
        story="asked again after that",
        stay=TOLD_AGAIN,
        now=at(minutes=140),
        does=AskForPayment,
        flags=(False, False),
        until=at(minutes=130),
        due=5000,
    ),
    Row(story="gone", stay=GONE, now=at(minutes=73), does=AlreadyExited),
    Row(story="gone, and back after `leave_by`", stay=GONE, now=at(minutes=300), does=AlreadyExited),
]

COLLECTIONS = [
    Row(story="nothing is due yet", stay=PARKED, now=at(minutes=65), does=NothingDue),
    Row(
        story="on foot, once more is due",
        stay=PARKED,
        now=at(minutes=66),
        does=Collect,
        flags=(True,),
        until=at(minutes=66),
        due=5000,
    ),
    Row(
        story="on foot again after a payment that failed",
        stay=replace(PARKED, quote=QUOTED_AT_66),
        now=at(minutes=76),
        does=Collect,
        flags=(False,),
        until=at(minutes=66),
        due=5000,
    ),
    Row(story="on foot twice", stay=ON_FOOT, now=at(minutes=80), does=NothingDue),
    Row(story="on foot twice, late within the hour", stay=ON_FOOT, now=at(minutes=125), does=NothingDue),
    Row(
        story="on foot for a third hour",
        stay=ON_FOOT,
        now=at(minutes=126),
        does=Collect,
        flags=(True,),
        until=at(minutes=126),
        due=5000,
    ),
    Row(
        story="at the exit",
        stay=WAITING,
        now=at(minutes=66, seconds=30),
        does=Collect,
        flags=(False,),
        until=at(minutes=66),
        due=5000,
    ),
    Row(
        story="the last moment of the quote, though more would be due",
        stay=WAITING_LATER,
        now=at(minutes=120, seconds=600),
        does=Collect,
        flags=(False,),
        until=at(minutes=120),
        due=5000,
    ),
    Row(
        story="after the quote, and it has grown",
        stay=WAITING_LATER,
        now=at(minutes=120, seconds=601),
        does=Requote,
        until=at(minutes=120, seconds=601),
        due=10000,
    ),
    Row(
        story="after the quote, and it has not grown",
        stay=WAITING,
        now=at(minutes=66, seconds=601),
        does=Collect,
        flags=(True,),
        until=at(minutes=66, seconds=601),
        due=5000,
    ),
    Row(
        story="what is due anew of a car that paid and did not leave",
        stay=TOLD_AGAIN,
        now=at(minutes=131),
        does=Collect,
        flags=(False,),
        until=at(minutes=130),
        due=5000,
    ),
    Row(story="paid up", stay=PAID_UP, now=at(minutes=71), does=NothingDue),
    Row(
        story="paid up, after `leave_by`: the exit scan asks first", stay=PAID_UP, now=at(minutes=126), does=NothingDue
    ),
    Row(story="gone", stay=GONE, now=at(minutes=300), does=NothingDue),
]


def flags_of(decision: object) -> tuple[bool, ...]:
    match decision:
        case OpenGate(completes=completes):
            return (completes,)
        case AskForPayment(reopens=reopens, is_new_quote=is_new_quote):
            return (reopens, is_new_quote)
        case Collect(is_new_quote=is_new_quote):
            return (is_new_quote,)
        case _:
            return ()


def figures_of(decision: object) -> tuple[datetime | None, int, int]:
    bill = getattr(decision, "bill", None)
    return (bill.billed_until, bill.due_minor, bill.refund_minor) if bill else (None, 0, 0)


@pytest.mark.parametrize("row", EXITS, ids=lambda row: row.story)
def test_an_exit_scan(row):
    decision = decide_exit(stay=row.stay, tariff=TARIFF, now=row.now)
    assert (type(decision), flags_of(decision)) == (row.does, row.flags)
    assert figures_of(decision) == (row.until, row.due, row.refund)


@pytest.mark.parametrize("row", COLLECTIONS, ids=lambda row: row.story)
def test_an_additional_payment(row):
    decision = decide_collection(stay=row.stay, tariff=TARIFF, now=row.now)
    assert (type(decision), flags_of(decision)) == (row.does, row.flags)
    assert figures_of(decision) == (row.until, row.due, row.refund)
