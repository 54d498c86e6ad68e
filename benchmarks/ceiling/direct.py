"""The ceiling of SQLite: the same separate statements as pgbench runs, straight through sqlite3, by one client.

SQLite has one writer at a time and no server to call a function in, so that more clients could not do more.
"""

from __future__ import annotations

import re
import sqlite3
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import randint
from typing import Any, Final
from uuid import uuid4

from django.db import connection

from benchmarks import names
from benchmarks.city import City
from benchmarks.figures import Measured, measured
from benchmarks.live import STANDING_SHARE
from benchmarks.rows import moment

_SEPARATE: Final = Path(__file__).parent / "separate"
_LOCKING: Final = re.compile(r" FOR NO KEY UPDATE(?: OF [a-z, ]+?)?(?: SKIP LOCKED)?(?=[;)]| *$)")
_RANDOM: Final = re.compile(r"\\set (\w+) random\(:(\w+), :(\w+)\)")


class _UsedUp(Exception):
    """None of the laid stays is left."""


def run(*, path: str, city: City, work: int, seconds: float) -> Measured:
    """Carry out the path again and again, until the time is over or `work` times."""
    connection.ensure_connection()
    database: sqlite3.Connection = connection.connection
    _add_functions(database)
    steps = _steps(path=path)
    offset = int(city.plan.slots * STANDING_SHARE) if path in {"entry", "exit"} else 0
    constant = {"known": int(city.plan.cars * STANDING_SHARE)}
    latencies: list[float] = []
    begins, used = time.perf_counter(), time.process_time()
    while time.perf_counter() < begins + seconds and len(latencies) < work:
        n = len(latencies)
        zone = min(city.zone_ids) + (offset + n) % city.plan.zones
        began = time.perf_counter()
        try:
            _carry_out(database, steps, constant | {"n": n, "zone": zone})
        except _UsedUp:
            database.execute("ROLLBACK")
            break
        latencies.append(time.perf_counter() - began)
    took = time.perf_counter() - begins
    return measured(latencies=latencies, seconds=took, cpu_seconds={"database": time.process_time() - used})


def _steps(*, path: str) -> list[str]:
    text = (_SEPARATE / f"{path}.sql").read_text()
    lines = []
    for line in text.splitlines():
        keeps = line.endswith(r"\gset")
        statement = _LOCKING.sub("", line.removesuffix(r"\gset").strip())
        lines.append(statement.replace("BEGIN;", "BEGIN IMMEDIATE;") + (r" \gset" if keeps else ""))
    return lines


def _carry_out(database: sqlite3.Connection, steps: list[str], variables: dict[str, Any]) -> None:
    for step in steps:
        if pivot := _RANDOM.fullmatch(step):
            variables[pivot[1]] = randint(variables[pivot[2]], variables[pivot[3]])  # noqa: S311 -- a load's choice
            continue
        cursor = database.execute(step.removesuffix(r" \gset"), variables)
        rows = cursor.fetchall()
        if step.endswith(r"\gset"):
            if not rows:
                raise _UsedUp
            variables.update(zip((column[0] for column in cursor.description), rows[0], strict=True))


def _in(seconds: int) -> str:
    return moment(datetime.now(UTC) + timedelta(seconds=seconds))


def _plate(n: int, known: int) -> str:
    return names.new_plate(number=n) if n % 2 else names.plate(number=known + n)


def _add_functions(database: sqlite3.Connection) -> None:
    """The same as in functions.sql. A time stands for the whole of a statement, as it does in PostgreSQL."""
    add = database.create_function
    add("bench_code", 1, lambda n: names.qr_code(number=names.FIRST_LIVE + n), deterministic=True)
    add("bench_booking", 1, lambda n: names.booking_id(number=names.FIRST_LIVE + n), deterministic=True)
    add("bench_plate", 2, _plate, deterministic=True)
    add("bench_gate_caller", 2, lambda way, zone: f"device:{way}-{zone}", deterministic=True)
    add("bench_in", 1, _in, deterministic=True)
    add("bench_uuid", 0, lambda: uuid4().hex)
    add("bench_new_code", 0, lambda: f"PARK-{uuid4().hex[:12].upper()}")
