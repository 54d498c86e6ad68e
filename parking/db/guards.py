"""What no ordinary constraint can say, said by triggers: the same rules on PostgreSQL and on SQLite.

A guard is one condition in plain SQL over the row before (OLD) and after (NEW); if it holds, the statement is
refused under the guard's name. They are installed after every migrate, because Django rebuilds tables on SQLite
and drops their triggers silently, and `missing` tells at start-up if any is not exactly as it should be.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from parking.db.guard_rules import GUARDS, Guard


def trigger_name(*, guard: Guard) -> str:
    """Unique in the database: the guard's name and the kind of statement it watches."""
    return f"{guard.name}_on_{guard.event.split()[0].lower()}"


def remove_before_migrate(*, using: str, plan: Sequence[object] = (), **_: object) -> None:
    """The receiver of Django's `pre_migrate`.

    SQLite cannot rename a table that a trigger of another table reads, and to rebuild a table is to rename it.
    """
    if plan and connections[using].vendor == "sqlite":
        remove(connection=connections[using])


def install_after_migrate(*, using: str, **_: object) -> None:
    """The receiver of Django's `post_migrate`."""
    install(connection=connections[using])


def install(*, connection: BaseDatabaseWrapper) -> None:
    """Create the guards that are missing or differ. Idempotent; a no-op when all is as it should be."""
    wanted = {trigger_name(guard=guard): guard for guard in _of(connection=connection)}
    present = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for name in missing(connection=connection):
            if wanted[name].table in present:
                for statement in _statements(guard=wanted[name], vendor=connection.vendor):
                    cursor.execute(statement)


def remove(*, connection: BaseDatabaseWrapper) -> None:
    """Drop every guard: for `setup_parking_system --reset` and for tests, which then install them again."""
    with connection.cursor() as cursor:
        for guard in _of(connection=connection):
            on_table = f" ON {guard.table}" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER IF EXISTS {trigger_name(guard=guard)}{on_table}")


def missing(*, connection: BaseDatabaseWrapper) -> list[str]:
    """The triggers that are absent, or not exactly what this code would create."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT t.tgname, pg_get_triggerdef(t.oid, true) || p.prosrc FROM pg_trigger t"
                " JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid"
                " WHERE NOT t.tgisinternal AND t.tgenabled = 'O' AND c.relnamespace = current_schema()::regnamespace"
            )
        else:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        found = dict(cursor.fetchall())
    return [
        trigger_name(guard=guard)
        for guard in _of(connection=connection)
        if found.get(trigger_name(guard=guard)) != _fingerprint(guard=guard, vendor=connection.vendor)
    ]


def _of(*, connection: BaseDatabaseWrapper) -> list[Guard]:
    return [guard for guard in GUARDS if connection.vendor in guard.vendors]


def _fingerprint(*, guard: Guard, vendor: str) -> str:
    """What the database keeps of a guard: SQLite its whole text, PostgreSQL the trigger and its function's body."""
    if vendor == "sqlite":
        return _sqlite_trigger(guard=guard)
    return _postgresql_trigger(guard=guard) + _postgresql_body(guard=guard)


def _sqlite_trigger(*, guard: Guard) -> str:
    return (
        f"CREATE TRIGGER {trigger_name(guard=guard)} BEFORE {guard.event} ON {guard.table}"
        f" FOR EACH ROW WHEN {guard.refuse_when}"
        f" BEGIN SELECT RAISE(ABORT, 'parking guard: {guard.name}'); END"
    )


def _postgresql_trigger(*, guard: Guard) -> str:
    name = trigger_name(guard=guard)
    return f"CREATE TRIGGER {name} BEFORE {guard.event} ON {guard.table} FOR EACH ROW EXECUTE FUNCTION {name}()"


def _postgresql_body(*, guard: Guard) -> str:
    row = "OLD" if guard.event == "DELETE" else "NEW"
    return (
        f" BEGIN IF {guard.refuse_when} THEN"
        f" RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = '{guard.name}',"
        f" MESSAGE = 'parking guard: {guard.name}', TABLE = '{guard.table}';"
        f" END IF; RETURN {row}; END "
    )


def _statements(*, guard: Guard, vendor: str) -> list[str]:
    name = trigger_name(guard=guard)
    if vendor == "sqlite":
        return [f"DROP TRIGGER IF EXISTS {name}", _sqlite_trigger(guard=guard)]
    return [
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql"
        f" AS $guard${_postgresql_body(guard=guard)}$guard$",
        # Dropped first: one that was switched off would stay switched off.
        f"DROP TRIGGER IF EXISTS {name} ON {guard.table}",
        _postgresql_trigger(guard=guard),
    ]
