from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parking.domain.discounts import (
    CodeDiscount,
    CodeSnapshot,
    StayForCode,
    canonical_code,
    check_terms,
    refusal_of_code,
)
from parking.domain.errors import InvalidField
from parking.domain.permits import PermitDiscount, read_weekly_hours
from parking.domain.states import DiscountKind, SessionStatus
from parking.domain.stays import Discount, StaySnapshot, bill_at
from parking.domain.tariffs import HourlyTariff, Tariff, read_tariff

TIME, AMOUNT, PERCENT = DiscountKind.TIME, DiscountKind.AMOUNT, DiscountKind.PERCENT
ENTERED = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
HOURLY = HourlyTariff(rate_minor=5000)
STEEP_AND_CAPPED = read_tariff(
    definition={
        "kind": "rates",
        "currency": "INR",
        "time_zone": "Asia/Kolkata",
        "rates": [{"name": "All day", "bands": [{"until": "1h", "total": "20.00"}, {"each": "20m", "adds": "45.00"}]}],
        "caps": [{"per": "24h", "at_most": "300.00"}],
    }
)
Codes = Sequence[tuple[DiscountKind, int, int, int | None]]


def chain(codes: Codes, permit: PermitDiscount | None = None) -> tuple[Discount, ...]:
    found: list[PermitDiscount | CodeDiscount] = [permit] if permit else []
    for number, (gives, value, at_most_minor, granted_minor) in enumerate(codes):
        found.append(
            CodeDiscount(
                validation_id=number,
                code=f"C{number}",
                gives=gives,
                value=value,
                at_most_minor=at_most_minor,
                granted_minor=granted_minor,
                before=found[-1] if found else None,
            )
        )
    return tuple(found)


def taken(
    *codes: tuple[DiscountKind, int, int, int | None], minutes: int, tariff: Tariff = HOURLY, adjusted_minor: int = 0
) -> list[int]:
    return [one.amount_minor for one in bill(chain(codes), minutes, tariff, adjusted_minor).taken]


def bill(discounts: tuple[Discount, ...], minutes: int, tariff: Tariff = HOURLY, adjusted_minor: int = 0):
    stay = StaySnapshot(
        status=SessionStatus.ACTIVE,
        entry_time=ENTERED,
        billed_until=None,
        leave_by=None,
        gate_opened_at=None,
        kept_minor=0,
        quote=None,
        adjusted_minor=adjusted_minor,
        discounts=discounts,
    )
    return bill_at(stay=stay, tariff=tariff, until=ENTERED + timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("code", "minutes", "takes"),
    [
        ((TIME, 60, 99_999, None), 60, 0),  # less than an hour costs one hour too
        ((TIME, 60, 99_999, None), 125, 5000),
        ((TIME, 60, 99_999, None), 126, 5000),
        ((TIME, 90, 99_999, None), 126, 10_000),
        ((TIME, 600, 99_999, None), 300, 20_000),
        ((TIME, 600, 15_000, None), 300, 15_000),
        ((AMOUNT, 3000, 3000, None), 60, 3000),
        ((AMOUNT, 30_000, 30_000, None), 60, 5000),
        ((PERCENT, 10_000, 99_999, None), 60, 5000),
        ((PERCENT, 3333, 99_999, None), 60, 1667),  # 1666.5
        ((PERCENT, 5000, 1000, None), 60, 1000),
        ((PERCENT, 5000, 99_999, 700), 600, 700),  # granted already
    ],
)
def test_what_one_code_takes(code, minutes, takes):
    assert taken(code, minutes=minutes) == [takes]


def test_the_second_takes_of_what_the_first_has_left():
    half, hour, lot = (PERCENT, 5000, 99_999, None), (TIME, 60, 99_999, None), (AMOUNT, 99_999, 99_999, None)
    assert taken(half, half, minutes=60) == [2500, 1250]
    assert taken(half, hour, minutes=180) == [7500, 2500]
    assert taken(hour, hour, minutes=180) == [5000, 5000]
    assert taken(lot, half, minutes=60) == [5000, 0]


def test_they_take_no_more_than_people_have_left():
    assert taken((AMOUNT, 4000, 4000, None), minutes=60, adjusted_minor=-3000) == [2000]
    assert taken((PERCENT, 5000, 9999, None), minutes=60, adjusted_minor=-9999) == [0]


def test_a_fee_is_not_what_a_percentage_is_of():
    assert taken((PERCENT, 5000, 9999, None), minutes=60, adjusted_minor=2000) == [2500]


