"""Writes that are sent together: queued while a use case decides, and sent in one go with its commit.

A gate answers as fast as the database is asked seldom. So a use case says what it writes by `insert` and `update`,
and the statements leave together: on PostgreSQL in one round trip with the COMMIT, on SQLite one after another. A
query in between sends them first, so that nothing ever reads around its own writes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, Final

from django.db import connection
from django.db.models import Field, Model

from parking.db.cursors import prepared_cursor

_ATTRIBUTE: Final = "parking_pending_writes"
Statement = tuple[str, list[Any]]


def insert(row: Model) -> None:
    """Write a new row with all of its columns. Its number, if the database gives it one, is not known afterwards."""
    sql, fields = _insertion(type(row))
    _write(sql=sql, values=[_value(field=field, row=row) for field in fields])
    row._state.adding = False


def update(row: Model, *names: str) -> None:
    """Write these fields of a row that is there, and that the caller has locked."""
    sql, fields = _change(type(row), names)
    _write(sql=sql, values=[_value(field=field, row=row) for field in fields])


def send() -> None:
    """Execute what is queued, in its order. On PostgreSQL this waits for the last answer only."""
    pending = _pending()
    if not pending:
        return
    statements, pending[:] = list(pending), []
    with prepared_cursor() as cursor:
        for sql, values in statements:
            cursor.execute(sql, values)


@contextmanager
def queueing() -> Iterator[None]:
    """Within it writes are queued; any other statement sends them first. Who opens it calls `send` in the end."""
    setattr(connection, _ATTRIBUTE, [])
    try:
        with connection.execute_wrapper(_send_first):
            yield
    finally:
        setattr(connection, _ATTRIBUTE, None)


@contextmanager
def one_round_trip() -> Iterator[None]:
    """Within it PostgreSQL is sent statements without waiting for each answer; errors come at the latest at its end."""
    if connection.vendor != "postgresql":
        yield
        return
    connection.ensure_connection()
    with connection.wrap_database_errors, connection.connection.pipeline():
        yield


def has_pending() -> bool:
    return bool(_pending())


def _pending() -> list[Statement] | None:
    pending: list[Statement] | None = getattr(connection, _ATTRIBUTE, None)
    return pending


def _write(*, sql: str, values: list[Any]) -> None:
    if not connection.in_atomic_block:
        raise RuntimeError("rows are written inside parking.db.transactions.use_case() only")
    pending = _pending()
    if pending is not None:
        pending.append((sql, values))
        return
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


def _send_first(
    execute: Callable[..., Any],
    sql: str,
    params: Any,
    many: bool,  # noqa: FBT001 -- Django's
    context: dict[str, Any],
) -> Any:
    send()
    return execute(sql, params, many, context)


def _value(*, field: Field[Any, Any], row: Model) -> Any:
    return field.get_db_prep_save(getattr(row, field.attname), connection)


@cache
def _insertion(model: type[Model]) -> tuple[str, list[Field[Any, Any]]]:
    meta = model._meta
    fields = [field for field in meta.concrete_fields if field is not meta.auto_field]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    marks = ", ".join(["%s"] * len(fields))
    return f'INSERT INTO "{meta.db_table}" ({columns}) VALUES ({marks})', fields  # noqa: S608 -- our own names


@cache
def _change(model: type[Model], names: tuple[str, ...]) -> tuple[str, list[Field[Any, Any]]]:
    meta = model._meta
    fields: list[Field[Any, Any]] = [meta.get_field(name) for name in names]  # type: ignore[misc]
    changes = ", ".join(f'"{field.column}" = %s' for field in fields)
    key = meta.pk
    return f'UPDATE "{meta.db_table}" SET {changes} WHERE "{key.column}" = %s', [*fields, key]  # noqa: S608
