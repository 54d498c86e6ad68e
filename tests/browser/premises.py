"""The garage that the visitors' pages belong to, from outside of any browser: its clock, its gates, its records."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from fcntl import LOCK_EX, flock
from pathlib import Path
from typing import Any, Final

from tests.races.served import Answer, Site, fresh_database, served

_ROOT: Final = Path(__file__).resolve().parents[2]
_DAYS, _CARS = 2, 30
_SETTINGS: Final = {
    "COLLECTED_STATIC": "true",  # as `make run` serves: what pages weigh is what people get
    "RUN_JOBS": "false",  # what they would do depends on when they come by
    "SQLITE_SYNCHRONOUS": "OFF",
}


@dataclass(frozen=True, kw_only=True)
class Premises:
    """A running site. Its clock stands still until somebody moves it."""

    site: Site

    @property
    def url(self) -> str:
        return self.site.url

    @property
    def now(self) -> datetime:
        return datetime.fromisoformat(self.site.get("api/sandbox/clock/").body["now"])

    def let_pass(self, *, minutes: float = 0, seconds: float = 0) -> None:
        answer = self.site.post("sandbox/clock/", {"advance_seconds": round(minutes * 60 + seconds)})
        assert answer.status == 200, answer

    def entry_gate(self, *, qr_code: str) -> Answer:
        return self.site.post("scan/entry/", {"qr_code": qr_code, "scanner_device_id": "ENTRY_GATE_01"})

    def exit_gate(self, *, qr_code: str) -> Answer:
        return self.site.post("scan/exit/", {"qr_code": qr_code, "scanner_device_id": "EXIT_GATE_01"})

    def zone(self, *, name: str) -> dict[str, Any]:
        zones = self.site.get("api/zones/").body["zones"]
        return next(zone for zone in zones if name in zone["name"])

    def booking(self, *, booking_id: str) -> dict[str, Any]:
        return self.site.get(f"api/booking/{booking_id}/").body


@contextmanager
def open_premises(
    *, vendor: str, folder: Path, days: int = _DAYS, cars: int = _CARS, at: datetime | None = None
) -> Iterator[Premises]:
    """Invented, served, and gone afterwards. A server that wrote of an error has failed the tests that used it."""
    _build()
    moment = [] if at is None else ["--at", at.isoformat()]
    prepare = [["-m", "tests.browser.prepare", "--days", str(days), "--cars", str(cars), *moment]]
    with (
        fresh_database(vendor=vendor, folder=folder) as url,
        served(url=url, folder=folder, prepare=prepare, settings=_SETTINGS) as site,
    ):
        yield Premises(site=site)
        log = site.log.read_text()
    assert "Traceback" not in log, log


def _build() -> None:
    """Collect and compile what pages are served from, if it has changed; one worker at a time."""
    (_ROOT / "var").mkdir(exist_ok=True)
    with (_ROOT / "var" / ".building").open("w") as lock:
        flock(lock, LOCK_EX)
        subprocess.run(["make", "--quiet", "built"], cwd=_ROOT, check=True)
