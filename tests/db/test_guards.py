"""The guards are in place, one can tell when they are not, and they come back (`parking.db.guards`)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.core.management import call_command
from django.core.management.sql import emit_pre_migrate_signal
from django.db import connection, models
from django.db.migrations import Migration

from parking.db import guards
from parking.db.guard_rules import GUARDS
from parking.models import ParkingBooking, ParkingSlot, Payment, QRScanLog, Vehicle
from tests.db.rows import Rows, outcome

HERE = [guard for guard in GUARDS if connection.vendor in guard.vendors]
ONE = next(guard for guard in HERE if guard.name == "parking_payment_transition")
NAME = guards.trigger_name(guard=ONE)

pytestmark = pytest.mark.django_db


def execute(*statements: str) -> None:
    connection.check_constraints()  # PostgreSQL changes no table while a foreign key waits for the commit
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def drop(name: str, table: str) -> str:
    return f"DROP TRIGGER {name} ON {table}" if connection.vendor == "postgresql" else f"DROP TRIGGER {name}"


def missing() -> list[str]:
    return guards.missing(connection=connection)


def triggers() -> list[tuple[str, str]]:
    """Every trigger of ours as the database keeps it."""
    sql = {
        "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name",
        "postgresql": "SELECT t.tgname, pg_get_triggerdef(t.oid) || p.prosrc FROM pg_trigger t"
        " JOIN pg_proc p ON p.oid = t.tgfoid WHERE NOT t.tgisinternal ORDER BY t.tgname",
    }
    with connection.cursor() as cursor:
        cursor.execute(sql[connection.vendor])
        return cursor.fetchall()


def test_after_migrating_all_are_there():
    assert missing() == []
    assert sorted(name for name, _ in triggers()) == sorted(guards.trigger_name(guard=guard) for guard in HERE)


def test_each_has_a_name_of_its_own_that_no_database_cuts_off():
    names = [guards.trigger_name(guard=guard) for guard in HERE]
    assert len(set(names)) == len(names)
    assert [name for name in names if len(name) > 63] == []


@pytest.mark.parametrize("guard", HERE, ids=lambda guard: guards.trigger_name(guard=guard))
def test_a_guard_that_was_dropped_is_named_and_put_back(guard):
    name = guards.trigger_name(guard=guard)
    before = triggers()
    execute(drop(name, guard.table))
    assert missing() == [name]
    guards.install(connection=connection)
    assert missing() == []
    assert triggers() == before


ALTERED = {
    "sqlite": {
        "a weaker condition": [
            drop(NAME, ONE.table),
            f"CREATE TRIGGER {NAME} BEFORE UPDATE OF status ON {ONE.table} FOR EACH ROW WHEN 1 = 0"
            f" BEGIN SELECT RAISE(ABORT, 'parking guard: {ONE.name}'); END",
        ],
        "another column": [
            drop(NAME, ONE.table),
            guards._sqlite_trigger(guard=ONE).replace("UPDATE OF status", "UPDATE OF failure_code"),
        ],
    },
    "postgresql": {
        "a weaker condition": [
            f"CREATE OR REPLACE FUNCTION {NAME}() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
        ],
        "another column": [
            f"CREATE OR REPLACE TRIGGER {NAME} BEFORE UPDATE OF failure_code ON {ONE.table}"
            f" FOR EACH ROW EXECUTE FUNCTION {NAME}()",
        ],
        "another function": [
            "CREATE FUNCTION parking_lets_everything_through() RETURNS trigger LANGUAGE plpgsql"
            " AS 'BEGIN RETURN NEW; END'",
            f"CREATE OR REPLACE TRIGGER {NAME} BEFORE UPDATE OF status ON {ONE.table}"
            " FOR EACH ROW EXECUTE FUNCTION parking_lets_everything_through()",
        ],
        "switched off": [f"ALTER TABLE {ONE.table} DISABLE TRIGGER {NAME}"],
        "only for replicas": [f"ALTER TABLE {ONE.table} ENABLE REPLICA TRIGGER {NAME}"],
    },
}[connection.vendor]


@pytest.mark.parametrize("how", ALTERED)
def test_a_guard_that_was_altered_is_named_and_mended(how):
    before = triggers()
    execute(*ALTERED[how])
    assert missing() == [NAME]
    guards.install(connection=connection)
    assert missing() == []
    assert triggers() == before


def test_a_mended_guard_guards_again(rows: Rows):
    payment = rows.captured()
    execute(*ALTERED["a weaker condition"])
    guards.install(connection=connection)
    moved_back = {"status": "FAILED", "captured_minor": 0, "completed_at": None}
    assert outcome(lambda: type(payment).objects.update(**moved_back)) == "parking_payment_transition"


def test_installing_twice_changes_nothing(django_assert_num_queries):
    before = triggers()
    with django_assert_num_queries(2):  # one look at the tables, one at the triggers
        guards.install(connection=connection)
    assert triggers() == before


def test_removing_removes_all_of_them():
    guards.remove(connection=connection)
    assert triggers() == []
    assert missing() == [guards.trigger_name(guard=guard) for guard in HERE]
    guards.install(connection=connection)
    assert missing() == []


@pytest.mark.skipif(connection.vendor != "sqlite", reason="only SQLite rebuilds a table to alter it")
@pytest.mark.django_db(transaction=True)
class TestRebuiltTables:
    def test_a_table_that_was_rebuilt_behind_our_back_has_lost_its_guards_until_migrate_runs(self):
        with altered(QRScanLog, "reason"):
            assert missing() == [guards.trigger_name(guard=guard) for guard in HERE if guard.table == SCANS]
            call_command("migrate", verbosity=0)
            assert missing() == []

    @pytest.mark.parametrize(
        ("model", "name"), [(Payment, "failure_code"), (ParkingBooking, "phone_number"), (ParkingSlot, "number")]
    )
    def test_a_migration_may_rebuild_a_table_that_guards_of_others_read(self, model, name):
        announce_migration()
        with altered(model, name):
            call_command("migrate", verbosity=0)
            assert missing() == []
            announce_migration()


SCANS = QRScanLog._meta.db_table


def announce_migration() -> None:
    """What `migrate` sends before it runs the migrations of its plan."""
    plan = [(Migration("0002_longer", "parking"), False)]
    emit_pre_migrate_signal(verbosity=0, interactive=False, db="default", plan=plan)


@contextmanager
def altered(model: type[models.Model], name: str) -> Iterator[None]:
    """A longer column, as a migration would make it; Django rebuilds the table for it."""
    old = model._meta.get_field(name)
    new = models.CharField(max_length=old.max_length + 1, blank=old.blank)
    new.set_attributes_from_name(name)
    new.model = model
    with connection.schema_editor() as editor:
        editor.alter_field(model, old, new)
    try:
        yield
    finally:
        with connection.schema_editor() as editor:
            editor.alter_field(model, new, old)
        call_command("migrate", verbosity=0)


def test_a_row_of_no_guarded_table_is_free(rows: Rows):
    vehicle = rows.vehicle()
    Vehicle.objects.filter(pk=vehicle.pk).update(owner_name="Somebody else")
    vehicle.delete()
    assert Vehicle.objects.count() == 0