codes = st.one_of(
    st.tuples(st.just(TIME), st.integers(1, 600), st.integers(1, 40_000), st.none()),
    st.tuples(st.just(AMOUNT), st.integers(1, 40_000), st.integers(1, 40_000), st.none()),
    st.tuples(st.just(PERCENT), st.integers(1, 10_000), st.integers(1, 40_000), st.none()),
    st.tuples(st.just(PERCENT), st.integers(1, 10_000), st.just(40_000), st.integers(0, 40_000)),
)
permits = st.none() | st.sampled_from(["07:00", "14:00", "18:00"]).map(
    lambda until: PermitDiscount(
        hours=read_weekly_hours(
            definition={"time_zone": "Asia/Kolkata", "hours": [{"days": ["mon"], "from": "06:00", "to": until}]}
        ),
        valid_from=ENTERED - timedelta(days=1),
        valid_until=ENTERED + timedelta(days=9),
    )
)


@given(
    chosen=st.lists(codes, max_size=5),
    permit=permits,
    tariff=st.sampled_from([HOURLY, STEEP_AND_CAPPED]),
    minutes=st.integers(0, 2000),
    longer=st.integers(0, 300),
    adjusted_minor=st.integers(-20_000, 20_000),
)
def test_a_longer_stay_never_costs_less(chosen, permit, tariff, minutes, longer, adjusted_minor):
    discounts = chain(chosen, permit)
    first = bill(discounts, minutes, tariff, adjusted_minor)
    second = bill(discounts, minutes + longer, tariff, adjusted_minor)
    assert 0 <= first.total_minor <= second.total_minor
    assert all(one.amount_minor >= 0 for one in first.taken)


CODE = CodeSnapshot(
    at_most_minor=1000,
    currency="INR",
    budget_minor=5000,
    spent_minor=4000,
    max_uses=5,
    uses=4,
    valid_from=ENTERED,
    valid_until=ENTERED + timedelta(hours=1),
    is_closed=False,
)
STAY = StayForCode(has_ended=False, currency="INR", codes_used=4, has_this_code=False)


def changed(row, **columns):
    return type(row)(**{name: getattr(row, name) for name in row.__slots__} | columns)


@pytest.mark.parametrize(
    ("code", "stay", "why"),
    [
        ({}, {}, None),
        ({"spent_minor": 4001}, {}, "budget"),
        ({"budget_minor": None, "spent_minor": 10**9}, {}, None),
        ({"uses": 5}, {}, "used up"),
        ({"max_uses": None, "uses": 10**6}, {}, None),
        ({"is_closed": True}, {}, "time of this code is over"),
        ({"valid_from": ENTERED + timedelta(seconds=1)}, {}, "not valid yet"),
        ({"valid_until": ENTERED}, {}, "time of this code is over"),
        ({}, {"has_ended": True}, "stay is over"),
        ({}, {"codes_used": 5}, "no more"),
        ({}, {"has_this_code": True}, "already used"),
        ({}, {"currency": "EUR"}, "another currency"),
    ],
)
def test_when_a_code_may_be_used(code, stay, why):
    refusal = refusal_of_code(code=changed(CODE, **code), stay=changed(STAY, **stay), now=ENTERED)
    assert refusal is None if why is None else refusal is not None and why in refusal.message


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("shop", "SHOP"),
        (" a-b-1 ", "A-B-1"),
        ("abc", None),
        ("-abcd", None),
        ("A" * 32, "A" * 32),
        ("A" * 33, None),
        ("ab cd", None),
        ("ß" * 8, None),
        ("\uff21\uff22\uff23\uff24", None),
        ("", None),
    ],
)
def test_how_a_code_is_written(text, code):
    assert canonical_code(text=text) == code


@pytest.mark.parametrize(
    ("gives", "value", "at_most_minor", "limit_minor"),
    [(TIME, 1, 5, 5), (AMOUNT, 300, None, 300), (AMOUNT, 300, 200, 200), (PERCENT, 10_000, 1, 1)],
)
def test_the_most_that_one_use_gives(gives, value, at_most_minor, limit_minor):
    assert check_terms(gives=gives, value=value, at_most_minor=at_most_minor) == limit_minor


@pytest.mark.parametrize(
    ("gives", "value", "at_most_minor"),
    [
        (TIME, 0, 1),
        (TIME, 366 * 24 * 60 + 1, 1),
        (TIME, 60, None),
        (PERCENT, 5000, None),
        (PERCENT, 10_001, 1),
        (AMOUNT, 0, None),
        (AMOUNT, 10**12 + 1, None),
        (AMOUNT, 5, 0),
        (AMOUNT, 5, 10**12 + 1),
    ],
)
def test_terms_that_mean_nothing(gives, value, at_most_minor):
    with pytest.raises(InvalidField):
        check_terms(gives=gives, value=value, at_most_minor=at_most_minor)
