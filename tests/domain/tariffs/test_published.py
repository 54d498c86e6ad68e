"""The tariffs of data/tariffs, and the cases that their sources publish: to the cent.

published_cases.csv: facts compiled from the sources named in each row.
"""

from __future__ import annotations

import csv
import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from parking.domain.money import parse_amount
from parking.domain.tariffs import explain, price_curve, read_tariff

EXAMPLES = Path(__file__).parents[3] / "data" / "tariffs"
PUBLISHED = (Path(__file__).parent / "published_cases.csv").read_text(encoding="utf-8")
CASES = list(csv.DictReader(PUBLISHED.splitlines()))


def example(name):
    return json.loads((EXAMPLES / f"{name}.json").read_text(encoding="utf-8"))


def example_price(name, *, entry, **longer):
    tariff = read_tariff(definition=example(name))
    entered_at = datetime.fromisoformat(entry).replace(tzinfo=tariff.zone)
    # Elapsed time, whatever the clocks do: the wall time of the exit is reckoned in UTC.
    left_at = datetime.fromtimestamp(entered_at.timestamp() + timedelta(**longer).total_seconds(), tz=tariff.zone)
    return tariff.stay_price(entered_at=entered_at, left_at=left_at).amount_minor


def test_there_are_as_many_cases_as_were_published():
    assert len(CASES) == 76
    assert len({case["tariff_id"] for case in CASES}) == 14


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case_id"])
def test_a_published_case(case):
    tariff = read_tariff(definition=example(case["tariff_id"]))
    entered_at, left_at = (datetime.fromisoformat(case[key]).replace(tzinfo=tariff.zone) for key in ("entry", "exit"))
    price = tariff.stay_price(entered_at=entered_at, left_at=left_at)
    assert tariff.currency == case["currency"]
    assert price.amount_minor == parse_amount(text=case["expected"], currency=case["currency"])


@pytest.mark.parametrize(
    ("name", "longer", "price_minor"),
    [
        ("grr_valet", {"hours": 24, "minutes": 1}, 3600),
        ("grr_short_term", {"hours": 24, "minutes": 30}, 2500),
        ("grr_short_term", {"hours": 25}, 2600),
        ("grr_economy", {"hours": 25}, 1100),
        ("grr_economy", {"days": 6, "hours": 1}, 5400),
        ("grr_economy", {"days": 9}, 7200),
        ("stadium_motorcycle", {"hours": 3, "minutes": 59}, 3000),
        ("stadium_motorcycle", {"hours": 4}, 9000),
        ("airport_motorcycle", {"minutes": 59}, 0),
        ("airport_motorcycle", {"hours": 1}, 4000),
        ("airport_motorcycle", {"hours": 24}, 8000),
        ("airport_motorcycle", {"hours": 24, "minutes": 1}, 16000),
        ("airport_motorcycle", {"hours": 48}, 16000),
    ],
)
def test_what_the_published_rules_say_at_their_edges(name, longer, price_minor):
    assert example_price(name, entry="2024-03-06T08:00", **longer) == price_minor


