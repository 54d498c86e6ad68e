"""Live mode refuses to start while anything is missing, and names it."""

import os
import re
import subprocess
import sys
from dataclasses import fields, replace
from pathlib import Path

import pytest

from config.environment import Environment
from parking import checks

ROOT = Path(__file__).resolve().parent.parent
SECRET_KEY = "".join(chr(ord("!") + index) for index in range(60))
READY = Environment(
    parking_mode="live",
    secret_key=SECRET_KEY,
    seal_key=SECRET_KEY,
    allowed_hosts=("parking.example",),
    parking_payment_provider="bank",
)


@pytest.fixture
def _bank(monkeypatch):
    """A real provider, whose credential is a variable that exists today, so that it can be left out."""
    monkeypatch.setattr(checks, "PROVIDER_CREDENTIALS", {"simulated": (), "bank": ("HOST",)})


def found(environment: Environment) -> list[str]:
    errors = checks.environment_errors(environment=environment)
    return [f"{error.id} {error.msg.split()[0]}" for error in errors]


@pytest.mark.usefixtures("_bank")
def test_a_complete_live_environment_starts():
    assert found(READY) == []


@pytest.mark.usefixtures("_bank")
@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"secret_key": ""}, "parking.E001 SECRET_KEY"),
        ({"secret_key": SECRET_KEY[:49]}, "parking.E002 SECRET_KEY"),
        ({"secret_key": "abcd" * 20}, "parking.E002 SECRET_KEY"),
        ({"secret_key": f"django-insecure-{SECRET_KEY}"}, "parking.E002 SECRET_KEY"),
        ({"allowed_hosts": ()}, "parking.E003 ALLOWED_HOSTS"),
        ({"allowed_hosts": ("parking.example", "*")}, "parking.E004 ALLOWED_HOSTS"),
        ({"debug": True}, "parking.E005 DEBUG"),
        ({"parking_payment_provider": "cheque"}, "parking.E006 PARKING_PAYMENT_PROVIDER=cheque"),
        ({"parking_payment_provider": "simulated"}, "parking.E007 PARKING_PAYMENT_PROVIDER=simulated"),
        ({"host": ""}, "parking.E008 HOST"),
        ({"seal_key": SECRET_KEY[:49]}, "parking.E010 SEAL_KEY"),
    ],
)
def test_each_gap_of_a_live_environment_is_named(change, expected):
    assert found(replace(READY, **change)) == [expected]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, []),
        ({"debug": True}, []),
        ({"parking_payment_provider": "cheque"}, ["parking.E006 PARKING_PAYMENT_PROVIDER=cheque"]),
    ],
)
def test_the_sandbox_asks_only_for_a_provider_that_exists(change, expected):
    assert found(replace(Environment(), **change)) == expected


def start(*command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run Python with these settings and no others, but for the tests' own database; nothing here writes."""
    own = {setting.name.upper() for setting in fields(Environment)} - {"DATABASE_URL"}
    inherited = {name: value for name, value in os.environ.items() if name not in own}
    return subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env=inherited | {"PARKING_MODE": "live"} | variables,
        capture_output=True,
        text=True,
        check=False,
    )


def test_check_deploy_finds_nothing_but_the_missing_real_provider():
    keys = {"SECRET_KEY": SECRET_KEY, "SEAL_KEY": SECRET_KEY}
    done = start("manage.py", "check", "--deploy", ALLOWED_HOSTS="parking.example", **keys)
    assert done.returncode == 1
    assert re.findall(r"\((\w+\.\w+)\)", done.stderr) == ["parking.E007"]


@pytest.mark.parametrize(
    "command",
    [
        ("manage.py", "check"),
        ("manage.py", "migrate", "--plan"),
        ("-m", "config.serve"),
        ("-c", "import config.wsgi"),
    ],
    ids=["check", "migrate", "serve", "wsgi"],
)
def test_nothing_starts_in_live_mode_without_its_settings(command):
    done = start(*command)
    assert done.returncode == 1
    assert sorted(re.findall(r"\(parking\.(\w+)\)", done.stderr)) == ["E001", "E003", "E007", "E010"]
    assert "Traceback" not in done.stderr
