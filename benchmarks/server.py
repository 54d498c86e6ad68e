"""The web server under measurement: `python -m config.serve`, as deployed, on loopback."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Final
from urllib.error import URLError
from urllib.request import urlopen

from benchmarks import processes
from config.environment import Environment

ROOT: Final = Path(__file__).resolve().parent.parent
OURS: Final = "benchmarks.served"
PLAIN: Final = "benchmarks.plain.settings"
_START_SECONDS: Final = 60
_STOP_SECONDS: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class WebServer:
    """A running server."""

    pid: int
    port: int

    @property
    def cpu_seconds(self) -> float:
        return processes.cpu_seconds(pid=self.pid)

    @property
    def worker_pids(self) -> list[int]:
        """The largest processes of its family: what else it starts to keep house is small."""
        children = processes.family(pid=self.pid)[1:]
        return [pid for pid in children if processes.resident_bytes(pid=pid) > 30 * 2**20]


@contextmanager
def serving(*, settings: str, database_url: str, log: Path) -> Iterator[WebServer]:
    """Start the server with its defaults, wait until it answers, and end it by its pid."""
    port = _free_port()
    ours = {setting.name.upper() for setting in fields(Environment)}
    environment = {name: value for name, value in os.environ.items() if name not in ours} | {
        "DJANGO_SETTINGS_MODULE": settings,
        "DATABASE_URL": database_url,
        "PORT": str(port),
        "RUN_JOBS": "false",
        "SECRET_KEY": secrets.token_urlsafe(50),
    }
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "config.serve"],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is for the harness alone, which then ends the server in order
        )
        try:
            _wait_until_it_answers(process=process, port=port, log=log)
            yield WebServer(pid=process.pid, port=port)
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(timeout=_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _wait_until_it_answers(*, process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            # Often enough that each worker has answered.
            for _ in range(20):
                urlopen(f"http://127.0.0.1:{port}/parking/api/zones/", timeout=5).close()
        except (OSError, URLError):
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"the server does not answer:\n{log.read_text()[-4000:]}")
