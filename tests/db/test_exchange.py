"""What the hot paths ask the database in one go."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, IntegrityError, close_old_connections, connection, connections, transaction

from parking.db.exchange import Statement, exchange
from parking.models import GuessCount
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