@pytest.mark.parametrize(
    ("name", "entry", "longer", "price_minor"),
    [
        # Monday: half an hour of the day, which runs to its end at 20:15, then three night hours.
        ("city_day_night", "2026-06-01T19:45", {"hours": 3, "minutes": 30}, 100 + 3 * 50),
        ("city_day_night", "2026-06-07T10:00", {"hours": 5}, 300),
        ("city_day_night", "2026-12-25T10:00", {"hours": 5}, 300),
        ("city_day_night", "2026-06-08T01:00", {"hours": 6}, 0),
        ("city_day_night", "2026-06-01T07:00", {"hours": 24}, 1800),
        # 10.25 percent on top of 28.00, of 15.00 and of 10.00
        ("early_bird", "2026-06-01T08:30", {"hours": 6}, 3087),
        ("early_bird", "2026-06-01T08:30", {"hours": 6, "minutes": 30}, 1654),
        ("early_bird", "2026-06-01T09:00", {"hours": 10}, 1654),
        ("early_bird", "2026-06-01T09:01", {"hours": 9}, 3087),
        ("early_bird", "2026-06-01T09:00", {"hours": 10, "minutes": 1}, 3087),
        ("early_bird", "2026-06-06T08:30", {"hours": 8}, 3087),
        ("early_bird", "2026-06-06T18:00", {"hours": 12}, 1103),
        ("early_bird", "2026-06-06T18:00", {"minutes": 30}, 882),
        ("early_bird", "2026-06-06T17:00", {"hours": 12, "minutes": 1}, 3087),
        # 2.50 an hour are four cents and a sixth a minute
        ("by_the_minute", "2026-06-01T09:00", {"minutes": 0}, 0),
        ("by_the_minute", "2026-06-01T09:00", {"minutes": 1}, 20),
        ("by_the_minute", "2026-06-01T09:00", {"minutes": 7}, 29),
        ("by_the_minute", "2026-06-01T09:00", {"minutes": 9}, 38),
        ("by_the_minute", "2026-06-01T09:00", {"minutes": 60}, 250),
        ("by_the_minute", "2026-06-01T09:00", {"minutes": 61}, 253),
        ("by_the_minute", "2026-06-01T09:00", {"days": 1}, 2200),
        ("by_the_minute", "2026-06-01T09:00", {"days": 1, "minutes": 10}, 2232),
        # 18 percent on top
        ("twenty_minutes_free", "2026-06-01T09:00", {"minutes": 20}, 0),
        ("twenty_minutes_free", "2026-06-01T09:00", {"minutes": 21}, 3540),
        ("twenty_minutes_free", "2026-06-01T09:00", {"minutes": 125}, 3540),
        ("twenty_minutes_free", "2026-06-01T09:00", {"minutes": 126}, 5900),
        # 22:00 to midnight is six steps; the next day begins a maximum of its own.
        ("calendar_day_cap", "2026-06-01T22:00", {"hours": 3}, 6 * 70 + 3 * 70),
        ("calendar_day_cap", "2026-06-01T22:00", {"days": 1}, 6 * 70 + 1500),
        ("calendar_day_cap", "2026-06-01T00:00", {"days": 7}, 6000),
        ("calendar_day_cap", "2026-06-01T00:00", {"days": 8}, 7500),
        ("night_cap", "2026-06-01T16:00", {"hours": 16}, 600 + 600),
        ("night_cap", "2026-06-01T16:00", {"hours": 18}, 600 + 600 + 600),
        ("night_cap", "2026-06-01T16:00", {"days": 9}, 9000),
        ("hourly", "2026-06-01T09:00", {"minutes": 65}, 5000),
        ("hourly", "2026-06-01T09:00", {"minutes": 66}, 10000),
        ("hourly", "2026-06-01T09:00", {"minutes": 0}, 5000),
        # The free night counts for nothing, and each day is priced as a stay of its own.
        ("st_georges_nhs", "2026-06-01T20:00", {"hours": 14}, 500 + 1000),
        ("st_georges_nhs", "2026-06-01T22:00", {"hours": 8}, 0),
        ("jacksonville_garage", "2026-06-01T09:00", {"days": 3}, 700),
    ],
)
def test_the_other_examples(name, entry, longer, price_minor):
    assert example_price(name, entry=entry, **longer) == price_minor


def test_the_hourly_example_is_the_specification_s_tariff():
    hourly = read_tariff(definition={"kind": "hourly", "rate_minor": 5000, "grace_minutes": 5, "minimum_hours": 1})
    entry = datetime.fromisoformat("2026-06-01T09:00:00+00:00")
    curves = [
        price_curve(tariff=tariff, entered_at=entry, until=timedelta(days=2), step=timedelta(minutes=1))
        for tariff in (hourly, read_tariff(definition=example("hourly")))
    ]
    assert curves[0] == curves[1]
    assert curves[0][:3] == [(0, 5000), (66, 10000), (126, 15000)]


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.json")), ids=lambda path: path.stem)
def test_every_example_can_be_read_stored_and_explained(path):
    definition = json.loads(path.read_text(encoding="utf-8"))
    tariff = read_tariff(definition=definition)
    assert read_tariff(definition=json.loads(json.dumps(definition))) == tariff
    sentences = explain(definition)
    assert sentences == explain(tariff)
    assert len(sentences) >= 1
    assert all(sentence.endswith(".") for sentence in sentences)
    assert tariff.description
