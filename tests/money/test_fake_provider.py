"""The witness must be one: its books last, its keys hold, and nobody can deploy it."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from parking.gateways.base import Charge, EventRefused, GatewayTimeout, RefundOrder, Succeeded
from tests.fake_provider.gateway import FakeGateway
from tests.fake_provider.process import SECRET, FakeProvider
from tests.fake_provider.signing import HEADER, signature

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


@pytest.fixture
def gateway(provider) -> FakeGateway:
    provider.clock(now=NOW)
    return FakeGateway(url=provider.url, secret=SECRET, timeout_seconds=5)


def charge(*, key: str = "k1", amount_minor: int = 100) -> Charge:
    return Charge(key=key, booking_id="b1", amount_minor=amount_minor, currency="INR", token="", begun_at=NOW)


def test_its_books_outlive_a_kill(tmp_path):
    provider = FakeProvider(ledger=tmp_path / "ledger.sqlite3")
    provider.start()
    provider.charge(key="k1", booking_id="b1", amount_minor=100, currency="INR")
    books = provider.books()
    provider.kill()
    provider.start()
    assert provider.books() == books
    provider.kill()


def test_a_key_is_one_charge_and_one_refund(gateway, provider):
    first = gateway.create_charge(charge=charge(), now=NOW)
    assert isinstance(first, Succeeded)
    assert gateway.create_charge(charge=charge(), now=NOW) == first
    order = RefundOrder(key="r1", charge_reference=first.reference, amount_minor=100, currency="INR")
    assert gateway.refund(order=order, now=NOW) == gateway.refund(order=order, now=NOW)
    assert (len(provider.books()["movements"]), provider.books()["misuses"]) == (2, [])


def test_it_notes_a_key_used_for_two_things_and_a_refund_beyond_the_charge(gateway, provider):
    first = gateway.create_charge(charge=charge(), now=NOW)
    with pytest.raises(GatewayTimeout):
        gateway.create_charge(charge=charge(amount_minor=200), now=NOW)
    for key in ("r1", "r2"):
        order = RefundOrder(key=key, charge_reference=first.reference, amount_minor=60, currency="INR")
        gateway.refund(order=order, now=NOW)
    assert len(provider.books()["misuses"]) == 2


def test_its_ledger_is_read_page_by_page_from_one_moment_up_to_another(gateway, provider):
    for number in range(120):
        gateway.create_charge(charge=charge(key=f"k{number}"), now=NOW)
    provider.clock(now=NOW + timedelta(hours=1))
    gateway.create_charge(charge=charge(key="later"), now=NOW)
    entries = list(gateway.ledger(since=NOW, until=NOW + timedelta(hours=1)))
    assert [entry.key for entry in entries] == [f"k{number}" for number in range(120)]


@pytest.mark.parametrize(
    ("headers", "problem"),
    [
        ({}, "no signature"),
        ({HEADER: signature(secret="another", timestamp=int(NOW.timestamp()), body=b"{}")}, "is wrong"),
        ({HEADER: signature(secret=SECRET, timestamp=int(NOW.timestamp()), body=b"{ }")}, "is wrong"),
        ({HEADER: signature(secret=SECRET, timestamp=int(NOW.timestamp()) - 301, body=b"{}")}, "too old"),
        ({HEADER: signature(secret=SECRET, timestamp=int(NOW.timestamp()) + 301, body=b"{}")}, "future"),
        ({HEADER.lower(): signature(secret=SECRET, timestamp=int(NOW.timestamp()) - 300, body=b"{}")}, "be read"),
    ],
)
def test_what_is_not_its_event_is_refused(gateway, headers, problem):
    with pytest.raises(EventRefused, match=problem):
        gateway.read_event(headers=headers, body=b"{}", now=NOW)


def test_it_cannot_be_deployed_by_mistake():
    keys = dict.fromkeys(("SECRET_KEY", "SEAL_KEY"), "".join(map(chr, range(33, 93))))
    live = {
        "DJANGO_SETTINGS_MODULE": "tests.fake_provider.settings",
        "PARKING_MODE": "live",
        "ALLOWED_HOSTS": "a.example",
    }
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env=os.environ | keys | live | {"PARKING_PAYMENT_PROVIDER": "fake"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "takes no real money" in done.stderr
