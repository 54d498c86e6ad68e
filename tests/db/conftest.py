from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, contextmanager

import pytest
from django.db import connection

from parking.db import guards
from tests.db.rows import Rows


@pytest.fixture
def rows(db) -> Rows:
    """An empty garage to write rows into."""
    return Rows.build()


@pytest.fixture
def guards_lifted(db) -> Callable[[], AbstractContextManager[None]]:
    """For rows that the guards would never let come about, or to see the constraint that stands behind a guard."""

    @contextmanager
    def lifted():
        connection.check_constraints()  # PostgreSQL drops no trigger while a foreign key waits for the commit
        guards.remove(connection=connection)
        yield
        connection.check_constraints()
        guards.install(connection=connection)

    return lifted
