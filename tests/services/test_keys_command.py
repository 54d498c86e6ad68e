"""manage.py parking_keys: what an operator does before the first car comes."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from parking.domain.callers import CallerKind
from parking.domain.errors import InvalidKey
from parking.models import GateDevice
from parking.services import credentials
from tests.garage import OPENING

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(garage, capsys):
    def command(*arguments: str) -> str:
        call_command("parking_keys", *arguments)
        return capsys.readouterr().out.splitlines()[-1]

    return command


def test_a_gate_is_registered_given_a_key_and_revoked(run):
    token = run("register-gate", "NORTH_1", "--direction", "BOTH", "--zone", "Test zone")
    assert credentials.authenticate(token=token, now=OPENING).name == "NORTH_1"
    assert GateDevice.objects.get(device_id="NORTH_1").zones.count() == 1
    newer = run("gate", "NORTH_1")
    run("revoke-gate", "NORTH_1")
    for key in (token, newer):
        with pytest.raises(InvalidKey):
            credentials.authenticate(token=key, now=OPENING)


def test_an_integrator_is_given_a_key_and_loses_it(run):
    token = run("api", "City app", "--scope", "zones:read")
    assert credentials.authenticate(token=token, now=OPENING).kind == CallerKind.INTEGRATOR
    run("revoke-api", token.split("_")[1])
    with pytest.raises(InvalidKey):
        credentials.authenticate(token=token, now=OPENING)


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("gate", "NOWHERE"), "not registered"),
        (("revoke-api", "none"), "not valid"),
        (("register-gate", "NORTH_1", "--direction", "BOTH", "--zone", "Nowhere"), "Test zone"),
        (("register-gate", "ENTRY_GATE_01", "--direction", "BOTH"), "is taken"),
    ],
)
def test_a_mistake_is_told_in_words(run, arguments, problem):
    with pytest.raises(CommandError, match=problem):
        run(*arguments)
