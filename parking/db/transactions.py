"""Say which transaction you mean: a use case opens one, everything it calls requires one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DatabaseError, connection, transaction

from parking.db import writing
from parking.db.integrity import translate


@contextmanager
def use_case() -> Iterator[None]:
    """One durable transaction. When it ends without an error, what it did survives any crash (promise I18).

    What was written by `parking.db.writing` is sent together with the commit. A constraint that fails inside, or at
    the commit, leaves as the error that it stands for.
    """
    within_another = connection.in_atomic_block  # of a test; its savepoint must still be there when a write fails
    try:
        with transaction.atomic(durable=True), writing.queueing():
            yield
            if not connection.needs_rollback:
                writing.send(and_commit=not within_another)
    except DatabaseError as error:
        translated = translate(error=error)
        if translated is None:
            raise
        raise translated from error


def require_transaction() -> None:
    """For functions that lock or write: they make sense only as a part of a use case."""
    if not connection.in_atomic_block:
        raise RuntimeError("this must run inside parking.db.transactions.use_case()")
