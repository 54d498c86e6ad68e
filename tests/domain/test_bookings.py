"""The life of a booking before the gate."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from parking.domain.bookings import (
    Cancellation,
    Window,
    decide_cancellation,
    plan_window,
    refusal_to_pay,
    require_near,
)
from parking.domain.errors import (
    AlreadyEntered,
    AlreadyPaid,
    BookingCancelled,
    HoldLapsed,
    InvalidField,
    NoShow,
    ParkingError,
)
from parking.domain.states import BookingStatus
from tests.domain.examples import INSTANT, PAID, POLICY, SECOND, UNPAID
from tests.garage import OPENING, at

CREATED, PAID_, USED = BookingStatus.CREATED, BookingStatus.PAID, BookingStatus.USED
EXPIRED, CANCELLED, NO_SHOW = BookingStatus.EXPIRED, BookingStatus.CANCELLED, BookingStatus.NO_SHOW

HORIZON = OPENING + timedelta(days=30)
KOLKATA = timezone(timedelta(hours=5, minutes=30))


class TestStatus:
    @pytest.mark.parametrize(
        ("booking", "now", "status"),
        [
            (UNPAID, OPENING, CREATED),
            (UNPAID, at(minutes=5) - INSTANT, CREATED),
            (UNPAID, at(minutes=5), EXPIRED),
            (UNPAID, at(minutes=120), EXPIRED),
            # A payment begun in time is pending: the hold ends later than `expires_at`.
            (replace(UNPAID, lapses_at=at(minutes=15)), at(minutes=15) - INSTANT, CREATED),
            (replace(UNPAID, lapses_at=at(minutes=15)), at(minutes=15), EXPIRED),
            (PAID, OPENING, PAID_),
            (PAID, at(minutes=120) - INSTANT, PAID_),
            (PAID, at(minutes=120), NO_SHOW),
        ],
    )
    def test_it_is_true_whether_or_not_a_job_has_written_it(self, booking, now, status):
        assert booking.status_at(now=now) is status

    @pytest.mark.parametrize("status", [USED, EXPIRED, CANCELLED, NO_SHOW])
    @pytest.mark.parametrize("now", [OPENING, at(minutes=5), at(minutes=120), HORIZON])
    def test_what_is_over_stays_as_it_is(self, status, now):
        assert replace(PAID, status=status, lapses_at=None).status_at(now=now) is status


def plan(*, starts_at: datetime | None, hours: int, now: datetime = OPENING) -> Window:
    window = plan_window(starts_at=starts_at, hours=hours, now=now)
    require_near(window=window, now=now, policy=POLICY)
    return window


class TestWindow:
    @pytest.mark.parametrize(
        ("starts_at", "start"),
        [
            (None, OPENING),
            (OPENING, OPENING),
            (at(minutes=90), at(minutes=90)),
            (at(seconds=-1), OPENING),
            (at(seconds=-60), OPENING),
            (HORIZON, HORIZON),
            (datetime(2026, 1, 5, 15, 0, tzinfo=KOLKATA), at(minutes=30)),
        ],
    )
    def test_it_starts_now_or_at_the_later_moment_that_was_asked_for(self, starts_at, start):
        window = plan(starts_at=starts_at, hours=2)
        assert window == Window(starts_at=start, ends_at=start + timedelta(hours=2))

    @pytest.mark.parametrize(
        ("starts_at", "problem"),
        [
            (OPENING.replace(tzinfo=None), "must carry an offset"),
            (at(seconds=-60) - INSTANT, "is in the past"),
            (at(minutes=-120), "is in the past"),
            (datetime.min.replace(tzinfo=KOLKATA), "is in the past"),
            (HORIZON + INSTANT, "is too far ahead. Book at most 30 days"),
            (datetime.max.replace(tzinfo=timezone(-timedelta(hours=12))), "is too far ahead"),
        ],
    )
    def test_no_other_start_is_taken(self, starts_at, problem):
        with pytest.raises(InvalidField, match=problem) as refusal:
            plan(starts_at=starts_at, hours=1)
        assert refusal.value.details == {"field": "starts_at"}

    @pytest.mark.parametrize("hours", [1, 2, 24])
    def test_it_is_1_to_24_hours_long(self, hours):
        window = plan(starts_at=None, hours=hours)
        assert window.ends_at - window.starts_at == timedelta(hours=hours)

    @pytest.mark.parametrize("hours", [-1, 0, 25, 10**30])
    def test_no_other_length_is_sold(self, hours):
        with pytest.raises(InvalidField, match="1 to 24") as refusal:
            plan(starts_at=None, hours=hours)
        assert refusal.value.details == {"field": "hours"}

    def test_summer_time_makes_it_no_shorter(self):
        berlin = ZoneInfo("Europe/Berlin")
        midnight = datetime(2026, 3, 29, 1, 0, tzinfo=berlin)  # the clock goes from 2 to 3
        window = plan(starts_at=midnight, hours=4, now=midnight)
        assert window.ends_at.astimezone(UTC) - window.starts_at.astimezone(UTC) == timedelta(hours=4)


class TestPaying:
    @pytest.mark.parametrize(
        ("booking", "now", "refusal"),
        [
            (UNPAID, OPENING, type(None)),
            (UNPAID, at(minutes=5) - INSTANT, type(None)),
            (UNPAID, at(minutes=5), HoldLapsed),
            (UNPAID, at(minutes=5) + INSTANT, HoldLapsed),
            # A pending payment keeps the slot, and lets no second one begin after `expires_at`.
            (replace(UNPAID, lapses_at=at(minutes=15)), at(minutes=5) - INSTANT, type(None)),
            (replace(UNPAID, lapses_at=at(minutes=15)), at(minutes=5), HoldLapsed),
            (replace(UNPAID, status=EXPIRED, lapses_at=None), at(minutes=5), HoldLapsed),
            (PAID, at(minutes=1), AlreadyPaid),
            (PAID, at(minutes=6), AlreadyPaid),
            (PAID, at(minutes=120), NoShow),
            (replace(PAID, status=USED), at(minutes=1), AlreadyPaid),
            (replace(PAID, status=CANCELLED), at(minutes=1), BookingCancelled),
            (replace(PAID, status=NO_SHOW), at(minutes=120), NoShow),
        ],
    )
    def test_a_payment_begins_only_for_an_unpaid_hold_that_stands(self, booking, now, refusal):
        assert type(refusal_to_pay(booking=booking, now=now)) is refusal


class TestCancelling:
    @pytest.mark.parametrize(
        ("booking", "now", "refund_minor"),
        [
            (UNPAID, at(minutes=5) - INSTANT, 0),
            (PAID, at(seconds=299), 10000),
            (PAID, at(seconds=300), 10000),
            (PAID, at(seconds=301) - INSTANT, 10000),
            (PAID, at(seconds=301), 0),
            (PAID, at(minutes=120) - INSTANT, 0),
            # Paid at 4:59 after booking: the five minutes are counted from there.
            (replace(PAID, paid_at=at(seconds=299)), at(seconds=599), 10000),
            (replace(PAID, paid_at=at(seconds=299)), at(seconds=600), 0),
        ],
    )
    def test_before_entry_it_is_always_possible(self, booking, now, refund_minor):
        decision = decide_cancellation(booking=booking, policy=POLICY, now=now)
        assert decision == Cancellation(refund_minor=refund_minor)

    @pytest.mark.parametrize(
        ("booking", "now", "refusal"),
        [
            (UNPAID, at(minutes=5), HoldLapsed),
            (replace(UNPAID, status=EXPIRED, lapses_at=None), at(minutes=6), HoldLapsed),
            (replace(PAID, status=USED), at(seconds=1), AlreadyEntered),
            (replace(PAID, status=CANCELLED), at(seconds=1), BookingCancelled),
            (PAID, at(minutes=120), NoShow),
            (replace(PAID, status=NO_SHOW), at(minutes=121), NoShow),
        ],
    )
    def test_after_entry_or_when_it_is_over_it_never_is(self, booking, now, refusal):
        assert type(decide_cancellation(booking=booking, policy=POLICY, now=now)) is refusal

    @pytest.mark.parametrize("status", BookingStatus)
    def test_every_status_has_its_answer_for_paying_and_cancelling(self, status):
        booking = replace(PAID, status=status)
        assert isinstance(refusal_to_pay(booking=booking, now=at(minutes=1)), ParkingError | None)
        assert isinstance(
            decide_cancellation(booking=booking, policy=POLICY, now=at(minutes=1)), Cancellation | ParkingError
        )

    def test_a_paid_booking_that_knows_no_payment_is_a_mistake_of_ours(self):
        with pytest.raises(ValueError, match="when it was paid"):
            decide_cancellation(booking=replace(PAID, paid_at=None), policy=POLICY, now=OPENING + SECOND)
