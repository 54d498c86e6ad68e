"""What a cancellation gives back: "< 5 min", counted from payment in whole seconds (DESIGN section 2)."""

from __future__ import annotations

from dataclasses import fields

import pytest
from hypothesis import given

from parking.domain.policy import Policy, cancellation_refund
from tests.domain.examples import POLICY, elapsed_times
from tests.garage import OPENING, at


@pytest.mark.parametrize(
    ("seconds", "refund_minor"),
    [
        (-1, 10000),  # a request that waited may hold an older now than the payment
        (0, 10000),
        (299, 10000),
        (300, 10000),
        (300.999, 10000),
        (300.999999, 10000),
        (301, 0),
        (86400, 0),
    ],
)
def test_all_goes_back_up_to_five_minutes_after_paying_and_nothing_later(seconds, refund_minor):
    refund = cancellation_refund(captured_minor=10000, paid_at=OPENING, now=at(seconds=seconds), policy=POLICY)
    assert refund == refund_minor


@pytest.mark.parametrize(("seconds", "refund_minor"), [(0, 10000), (0.999, 10000), (1, 0)])
def test_an_operator_may_shorten_the_time(seconds, refund_minor):
    policy = Policy(full_refund_seconds=0)
    refund = cancellation_refund(captured_minor=10000, paid_at=OPENING, now=at(seconds=seconds), policy=policy)
    assert refund == refund_minor


@given(sooner=elapsed_times, later=elapsed_times)
def test_waiting_never_makes_the_refund_larger(sooner, later):
    sooner, later = sorted([sooner, later])
    first, second = (
        cancellation_refund(captured_minor=10000, paid_at=OPENING, now=OPENING + elapsed, policy=POLICY)
        for elapsed in (sooner, later)
    )
    assert first >= second


def test_the_times_are_those_of_the_design():
    assert Policy() == Policy(
        hold_seconds=5 * 60,
        pending_payment_seconds=10 * 60,
        full_refund_seconds=5 * 60,
        early_entry_seconds=15 * 60,
        quote_seconds=10 * 60,
        leave_seconds=10 * 60,
        booking_horizon_seconds=30 * 24 * 3600,
    )


@pytest.mark.parametrize("name", [field.name for field in fields(Policy)])
def test_no_time_is_negative(name):
    with pytest.raises(ValueError, match=name):
        Policy(**{name: -1})
