"""How the auditor reads: one statement, row by row, in flat memory, alike on PostgreSQL and SQLite.

Its statements are written for PostgreSQL in words that SQLite has too. The few that SQLite spells otherwise are
translated here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from django.db import connection

from parking.domain.money import MAX_AMOUNT_MINOR
from parking.domain.policy import Policy
from parking.domain.tariffs import Tariff
from parking.models import PolicyVersion, TariffVersion
from parking.queries import snapshots

CHUNK: Final = 2000
MAX_VERSIONS: Final = 10_000
"""So many versions of tariffs, and of policies, are remembered at a time."""

LAG: Final = timedelta(seconds=60)
"""A request reads the time before it waits for its locks, so two times of different requests may be this much out
of order without anything being wrong."""

_UUID_LENGTH: Final = 32
_FOR_SQLITE: Final = (
    (re.compile(r"(\w+\.\w+) ->> '(\w+)'"), r"json_extract(\1, '$.\2')"),
    (re.compile(r"string_agg\((\S+), ' ' ORDER BY \S+\)"), r"group_concat(\1, ' ')"),  # in the subquery's order
    (re.compile(r" !~ "), " NOT REGEXP "),
    (re.compile(r" ~ "), " REGEXP "),
)


class Reader:
    """Runs one statement and yields its rows; tells `on_rows` how many have come."""

    def __init__(self, *, on_rows: Callable[[int], None]) -> None:
        self._on_rows = on_rows
        self._tariff = lru_cache(maxsize=MAX_VERSIONS)(_tariff)
        self._policy = lru_cache(maxsize=MAX_VERSIONS)(_policy)

    def __call__(self, sql: str) -> Iterator[tuple[Any, ...]]:
        with connection.chunked_cursor() as cursor:
            cursor.execute(_dialect(sql=sql))
            while chunk := cursor.fetchmany(CHUNK):
                self._on_rows(len(chunk))
                yield from chunk

    def tariff(self, version_id: int) -> Tariff:
        return self._tariff(version_id)

    def policy(self, version_id: int) -> Policy:
        return self._policy(version_id)


def prepare_for_whole_tables() -> None:
    """Every question goes through whole tables, whatever the planner believes of their size."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_nestloop = off")


def when(value: Any) -> datetime:
    """A stored time as Python reads it from a raw row: SQLite gives texts, or times without their offset."""
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def when_or_none(value: Any) -> datetime | None:
    return None if value is None else when(value)


def ident(value: object) -> str:
    """An id as the rest of the system writes it: SQLite keeps a UUID as 32 characters."""
    if isinstance(value, str) and len(value) == _UUID_LENGTH:
        try:
            return str(UUID(value))
        except ValueError:
            return value
    return str(value)


def _tariff(version_id: int) -> Tariff:
    return snapshots.tariff_of(version=TariffVersion.objects.get(id=version_id))


def _policy(version_id: int) -> Policy:
    return snapshots.policy_of(version=PolicyVersion.objects.get(id=version_id))


def _dialect(*, sql: str) -> str:
    sql = sql.replace("MAX_AMOUNT_MINOR", str(MAX_AMOUNT_MINOR))
    if connection.vendor == "sqlite":
        for words, translation in _FOR_SQLITE:
            sql = words.sub(translation, sql)
    return sql
