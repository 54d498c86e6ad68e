"""A whole stay on the pure rules alone, driven at random: whatever a driver does, they pay the tariff's price.

The machine keeps the books as the services do, and asks `decide_exit` and `decide_collection` for everything else.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from parking.domain.errors import AlreadyExited, NothingDue
from parking.domain.states import SessionStatus
from parking.domain.stays import (
    AskForPayment,
    Bill,
    Collect,
    OpenGate,
    QuoteSnapshot,
    Requote,
    StaySnapshot,
    bill_at,
    decide_collection,
    decide_exit,
)
from tests.domain.design import TRANSITIONS
from tests.domain.examples import PARKED, POLICY, TARIFF, elapsed_times, prepaid_hours
from tests.garage import OPENING

QUOTE_STANDS = timedelta(seconds=POLICY.quote_seconds)
MAY_LEAVE = timedelta(seconds=POLICY.leave_seconds)


class Books:
    """One stay and its money; `scan` and `pay` apply a decision as the services do."""

    def __init__(self, *, hours: int) -> None:
        self.now = OPENING
        self.captured = TARIFF.booking_price(starts_at=OPENING, hours=hours)
        self.refunded = 0
        self.stay = replace(PARKED, kept_minor=self.captured)

    def scan(self) -> object:
        decision = decide_exit(stay=self.stay, tariff=TARIFF, now=self.now)
        match decision:
            case OpenGate(bill=bill):
                self.refunded += bill.refund_minor
                self._move(status=SessionStatus.COMPLETED, billed_until=bill.billed_until, gate_opened_at=self.now)
            case AskForPayment(bill=bill, is_new_quote=is_new_quote):
                self._tell(bill=bill, is_new=is_new_quote)
                self._move(status=SessionStatus.AWAITING_PAYMENT)
        return decision

    def pay(self, *, is_declined: bool = False) -> object:
        decision = decide_collection(stay=self.stay, tariff=TARIFF, now=self.now)
        match decision:
            case Requote(bill=bill):
                self._tell(bill=bill, is_new=True)
            case Collect(bill=bill, is_new_quote=is_new_quote):
                self._tell(bill=bill, is_new=is_new_quote)
                if not is_declined:
                    self._capture(bill=bill)
        return decision

    def _tell(self, *, bill: Bill, is_new: bool) -> None:
        if is_new:
            quote = QuoteSnapshot(
                amount_minor=bill.due_minor, as_of=bill.billed_until, valid_until=self.now + QUOTE_STANDS
            )
            self._move(quote=quote)
        assert self.stay.quote is not None
        assert bill.due_minor == self.stay.quote.amount_minor

    def _capture(self, *, bill: Bill) -> None:
        self.captured += bill.due_minor
        waiting = self.stay.status is SessionStatus.AWAITING_PAYMENT
        self._move(
            status=SessionStatus.COMPLETED if waiting else self.stay.status,
            billed_until=bill.billed_until,
            leave_by=self.now + MAY_LEAVE,
            quote=None,
        )

    def _move(self, **changes: object) -> None:
        old = self.stay
        self.stay: StaySnapshot = replace(old, **changes, kept_minor=self.captured - self.refunded)
        step = (old.status.value, self.stay.status.value)
        assert step[0] == step[1] or step in TRANSITIONS["session"]


def price_until(moment: datetime) -> int:
    return TARIFF.stay_price(entered_at=OPENING, left_at=moment).amount_minor


class AnyStay(RuleBasedStateMachine):
    """Time passes, the car is scanned, the driver pays or is declined, in any order."""

    @initialize(hours=prepaid_hours)
    def enter(self, hours: int) -> None:
        self.books = Books(hours=hours)

    @rule(seconds=st.one_of(st.integers(0, 1300), st.integers(0, 3 * 3600), st.just(600), st.just(601)))
    def time_passes(self, seconds: int) -> None:
        self.books.now += timedelta(seconds=seconds)

    @precondition(lambda self: self.books.stay.gate_opened_at is None)
    @rule()
    def scan_at_the_exit(self) -> None:
        assert isinstance(self.books.scan(), OpenGate | AskForPayment)

    @precondition(lambda self: self.books.stay.gate_opened_at is not None)
    @rule()
    def scan_once_more(self) -> None:
        before = self.books.stay
        assert isinstance(self.books.scan(), AlreadyExited)
        assert self.books.stay == before

    @rule()
    def pay(self) -> None:
        self.books.pay()

    @rule()
    def payment_is_declined(self) -> None:
        captured = self.books.captured
        self.books.pay(is_declined=True)
        assert self.books.captured == captured

    @invariant()
    def a_completed_stay_is_paid_up_to_where_it_is_billed(self) -> None:
        stay = self.books.stay
        if stay.status is SessionStatus.COMPLETED:
            assert self.books.captured - self.books.refunded == price_until(stay.billed_until)

    @invariant()
    def nobody_parks_longer_for_free_than_a_quote_stands_and_a_car_may_take_to_leave(self) -> None:
        stay = self.books.stay
        if stay.gate_opened_at is not None:
            assert timedelta(0) <= stay.gate_opened_at - stay.billed_until <= QUOTE_STANDS + MAY_LEAVE

    def teardown(self) -> None:
        """However it went, one scan, one payment, one scan: out."""
        books = self.books
        if books.stay.gate_opened_at is None and isinstance(books.scan(), AskForPayment):
            assert isinstance(books.pay(), Collect)
            assert isinstance(books.scan(), OpenGate)
        assert books.captured - books.refunded == price_until(books.stay.billed_until)


TestAnyStay = AnyStay.TestCase
TestAnyStay.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)


@given(hours=prepaid_hours, elapsed=elapsed_times)
def test_after_paying_what_is_due_the_gate_opens_at_the_same_moment(hours, elapsed):
    books = Books(hours=hours)
    books.now += elapsed
    if isinstance(books.scan(), AskForPayment):
        assert isinstance(books.pay(), Collect)
        assert isinstance(books.pay(), NothingDue)
        assert isinstance(books.scan(), OpenGate)
    assert books.captured - books.refunded == price_until(books.now)


@given(hours=prepaid_hours, elapsed=elapsed_times, seconds=st.integers(0, 600))
def test_asking_twice_gives_the_same_amount_while_the_quote_stands(hours, elapsed, seconds):
    books = Books(hours=hours)
    books.now += elapsed
    first = books.scan()
    if isinstance(first, AskForPayment):
        books.now += timedelta(seconds=seconds)
        assert books.scan() == replace(first, is_new_quote=False)
        assert books.pay() == Collect(bill=first.bill, is_new_quote=False)


@given(captured=st.integers(0, 200_000), elapsed=elapsed_times)
def test_never_is_there_something_due_and_something_to_refund(captured, elapsed):
    stay = replace(PARKED, kept_minor=captured)
    bill = bill_at(stay=stay, tariff=TARIFF, until=OPENING + elapsed)
    assert min(bill.due_minor, bill.refund_minor) == 0
    assert bill.kept_minor + bill.due_minor - bill.refund_minor == bill.price.amount_minor
