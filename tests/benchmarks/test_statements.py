"""How often each hot path speaks to the database, so that what was won is not lost unseen (docs/benchmarks.md)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from benchmarks import live
from benchmarks.city import Plan, lay_city
from benchmarks.paths import PATHS, Path
from tests.benchmarks.asking import send

STATEMENTS = {"create": 10, "pay": 12, "entry": 9, "exit": 9, "zone_status": 2, "zones": 2}
"""Each reads what it needs in few statements and writes a row once; BEGIN and COMMIT are not counted. SQLite needs no
locks: a scan has one less, a payment two, and a booking looks at its slot once."""
LESS_ON_SQLITE = {"create": 1, "pay": 2, "entry": 1, "exit": 1, "zone_status": 0, "zones": 0}
ROUND_TRIPS = {"create": 3, "pay": 5, "entry": 2, "exit": 2, "zone_status": 2, "zones": 2}
"""A look at the wrong guesses of a driver's address; what is locked and read; what is written and committed. A payment
does the last two before its provider is asked, and again when it has answered."""


@pytest.fixture
def city(transactional_db, settings):
    settings.PARKING_MODE = "live"
    return lay_city(plan=Plan(zones=1, slots=20, sessions=20))


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.name)
def test_a_request_asks_no_more_than_it_did(city, path: Path):
    live.lay(city=city, marks=live.stand(city=city), stage=path.stage)
    first, second, *_ = path.requests(city)
    assert send(first).status_code == path.expected  # prepares the statements, and makes the gate known
    with CaptureQueriesContext(connection) as queries, _round_trips() as round_trips:
        assert send(second).status_code == path.expected
    asked = [query["sql"] for query in queries.captured_queries if not query["sql"].startswith(("BEGIN", "COMMIT"))]
    if connection.vendor == "sqlite":
        assert len(asked) == STATEMENTS[path.name] - LESS_ON_SQLITE[path.name], asked
    else:
        assert (len(asked), len(round_trips)) == (STATEMENTS[path.name], ROUND_TRIPS[path.name]), asked


@contextmanager
def _round_trips() -> Iterator[list[int]]:
    """How many statements each exchange with PostgreSQL has. Others would be seen above: they are Django's own."""
    counted: list[int] = []
    if connection.vendor != "postgresql":
        yield counted
        return
    from parking.db import pipeline  # noqa: PLC0415 -- only where there is PostgreSQL

    real = pipeline.run

    def run(*, connection, statements):
        counted.append(len(statements))
        return real(connection=connection, statements=statements)

    with patch.object(pipeline, "run", run):
        yield counted
