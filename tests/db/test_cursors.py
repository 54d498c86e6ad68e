"""The cursors of the hot paths."""

from __future__ import annotations

import pytest
from django.db import close_old_connections, connection, connections

from parking.db.cursors import prepared_cursor
from parking.services import guesses
from tests.garage import OPENING

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_connection_that_died_since_the_last_request_is_made_anew():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no server that could go away")
    with prepared_cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (process,) = cursor.fetchone()
    somebody_else = connections.create_connection("default")
    with somebody_else.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [process])
    somebody_else.close()
    close_old_connections()  # as at the beginning of each request
    guesses.require_room(source="address:192.0.2.9", now=OPENING)
    with prepared_cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        assert cursor.fetchone() != (process,)


def test_a_statement_is_planned_once_for_a_connection():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite keeps its statements by itself")
    for number in range(3):
        guesses.require_room(source=f"address:192.0.2.{number}", now=OPENING)
    with prepared_cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM pg_prepared_statements WHERE statement LIKE %s", ["%parking_guesscount%"])
        assert cursor.fetchone() == (1,)
