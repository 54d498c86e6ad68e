"""A tariff's prices for drawing, and how its versions came to be what they are."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from parking.domain.callers import SYSTEM
from parking.domain.changes import Change, changes_between
from parking.domain.errors import UnknownPolicy, UnknownTariff, UnknownZone
from parking.domain.tariffs import hourly_definition, read_tariff
from parking.domain.tariffs.chart import MAX_POINTS, drawn_curves
from parking.queries.price_charts import price_chart
from parking.queries.terms_history import policy_history, tariff_history, zone_terms_history
from parking.services import ParkingService
from tests.garage import OPENING, at
from tests.services.desk import OLGA, OMAR, with_limit, with_tariff

pytestmark = pytest.mark.django_db

CHEAP_AT_NIGHT = {
    "kind": "rates",
    "rates": [
        {"name": "Night", "when": {"from": "20:00", "to": "06:00"}, "bands": [{"each": "1h", "adds": "10.00"}]},
        {"name": "Day", "when": {"from": "06:00", "to": "20:00"}, "bands": [{"each": "1h", "adds": "50.00"}]},
    ],
}


class TestCurves:
    def test_quarter_hours_from_0_to_24(self, garage):
        chart = price_chart(tariff_id=garage.zone.tariff_id, entered_at=OPENING)
        assert (len(chart.amounts_minor), chart.step_minutes, chart.currency) == (97, 15, "INR")
        # Five minutes of grace: 1 h until 65 minutes, 2 h from 75 on.
        assert chart.amounts_minor[:6] == (5000, 5000, 5000, 5000, 5000, 10000)
        assert chart.amounts_minor[96] == 24 * 5000
        tariff = read_tariff(definition=hourly_definition(rate_minor=5000))
        for n, amount_minor in enumerate(chart.amounts_minor):
            until = OPENING + n * timedelta(minutes=15)
            assert tariff.stay_price(entered_at=OPENING, left_at=until).amount_minor == amount_minor

    def test_where_the_start_is_all_one_there_is_one_curve(self, garage):
        chart = price_chart(tariff_id=garage.zone.tariff_id, entered_at=OPENING)
        assert not chart.start_matters
        [curve] = chart.by_start
        assert (len(curve.starts), len(curve.amounts_minor)) == (24, 25)

    def test_where_it_matters_starts_with_the_same_prices_are_together(self, garage):
        with_tariff(garage, CHEAP_AT_NIGHT)
        chart = price_chart(tariff_id=garage.zone.tariff_id, entered_at=OPENING, day=date(2026, 2, 1))
        assert chart.start_matters
        midnight = datetime(2026, 1, 31, 18, 30, tzinfo=UTC)
        assert chart.by_start[0].starts[0] == midnight
        assert sorted(start for curve in chart.by_start for start in curve.starts) == [
            midnight + timedelta(hours=hour) for hour in range(24)
        ]
        of_start = {start: curve.amounts_minor for curve in chart.by_start for start in curve.starts}
        assert of_start[midnight][3] == 3000
        assert of_start[midnight + timedelta(hours=12)][3] == 15000

    def test_a_version_that_there_is_not(self, garage):
        for tariff_id in (0, 10**6, 2**70):
            with pytest.raises(UnknownTariff):
                price_chart(tariff_id=tariff_id, entered_at=OPENING)

    @pytest.mark.parametrize(
        ("step", "points"), [(timedelta(0), 5), (timedelta(hours=1), 0), (timedelta(1), MAX_POINTS + 1)]
    )
    def test_no_chart_without_an_end(self, step, points):
        tariff = read_tariff(definition=hourly_definition(rate_minor=5000))
        with pytest.raises(ValueError, match="chart"):
            drawn_curves(tariff=tariff, starts=[OPENING], step=step, points=points)


class TestChanges:
    def test_each_place_that_differs_is_named(self):
        before = {"a": 1, "rates": [{"name": "x", "adds": "1"}], "caps": [], "gone": {"x": None}}
        after = {"a": 1, "rates": [{"name": "x", "adds": "2"}, {"name": "y"}], "caps": [{"per": "24h"}]}
        assert changes_between(before=before, after=after) == (
            Change(path="caps", before=[], after=None),
            Change(path="caps[0].per", before=None, after="24h"),
            Change(path="rates[0].adds", before="1", after="2"),
            Change(path="rates[1].name", before=None, after="y"),
        )

    def test_the_same_again_changes_nothing(self):
        assert changes_between(before=CHEAP_AT_NIGHT, after=CHEAP_AT_NIGHT) == ()


class TestHistory:
    def test_a_tariffs_versions_say_who_published_them_and_what_changed(self, garage):
        for number, adds in enumerate(("40.00", "45.00")):
            ParkingService.publish_tariff(
                name="City",
                definition={"kind": "rates", "rates": [{"name": "All day", "bands": [{"each": "1h", "adds": adds}]}]},
                caller=(OLGA, OMAR)[number],
                now=at(minutes=number),
            )
        newest, first = tariff_history(name="City")
        assert (newest.version, newest.published_by, newest.zones) == (2, "staff:omar", ())
        assert newest.changes == (Change(path="rates[0].bands[0].adds", before="40.00", after="45.00"),)
        assert [len(newest.words_gone), len(newest.words_new)] == [1, 1]
        assert "40" in newest.words_gone[0]
        assert "45" in newest.words_new[0]
        assert (first.version, first.published_by, first.changes, first.words_gone) == (1, "staff:olga", (), ())
        assert first.words_new
        with pytest.raises(UnknownTariff):
            tariff_history(name="No such")

    def test_a_policys_versions(self, garage):
        for minor in (100, 200):
            with_limit(garage, minor=minor)
        newest, first = policy_history(name="Strict")
        assert newest.changes == (Change(path="adjustment_limit_minor", before=100, after=200),)
        assert (newest.zones, first.zones, first.changes) == (("Test zone",), (), ())
        with pytest.raises(UnknownPolicy):
            policy_history(name="No such")

    def test_what_the_set_up_made_was_published_by_nobody(self, garage):
        [only] = policy_history(name="Standard")
        assert (only.version, only.published_by) == (1, "")

    def test_what_a_zone_was_given_and_by_whom(self, garage):
        with_limit(garage, minor=100)
        with_tariff(garage, CHEAP_AT_NIGHT)
        found = zone_terms_history(zone_id=garage.zone.id)
        assert [(one.tariff, one.policy, one.by) for one in found] == [
            ("Another v1", None, SYSTEM.label),
            (None, "Strict v1", SYSTEM.label),
        ]
        with pytest.raises(UnknownZone):
            zone_terms_history(zone_id=garage.zone.id + 1)

    @pytest.mark.parametrize("versions", [1, 3])
    def test_the_statements_do_not_grow_with_the_versions(self, garage, django_assert_num_queries, versions):
        for minor in range(versions):
            with_limit(garage, minor=minor)
        with django_assert_num_queries(4):
            policy_history(name="Strict")
        with django_assert_num_queries(3):
            zone_terms_history(zone_id=garage.zone.id)
