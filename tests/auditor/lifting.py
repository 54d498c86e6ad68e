"""Everything that protects the tables taken away, so that what they would never let happen can be tried."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.apps import apps
from django.db import connection

from parking.db import guards


@contextmanager
def without_guards() -> Iterator[None]:
    """For rows that are not born the way they are when services make them."""
    connection.check_constraints()  # PostgreSQL alters no table while a foreign key waits for the commit
    guards.remove(connection=connection)
    yield
    connection.check_constraints()
    guards.install(connection=connection)


@contextmanager
def unprotected(*, tables: tuple[str, ...] = ()) -> Iterator[None]:
    """No guards and no constraints inside; the guards are back afterwards, the constraints when all is undone.

    SQLite cannot drop a UNIQUE that was made with its table: the `tables` that need it are made anew without.
    """
    with without_guards(), _without_constraints(tables=tables):
        yield


@contextmanager
def _without_constraints(*, tables: tuple[str, ...]) -> Iterator[None]:
    if connection.vendor == "postgresql":
        _drop_constraints()
        yield
    else:
        _drop_indexes()
        for table in tables:
            _make_anew(table)
        _run("PRAGMA ignore_check_constraints = ON")
        try:
            yield
        finally:
            _run("PRAGMA ignore_check_constraints = OFF")


def _drop_constraints() -> None:
    for model in apps.get_app_config("parking").get_models():
        table = model._meta.db_table
        for constraint in model._meta.constraints:
            _run(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {constraint.name}")
            _run(f"DROP INDEX IF EXISTS {constraint.name}")
    _run("ALTER TABLE parking_parkingsession DROP CONSTRAINT IF EXISTS parking_parkingsession_booking_id_key")


def _drop_indexes() -> None:
    for model in apps.get_app_config("parking").get_models():
        for constraint in model._meta.constraints:
            _run(f"DROP INDEX IF EXISTS {constraint.name}")


def _make_anew(table: str) -> None:
    _run(f"CREATE TABLE anew AS SELECT * FROM {table}")
    _run(f"DROP TABLE {table}")
    _run(f"ALTER TABLE anew RENAME TO {table}")
    _run(f"CREATE UNIQUE INDEX {table}_anew ON {table} (id)")


def _run(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)
