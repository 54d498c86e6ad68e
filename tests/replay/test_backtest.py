"""`manage.py backtest`, as typed: what it says, and what it refuses."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError

from tests.replay.recomputation import BERLIN, hours_billed, rupees, stays_of

TARIFFS = Path(__file__).parents[2] / "data" / "tariffs"
THREE = [TARIFFS / f"backtest_{name}.json" for name in ("half_hours", "day_night", "twenty_free")]
FLAT = {"kind": "rates", "name": "Flat [bold]", "rates": [{"name": "Parking", "bands": [{"adds": "80"}]}]}
ROWS = (
    "P1,2026-01-31T09:00:00Z,2026-01-31T09:20:00Z",
    "P2,2026-01-31T23:30:00Z,2026-02-01T01:00:00Z",
    "P3,soon,2026-02-01T01:00:00Z",
    "P4,2026-02-02T08:00:00Z,2026-02-02T18:00:00Z",
)


@pytest.fixture
def run():
    """The command as typed, and what it printed. It has no database: pytest-django would refuse one."""

    def run(*arguments: object) -> str:
        printed = StringIO()
        call_command("backtest", *map(str, arguments), stdout=printed)
        return printed.getvalue()

    return run


@pytest.fixture
def backtest(run):
    return lambda *arguments: json.loads(run(*arguments, "--json"))


@pytest.fixture
def tariff_of(tmp_path):
    """A file that holds this definition."""

    def write(definition: object = FLAT, *, name: str = "flat.json", **more: object) -> Path:
        path = tmp_path / name
        text = definition if isinstance(definition, str) else json.dumps(definition | more)
        path.write_text(text)
        return path

    return write


def test_the_hourly_tariff_brings_what_the_billing_rule_says(backtest):
    hours = [hours_billed(stay) for stay in stays_of(BERLIN)]
    told = backtest(BERLIN, "--tariff", THREE[0])
    assert told["rows"] == {"read": 1740, "used": 1740, "out_of_order": 0, "rejected": {}}
    assert told["against"]["revenue"] == rupees(sum(hours) * 5000)
    assert (told["currency"], told["time_zone"]) == ("INR", "Europe/Berlin")
    assert backtest(BERLIN, "--tariff", THREE[0], "--rate", "12.34")["against"]["revenue"] == rupees(sum(hours) * 1234)


def test_what_the_report_tells_of_a_short_file(backtest, file_of, tariff_of):
    told = backtest(file_of(*ROWS), "--tariff", tariff_of(), "--time-zone", "Europe/Berlin")
    assert told["rows"]["rejected"] == {"unreadable_time": {"count": 1, "first": ["line 4: arrived_utc 'soon'"]}}
    (flat,) = told["tariffs"]
    assert {key: flat[key] for key in ("name", "stays", "revenue", "mean", "highest", "free", "capped")} == {
        "name": "Flat [bold]",
        "stays": 3,
        "revenue": "240.00",
        "mean": "80.00",
        "highest": "80.00",
        "free": 0,
        "capped": 0,
    }
    assert flat["months"] == {"2026-01": {"stays": 1, "amount": "80.00"}, "2026-02": {"stays": 2, "amount": "160.00"}}
    compared = flat["compared"]
    assert (compared["difference"], compared["same"]) == ("-410.00", 0)
    assert compared["more"] == {"stays": 1, "amount": "30.00"}
    assert compared["less"] == {"stays": 2, "amount": "-440.00"}
    assert compared["largest_rises"] == [
        {
            "line": 2,
            "bay": "P1",
            "arrived": "2026-01-31T09:00:00.000000Z",
            "departed": "2026-01-31T09:20:00.000000Z",
            "before": "50.00",
            "after": "80.00",
            "difference": "30.00",
        }
    ]


def test_the_tables_say_the_same_to_people(run, file_of, tariff_of):
    printed = run(file_of(*ROWS), "--tariff", tariff_of(), "--tariff", THREE[0], "--time-zone", "Europe/Berlin")
    lines = [" ".join(line.split()) for line in printed.splitlines() if line]
    assert lines[0] == "stays.csv: 3 stays that arrived from 2026-01-31 to 2026-02-02, Europe/Berlin"
    assert "unreadable_time 1 line 4: arrived_utc 'soon'" in lines
    assert "Hourly at 50.00 Flat [bold] Half hours, day cap" in lines
    assert "revenue, INR 650.00 240.00 610.00" in lines
    assert "in per cent -63.1 % -6.2 %" in lines
    assert "revenue 2026-02 600.00 160.00 580.00" in lines
    assert "against Hourly at 50.00 Flat [bold] Half hours, day cap" in lines
    assert "hit hardest: stays up to 30 min -" in lines
    assert "gain most: stays to 12 h up to 30 min" in lines
    assert "to 12 h 1 500.00 80.00 500.00" in lines


def test_any_tariff_can_be_what_the_others_are_held_against(backtest, file_of, tariff_of):
    told = backtest(file_of(*ROWS), "--tariff", tariff_of(), "--against", tariff_of(name="other.json"))
    assert told["against"]["name"] == "Flat [bold] (other)"
    assert (told["tariffs"][0]["name"], told["tariffs"][0]["compared"]["same"]) == ("Flat [bold] (flat)", 3)


def test_a_definition_in_minor_units_takes_the_currency_of_the_others(backtest, file_of, tariff_of):
    hourly = tariff_of({"kind": "hourly", "rate_minor": 150, "grace_minutes": 5, "minimum_hours": 1}, name="h.json")
    told = backtest(file_of(*ROWS), "--tariff", hourly, "--against", tariff_of(currency="EUR"))
    assert (told["currency"], told["tariffs"][0]["name"], told["tariffs"][0]["revenue"]) == ("EUR", "h", "19.50")


def test_without_stays_nothing_comes_in(run, backtest, file_of):
    assert backtest(file_of(), "--tariff", THREE[0])["tariffs"][0]["revenue"] == "0.00"
    assert "in per cent -" in " ".join(run(file_of(), "--tariff", THREE[0]).split())


def test_currencies_must_agree(run, file_of, tariff_of):
    euros = tariff_of(currency="EUR", name="euros.json")
    with pytest.raises(CommandError, match=r"one currency: euros.json is in EUR, backtest_half_hours.json is in INR"):
        run(file_of(*ROWS), "--tariff", euros, "--against", THREE[0])
    with pytest.raises(CommandError, match=r"in EUR, and the hourly tariff at 50.00 is in INR"):
        run(file_of(*ROWS), "--tariff", euros)
    run(file_of(*ROWS), "--tariff", euros, "--rate", "2.50")


@pytest.mark.parametrize(
    ("definition", "problem"),
    [
        (FLAT | {"caps": [{"per": "24h"}], "colour": 1}, r"(?s)\n  caps\[0\].at_most: is missing\n  colour: no such"),
        (FLAT | {"currency": "XXL"}, "'XXL' is not an ISO 4217 currency"),
        (FLAT | {"currency": ["INR"]}, "is not an ISO 4217 currency"),
        (FLAT | {"time_zone": "Mars/Olympus"}, "time_zone"),
        ({}, "kind: must be hourly or rates"),
        ("[]", "must be a JSON object"),
        ("{", "is no JSON"),
        ("[" * 100_000, "is no JSON"),
        ('{"kind": "rates", "kind": "hourly"}', "the key 'kind' occurs twice"),
        (" " * 1_000_001, "has more than 1,000,000 bytes"),
    ],
)
def test_what_is_no_tariff_is_told(run, file_of, tariff_of, definition, problem):
    path = tariff_of(definition)
    with pytest.raises(CommandError, match=problem) as refusal:
        run(file_of(*ROWS), "--tariff", path)
    assert path.name in str(refusal.value)


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["--tariff", "absent.json"], "absent.json cannot be read: No such file"),
        (["--tariff", THREE[0], "--rate", "0.001"], "--rate 0.001: '0.001' has more digits than INR has"),
        (["--tariff", THREE[0], "--rate", "0"], "--rate 0: rate_minor is out of range"),
        (["--tariff", THREE[0], "--time-zone", "Mars/Olympus"], "there is no such time zone"),
        (["--tariff", THREE[0]] * 6, "At most 5 tariffs"),
        (["--tariff", THREE[0], "--plot", "picture.png"], "drawn as SVG"),
        (["--tariff", THREE[0], "--plot", "nowhere/picture.svg"], "nowhere is no folder"),
    ],
)
def test_what_cannot_be_done_is_told(run, file_of, arguments, problem):
    with pytest.raises(CommandError, match=problem):
        run(file_of(*ROWS), *arguments)


def test_the_picture_is_written_where_it_was_asked_for(run, file_of, tmp_path):
    picture = tmp_path / "picture.svg"
    run(file_of(*ROWS), "--tariff", THREE[0], "--plot", picture)
    assert ElementTree.parse(picture).getroot().tag == "{http://www.w3.org/2000/svg}svg"
    (tmp_path / "folder.svg").mkdir()
    with pytest.raises(CommandError, match="cannot be written"):
        run(file_of(*ROWS), "--tariff", THREE[0], "--plot", tmp_path / "folder.svg")


def test_from_the_shell_it_needs_no_database(file_of, tmp_path):
    process = subprocess.run(
        [sys.executable, "manage.py", "backtest", file_of(*ROWS), "--tariff", THREE[1], "--json"],
        cwd=settings.BASE_DIR,
        env=os.environ | {"DATABASE_URL": f"sqlite:///{tmp_path}/configured.sqlite3"},
        capture_output=True,
        check=False,
    )
    assert process.returncode == 0, process.stderr
    assert json.loads(process.stdout)["against"]["revenue"] == "650.00"
    assert not (tmp_path / "configured.sqlite3").exists()


def test_ten_thousand_stays_take_seconds(backtest, file_of):
    first = datetime(2026, 1, 1, tzinfo=UTC)
    times = [(first + timedelta(minutes=50 * number), 5 + number * 37 % 1500) for number in range(10_000)]
    rows = [
        f"P{number},{begins.isoformat()},{(begins + timedelta(minutes=lasts)).isoformat()}"
        for number, (begins, lasts) in enumerate(times)
    ]
    path = file_of(*rows)
    began = time.monotonic()
    assert backtest(path, *(word for tariff in THREE for word in ("--tariff", tariff)))["rows"]["used"] == 10_000
    assert time.monotonic() - began < 20
