"""A replay has a database of its own: the configured one is neither read nor written, and nobody else's is used."""

from __future__ import annotations

import json
import os
import pty
import secrets
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import Permission
from django.core.management.base import CommandError
from django.db import connection
from psycopg import sql
from psycopg.conninfo import make_conninfo

from tests.replay.recomputation import BERLIN, expected, stays_of

STAY = "P1,2026-01-05T09:00:00Z,2026-01-05T10:00:00Z"


def bookings_in(path: Path) -> int:
    with closing(sqlite3.connect(path)) as database:
        return database.execute("SELECT COUNT(*) FROM parking_parkingbooking").fetchone()[0]


def test_the_configured_database_is_untouched(garage, replay, file_of):
    garage.book_and_pay()
    before = {model: list(model.objects.order_by("pk").values()) for model in apps.get_models()}
    connection_before = connection.connection
    assert replay(file_of(STAY))["sessions"] == 1
    assert {model: list(model.objects.order_by("pk").values()) for model in apps.get_models()} == before
    assert connection.connection is connection_before
    # What Django keeps of a database in memory is the configured one's again.
    assert Permission.objects.filter(content_type__app_label="parking").exists()
    garage.book_and_pay("DL02CD5678")


def test_the_configured_database_comes_back_after_a_failure(garage, run, file_of, monkeypatch):
    monkeypatch.setattr("parking.management.commands.replay.read_outcome", lambda **_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        run(file_of(STAY))
    garage.book_and_pay()


def test_the_temporary_database_is_gone_afterwards(replay, file_of, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    replay(file_of(STAY))
    assert list((tmp_path / "temporary").iterdir()) == []


def test_from_the_shell_it_shows_its_progress_and_makes_no_configured_database(tmp_path, file_of):
    configured = tmp_path / "configured.sqlite3"
    watcher, terminal = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "manage.py", "replay", file_of(STAY, "P2,broken,row"), "--json"],
        cwd=settings.BASE_DIR,
        env=os.environ | {"DATABASE_URL": f"sqlite:///{configured}", "TERM": "xterm"},
        stdout=subprocess.PIPE,
        stderr=terminal,
    ) as process:
        os.close(terminal)
        shown = read_to_the_end(watcher)
        printed = process.communicate()[0]
    assert process.returncode == 0, shown
    assert json.loads(printed)["kept"] == "50.00"
    assert "1/1" in shown
    assert not configured.exists()


def read_to_the_end(terminal: int) -> str:
    shown = b""
    with open(terminal, "rb", buffering=0) as screen:
        try:
            while chunk := screen.read(4096):
                shown += chunk
        except OSError:  # Linux's way to say that nobody writes any more
            pass
    return shown.decode(errors="replace")


def test_keep_leaves_the_database_behind(replay, file_of, tmp_path):
    kept = tmp_path / "kept.sqlite3"
    replay(file_of(STAY), "--keep", kept)
    assert bookings_in(kept) == 1


def test_keep_overwrites_nothing(run, file_of, tmp_path):
    taken = tmp_path / "taken.sqlite3"
    taken.write_text("mine")
    with pytest.raises(CommandError, match="exists already"):
        run(file_of(STAY), "--keep", taken)
    assert taken.read_text() == "mine"
    with pytest.raises(CommandError, match="is no folder"):
        run(file_of(STAY), "--keep", tmp_path / "nowhere" / "kept.sqlite3")


def test_a_given_database_is_used_once(replay, run, file_of, tmp_path):
    given = tmp_path / "given.sqlite3"
    replay(file_of(STAY), "--database-url", f"sqlite:///{given}")
    assert bookings_in(given) == 1
    with pytest.raises(CommandError, match="holds bookings"):
        run(file_of(STAY), "--database-url", f"sqlite:///{given}")
    assert bookings_in(given) == 1


