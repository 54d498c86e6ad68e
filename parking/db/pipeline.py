"""Several statements in one round trip, by libpq's pipeline: below the cursors of Django and psycopg, whose work for
each statement costs more than the database's own (docs/benchmarks.md has the figures).

Each text is prepared once for a connection. Values go as text and take the type that the statement gives their place,
so a value that meets no column wants a cast.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from hashlib import sha256
from typing import Any, Final

from psycopg import Connection, OperationalError, adapt
from psycopg.abc import Buffer, PQGen, Transformer
from psycopg.adapt import AdaptersMap, Loader, PyFormat
from psycopg.errors import error_from_result
from psycopg.generators import fetch
from psycopg.pq import ConnStatus, ExecStatus, TransactionStatus
from psycopg.pq.abc import PGconn, PGresult
from psycopg.waiting import Ready, Wait

from parking.db.exchange import Row, Statement

_KEPT: Final = "_parking_pipeline"
_BEGIN: Final = Statement("BEGIN")
_OUTDATED: Final = frozenset({"0A000", "26000"})
"""A prepared statement whose table was changed by a migration, or that somebody has discarded."""
_FAILED: Final = frozenset({ExecStatus.FATAL_ERROR, ExecStatus.BAD_RESPONSE})


def run(*, connection: Connection[Any], statements: Sequence[Statement]) -> list[list[Row]]:
    """The rows of each statement. Raises psycopg's error for the first that fails; the rest are not carried out then.

    In a transaction that has not said BEGIN yet, that goes with them; outside of one they are one of their own.
    """
    begins = not connection.autocommit and connection.pgconn.transaction_status == TransactionStatus.IDLE
    kept = connection.__dict__.get(_KEPT)
    if kept is None:
        transformer = adapt.Transformer(_Context(connection))
        kept = connection.__dict__[_KEPT] = _Kept(transformer=transformer, prepared=set())
    results = _exchange(connection=connection, kept=kept, statements=[_BEGIN, *statements] if begins else statements)
    answers = [_rows(result=result, transformer=kept.transformer) for result in results]
    return answers[1:] if begins else answers


class _MomentLoader(Loader):
    """What PostgreSQL writes is nearly what Python reads by itself, ten times as fast as psycopg's own loader."""

    def load(self, data: Buffer) -> datetime:
        return datetime.fromisoformat(bytes(data).decode())


class _Context:
    """The connection's ways to write and read values, but for moments."""

    def __init__(self, connection: Connection[Any]) -> None:
        self.connection = connection
        self.adapters = AdaptersMap(connection.adapters)
        self.adapters.register_loader("timestamptz", _MomentLoader)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """What a connection keeps: how its types are written and read, and the texts that it has prepared."""

    transformer: Transformer
    prepared: set[str]


def _exchange(*, connection: Connection[Any], kept: _Kept, statements: Sequence[Statement]) -> list[PGresult]:
    """One result for each statement. To prepare is a request of its own, with a result of its own."""
    pgconn, prepared = connection.pgconn, kept.prepared
    dump = kept.transformer.dump_sequence
    dumped = [(sql, dump(values, [PyFormat.TEXT] * len(values)) if values else None) for sql, values in statements]
    prepares: list[str | None] = []
    with _pipeline_mode(connection):
        for sql, values in dumped:
            if sql not in prepared and sql not in prepares:
                pgconn.send_prepare(_name(sql), _numbered(sql))
                prepares.append(sql)
            pgconn.send_query_prepared(_name(sql), values)
            prepares.append(None)
        pgconn.pipeline_sync()
        results = connection.wait(_until_sync(pgconn))
    for text, result in zip(prepares, results, strict=True):
        if result.status in _FAILED:
            error = error_from_result(result, encoding=kept.transformer.encoding)
            if error.sqlstate in _OUTDATED:
                connection.close()  # or each later request on it would fail alike
            raise error
        if text is not None:
            prepared.add(text)
    return [result for text, result in zip(prepares, results, strict=True) if text is None]


@contextmanager
def _pipeline_mode(connection: Connection[Any]) -> Iterator[None]:
    """What fails in between leaves the connection in the middle of an answer, of no more use to anybody."""
    connection.pgconn.enter_pipeline_mode()
    try:
        yield
        connection.pgconn.exit_pipeline_mode()
    except BaseException:
        connection.close()
        raise


def _until_sync(pgconn: PGconn) -> PQGen[list[PGresult]]:
    """Send what is queued, and receive one result for each request."""
    while pgconn.flush():
        if (yield Wait.RW) & Ready.R:
            pgconn.consume_input()  # a server that cannot get rid of its answers reads no more
    results: list[PGresult] = []
    while True:
        result = yield from fetch(pgconn)
        if result is None:  # the end of one request's answer
            if pgconn.status == ConnStatus.BAD:
                raise OperationalError("the connection to the database is lost")
        elif result.status == ExecStatus.PIPELINE_SYNC:
            return results
        else:
            results.append(result)


def _rows(*, result: PGresult, transformer: Transformer) -> list[Row]:
    if not result.ntuples:
        return []
    transformer.set_pgresult(result)
    return transformer.load_rows(0, result.ntuples, tuple)


@cache
def _name(sql: str) -> bytes:
    """Made of the text alone, so that two threads which meet it at the same moment cannot disagree."""
    return b"parking_" + sha256(sql.encode()).hexdigest()[:32].encode()


@cache
def _numbered(sql: str) -> bytes:
    """The text with `$1`, `$2` for its values, as PostgreSQL has them."""
    first, *others = sql.split("%s")
    return "".join([first, *(f"${number}{part}" for number, part in enumerate(others, 1))]).encode()
