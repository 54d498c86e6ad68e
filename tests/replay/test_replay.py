"""What comes out of a replay is what the billing rule says of the file, reckoned here a second time."""

from __future__ import annotations

import pytest
from django.db import connection

from tests.replay.recomputation import BERLIN, expected, rupees, stays_of, those_who_find_room

HOUR = "2026-01-05T09:00:00Z,2026-01-05T10:00:00Z"


def test_the_berlin_stays_come_to_what_the_billing_rule_says_of_the_file(replay):
    if connection.vendor == "postgresql":
        pytest.skip("it replays into an SQLite file of its own here too: once is enough")
    stays = stays_of(BERLIN)
    outcome = replay(BERLIN)
    assert len(stays) == 1740
    assert outcome == expected(stays) | {
        "rows": {"read": 1740, "used": 1740, "out_of_order": 0, "rejected": {}},
        "garage": {"slots": 32, "hourly_rate": "50.00", "hours_booked": 2},
        "still_inside": 0,
        "refused": {},
        "currency": "INR",
        "auditor": {"violations": 0, "summary": "Auditor: 21 promises checked, 0 violations"},
    }


def test_cars_that_find_the_zone_full_drive_on_and_cost_nothing(replay):
    stays = stays_of(BERLIN, limit=150)
    entered = those_who_find_room(stays, slots=20)
    outcome = replay(BERLIN, "--limit", 150, "--slots", 20)
    assert 0 < len(entered) < 150
    assert outcome["refused"] == {"zone_full": 150 - len(entered)}
    assert outcome["rows"]["used"] == 150
    assert {key: outcome[key] for key in expected(entered)} == expected(entered)


def test_rate_and_booked_hours_are_the_callers(replay):
    stays = stays_of(BERLIN, limit=30)
    outcome = replay(BERLIN, "--limit", 30, "--rate", "12.34", "--hours", 24)
    wanted = expected(stays, rate_minor=1234, hours_booked=24)
    assert {key: outcome[key] for key in wanted} == wanted


def test_who_leaves_makes_room_for_who_arrives_at_the_same_moment(replay, file_of):
    path = file_of(
        "P2,2026-01-05T10:00:00Z,2026-01-05T11:00:00Z",
        f"P1,{HOUR}",
    )
    outcome = replay(path, "--slots", 1)
    assert (outcome["sessions"], outcome["refused"]) == (2, {})
    assert outcome["busiest"] == {"at": "2026-01-05T09:00:00.000000Z", "cars_inside": 1}


def test_a_stay_of_three_days_is_paid_through_overtime(replay, file_of):
    outcome = replay(file_of("P1,2026-01-05T09:00:00Z,2026-01-08T09:06:00+00:00"))
    assert outcome["hours_billed"] == 73
    assert outcome["overtime_payments"] == {"count": 1, "amount": rupees(71 * 5000)}
    assert outcome["kept"] == rupees(73 * 5000)


def test_a_file_without_rows_comes_to_nothing(replay, file_of):
    outcome = replay(file_of())
    assert outcome["rows"] == {"read": 0, "used": 0, "out_of_order": 0, "rejected": {}}
    assert (outcome["sessions"], outcome["kept"], outcome["busiest"]) == (0, "0.00", None)


def test_the_table_says_the_same_to_people(run, file_of):
    path = file_of(
        f"P1,{HOUR}",
        "P1,2026-01-05T09:30:00Z,2026-01-05T10:30:00Z",
        "P2,[red]soon[/red],2026-01-05T10:30:00Z",
        "P3,2026-01-05T08:59:59Z,2026-01-05T12:30:00Z",
    )
    lines = [" ".join(line.split()) for line in run(path).splitlines() if line]
    assert lines[0] == "stays.csv: 2 slots, 50.00 INR an hour, each car books 2 h"
    assert lines[1:-2] == [
        "rows read 4",
        "rows used 2",
        "rows out of order 1",
        "rows rejected 2",
        "unreadable_time 1 line 4: arrived_utc '[red]soon[/red]'",
        "overlap 1 line 3: overlaps line 2 in bay 'P1'",
        "sessions 2",
        "refused 0",
        "most cars inside 2 2026-01-05 09:00:00 UTC",
        "hours billed 5",
        "captured 300.00 INR",
        "of it overtime 100.00 INR in 1 payment",
        "refunded 50.00 INR",
        "of it unused time 50.00 INR in 1 refund",
        "kept 250.00 INR, captured - refunded",
    ]
    assert lines[-2].startswith("2 stays in ")
    assert lines[-1] == "Auditor: 21 promises checked, 0 violations"
