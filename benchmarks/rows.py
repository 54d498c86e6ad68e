"""Many rows into the database at once: by COPY on PostgreSQL, by one prepared INSERT on SQLite.

The columns come from the models, and those that are not named get the field's default, so that a new column needs
no change here. Values are texts that both databases read alike.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Final

from django.db import connection, models
from django.db.backends.base.base import BaseDatabaseWrapper

from parking.db import guards

Row = tuple[object, ...]
_PIECE: Final = 500


def moment(value: datetime) -> str:
    """A time as text, as both databases store it."""
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(sep=" ")


class Table:
    """Where rows of `fields` go; the other columns are the same in every row."""

    def __init__(self, model: type[models.Model], fields: Sequence[str]) -> None:
        self.name = model._meta.db_table
        columns = {field.attname: field for field in model._meta.concrete_fields}
        rest = [
            field
            for attname, field in columns.items()
            if attname not in fields and not isinstance(field, models.AutoField)
        ]
        self.columns = [str(field.column) for field in (*(columns[name] for name in fields), *rest)]
        self._constant = tuple(_text(field.get_default()) for field in rest)

    def insert(self, rows: Iterable[Row]) -> None:
        """Write the rows; each has the values of `fields`, in their order."""
        connection.ensure_connection()
        if connection.vendor == "postgresql":
            self._copy(rows)
        else:
            marks = ", ".join("?" * len(self.columns))
            statement = f"INSERT INTO {self.name} ({', '.join(self.columns)}) VALUES ({marks})"  # noqa: S608 -- ours
            connection.connection.cursor().executemany(statement, (row + self._constant for row in rows))

    def _copy(self, rows: Iterable[Row]) -> None:
        end = "".join("\t\\N" if value is None else f"\t{value}" for value in self._constant) + "\n"
        with (
            connection.connection.cursor() as cursor,
            cursor.copy(f"COPY {self.name} ({', '.join(self.columns)}) FROM STDIN") as copy,
        ):
            # No value has a tab, a line break or a backslash: they are names, numbers, times and flat JSON.
            lines = ("\t".join(["\\N" if value is None else str(value) for value in row]) + end for row in rows)
            # In pieces, so that the database works on one while the next is made.
            while piece := "".join(islice(lines, _PIECE)):
                copy.write(piece)


def _text(value: Any) -> object:
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, dict | list):
        return json.dumps(value)
    return value if value is None or isinstance(value, int) else str(value)


@contextmanager
def unguarded() -> Iterator[BaseDatabaseWrapper]:
    """Write rows in whatever state, without triggers and foreign keys; afterwards all are in force again."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET session_replication_role = replica")
            try:
                yield connection
            finally:
                cursor.execute("SET session_replication_role = origin")
        else:
            guards.remove(connection=connection)
            cursor.execute("PRAGMA foreign_keys = OFF")
            cursor.execute("PRAGMA cache_size = -262144")  # 256 MiB, for this connection only
            cursor.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            finally:
                cursor.execute("COMMIT")
                cursor.execute("PRAGMA foreign_keys = ON")
                guards.install(connection=connection)


_PLAIN_INDEXES: Final = {
    "postgresql": (
        "SELECT c.relname, pg_get_indexdef(c.oid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
        " JOIN pg_class t ON t.oid = i.indrelid WHERE c.relnamespace = current_schema()::regnamespace"
        " AND t.relname LIKE 'parking!_%' ESCAPE '!' AND NOT i.indisunique"
        " AND NOT EXISTS (SELECT FROM pg_constraint o WHERE o.conindid = i.indexrelid)"
    ),
    "sqlite": (
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name LIKE 'parking!_%' ESCAPE '!'"
        " AND sql LIKE 'CREATE INDEX%'"
    ),
}


@contextmanager
def without_indexes() -> Iterator[None]:
    """Make the indexes that are of no constraint only when all rows are there: several times faster."""
    with connection.cursor() as cursor:
        cursor.execute(_PLAIN_INDEXES[connection.vendor])
        definitions = cursor.fetchall()
        for name, _ in definitions:
            cursor.execute(f'DROP INDEX "{name}"')
        yield
        if connection.vendor == "postgresql":
            cursor.execute("SET maintenance_work_mem = '512MB'")
        for _, definition in definitions:
            cursor.execute(definition)
