"""What `make run` starts ends with it, however it ends."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

import psutil
import pytest

ROOT = Path(__file__).resolve().parent.parent
STARTED_WITHIN_SECONDS = 60
ENDED_WITHIN_SECONDS = 20


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def wait_for(condition, *, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.1)
    return False


def answers(port: int) -> bool:
    """Whether every worker is likely up: a server that is told to end while its workers start may not hear it."""
    try:
        return all(urlopen(f"http://127.0.0.1:{port}/parking/health/").status == 200 for _ in range(20))
    except OSError:
        return False


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_the_server_its_workers_and_its_jobs_end_together(tmp_path, ending):
    port = free_port()
    environment = os.environ | {"DATABASE_URL": f"sqlite:///{tmp_path}/parking.sqlite3", "PORT": str(port)}
    for command in ("migrate", "setup_parking_system"):
        subprocess.run(
            [sys.executable, "manage.py", command], cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL
        )
    server = subprocess.Popen(
        [sys.executable, "-m", "config.serve"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    family: list[psutil.Process] = []
    try:
        assert wait_for(lambda: answers(port), seconds=STARTED_WITHIN_SECONDS)
        family = psutil.Process(server.pid).children(recursive=True)
        assert "run_parking_jobs" in " ".join(word for one in family for word in one.cmdline())
        server.send_signal(ending)
        server.wait(timeout=ENDED_WITHIN_SECONDS)
        assert wait_for(lambda: not any(one.is_running() for one in family), seconds=ENDED_WITHIN_SECONDS)
    finally:
        for one in [server, *family]:
            if isinstance(one, subprocess.Popen) or one.is_running():
                one.kill()
        server.wait()
