"""A replay ends with the auditor's verdict on what it made."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import call_command

from parking.management.commands import replay
from parking.models import ParkingBooking
from tests.replay.recomputation import BERLIN

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> tuple[int, str]:
    printed = StringIO()
    try:
        call_command("replay", str(BERLIN), *arguments, stdout=printed)
    except SystemExit as end:
        return int(str(end.code)), printed.getvalue()
    return 0, printed.getvalue()


@pytest.fixture
def plates_go_wrong(monkeypatch) -> None:
    """Somebody changes the database of the replay behind its back."""
    drive = replay.drive

    def drive_and_corrupt(**arguments: object):
        refused = drive(**arguments)
        ParkingBooking.objects.update(plate="ka")
        return refused

    monkeypatch.setattr(replay, "drive", drive_and_corrupt)


def test_real_stays_keep_every_promise():
    status, text = run("--limit", "200")
    assert status == 0
    assert text.splitlines()[-1] == "Auditor: 21 promises checked, 0 violations"


@pytest.mark.usefixtures("plates_go_wrong")
def test_a_violation_is_told_and_ends_with_1():
    status, text = run("--limit", "5")
    assert status == 1
    assert text.splitlines()[-1] == "Auditor: 21 promises checked, 5 violations of I22"
    assert "A booking's plate is not in its canonical form." in text


@pytest.mark.usefixtures("plates_go_wrong")
def test_json_names_the_violations_too():
    status, text = run("--limit", "5", "--json")
    assert (status, json.loads(text)["auditor"]["violated"]) == (1, ["I22"])
