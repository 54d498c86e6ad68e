"""What a cancellation gives back: "< 5 min", counted from payment in whole seconds (DESIGN section 2)."""

from __future__ import annotations

from dataclasses import fields
from datetime import timedelta

import pytest
from hypothesis import given

from parking.domain.errors import InvalidField
from parking.domain.policy import (
    CancellationBasis,
    CancellationTier,
    Policy,
    cancellation_refund,
    policy_definition,
    read_policy,
)
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
    refund = cancellation_refund(
        captured_minor=10000, paid_at=OPENING, starts_at=OPENING, now=at(seconds=seconds), policy=POLICY
    )
    assert refund == refund_minor


@pytest.mark.parametrize(("seconds", "refund_minor"), [(0, 10000), (0.999, 10000), (1, 0)])
def test_an_operator_may_shorten_the_time(seconds, refund_minor):
    policy = Policy(full_refund_seconds=0)
    refund = cancellation_refund(
        captured_minor=10000, paid_at=OPENING, starts_at=OPENING, now=at(seconds=seconds), policy=policy
    )
    assert refund == refund_minor


@given(sooner=elapsed_times, later=elapsed_times)
def test_waiting_never_makes_the_refund_larger(sooner, later):
    sooner, later = sorted([sooner, later])
    first, second = (
        cancellation_refund(
            captured_minor=10000, paid_at=OPENING, starts_at=OPENING, now=OPENING + elapsed, policy=POLICY
        )
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


@pytest.mark.parametrize("name", [field.name for field in fields(Policy) if isinstance(field.default, int)])
def test_no_time_is_negative(name):
    with pytest.raises(ValueError, match=name):
        Policy(**{name: -1})


TIERED = Policy(
    cancellation=CancellationBasis.BEFORE_START,
    cancellation_tiers=(
        CancellationTier(seconds_before_start=24 * 3600, percent=100),
        CancellationTier(seconds_before_start=3600, percent=50),
    ),
)


@pytest.mark.parametrize(
    ("before_start", "refund_minor"),
    [
        (timedelta(hours=30), 10001),
        (timedelta(hours=24), 10001),
        (timedelta(hours=24) - timedelta(microseconds=1), 5001),  # half a unit is rounded up
        (timedelta(hours=1), 5001),
        (timedelta(minutes=59, seconds=59), 0),
        (timedelta(0), 0),
        (-timedelta(hours=1), 0),
    ],
)
def test_an_operator_may_count_in_tiers_before_the_start(before_start, refund_minor):
    starts_at = OPENING + timedelta(days=3)
    refund = cancellation_refund(
        captured_minor=10001, paid_at=OPENING, starts_at=starts_at, now=starts_at - before_start, policy=TIERED
    )
    assert refund == refund_minor


def test_an_operator_may_give_nothing_back():
    policy = Policy(cancellation=CancellationBasis.NONE)
    assert (
        cancellation_refund(captured_minor=10000, paid_at=OPENING, starts_at=OPENING, now=OPENING, policy=policy) == 0
    )


@pytest.mark.parametrize("policy", [POLICY, TIERED, Policy(cancellation=CancellationBasis.NONE, hold_seconds=60)])
def test_a_policy_is_read_as_it_was_written(policy):
    assert read_policy(definition=policy_definition(policy=policy)) == policy


def test_an_older_policy_that_names_fewer_times_is_read_with_the_specification_for_the_rest():
    assert read_policy(definition={"hold_seconds": 120}) == Policy(hold_seconds=120)


@pytest.mark.parametrize(
    "change",
    [
        {"hold_minutes": 5},
        {"hold_seconds": -1},
        {"hold_seconds": "300"},
        {"hold_seconds": True},
        {"hold_seconds": 10**9},
        {"cancellation": "sometimes"},
        {"cancellation": ["none"]},
        {"cancellation": "before_start"},
        {"cancellation_tiers": [{"seconds_before_start": 60, "percent": 50}]},
        {"cancellation": "before_start", "cancellation_tiers": "all"},
        {"cancellation": "before_start", "cancellation_tiers": [60]},
        {"cancellation": "before_start", "cancellation_tiers": [{"seconds_before_start": 60, "percent": 101}]},
        {
            "cancellation": "before_start",
            "cancellation_tiers": [
                {"seconds_before_start": 60, "percent": 100},
                {"seconds_before_start": 3600, "percent": 50},
            ],
        },
        {"anti_passback": "loud"},
    ],
)
def test_a_policy_that_makes_no_sense_is_refused_in_words(change):
    with pytest.raises(InvalidField, match="policy"):
        read_policy(definition=policy_definition(policy=POLICY) | change)
