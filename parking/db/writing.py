"""Writes that are sent together: queued while a use case decides, and sent in one go with its commit.

A use case says what it writes by `insert` and `update`, and the statements leave in one exchange with the COMMIT. A
query in between sends them first, so that nothing ever reads around its own writes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from threading import local
from typing import Any, Final

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Field, JSONField, Model

from parking.db.exchange import COMMIT, Row, Statement, exchange


def insert(row: Model) -> None:
    """Write a new row with all of its columns. Its number, if the database gives it one, is not known afterwards."""
    _write(_insertion(type(row)), row)
    row._state.adding = False


def update(row: Model, *names: str) -> None:
    """Write these fields of a row that is there, and that the caller has locked."""
    _write(_change(type(row), names), row)


def send(*, and_commit: bool = False) -> None:
    """Carry out what is queued, in its order; with `and_commit` the transaction ends in the same exchange.

    Django's own commit, which follows, then finds nothing left to do. On SQLite it does all of it.
    """
    statements = _take_pending()
    if not statements:
        return
    if and_commit and connection.vendor == "postgresql":
        statements.append(COMMIT)
    exchange(*statements)


def ask(statements: Mapping[str, Statement]) -> dict[str, list[Row]]:
    """The rows of each statement, under its name; what is queued goes before them in the same exchange."""
    before = _take_pending()
    answers = exchange(*before, *statements.values())
    return dict(zip(statements, answers[len(before) :], strict=True))


def ask_under_lock(statements: Mapping[str, Statement]) -> dict[str, list[Row]]:
    """`ask`, of which "lock" locks a row together with another that it refers to, and what comes after it reads.

    Who has waited for a row that refers to another one by then has locked neither's new state: PostgreSQL looks at the
    waited-for row again, finds it joined no more, and answers with nothing. The row is held all the same, so it cannot
    change again, and the second time locks both.
    """
    found = ask(statements)
    return ask(statements) if found.get("lock") == [] else found


@contextmanager
def queueing() -> Iterator[None]:
    """Within it writes are queued; any other statement sends them first. Who opens it calls `send` in the end."""
    _queue.pending = []
    try:
        with connection.execute_wrapper(_send_first):
            yield
    finally:
        _queue.pending = None


class _Queue(local):
    """Of a thread, as its connection is; None outside of `queueing`."""

    pending: list[Statement] | None = None


_queue: Final = _Queue()


def _take_pending() -> list[Statement]:
    pending = _queue.pending
    if not pending:
        return []
    taken, pending[:] = list(pending), []
    return taken


def _write(text: _Text, row: Model) -> None:
    connection = connections[DEFAULT_DB_ALIAS]
    if not connection.in_atomic_block:
        raise RuntimeError("rows are written inside parking.db.transactions.use_case() only")
    statement = Statement(text.sql, text.values_of(row, connection))
    if _queue.pending is None:
        exchange(statement)
    else:
        _queue.pending.append(statement)


def _send_first(
    execute: Callable[..., Any],
    sql: str,
    params: Any,
    many: bool,  # noqa: FBT001 -- Django's
    context: dict[str, Any],
) -> Any:
    send()
    return execute(sql, params, many, context)


class _Text:
    """The text of a write, and how its values are read from a row."""

    def __init__(self, sql: str, fields: Sequence[Field[Any, Any]]) -> None:
        self.sql = sql
        self._fields = fields
        # PostgreSQL's driver takes what Python has; only JSON must be told from a text.
        self._plain = [(field.attname, field if isinstance(field, JSONField) else None) for field in fields]

    def values_of(self, row: Model, connection: BaseDatabaseWrapper) -> list[Any]:
        if connection.vendor != "postgresql":
            return [field.get_db_prep_save(getattr(row, field.attname), connection) for field in self._fields]
        values = row.__dict__
        return [
            values[name] if field is None else field.get_db_prep_save(values[name], connection)
            for name, field in self._plain
        ]


@cache
def _insertion(model: type[Model]) -> _Text:
    meta = model._meta
    fields = [field for field in meta.concrete_fields if field is not meta.auto_field]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    marks = ", ".join(["%s"] * len(fields))
    return _Text(f'INSERT INTO "{meta.db_table}" ({columns}) VALUES ({marks})', fields)  # noqa: S608 -- our own names


@cache
def _change(model: type[Model], names: tuple[str, ...]) -> _Text:
    meta = model._meta
    fields: list[Field[Any, Any]] = [meta.get_field(name) for name in names]  # type: ignore[misc]
    changes = ", ".join(f'"{field.column}" = %s' for field in fields)
    key = meta.pk
    return _Text(f'UPDATE "{meta.db_table}" SET {changes} WHERE "{key.column}" = %s', [*fields, key])  # noqa: S608
