"""Statements that are sent to the database together, and answered together.

A gate answers as fast as the database is asked seldom: on loopback a round trip costs more than most statements. So
the hot paths say all that they ask at once: on PostgreSQL in one round trip (`parking.db.pipeline`), on SQLite, which
has none, one after another.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper

Row = tuple[Any, ...]


class Statement(NamedTuple):
    """SQL with `%s` for each value. Always the same text: each is prepared once for a connection, and kept."""

    sql: str
    values: Sequence[Any] = ()


COMMIT: Final = Statement("COMMIT")


def exchange(*statements: Statement) -> list[list[Row]]:
    """The rows of each statement. If one fails, those after it are not carried out; its error is one of Django's."""
    # Not `django.db.connection`, which looks the connection up anew for each attribute.
    connection = connections[DEFAULT_DB_ALIAS]
    if connection.vendor != "postgresql":
        return [_alone(connection=connection, statement=statement) for statement in statements]
    from parking.db import pipeline  # noqa: PLC0415 -- only where there is PostgreSQL

    # As Django's own cursor does: a connection that was kept may have died since the last request.
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    if connection.queries_logged:
        connection.queries_log.extend({"sql": one.sql, "time": "0.000"} for one in statements)
    with connection.wrap_database_errors:
        return pipeline.run(connection=connection.connection, statements=statements)


def _alone(*, connection: BaseDatabaseWrapper, statement: Statement) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(statement.sql, statement.values)
        return cursor.fetchall() if cursor.description else []
