"""What a stay costs (specification, "Billing Rules"; DESIGN section 2, row "billing")."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parking.domain.stays import Bill
from parking.domain.tariffs import HourlyTariff, StayPrice, hourly_definition, read_tariff, whole_minutes
from tests.domain.examples import RATE, TARIFF, elapsed_times, prepaid_hours, rates
from tests.garage import OPENING, at

DAY = 24 * 60


@pytest.mark.parametrize(
    ("minutes", "billable_minutes", "billable_hours"),
    [
        (0, 0, 1),
        (4, 0, 1),
        (5, 0, 1),
        (6, 1, 1),
        (59, 54, 1),
        (60, 55, 1),
        (64, 59, 1),
        (65, 60, 1),
        (66, 61, 2),
        (125, 120, 2),
        (126, 121, 3),
        (DAY + 60, DAY + 55, 25),
        (DAY + 65, DAY + 60, 25),
        (DAY + 66, DAY + 61, 26),
    ],
)
def test_the_price_after_so_many_minutes(minutes, billable_minutes, billable_hours):
    assert TARIFF.stay_price(entered_at=OPENING, left_at=at(minutes=minutes)) == StayPrice(
        amount_minor=billable_hours * RATE,
        total_minutes=minutes,
        billable_minutes=billable_minutes,
        billable_hours=billable_hours,
    )


@pytest.mark.parametrize(
    ("seconds", "total_minutes", "billable_hours"),
    [
        (59.999999, 0, 1),
        (60, 1, 1),
        (65 * 60 + 59, 65, 1),
        (65 * 60 + 59.999999, 65, 1),
        (66 * 60, 66, 2),
        (125 * 60 + 59.999999, 125, 2),
        (126 * 60, 126, 3),
    ],
)
def test_a_minute_counts_once_it_is_whole(seconds, total_minutes, billable_hours):
    price = TARIFF.stay_price(entered_at=OPENING, left_at=at(seconds=seconds))
    assert (price.total_minutes, price.billable_hours) == (total_minutes, billable_hours)


@pytest.mark.parametrize(("hours", "price_minor"), [(1, 5000), (2, 10000), (24, 120000)])
def test_a_booking_costs_its_hours(hours, price_minor):
    assert TARIFF.booking_price(starts_at=OPENING, hours=hours) == price_minor


@pytest.mark.parametrize(
    ("entered", "left", "minutes"),
    [
        # In Berlin, 29 March 2026 has no hour from 2 to 3, and 25 October has it twice.
        (datetime(2026, 3, 29, 1, 0), datetime(2026, 3, 29, 4, 0), 120),  # noqa: DTZ001 -- the zone comes below
        (datetime(2026, 10, 25, 1, 0), datetime(2026, 10, 25, 4, 0), 240),  # noqa: DTZ001
    ],
)
def test_summer_time_changes_no_bill(entered, left, minutes):
    berlin = ZoneInfo("Europe/Berlin")
    assert whole_minutes(start=entered.replace(tzinfo=berlin), end=left.replace(tzinfo=berlin)) == minutes


def test_a_stay_cannot_end_before_it_began():
    with pytest.raises(ValueError, match="before it began"):
        TARIFF.stay_price(entered_at=OPENING, left_at=at(seconds=-1))


@given(rate=rates, shorter=elapsed_times, longer=elapsed_times)
def test_a_charge_never_falls_as_the_stay_grows(rate, shorter, longer):
    shorter, longer = sorted([shorter, longer])
    tariff = HourlyTariff(rate_minor=rate)
    first = tariff.stay_price(entered_at=OPENING, left_at=OPENING + shorter)
    second = tariff.stay_price(entered_at=OPENING, left_at=OPENING + longer)
    assert first.amount_minor <= second.amount_minor


@given(rate=rates, grace=st.integers(0, 59), minimum=st.integers(1, 24), elapsed=elapsed_times)
def test_a_charge_is_whole_hours_and_at_least_the_minimum(rate, grace, minimum, elapsed):
    tariff = HourlyTariff(rate_minor=rate, grace_minutes=grace, minimum_hours=minimum)
    price = tariff.stay_price(entered_at=OPENING, left_at=OPENING + elapsed)
    assert price.amount_minor == price.billable_hours * rate
    assert price.billable_hours >= minimum


@given(elapsed=elapsed_times)
def test_the_hours_billed_are_the_fewest_that_cover_the_stay_less_its_grace(elapsed):
    price = TARIFF.stay_price(entered_at=OPENING, left_at=OPENING + elapsed)
    covered_until = timedelta(hours=price.billable_hours, minutes=6)
    assert elapsed < covered_until
    assert price.billable_hours == 1 or elapsed >= covered_until - timedelta(hours=1)


zones = st.sampled_from(["UTC", "Europe/Berlin", "Asia/Kolkata", "America/St_Johns", "Australia/Lord_Howe"])


@given(
    entered=st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 -- UTC
    elapsed=elapsed_times,
    entry_zone=zones,
    exit_zone=zones,
)
def test_the_price_depends_on_the_elapsed_time_only(entered, elapsed, entry_zone, exit_zone):
    in_zones = TARIFF.stay_price(
        entered_at=entered.astimezone(ZoneInfo(entry_zone)),
        left_at=(entered + elapsed).astimezone(ZoneInfo(exit_zone)),
    )
    assert in_zones == TARIFF.stay_price(entered_at=OPENING, left_at=OPENING + elapsed)


@given(hours=prepaid_hours, elapsed=elapsed_times)
def test_what_is_captured_less_what_is_refunded_is_the_price(hours, elapsed):
    price = TARIFF.stay_price(entered_at=OPENING, left_at=OPENING + elapsed)
    kept_minor = TARIFF.booking_price(starts_at=OPENING, hours=hours)
    bill = Bill(billed_until=OPENING + elapsed, price=price, kept_minor=kept_minor)
    assert bill.kept_minor + bill.due_minor - bill.refund_minor == price.amount_minor
    assert min(bill.due_minor, bill.refund_minor) == 0


@given(rate=rates)
def test_a_tariff_is_read_back_as_it_was_stored(rate):
    assert read_tariff(definition=hourly_definition(rate_minor=rate)) == HourlyTariff(rate_minor=rate)


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "daily"},
        {"rate_minor": 0},
        {"rate_minor": -1},
        {"rate_minor": 10**8 + 1},
        {"rate_minor": 50.0},
        {"rate_minor": "5000"},
        {"rate_minor": True},
        {"grace_minutes": -1},
        {"grace_minutes": 60},
        {"minimum_hours": 0},
        {"minimum_hours": 25},
        {"surge": 2},
    ],
    ids=repr,
)
def test_a_definition_that_is_no_tariff_is_refused(change):
    with pytest.raises(ValueError):  # noqa: PT011 -- each says something else
        read_tariff(definition=hourly_definition(rate_minor=RATE) | change)


@pytest.mark.parametrize("missing", ["kind", "rate_minor", "grace_minutes", "minimum_hours"])
def test_a_definition_that_lacks_a_figure_is_refused(missing):
    definition = hourly_definition(rate_minor=RATE)
    del definition[missing]
    with pytest.raises(ValueError, match="no tariff definition"):
        read_tariff(definition=definition)
