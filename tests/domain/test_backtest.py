"""A backtest adds up: by month, by weekday, by length and by charge every stay is there once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parking.domain.backtest import (
    LENGTH_EDGES,
    MAX_TARIFFS,
    NOTHING,
    Backtest,
    NamedTariff,
    Total,
    backtest,
    charge_edges,
    length_band,
    round_step,
    rounded,
)
from parking.domain.stay_records import RecordedStay
from parking.domain.tariffs import HourlyTariff, Tariff, read_tariff

MONDAY = datetime(2026, 1, 5, 9, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


def stay(minutes: float, *, at: datetime = MONDAY, line: int = 2) -> RecordedStay:
    return RecordedStay(line=line, bay=f"P{line}", arrived_at=at, departed_at=at + timedelta(minutes=minutes))


def rates(*bands: dict[str, str], **more: object) -> Tariff:
    definition = {"kind": "rates", "currency": "INR", "time_zone": "Europe/Berlin", **more}
    return read_tariff(definition=definition | {"rates": [{"name": "Parking", "bands": list(bands)}]})


HOURLY = HourlyTariff(rate_minor=5000)
HALF_HOURS = rates({"each": "30m", "adds": "20"}, caps=[{"per": "24h", "at_most": "100"}], grace={"start": "10m"})


def run(*stays: RecordedStay, tariff: Tariff = HALF_HOURS, against: Tariff = HOURLY, zone=UTC) -> Backtest:
    return backtest(
        stays=stays,
        tariffs=[NamedTariff(name="new", tariff=tariff)],
        against=NamedTariff(name="old", tariff=against),
        zone=zone,
    )


def test_who_pays_more_and_who_pays_less():
    found = run(stay(10), stay(31), stay(60), stay(100), stay(160), stay(400))
    comparison = found.comparisons[0]
    assert found.against.total == Total(stays=6, amount_minor=5000 * (1 + 1 + 1 + 2 + 3 + 7))
    # 0, 40, 40, 80, 100 and 100 instead of 50, 50, 50, 100, 150 and 350
    assert comparison.outcome.total == Total(stays=6, amount_minor=36_000)
    assert comparison.more == NOTHING
    assert comparison.less == Total(stays=6, amount_minor=-39_000)
    assert (comparison.same, comparison.difference_minor) == (0, -39_000)
    assert [change.difference_minor for change in comparison.largest_falls] == [-25_000, -5000, -5000, -2000, -1000]
    assert (comparison.outcome.free, comparison.outcome.capped) == (1, 2)


def test_a_stay_that_comes_to_the_cap_by_itself_is_not_capped():
    assert [run(stay(minutes)).comparisons[0].outcome.capped for minutes in (150, 151)] == [0, 1]


def test_a_total_that_falls_is_no_cap():
    falling = rates({"until": "1h", "adds": "50"}, {"total": "30"}, may_fall=True)
    outcome = run(stay(90), tariff=falling).comparisons[0].outcome
    assert (outcome.total.amount_minor, outcome.capped) == (3000, 0)


def test_rises_and_falls_are_told_by_length_of_stay():
    flat = rates({"adds": "100"})
    comparison = run(stay(20), stay(50), stay(90), stay(600), tariff=flat).comparisons[0]
    assert (comparison.more, comparison.less, comparison.same) == (
        Total(stays=2, amount_minor=10_000),
        Total(stays=1, amount_minor=-40_000),
        1,
    )
    assert [total.amount_minor for total in comparison.lengths] == [5000, 5000, 0, 0, 0, -40_000, 0, 0, 0, 0]
    assert [total.stays for total in comparison.lengths] == [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]


def test_a_stay_belongs_to_the_local_day_of_its_arrival():
    late = datetime(2026, 1, 31, 23, 30, tzinfo=UTC)  # a Saturday, and Sunday the first of February in Berlin
    in_utc, in_berlin = (run(stay(120, at=late), zone=zone).against for zone in (UTC, BERLIN))
    total = Total(stays=1, amount_minor=10_000)
    assert (in_utc.months, in_berlin.months) == ({"2026-01": total}, {"2026-02": total})
    assert (in_utc.weekdays.index(total), in_berlin.weekdays.index(total)) == (5, 6)


def test_percentiles_are_charges_that_somebody_pays():
    stays = [stay(60 * hours, line=hours) for hours in range(1, 11)]
    outcome = run(*stays).against
    assert outcome.percentiles == {10: 5000, 25: 15_000, 50: 25_000, 75: 40_000, 90: 45_000, 99: 50_000}
    assert (outcome.total.mean_minor, outcome.highest_minor) == (27_500, 50_000)


def test_nobody_parked():
    found = run()
    assert (found.against.total, found.against.percentiles, found.charge_edges) == (NOTHING, {}, ())
    assert found.comparisons[0].difference_minor == 0


def test_all_is_free():
    free = read_tariff(
        definition={
            "kind": "rates",
            "currency": "INR",
            "time_zone": "UTC",
            "rates": [{"name": "Free", "free": True}],
        }
    )
    found = run(stay(90), tariff=free, against=free)
    assert (found.charge_edges, found.against.charge_bands, found.against.free) == ((), (1, 0), 1)


@pytest.mark.parametrize("count", [0, MAX_TARIFFS + 1])
def test_as_many_tariffs_as_can_be_told_apart(count):
    named = NamedTariff(name="hourly", tariff=HOURLY)
    with pytest.raises(ValueError, match="1 to 5 tariffs"):
        backtest(stays=[], tariffs=[named] * count, against=named, zone=UTC)


@pytest.mark.parametrize(
    ("minutes", "band"), [(0, 0), (30, 0), (31, 1), (60, 1), (61, 2), (1440, 6), (10_080, 8), (10_081, 9)]
)
def test_a_stay_of_exactly_an_edge_is_in_the_band_that_it_ends(minutes, band):
    assert length_band(minutes=minutes) == band


def test_the_edges_of_charges_are_round_and_few_lie_beyond():
    assert charge_edges(amounts_minor=[0, 0]) == ()
    assert charge_edges(amounts_minor=[7]) == (1, 2, 3, 4, 5, 6, 7)
    assert charge_edges(amounts_minor=[0, *range(100, 20_001, 100), 10**9]) == tuple(range(2000, 20_001, 2000))


@pytest.mark.parametrize(("most", "step"), [(1, 1), (5, 1), (6, 2), (11, 5), (26, 10), (10**12, 2 * 10**11)])
def test_steps_of_an_axis_are_round(most, step):
    assert round_step(most=most, parts=5) == step


@pytest.mark.parametrize(("parts", "result"), [((5, 2), 3), ((-5, 2), -3), ((4, 3), 1), ((-4, 3), -1), ((7, 0), 0)])
def test_a_mean_is_rounded_half_away_from_zero(parts, result):
    assert rounded(*parts) == result


STAYS = st.lists(
    st.builds(
        lambda begins, lasts, line: stay(lasts, at=MONDAY + timedelta(minutes=begins), line=line),
        st.integers(0, 80_000),
        st.integers(0, 20_000),
        st.integers(2, 1000),
    ),
    max_size=12,
)


@given(stays=STAYS, rate=st.integers(1, 100_000))
def test_every_stay_is_counted_once_in_every_division(stays, rate):
    found = run(*stays, tariff=HourlyTariff(rate_minor=rate), against=HALF_HOURS, zone=BERLIN)
    for outcome in found.outcomes:
        assert outcome.total.stays == len(stays)
        for division in (outcome.months.values(), outcome.weekdays, outcome.lengths):
            assert sum(total.stays for total in division) == len(stays)
            assert sum(total.amount_minor for total in division) == outcome.total.amount_minor
        assert sum(outcome.charge_bands) == len(stays)
        assert len(outcome.lengths) == len(LENGTH_EDGES) + 1
    comparison = found.comparisons[0]
    assert comparison.more.stays + comparison.less.stays + comparison.same == len(stays)
    assert comparison.difference_minor == comparison.outcome.total.amount_minor - found.against.total.amount_minor
    assert sum(total.amount_minor for total in comparison.lengths) == comparison.difference_minor


@given(stays=STAYS)
def test_against_itself_nobody_pays_anything_else(stays):
    comparison = run(*stays, tariff=HALF_HOURS, against=HALF_HOURS).comparisons[0]
    assert (comparison.more, comparison.less, comparison.same) == (NOTHING, NOTHING, len(stays))
