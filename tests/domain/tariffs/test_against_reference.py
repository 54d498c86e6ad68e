"""Random tariffs and random stays: the price is that of the slow reference, and keeps what docs/tariffs.md promises."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parking.domain.tariffs import explain, read_tariff
from parking.domain.tax import split_tax
from tests.domain.tariffs.definitions import ZONES, definitions, entries, stay_minutes
from tests.domain.tariffs.reference import reference_price

patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def price(definition, entered_at, minutes):
    return read_tariff(definition=definition).stay_price(
        entered_at=entered_at, left_at=entered_at + timedelta(minutes=minutes)
    )


@patient
@given(definition=definitions(), entered_at=entries, minutes=stay_minutes)
def test_a_price_is_that_of_the_slow_reference(definition, entered_at, minutes):
    found = price(definition, entered_at, minutes)
    expected = reference_price(definition, entered_at, entered_at + timedelta(minutes=minutes))
    assert (found.amount_minor, found.billable_minutes) == expected


@patient
@given(definition=definitions(), entered_at=entries, minutes=stay_minutes)
def test_a_price_is_not_negative_and_is_the_sum_of_its_lines(definition, entered_at, minutes):
    found = price(definition, entered_at, minutes)
    assert found.amount_minor >= 0
    assert found.amount_minor == sum(line.amount_minor for line in found.lines)
    assert found.total_minutes == minutes
    assert found.billable_hours == -(-found.billable_minutes // 60)


@patient
@given(definition=definitions(may_fall=False), entered_at=entries, one=stay_minutes, other=stay_minutes)
def test_a_price_never_falls_unless_the_tariff_says_so(definition, entered_at, one, other):
    shorter, longer = sorted([one, other])
    first, second = price(definition, entered_at, shorter), price(definition, entered_at, longer)
    assert first.amount_minor <= second.amount_minor


@patient
@given(
    definition=definitions(),
    entered_at=entries,
    minutes=stay_minutes,
    entry_zone=st.sampled_from(ZONES),
    exit_zone=st.sampled_from(ZONES),
)
def test_the_zone_of_the_times_does_not_matter(definition, entered_at, minutes, entry_zone, exit_zone):
    left_at = entered_at + timedelta(minutes=minutes)
    in_zones = read_tariff(definition=definition).stay_price(
        entered_at=entered_at.astimezone(ZoneInfo(entry_zone)), left_at=left_at.astimezone(ZoneInfo(exit_zone))
    )
    assert in_zones == price(definition, entered_at, minutes)


@patient
@given(definition=definitions(), entered_at=entries, hours=st.integers(1, 24))
def test_a_booking_costs_what_the_stay_will(definition, entered_at, hours):
    tariff = read_tariff(definition=definition)
    assert (
        tariff.booking_price(starts_at=entered_at, hours=hours)
        == price(definition, entered_at, hours * 60).amount_minor
    )


@patient
@given(definition=definitions())
def test_every_tariff_can_be_explained(definition):
    assert all(sentence.endswith(".") for sentence in explain(definition))


@given(net_minor=st.integers(0, 10**9), percent=st.integers(0, 10_000).map(lambda points: f"{points / 100:.2f}"))
def test_tax_that_is_added_is_the_tax_that_is_contained(net_minor, percent):
    definition = {
        "kind": "rates",
        "currency": "EUR",
        "time_zone": "UTC",
        "rates": [{"name": "Parking", "bands": [{"adds": f"{net_minor // 100}.{net_minor % 100:02}"}]}],
        "tax": {"percent": percent, "included": False},
    }
    tariff = read_tariff(definition=definition)
    split = split_tax(gross_minor=tariff.hourly_rate_minor, tax_basis_points=tariff.tax_basis_points)
    assert split.net_minor == net_minor
