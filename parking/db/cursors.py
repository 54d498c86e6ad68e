"""Cursors of the hot paths: PostgreSQL plans their statements once for each connection.

Django writes the values into the text of a statement, so that each is planned anew; for one that joins ten tables
that takes longer than everything else.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection


@contextmanager
def prepared_cursor() -> Iterator[Any]:
    """A cursor whose statements are prepared on PostgreSQL; on SQLite, which keeps them anyway, Django's own."""
    if connection.vendor != "postgresql":
        with connection.cursor() as cursor:
            yield cursor
        return
    from psycopg import Cursor  # noqa: PLC0415 -- only where there is PostgreSQL

    # As Django's own cursor does: a connection that was kept may have died since the last request.
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    with connection.wrap_database_errors, Cursor(connection.connection) as cursor:
        yield cursor
