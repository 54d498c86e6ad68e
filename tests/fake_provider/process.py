"""The provider from a test's side: start it, tell it what to get wrong, kill it, read its books."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from datetime import datetime
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, Final

_ROOT: Final = Path(__file__).resolve().parents[2]
_HOST: Final = "127.0.0.1"
_ANSWER_SECONDS: Final = 60
_PATIENCE_SECONDS: Final = 30

SECRET: Final = "fake-secret"


class FakeProvider:
    """A process. `kill` is a kill -9; `start` after it goes on with the same books at the same address."""

    def __init__(self, *, ledger: Path) -> None:
        self._ledger = ledger
        self._process: subprocess.Popen[str] | None = None
        self._port = 0
        self._now: datetime | None = None

    @property
    def url(self) -> str:
        return f"http://{_HOST}:{self._port}"

    def start(self) -> None:
        words = ["--port", str(self._port), "--ledger", str(self._ledger), "--secret", SECRET, "--until-stdin-closes"]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.fake_provider", *words],
            cwd=_ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        self._port = int(self._process.stdout.readline())
        if self._now is not None:
            self.clock(now=self._now)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            for pipe in (self._process.stdin, self._process.stdout):
                assert pipe is not None
                pipe.close()
            self._process = None

    def reset(self) -> None:
        self._tell("reset")

    def fail(
        self,
        operation: str,
        *,
        outcome: str = "nothing",
        manner: str = "answer",
        times: int = 1,
        booking_id: object = "",
    ) -> None:
        """What the next calls of "charge", "charge look-up", "refund" or "refund look-up" meet; "" is any of them."""
        self._tell(
            "fault", operation=operation, outcome=outcome, manner=manner, times=times, booking_id=str(booking_id)
        )

    def behave(self) -> None:
        self._tell("behave")

    def clock(self, *, now: datetime) -> None:
        """It stands still there."""
        self._now = now
        if self._process is not None:
            self._tell("clock", now=now.isoformat())

    def run_ahead(self, *, seconds: float) -> None:
        """It is the wall clock, and so much."""
        self._tell("clock", ahead_seconds=seconds)

    def settle(self, subject: str, key: object, *, outcome: str) -> None:
        self._tell("settle", subject=subject, key=str(key), outcome=outcome)

    def charge(self, *, key: str, booking_id: object, amount_minor: int, currency: str) -> None:
        self._tell("charge", key=key, booking_id=str(booking_id), amount_minor=amount_minor, currency=currency)

    def events(self, *, forged: bool = False, age_seconds: int = 0) -> list[dict[str, Any]]:
        return list(self._tell("events", forged=forged, age_seconds=age_seconds)["events"])

    def acknowledge(self, *, number: int) -> None:
        self._tell("acknowledge", number=number)

    def deliver(self, *, url: str, times: int = 1, forged: bool = False, age_seconds: int = 0) -> list[int]:
        told = self._tell("deliver", url=url, times=times, forged=forged, age_seconds=age_seconds)
        return list(told["statuses"])

    def books(self) -> dict[str, list[Any]]:
        return self._tell("books")

    def wait_until_held(self, count: int) -> None:
        """So many calls are at the point that a fault told of."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while (held := self._tell("held")["held"]) != count:
            if time.monotonic() > deadline:
                raise AssertionError(f"{held} calls are held, not {count}")
            time.sleep(0.02)

    def _tell(self, name: str, **told: object) -> dict[str, Any]:
        connection = HTTPConnection(_HOST, self._port, timeout=_ANSWER_SECONDS)
        try:
            connection.request("POST", f"/_control/{name}", json.dumps(told))
            response = connection.getresponse()
            assert response.status == 200, response.read()
            return dict(json.load(response))
        finally:
            connection.close()
