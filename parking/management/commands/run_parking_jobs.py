from __future__ import annotations

import os
import signal
import threading
from argparse import ArgumentParser
from typing import Any, Final

import structlog
from django.core.management.base import BaseCommand
from django.db import connection

from parking import jobs
from parking.queries.clock import current_time

log = structlog.get_logger(__name__)

DEFAULT_INTERVAL_SECONDS: Final = 10


class Command(BaseCommand):
    help = "Run the background work: lapse holds, seal the logs, tidy up. Several of these may run at once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="run every job once and end")
        parser.add_argument(
            "--interval", type=int, default=DEFAULT_INTERVAL_SECONDS, help="seconds between two rounds (default 10)"
        )
        parser.add_argument("--parent", type=int, help="end when this process, which started this one, has ended")

    def handle(self, *, once: bool, interval: int, parent: int | None, **_: Any) -> None:
        if once:
            for name, done in jobs.run_all(now=current_time()).items():
                self.stdout.write(f"{name}: {done}")
            return
        stop = threading.Event()
        for ending in (signal.SIGINT, signal.SIGTERM):
            signal.signal(ending, lambda *_: stop.set())
        while not stop.is_set():
            self._round()
            self._rest(stop=stop, seconds=max(1, interval), parent=parent)

    def _rest(self, *, stop: threading.Event, seconds: int, parent: int | None) -> None:
        for _ in range(seconds):
            if parent is not None and os.getppid() != parent:
                stop.set()
            if stop.wait(1):
                return

    def _round(self) -> None:
        """One round. Whatever befalls one job, a database that is away included, the next and the next round go on."""
        for name, job in jobs.JOBS.items():
            try:
                done = job(now=current_time())
            except Exception:
                log.exception("job_failed", job=name)
                connection.close()
            else:
                if done:
                    log.info("job_done", job=name, count=done)
