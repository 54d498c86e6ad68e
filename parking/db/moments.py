"""One moment of the whole database, to read and not to write, while traffic goes on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction


@contextmanager
def read_only_moment() -> Iterator[None]:
    """Everything read inside is of one moment; the database refuses whatever would write.

    Within somebody's transaction (of a test) the moment is that transaction's.
    """
    with _sqlite_moment() if connection.vendor == "sqlite" else _postgresql_moment():
        yield


@contextmanager
def _postgresql_moment() -> Iterator[None]:
    level = "" if connection.in_atomic_block else "ISOLATION LEVEL REPEATABLE READ "
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"SET TRANSACTION {level}READ ONLY")
            cursor.execute("SELECT 1")  # the first thing that is read chooses the moment
        yield


@contextmanager
def _sqlite_moment() -> Iterator[None]:
    """A deferred transaction: the configured IMMEDIATE would take the lock that writers wait for."""
    sqlite: Any = connection
    sqlite.ensure_connection()  # the mode is not known before
    configured_mode = sqlite.transaction_mode
    was_query_only = _pragma("query_only")
    sqlite.transaction_mode = "DEFERRED"
    try:
        with transaction.atomic():
            _pragma("query_only = ON")
            _pragma("schema_version")  # as above
            yield
    finally:
        sqlite.transaction_mode = configured_mode
        _pragma(f"query_only = {was_query_only}")


def _pragma(text: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA {text}")
        row = cursor.fetchone()
    return int(row[0]) if row else 0
