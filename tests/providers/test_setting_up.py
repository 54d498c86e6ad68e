"""What has to be set for a real provider, and what happens while it is not."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from config.environment import UnreadableEnvironmentError, read_environment
from parking import checks
from parking.gateways import gateway
from parking.gateways.base import NotSetUp
from parking.gateways.currencies import takes_currency
from parking.models import ParkingSite
from tests.providers.conftest import CONFIGURED

ROOT = Path(__file__).resolve().parents[2]
SECRET = "".join(chr(ord("!") + index) for index in range(60))
LIVE = {
    "parking_mode": "live",
    "secret_key": SECRET,
    "seal_key": SECRET,
    "allowed_hosts": ("parking.example",),
    "stripe_secret_key": "sk_live_1",
    "razorpay_key_id": "rzp_live_1",
}


def found(provider: str, **changes: str) -> list[str]:
    environment = replace(CONFIGURED, **LIVE | {"parking_payment_provider": provider} | changes)
    return [f"{error.id} {error.msg.split()[0]}" for error in checks.environment_errors(environment=environment)]


@pytest.mark.parametrize("provider", ["stripe", "razorpay"])
def test_a_live_installation_with_everything_starts(provider):
    assert found(provider) == []


@pytest.mark.parametrize(
    ("provider", "variable"),
    [(provider, variable) for provider, names in checks.PROVIDER_CREDENTIALS.items() for variable in names],
)
def test_each_missing_credential_is_named(provider, variable):
    assert found(provider, **{variable.lower(): ""}) == [f"parking.E008 {variable}"]


@pytest.mark.parametrize("provider", ["stripe", "razorpay"])
def test_a_missing_library_is_named(provider, monkeypatch):
    monkeypatch.setattr(checks, "find_spec", lambda name: None)
    assert found(provider) == ["parking.E011 The"]


@pytest.mark.parametrize(
    ("provider", "changes", "expected"),
    [
        ("stripe", {"stripe_api_base": "http://stripe.example"}, "parking.E012 STRIPE_API_BASE"),
        ("razorpay", {"razorpay_api_base": "http://razorpay.example"}, "parking.E012 RAZORPAY_API_BASE"),
        ("stripe", {"stripe_secret_key": "sk_test_1"}, "parking.E013 STRIPE_SECRET_KEY"),
        ("stripe", {"stripe_secret_key": "rk_test_1"}, "parking.E013 STRIPE_SECRET_KEY"),
        ("razorpay", {"razorpay_key_id": "rzp_test_1"}, "parking.E013 RAZORPAY_KEY_ID"),
        ("stripe", {"parking_mode": "sandbox"}, "parking.E013 STRIPE_SECRET_KEY"),
        ("razorpay", {"parking_mode": "sandbox"}, "parking.E013 RAZORPAY_KEY_ID"),
    ],
)
def test_what_would_move_the_wrong_money_or_be_read_by_others_does_not_start(provider, changes, expected):
    assert found(provider, **changes) == [expected]


@pytest.mark.parametrize("text", ["api.stripe.com", "ftp://api.example", "https://", "https://host:port"])
def test_an_address_that_is_none_is_named(monkeypatch, text):
    monkeypatch.setenv("STRIPE_API_BASE", text)
    with pytest.raises(UnreadableEnvironmentError, match="STRIPE_API_BASE cannot be read: Must be an address"):
        read_environment()


@pytest.mark.parametrize(
    ("provider", "currency", "taken"),
    [
        ("stripe", "INR", True),
        ("stripe", "JPY", True),
        ("stripe", "KWD", False),
        ("stripe", "ISK", False),
        ("stripe", "UGX", False),
        ("stripe", "HUF", False),
        ("razorpay", "INR", True),
        ("razorpay", "JPY", False),
        ("razorpay", "KWD", False),
        ("simulated", "KWD", True),
    ],
)
def test_the_currencies_that_a_provider_counts_as_we_do(provider, currency, taken):
    assert takes_currency(provider=provider, currency=currency) is taken


def test_a_server_does_not_start_with_a_currency_that_its_provider_counts_otherwise(garage, settings):
    settings.PARKING_PAYMENT_PROVIDER = "stripe"
    assert checks.currency_errors() == []
    ParkingSite.objects.update(currency="KWD")
    assert [error.id for error in checks.currency_errors()] == ["parking.E014"]


@pytest.mark.parametrize(("provider", "variable"), [("stripe", "STRIPE_SECRET_KEY"), ("razorpay", "RAZORPAY_KEY_ID")])
def test_a_provider_without_credentials_cannot_be_asked_and_says_what_to_set(provider, variable):
    gateway.cache_clear()
    with pytest.raises(NotSetUp, match=variable):
        gateway(provider=provider)


WITHOUT_LIBRARIES = """
import sys
sys.modules.update(stripe=None, razorpay=None)
import django
django.setup()
from parking.gateways import gateway
from parking.gateways.base import NotSetUp
assert gateway(provider="simulated")
for provider in ("stripe", "razorpay"):
    try:
        gateway(provider=provider)
    except NotSetUp as error:
        print(error)
"""


def test_everything_else_works_without_the_libraries():
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_LIBRARIES],
        cwd=ROOT,
        env={"DJANGO_SETTINGS_MODULE": "config.settings"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert [line.split(" (")[0] for line in done.stdout.splitlines()] == [
        "The library for stripe is not installed",
        "The library for razorpay is not installed",
    ]
    assert done.stdout.count("Run: make providers") == 2
