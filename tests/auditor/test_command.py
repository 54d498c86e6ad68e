"""`manage.py verify_parking` as it is typed."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError

from tests.auditor.busy import Busy
from tests.auditor.corruptions import booking, change, payment, session
from tests.auditor.lifting import unprotected
from tests.garage import at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("undone")]


def verify(*arguments: str) -> tuple[int, str]:
    """The exit status, and what was printed."""
    printed = StringIO()
    try:
        call_command("verify_parking", *arguments, stdout=printed)
    except SystemExit as end:
        return int(str(end.code)), printed.getvalue()
    return 0, printed.getvalue()


@pytest.fixture
def corrupted(busy: Busy) -> None:
    """Three violations: two of I22, one of I12."""
    with unprotected():
        change(booking(busy, "tomorrow"), plate="ka")
        change(booking(busy, "also tomorrow"), plate="ka")
        change(session(busy, "left"), billed_until=at(minutes=20))


def test_a_good_database_ends_with_0():
    status, text = verify()
    lines = text.splitlines()
    assert status == 0
    assert lines[-1] == "Auditor: 21 promises checked, 0 violations"
    assert lines[0] == "I1  kept          no slot is held twice for one time"
    assert "I18 not checked   what was answered as done survives a crash: " in text
    assert len(lines) == 24


@pytest.mark.usefixtures("corrupted")
def test_violations_end_with_1_and_are_named(busy: Busy):
    status, text = verify()
    assert status == 1
    assert text.splitlines()[-1] == "Auditor: 21 promises checked, 3 violations of I12, I22"
    stay = session(busy, "left")
    assert (
        "I12 1 VIOLATED    closed stays add up to the recomputed price\n"
        "     A closed stay costs 5000 minor units, and 10000 were kept for it."
        f" (session {stay.id}, booking {stay.booking_id})\n" in text
    )


@pytest.mark.usefixtures("corrupted")
def test_all_are_counted_and_as_many_shown_as_was_asked_for():
    text = verify("--promise", "I22", "--limit", "1")[1]
    assert "I22 2 VIOLATED" in text
    assert text.count("A booking's plate is not in its canonical form.") == 1
    assert "     and 1 more\n" in text
    assert "plate is not" not in verify("--limit", "0")[1]


@pytest.mark.usefixtures("corrupted")
def test_only_the_promises_that_were_asked_for_are_checked():
    assert verify("--promise", "I10", "--promise", "i9") == (
        0,
        "I9  kept          whole amounts, bounded, one currency\n"
        "I10 kept          refunds are at most what was captured\n"
        "Auditor: 2 promises checked, 0 violations\n",
    )
    assert verify("--promise", "I12")[0] == 1


def test_a_promise_that_cannot_be_seen_is_never_said_to_be_kept():
    status, text = verify("--promise", "I15")
    assert status == 0
    assert text.splitlines() == [
        "I15 not checked   the provider knows what we know: it needs the provider's own ledger",
        "Auditor: 0 promises checked, 0 violations",
    ]


@pytest.mark.usefixtures("corrupted")
def test_json_says_the_same(busy: Busy):
    status, text = verify("--json", "--limit", "1")
    answer = json.loads(text)
    assert status == 1
    assert (answer["violations"], answer["violated"]) == (3, ["I12", "I22"])
    assert list(answer["promises"]) == sorted(answer["promises"], key=lambda number: int(number[1:]))
    assert answer["promises"]["I22"]["violations"] == 2
    assert [shown["problem"] for shown in answer["promises"]["I22"]["shown"]] == [
        "A booking's plate is not in its canonical form."
    ]
    stay = session(busy, "left")
    assert answer["promises"]["I12"]["shown"][0]["ids"] == {"session": str(stay.id), "booking": str(stay.booking_id)}
    assert answer["promises"]["I18"] == {
        "says": "what was answered as done survives a crash",
        "checked": False,
        "not_seen": "only a run that is made to crash can show it",
    }
    assert answer["summary"] == "Auditor: 21 promises checked, 3 violations of I12, I22"


class TestWhenItCannotCheck:
    def status(self, *arguments: str) -> int:
        with pytest.raises(CommandError) as end:
            verify(*arguments)
        return end.value.returncode

    @pytest.mark.parametrize("arguments", [("--limit", "-1"), ("--limit", "10001")])
    def test_a_wrong_limit(self, arguments):
        assert self.status(*arguments) == 2

    def test_a_database_that_does_not_answer(self, monkeypatch):
        def fail(**_: object) -> None:
            raise DatabaseError("no such table")

        monkeypatch.setattr("parking.management.auditing.audit", fail)
        assert self.status() == 2

    def test_a_tariff_that_cannot_be_read(self, busy: Busy):
        with unprotected():
            tariff = booking(busy, "left").tariff
            change(tariff, definition={"kind": "free"})
        assert self.status("--promise", "I12") == 2


def test_payments_in_flight_are_no_violation(busy: Busy):
    assert payment(busy, "waits for payer").status == "PENDING"
    assert verify()[0] == 0
