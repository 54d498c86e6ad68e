from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest

from parking import jobs
from parking.gateways import PROVIDERS, gateway
from tests.fake_provider.gateway import NAME, FakeGateway
from tests.fake_provider.process import SECRET, FakeProvider
from tests.garage import Garage
from tests.money.story import Story

SEED = int(os.environ.get("MONEY_SEED", "1"))
_TIMEOUT_SECONDS = 0.5


@pytest.fixture(scope="session")
def _provider_process(tmp_path_factory) -> Iterator[FakeProvider]:
    provider = FakeProvider(ledger=tmp_path_factory.mktemp("provider") / "ledger.sqlite3")
    provider.start()
    yield provider
    provider.kill()


@pytest.fixture
def provider(_provider_process, settings, monkeypatch) -> Iterator[FakeProvider]:
    """Whom all money of a test goes through; its books are empty."""
    url = _provider_process.url
    fake = FakeGateway(url=url, secret=SECRET, timeout_seconds=_TIMEOUT_SECONDS)
    monkeypatch.setitem(PROVIDERS, NAME, lambda: fake)
    # Sealing waits for everybody who writes in the whole server, and moves no money.
    monkeypatch.setitem(jobs.JOBS, "seal the logs", lambda **_: 0)
    settings.PARKING_PAYMENT_PROVIDER = NAME
    gateway.cache_clear()
    _provider_process.reset()
    yield _provider_process
    gateway.cache_clear()


@pytest.fixture
def tell(provider, db) -> Callable[..., Story]:
    """A new story, in a garage of so many slots."""

    def begin(*, slots: int = 3, seed: str = "") -> Story:
        story = Story(provider=provider, garage=Garage.build(slots=slots), random=Random(f"{SEED} {seed}"))
        provider.clock(now=story.now)
        return story

    return begin


@pytest.fixture(scope="session")
def note() -> Callable[..., None]:
    """Writes a result down for `python -m tests.money.evidence`, if it is that which runs the tests."""
    return _write


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """The process that the others report to counts what passed."""
    if "PYTEST_XDIST_WORKER" not in os.environ and (report.when == "call" or report.failed):
        _write(passed=report.passed)


def _write(**result: object) -> None:
    path = os.environ.get("MONEY_RESULTS")
    if path is not None:
        with Path(path).open("a") as file:
            file.write(json.dumps(result) + "\n")
