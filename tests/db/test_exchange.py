"""What the hot paths ask the database in one go."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest
from django.db import DatabaseError, IntegrityError, close_old_connections, connection, connections, transaction

from parking.db import writing
from parking.db.exchange import Statement, exchange
from parking.db.transactions import use_case
from parking.models import AuditEvent, GuessCount
from parking.services import guesses
from tests.garage import OPENING

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_connection_that_died_since_the_last_request_is_made_anew():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no server that could go away")
    [[(process,)]] = exchange(Statement("SELECT pg_backend_pid()"))
    somebody_else = connections.create_connection("default")
    with somebody_else.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [process])
    somebody_else.close()
    close_old_connections()  # as at the beginning of each request
    guesses.require_room(source="address:192.0.2.9", now=OPENING)
    [[(another,)]] = exchange(Statement("SELECT pg_backend_pid()"))
    assert another != process


@pytest.mark.parametrize(
    "change",
    ["ALTER TABLE parking_guesscount ALTER source TYPE varchar(101)", "DISCARD ALL"],
    ids=["a migration has changed its table", "somebody has discarded it"],
)
def test_a_statement_whose_plan_is_gone_costs_one_request_and_not_all_later_ones(change):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite plans it anew by itself")
    looks = Statement("SELECT source FROM parking_guesscount")
    exchange(looks)
    length = GuessCount._meta.get_field("source").max_length
    try:
        with connection.cursor() as cursor:
            cursor.execute(change)
        with pytest.raises(DatabaseError):
            exchange(looks)
        close_old_connections()  # as at the beginning of each request
        assert exchange(looks) == [[]]
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE parking_guesscount ALTER source TYPE varchar({length})")
        connection.close()  # its statements are planned for the other length


def test_threads_that_meet_a_text_at_the_same_moment_give_it_one_name():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite names no statements")
    from parking.db import pipeline  # noqa: PLC0415 -- only where there is PostgreSQL

    assert pipeline._name.__wrapped__("SELECT 1") == pipeline._name("SELECT 1") != pipeline._name("SELECT 2")


def test_a_connection_with_a_high_number_is_as_usable_as_any_other():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no socket")
    connection.close()
    with ExitStack() as files:
        for _ in range(1100):
            files.enter_context(Path("/dev/null").open())
        connection.ensure_connection()
        assert connection.connection.fileno() > 1023
        assert connection.is_usable()
    connection.close()


def test_a_use_case_that_is_marked_for_rollback_commits_nothing():
    with use_case():
        writing.insert(AuditEvent(at=OPENING, action="x", caller="system", data={}))
        transaction.set_rollback(True)
    assert AuditEvent.objects.count() == 0


def test_a_statement_is_planned_once_for_a_connection():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite keeps its statements by itself")
    for number in range(3):
        guesses.require_room(source=f"address:192.0.2.{number}", now=OPENING)
    planned = Statement("SELECT COUNT(*) FROM pg_prepared_statements WHERE statement LIKE %s", ["%parking_guesscount%"])
    assert exchange(planned) == [[(1,)]]


def test_answers_come_in_the_order_of_what_was_asked_with_values_as_they_are_stored():
    GuessCount.objects.create(source="address:192.0.2.1", window_starts_at=OPENING, count=3)
    assert exchange(
        Statement("SELECT count FROM parking_guesscount WHERE source = %s", ["address:192.0.2.1"]),
        Statement("DELETE FROM parking_guesscount WHERE source = %s", ["nobody"]),
        Statement("SELECT source FROM parking_guesscount WHERE count > %s", [7]),
    ) == [[(3,)], [], []]


def test_what_comes_after_a_statement_that_fails_is_not_carried_out():
    with pytest.raises(IntegrityError), transaction.atomic():
        exchange(guess("before"), guess("before"), guess("after"))
    assert GuessCount.objects.count() == 0


def test_a_connection_is_as_good_as_new_after_a_statement_that_failed():
    for text in ("SELECT no_such_column FROM parking_guesscount", "no SQL at all"):
        with pytest.raises(DatabaseError):
            exchange(Statement(text))
        assert exchange(Statement("SELECT 1")) == [[(1,)]]


def test_a_value_that_the_database_cannot_hold_is_refused_before_anything_is_sent():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite holds it")
    with pytest.raises(DatabaseError), transaction.atomic():
        exchange(guess("before"), guess("no\0text"))
    assert exchange(Statement("SELECT 1")) == [[(1,)]]
    assert GuessCount.objects.count() == 0


def test_much_goes_both_ways_at_once():
    """More than the buffers between us and the server hold, so that neither waits for the other for ever."""
    size, times = 200_000, 40
    asked = [Statement("SELECT CAST(%s AS text), CAST(%s AS text)", ["x" * size, "y" * size])] * times
    assert [len(first) + len(second) for [(first, second)] in exchange(*asked)] == [2 * size] * times


def guess(source: str) -> Statement:
    values = [source, connection.ops.adapt_datetimefield_value(OPENING)]
    return Statement("INSERT INTO parking_guesscount (source, window_starts_at, count) VALUES (%s, %s, 1)", values)
