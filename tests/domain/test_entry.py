"""What an entry scan may do."""

from __future__ import annotations

from dataclasses import replace

import pytest

from parking.domain.entry import Admission, decide_entry
from parking.domain.errors import (
    AlreadyEntered,
    BookingCancelled,
    HoldLapsed,
    NoShow,
    PaymentRequired,
    TooEarly,
    VehicleInside,
)
from parking.domain.policy import Policy
from parking.domain.states import BookingStatus
from tests.domain.examples import INSTANT, PAID, POLICY, UNPAID
from tests.garage import OPENING, at

TOMORROW = replace(PAID, starts_at=at(minutes=1440), ends_at=at(minutes=1560), lapses_at=at(minutes=1560))


def scan(*, booking, now, vehicle_inside=False, policy=POLICY):
    return decide_entry(booking=booking, vehicle_inside=vehicle_inside, policy=policy, now=now)


@pytest.mark.parametrize(
    ("status", "alone", "inside"),
    [
        (BookingStatus.CREATED, PaymentRequired, PaymentRequired),
        (BookingStatus.PAID, Admission, VehicleInside),
        (BookingStatus.USED, AlreadyEntered, AlreadyEntered),
        (BookingStatus.EXPIRED, HoldLapsed, HoldLapsed),
        (BookingStatus.CANCELLED, BookingCancelled, BookingCancelled),
        (BookingStatus.NO_SHOW, NoShow, NoShow),
    ],
)
def test_each_status_has_its_answer_whether_or_not_the_vehicle_is_inside(status, alone, inside):
    booking = replace(PAID, status=status)
    assert type(scan(booking=booking, now=OPENING, vehicle_inside=False)) is alone
    assert type(scan(booking=booking, now=OPENING, vehicle_inside=True)) is inside


def test_an_unpaid_hold_is_asked_to_pay_until_it_lapses():
    assert type(scan(booking=UNPAID, now=at(minutes=5) - INSTANT)) is PaymentRequired
    assert type(scan(booking=UNPAID, now=at(minutes=5))) is HoldLapsed


@pytest.mark.parametrize(
    ("now", "is_early"),
    [
        (at(minutes=1440 - 15), True),
        (at(minutes=1440) - INSTANT, True),
        (at(minutes=1440), False),
    ],
)
def test_a_car_may_come_up_to_15_minutes_early(now, is_early):
    assert scan(booking=TOMORROW, now=now) == Admission(
        occupies_from=now, occupies_until=at(minutes=1560), is_early=is_early
    )


@pytest.mark.parametrize("now", [at(minutes=1440 - 15) - INSTANT, at(minutes=1440 - 15, seconds=-1), OPENING])
def test_earlier_than_that_it_is_told_when_to_come_back(now):
    refusal = scan(booking=TOMORROW, now=now)
    assert (type(refusal), refusal.details) == (TooEarly, {"entry_from": "2026-01-06T08:45:00.000000Z"})


def test_the_operator_decides_how_early():
    strict = Policy(early_entry_seconds=0)
    assert type(scan(booking=TOMORROW, now=at(minutes=1440) - INSTANT, policy=strict)) is TooEarly
    assert type(scan(booking=TOMORROW, now=at(minutes=1440), policy=strict)) is Admission


@pytest.mark.parametrize(
    ("now", "until"),
    [
        (OPENING, at(minutes=120)),
        (at(minutes=30), at(minutes=150)),
        (at(minutes=119), at(minutes=239)),
        (at(minutes=120) - INSTANT, at(minutes=240) - INSTANT),
    ],
)
def test_a_late_car_is_admitted_for_its_full_hours(now, until):
    assert scan(booking=PAID, now=now) == Admission(occupies_from=now, occupies_until=until, is_early=False)


def test_at_the_end_of_its_window_it_is_a_no_show():
    assert type(scan(booking=PAID, now=at(minutes=120))) is NoShow
    assert type(scan(booking=PAID, now=at(minutes=120), vehicle_inside=True)) is NoShow
