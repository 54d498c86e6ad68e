"""A replay under a tariff keeps to the minor unit what the backtest says of the same stays."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

TARIFFS = Path(__file__).parents[2] / "data" / "tariffs"
ROWS = (
    "P1,2026-01-31T09:00:00Z,2026-01-31T09:18:30Z",
    "P2,2026-01-31T09:00:00Z,2026-01-31T10:05:59Z",
    "P3,2026-01-31T18:40:00Z,2026-01-31T20:45:00Z",
    "P4,2026-01-31T21:00:00Z,2026-02-01T09:10:00Z",
    "P1,2026-02-01T23:50:07Z,2026-02-02T07:20:00Z",
    "P5,2026-03-27T12:00:00Z,2026-03-30T12:00:00Z",
)
FIRST_HOUR_FREE = {
    "kind": "rates",
    "currency": "KWD",
    "time_zone": "Asia/Kuwait",
    "rates": [{"name": "Parking", "bands": [{"until": "1h", "adds": "0"}, {"each": "1h", "adds": "0.125"}]}],
    "tax": {"percent": "5", "included": False},
}
HOURLY = {"kind": "hourly", "rate_minor": 1234, "grace_minutes": 10, "minimum_hours": 1}


def backtested(path: Path, tariff: Path, *more: object) -> dict:
    printed = StringIO()
    call_command("backtest", str(path), "--tariff", str(tariff), "--json", *map(str, more), stdout=printed)
    return json.loads(printed.getvalue())["tariffs"][0]


@pytest.fixture(autouse=True)
def _once():
    if connection.vendor == "postgresql":
        pytest.skip("it replays into an SQLite file of its own here too: once is enough")


@pytest.mark.parametrize(
    "name", ["hourly", "backtest_half_hours", "backtest_day_night", "backtest_twenty_free", "twenty_minutes_free"]
)
def test_what_is_kept_is_what_the_backtest_says(replay, file_of, name):
    path, tariff = file_of(*ROWS), TARIFFS / f"{name}.json"
    told = backtested(path, tariff)
    outcome = replay(path, "--tariff", tariff)
    assert told["stays"] == outcome["sessions"] == len(ROWS)
    assert outcome["kept"] == told["revenue"]
    assert outcome["garage"] == {"slots": 5, "tariff": told["name"], "hours_booked": 2}
    assert outcome["auditor"]["violations"] == 0


@pytest.mark.parametrize("hours", [1, 24])
def test_however_many_hours_are_booked(replay, file_of, hours):
    path, tariff = file_of(*ROWS), TARIFFS / "backtest_day_night.json"
    assert replay(path, "--tariff", tariff, "--hours", hours)["kept"] == backtested(path, tariff)["revenue"]


def test_a_booking_that_costs_nothing_is_not_paid(replay, file_of, tmp_path):
    tariff = tmp_path / "free.json"
    tariff.write_text(json.dumps(FIRST_HOUR_FREE))
    path = file_of(*ROWS)
    outcome = replay(path, "--tariff", tariff, "--hours", 1)
    told = backtested(path, tariff, "--rate", "0.5")
    assert (outcome["kept"], outcome["currency"]) == (told["revenue"], "KWD")
    assert outcome["captured"] == outcome["overtime_payments"]["amount"]
    assert outcome["overtime_payments"]["count"] == told["stays"] - told["free"] == 5
    assert (outcome["refunded"], outcome["auditor"]["violations"]) == ("0.000", 0)


def test_a_tariff_of_the_hourly_kind(replay, file_of, tmp_path):
    tariff = tmp_path / "own_hours.json"
    tariff.write_text(json.dumps(HOURLY))
    path = file_of(*ROWS)
    outcome = replay(path, "--tariff", tariff)
    assert outcome["kept"] == backtested(path, tariff)["revenue"]
    assert outcome["garage"]["tariff"] == "own_hours"


def test_the_table_names_the_tariff(run, file_of):
    printed = run(file_of(*ROWS), "--tariff", TARIFFS / "backtest_half_hours.json")
    assert printed.startswith("stays.csv: 5 slots, tariff Half hours, day cap, each car books 2 h\n")


def test_a_tariff_that_is_none_makes_no_database(run, file_of, tmp_path):
    tariff = tmp_path / "none.json"
    tariff.write_text('{"kind": "hourly", "rate_minor": 5}')
    kept = tmp_path / "kept.sqlite3"
    with pytest.raises(CommandError, match=r"(?s)grace_minutes: is missing\n  minimum_hours: is missing"):
        run(file_of(*ROWS), "--tariff", tariff, "--keep", kept)
    assert not kept.exists()


def test_a_rate_and_a_tariff_are_one_too_many(run, file_of):
    with pytest.raises(CommandError, match="not allowed with"):
        run(file_of(*ROWS), "--rate", "10", "--tariff", TARIFFS / "hourly.json")
