"""What the parts of a tariff of rates do: stories with one part each, and the figures worked out by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from time import perf_counter
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parking.domain.tariffs import MAX_CURVE_STEPS, price_curve, read_tariff
from parking.domain.tariffs.lines import MAX_SEPARATE_LINES

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = datetime(2026, 6, 1, 8, 0, tzinfo=BERLIN)

DAY = {"name": "Day", "when": {"from": "06:00", "to": "20:00"}, "bands": [{"each": "1h", "adds": "2.00"}]}
NIGHT = {"name": "Night", "when": {"from": "20:00", "to": "06:00"}, "bands": [{"each": "1h", "adds": "1.00"}]}
FREE_NIGHT = {"name": "Night", "when": {"from": "20:00", "to": "06:00"}, "free": True}


def tariff(*rates, **more):
    """A tariff in Berlin and in EUR; bands instead of rates make the one rate."""
    if "name" not in rates[0]:
        rates = [{"name": "Parking", "bands": list(rates)}]
    return read_tariff(
        definition={"kind": "rates", "currency": "EUR", "time_zone": "Europe/Berlin", "rates": list(rates), **more}
    )


def stay(priced, *, entered_at=MONDAY, **longer):
    entered_at = entered_at.astimezone(UTC)
    return priced.stay_price(entered_at=entered_at, left_at=entered_at + timedelta(**longer))


def cents(priced, *, entered_at=MONDAY, **longer):
    return stay(priced, entered_at=entered_at, **longer).amount_minor


def words(price):
    return [(line.words, line.amount_minor) for line in price.lines]


def at(hour, minute=0):
    return MONDAY.replace(hour=hour, minute=minute)


def test_a_change_of_rate_cuts_an_interval_and_prices_anew():
    priced = tariff(DAY, NIGHT)
    assert cents(priced, entered_at=at(19, 30), minutes=30) == 200
    assert cents(priced, entered_at=at(19, 30), minutes=31) == 300
    assert words(stay(priced, entered_at=at(18, 30), minutes=200)) == [("Day: 2 x 1 h", 400), ("Night: 2 x 1 h", 200)]


def test_an_interval_runs_over_the_change_if_the_time_parked_continues():
    priced = tariff(DAY, NIGHT, on_change="continue")
    assert cents(priced, entered_at=at(19, 30), minutes=60) == 200
    assert cents(priced, entered_at=at(19, 30), minutes=61) == 300


def test_a_flat_band_is_charged_once_for_each_visit_of_its_period():
    rates = [{**DAY, "bands": [{"adds": "5.00"}]}, {**NIGHT, "bands": [{"adds": "3.00"}]}]
    for on_change in ("restart", "continue"):
        assert cents(tariff(*rates, on_change=on_change), hours=26) == 500 + 300 + 500


def test_free_time_does_not_count_as_time_parked():
    bands = [{"until": "4h", "adds": "4.00"}, {"adds": "6.00"}]
    day = {**DAY, "bands": bands}
    # Two hours, the free night, and two hours more: four hours of parking, or two stays of two hours.
    assert cents(tariff(day, FREE_NIGHT, on_change="continue"), entered_at=at(18), hours=14) == 400
    assert cents(tariff(day, FREE_NIGHT, on_change="continue"), entered_at=at(18), hours=15) == 1000
    assert cents(tariff(day, FREE_NIGHT), entered_at=at(18), hours=14) == 800
    price = stay(tariff(day, FREE_NIGHT), entered_at=at(18), hours=14)
    assert (price.total_minutes, price.billable_minutes, price.billable_hours) == (840, 240, 4)
    assert words(price) == [("Day: up to 4 h", 400), ("Night: free", 0), ("Day: up to 4 h", 400)]


def test_a_stay_in_free_time_only_is_free():
    assert cents(tariff(DAY, FREE_NIGHT), entered_at=at(20), hours=10) == 0
    assert cents(tariff(DAY, FREE_NIGHT), entered_at=at(20), hours=10, minutes=1) == 200


def test_a_special_day_takes_precedence_and_may_run_over_midnight():
    party = {
        "name": "Party",
        "when": {"dates": ["2026-06-01"], "from": "22:00", "to": "02:00"},
        "bands": [{"adds": "20.00"}],
    }
    priced = tariff(DAY, NIGHT, party)
    assert cents(priced, entered_at=at(21), hours=6) == 100 + 2000 + 100
    assert cents(priced, entered_at=at(21) + timedelta(days=1), hours=6) == 600


def test_the_boundary_after_is_for_bands_and_not_for_intervals_or_rates():
    bands = [{"until": "2h", "each": "1h", "adds": "1.00"}, {"adds": "5.00"}]
    assert [cents(tariff(*bands), minutes=minutes) for minutes in (60, 61, 120, 121)] == [100, 200, 200, 700]
    after = tariff(*bands, boundary="after")
    assert [cents(after, minutes=minutes) for minutes in (60, 61, 119, 120)] == [100, 200, 200, 700]
    assert cents(tariff(DAY, NIGHT, boundary="after"), entered_at=at(19), hours=1) == 200


@pytest.mark.parametrize(
    ("per", "longer", "price_minor"),
    [
        ("24h", {"hours": 24}, 1000),
        ("24h", {"hours": 25}, 1100),
        ("day", {"hours": 16}, 1000),
        ("day", {"hours": 17}, 1100),
        ("week", {"days": 6, "hours": 16}, 1000),
        ("week", {"days": 6, "hours": 17}, 1100),
        ("7d", {"days": 7}, 1000),
        ("7d", {"days": 7, "hours": 1}, 1100),
        ("stay", {"days": 30}, 1000),
    ],
)
def test_a_cap_holds_for_its_window(per, longer, price_minor):
    priced = tariff({"each": "1h", "adds": "1.00"}, caps=[{"per": per, "at_most": "10.00"}])
    assert cents(priced, **longer) == price_minor


def test_a_night_is_capped_for_those_who_come_after_midnight_too():
    cap = {"per": "night", "from": "20:00", "to": "06:00", "at_most": "2.00"}
    priced = tariff({"each": "1h", "adds": "1.00"}, caps=[cap])
    assert cents(priced, entered_at=at(1), hours=5) == 200
    assert cents(priced, entered_at=at(1), hours=6) == 300
    assert cents(priced, entered_at=at(18), hours=12) == 400


def test_a_deduction_names_the_cap_that_was_reached():
    priced = tariff({"each": "1h", "adds": "2.00"}, caps=[{"per": "day", "at_most": "9.00", "name": "Day ticket"}])
    assert words(stay(priced, hours=6)) == [("Parking: 6 x 1 h", 1200), ("Day ticket: limit reached", -300)]


def test_the_three_kinds_of_grace():
    hours = {"each": "1h", "adds": "1.00"}
    start = tariff(hours, grace={"start": "10m"})
    assert [cents(start, minutes=minutes) for minutes in (0, 10, 11, 61)] == [0, 0, 100, 200]
    step = tariff(hours, grace={"step": "10m"})
    assert [cents(step, minutes=minutes) for minutes in (0, 1, 70, 71, 130)] == [100, 100, 100, 200, 200]
    end = tariff(hours, grace={"end": "10m"})
    assert [cents(end, minutes=minutes) for minutes in (0, 9, 70, 71, 130)] == [100, 100, 100, 200, 200]
    assert stay(end, minutes=65).billable_minutes == 55


def test_a_minimum_charge_is_for_stays_that_cost_something():
    priced = tariff(DAY, FREE_NIGHT, minimum_charge="3.00")
    assert cents(priced, minutes=5) == 300
    assert words(stay(priced, minutes=5)) == [("Day: 1 x 1 h", 200), ("Minimum charge", 100)]
    assert cents(priced, entered_at=at(22), minutes=5) == 0


def test_tax_on_top_is_rounded_half_up_and_a_line_of_its_own():
    priced = tariff({"each": "1h", "adds": "0.25"}, tax={"percent": "18", "included": False})
    assert words(stay(priced, minutes=5)) == [("Parking: 1 x 1 h", 25), ("Tax", 5)]
    assert priced.tax_basis_points == 1800
    assert priced.hourly_rate_minor == 30


def test_a_lost_ticket_has_a_fee_and_a_limit():
    priced = tariff({"adds": "1.00"}, lost_ticket={"fee": "20.00", "total_at_most": "25.00"})
    assert (priced.lost_ticket_fee_minor, priced.lost_ticket_total_at_most_minor) == (2000, 2500)
    without = tariff({"adds": "1.00"})
    assert (without.lost_ticket_fee_minor, without.lost_ticket_total_at_most_minor) == (0, None)
    assert without.tax_basis_points is None


def test_the_headline_is_the_first_hour_of_the_first_charged_rate():
    assert tariff(FREE_NIGHT, DAY).hourly_rate_minor == 200
    assert tariff({"until": "30m", "adds": "1.00"}, {"each": "15m", "adds": "0.40"}).hourly_rate_minor == 180


@pytest.mark.parametrize(
    ("entered_at", "price_minor", "note"),
    [
        # The night has nine hours: the clocks skip 02:00 to 03:00.
        (datetime(2026, 3, 28, 20, 0, tzinfo=BERLIN), 900, "forward by 1 h on 2026-03-29"),
        (datetime(2026, 10, 24, 20, 0, tzinfo=BERLIN), 1100, "back by 1 h on 2026-10-25"),
    ],
)
def test_a_night_in_which_the_clocks_change(entered_at, price_minor, note):
    minutes = price_minor // 100 * 60
    price = stay(tariff(DAY, NIGHT), entered_at=entered_at, minutes=minutes)
    assert price.amount_minor == price_minor
    assert [note in text for text in price.notes] == [True]
    assert cents(tariff(DAY, NIGHT), entered_at=entered_at, minutes=minutes + 1) == price_minor + 200


@pytest.mark.parametrize(
    ("day", "minutes"),
    [
        (datetime(2026, 3, 29, 0, 0, tzinfo=BERLIN), 120),  # 02:30 does not exist: the rate changes at 03:00
        (datetime(2026, 10, 25, 0, 0, tzinfo=BERLIN), 150),  # 02:30 comes twice: it changes at the first
    ],
)
def test_a_rate_that_changes_at_a_time_the_clocks_skip_or_show_twice(day, minutes):
    early = {"name": "Early", "when": {"to": "02:30"}, "free": True}
    late = {"name": "Late", "when": {"from": "02:30"}, "bands": [{"adds": "1.00"}]}
    assert cents(tariff(early, late), entered_at=day, minutes=minutes) == 0
    assert cents(tariff(early, late), entered_at=day, minutes=minutes + 1) == 100


def test_a_zone_without_summer_time_has_no_notes():
    definition = {"kind": "rates", "currency": "INR", "time_zone": "Asia/Kolkata", "rates": [DAY, NIGHT]}
    price = stay(read_tariff(definition=definition), days=366)
    assert price.notes == ()


def test_a_year_by_the_minute_takes_milliseconds_and_few_lines():
    day, night = ({**rate, "bands": [{"each": "1h", "adds": "1.23", "pro_rata": True}]} for rate in (DAY, NIGHT))
    priced = tariff(day, night, caps=[{"per": "day", "at_most": "9.00"}, {"per": "24h", "at_most": "12.00"}])
    started = perf_counter()
    price = stay(priced, days=366)
    assert perf_counter() - started < 1
    assert 0 < len(price.lines) <= MAX_SEPARATE_LINES


def test_a_curve_has_the_points_at_which_the_price_changes():
    priced = tariff({"until": "1h", "adds": "2.00"}, {"each": "30m", "adds": "1.00"})
    curve = price_curve(tariff=priced, entered_at=MONDAY, until=timedelta(hours=2), step=timedelta(minutes=1))
    assert curve == [(0, 200), (61, 300), (91, 400)]


@pytest.mark.parametrize("step", [timedelta(0), timedelta(seconds=90), timedelta(seconds=1)])
def test_a_curve_is_bounded(step):
    priced = tariff({"adds": "2.00"})
    with pytest.raises(ValueError, match="step"):
        price_curve(tariff=priced, entered_at=MONDAY, until=timedelta(hours=2), step=step)
    with pytest.raises(ValueError, match="at most"):
        price_curve(
            tariff=priced,
            entered_at=MONDAY,
            until=timedelta(minutes=MAX_CURVE_STEPS + 1),
            step=timedelta(minutes=1),
        )


def stepwise(amounts, *, each, caps):
    """Bands of one interval length, the amounts in this order; the last goes on."""
    bands = [{"each": f"{each}m", "adds": f"{amount // 100}.{amount % 100:02}"} for amount in amounts]
    for index, band in enumerate(bands[:-1]):
        band["until"] = f"{(index + 1) * 3 * each}m"
    return tariff(*bands, caps=[{"per": per, "at_most": "15.00"} for per in caps])


step_amounts = st.lists(st.integers(1, 500), min_size=1, max_size=4)
lengths = st.sampled_from([20, 30, 60, 120])
parts = st.integers(1, 4000)


@given(amounts=step_amounts, each=lengths, caps=st.sampled_from([[], ["24h"], ["7d"], ["stay"]]), one=parts, two=parts)
def test_two_short_stays_never_beat_a_long_one_where_prices_do_not_rise(amounts, each, caps, one, two):
    priced = stepwise(sorted(amounts, reverse=True), each=each, caps=caps)
    whole = cents(priced, minutes=one + two)
    assert whole <= cents(priced, minutes=one) + cents(priced, minutes=two)


@given(amounts=step_amounts, each=lengths, one=parts, two=parts)
def test_two_short_stays_save_at_most_the_rise_of_the_steps_of_the_second(amounts, each, one, two):
    priced = stepwise(amounts, each=each, caps=[])
    saved = cents(priced, minutes=one + two) - cents(priced, minutes=one) - cents(priced, minutes=two)
    assert saved <= -(-two // each) * (max(amounts) - min(amounts))
