from __future__ import annotations

import pytest
from django.db.backends.sqlite3.base import DatabaseWrapper
from django.utils import translation

from parking.db import guards
from parking.management import texts
from parking.queries import zones
from parking.services import setup
from tests.garage import OPENING, Garage


@pytest.fixture(autouse=True, scope="session")
def _flush_past_the_guards():
    """Tests with real transactions empty all tables afterwards; on SQLite by DELETE, which the guards refuse.

    The flush ends with `post_migrate`, which puts the guards back.
    """
    operations_class = DatabaseWrapper.ops_class
    flush = operations_class.execute_sql_flush

    def without_guards(operations, sql_list: list[str]) -> None:
        guards.remove(connection=operations.connection)
        flush(operations, sql_list)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(operations_class, "execute_sql_flush", without_guards)
        yield


@pytest.fixture(autouse=True, scope="session")
def _compiled_texts():
    """So that one test file alone needs no step before it."""
    texts.compile_all()


@pytest.fixture(autouse=True)
def _nothing_seen_at_a_glance():
    """What a process remembers of zones for a moment is not of the next test's."""
    zones._kept.board = None
    translation.activate("en")  # a page in Hindi leaves its language to the thread


@pytest.fixture
def garage(db) -> Garage:
    """Three slots; each test has its own."""
    return Garage.build()


@pytest.fixture
def parking_setup(db) -> None:
    """What `setup_parking_system` creates."""
    setup.set_up(now=OPENING)