def test_a_garage_of_a_former_replay_is_not_used_again(replay, run, file_of, tmp_path):
    url = f"sqlite:///{tmp_path / 'given.sqlite3'}"
    replay(file_of(), "--database-url", url)
    with pytest.raises(CommandError, match="former replay"):
        run(file_of(STAY), "--database-url", url)


def test_the_configured_database_cannot_be_given(run, file_of):
    place = connection.settings_dict
    if connection.vendor == "sqlite":
        url = f"sqlite:///{place['NAME']}"
    else:
        url = f"postgres://{place['USER']}@{place['HOST'].replace('/', '%2F')}:{place['PORT']}/{place['NAME']}"
    with pytest.raises(CommandError, match="This is the configured database"):
        run(file_of(STAY), "--database-url", url)


@pytest.mark.parametrize(
    "url", ["", "replay.sqlite3", "mysql://root@localhost/replay", "sqlite://", "sqlite://:memory:"]
)
def test_what_is_no_database_url_is_refused(run, file_of, url):
    with pytest.raises(CommandError, match="database URL must be"):
        run(file_of(STAY), "--database-url", url)


def test_somebody_elses_database_is_left_alone(run, file_of, tmp_path):
    theirs = tmp_path / "theirs.sqlite3"
    with closing(sqlite3.connect(theirs)) as database:
        database.execute("CREATE TABLE ledger (amount)")
    before = theirs.read_bytes()
    with pytest.raises(CommandError, match="holds other tables"):
        run(file_of(STAY), "--database-url", f"sqlite:///{theirs}")
    assert theirs.read_bytes() == before


def test_what_is_no_database_is_left_alone(run, file_of, tmp_path):
    text = tmp_path / "letter.txt"
    text.write_text("Dear Sir or Madam, " * 100)
    with pytest.raises(CommandError, match="cannot be opened"):
        run(file_of(STAY), "--database-url", f"sqlite:///{text}")
    assert text.read_text() == "Dear Sir or Madam, " * 100


def test_live_mode_refuses(run, file_of, settings):
    settings.PARKING_MODE = "live"
    with pytest.raises(CommandError, match="sandbox only"):
        run(file_of(STAY))


def test_a_real_payment_provider_refuses(run, file_of, settings):
    settings.PARKING_PAYMENT_PROVIDER = "real"
    with pytest.raises(CommandError, match="simulated money"):
        run(file_of(STAY))


@pytest.mark.parametrize(
    ("option", "value", "problem"),
    [
        ("--hours", "25", "a whole number from 1 to 24"),
        ("--hours", "٣", "a whole number from 1 to 24"),
        ("--slots", "0", "a whole number from 1 to 10000"),
        ("--limit", "-3", "whole number|expected one argument"),
        ("--rate", "fifty", "--rate fifty: is not a plain decimal"),
        ("--rate", "50.001", "more digits than INR has"),
        ("--rate", "0", "out of range"),
        ("--rate", "10000000", "out of range"),
    ],
)
def test_options_that_make_no_sense_are_refused(run, file_of, option, value, problem):
    with pytest.raises(CommandError, match=problem):
        run(file_of(STAY), option, value)


@contextmanager
def another_postgresql_database():
    """A new, empty one on the server of the tests."""
    known = connection.get_connection_params()
    place = {key: known[key] for key in ("host", "port", "user", "password") if key in known}
    name = f"replay_{secrets.token_hex(4)}"
    with psycopg.connect(make_conninfo(dbname="postgres", **place), autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            host = str(place["host"]).replace("/", "%2F")
            yield f"postgres://{place['user']}:{place.get('password', '')}@{host}:{place.get('port', 5432)}/{name}"
        finally:
            server.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))


def test_postgresql_comes_to_the_same(replay):
    if connection.vendor != "postgresql":
        pytest.skip("the suite runs on SQLite")
    wanted = expected(stays_of(BERLIN, limit=300))
    with another_postgresql_database() as url:
        outcome = replay(BERLIN, "--limit", 300, "--database-url", url)
    assert {key: outcome[key] for key in wanted} == wanted
