"""The real web process, to be killed and started again, with a database that outlives it."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import psycopg

from tests.fake_provider.gateway import NAME
from tests.fake_provider.process import SECRET, FakeProvider
from tests.money.books import Movement
from tests.races.served import Answer, Site

_ROOT: Final = Path(__file__).resolve().parents[2]
_HOST: Final = "127.0.0.1"
_START_SECONDS: Final = 60
_COMMAND_SECONDS: Final = 120
_THREADS: Final = 8


class WebProcess:
    """`python -m config.serve` with the fake provider; `kill` is a kill -9 of all its processes."""

    def __init__(self, *, url: str, folder: Path, provider: FakeProvider) -> None:
        self._url = url
        self._provider = provider
        self._server: subprocess.Popen[bytes] | None = None
        self._ahead_seconds = 0
        with socket.create_server((_HOST, 0)) as free:
            port = free.getsockname()[1]
        self.site = Site(port=port, log=folder / "server.log")
        inherited = {name: value for name, value in os.environ.items() if name != "SQLITE_SYNCHRONOUS"}
        self._environment = inherited | {
            "DJANGO_SETTINGS_MODULE": "tests.fake_provider.settings",
            "PARKING_PAYMENT_PROVIDER": NAME,
            "FAKE_PROVIDER_URL": provider.url,
            "FAKE_PROVIDER_SECRET": SECRET,
            "FAKE_PROVIDER_TIMEOUT_SECONDS": "60",  # who waits is killed, not answered
            "DATABASE_URL": url,
            "HOST": _HOST,
            "PORT": str(port),
            "RUN_JOBS": "false",
            "WEB_WORKERS": "1",
            "WEB_THREADS": str(_THREADS),
        }

    @property
    def webhook(self) -> str:
        return f"http://{_HOST}:{self.site.port}/parking/api/payment/webhook/{NAME}/"

    @property
    def is_up(self) -> bool:
        return self._server is not None

    def start(self) -> None:
        with self.site.log.open("ab") as log:
            self._server = self._begin(["-m", "config.serve"], output=log)
        deadline = time.monotonic() + _START_SECONDS
        while self._server.poll() is None and time.monotonic() < deadline:
            with suppress(OSError):
                if self.site.get("health/").status == 200:
                    return
            time.sleep(0.05)
        raise RuntimeError(self.site.log.read_text())

    def kill(self) -> None:
        if self._server is not None:
            _kill(self._server)
            self._server = None

    def post(self, path: str, **body: object) -> Answer:
        return self.site.post(path, body)

    def let_time_pass(self, *, seconds: int) -> None:
        """For us by the sandbox's clock, and for the provider."""
        assert self.post("sandbox/clock/", advance_seconds=seconds).status == 200
        self._ahead_seconds += seconds
        self._provider.run_ahead(seconds=self._ahead_seconds)

    def manage(self, *words: str) -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=_ROOT,
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=_COMMAND_SECONDS,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    @contextmanager
    def jobs(self) -> Iterator[None]:
        """One round of the jobs, in a process that is killed at the end."""
        process = self._begin(["manage.py", "run_parking_jobs", "--once"], output=subprocess.DEVNULL)
        try:
            yield
        finally:
            _kill(process)

    @contextmanager
    def nobody_writes(self) -> Iterator[None]:
        """While this lasts, whoever wants to commit anything about a booking waits."""
        if self._url.startswith("sqlite"):
            lock: Any = sqlite3.connect(self._path, isolation_level=None, timeout=20)
            lock.execute("BEGIN IMMEDIATE")
        else:
            lock = psycopg.connect(self._url)
            lock.execute("LOCK TABLE parking_parkingbooking IN ACCESS EXCLUSIVE MODE")
        try:
            yield
        finally:
            lock.rollback()
            lock.close()

    def movements(self) -> list[Movement]:
        """Money that moved, as this project's rows have it."""
        charges = "SELECT provider_reference, captured_minor, currency FROM parking_payment WHERE status = 'COMPLETED'"
        refunds = "SELECT provider_reference, amount_minor, currency FROM parking_refund WHERE status = 'PROCESSED'"
        return [("charge", *row) for row in self._rows(charges)] + [("refund", *row) for row in self._rows(refunds)]

    def unsettled(self) -> list[Any]:
        return self._rows(
            "SELECT 'payment', kind, status FROM parking_payment WHERE status = 'PENDING'"
            " UNION ALL SELECT 'refund', kind, status FROM parking_refund WHERE status <> 'PROCESSED'"
        )

    @property
    def _path(self) -> str:
        return urlsplit(self._url).path.removeprefix("/")

    def _rows(self, statement: str) -> list[Any]:
        connection: Any = (
            sqlite3.connect(self._path, timeout=20) if self._url.startswith("sqlite") else psycopg.connect(self._url)
        )
        try:
            return list(connection.execute(statement).fetchall())
        finally:
            connection.close()

    def _begin(self, words: list[str], *, output: Any) -> subprocess.Popen[bytes]:
        environment: Mapping[str, str] = self._environment
        return subprocess.Popen(
            [sys.executable, *words],
            cwd=_ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # its workers are its group, which is killed as one
        )


def _kill(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
