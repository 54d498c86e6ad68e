from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.http import HttpResponse
from django.test import Client

from parking.domain.permissions import Role
from parking.models import SandboxClock
from parking.queries.clock import current_time
from tests.garage import OPENING, Garage

PLATES = ("DL01AB1234", "KA05CD5678", "MH12EF9012")
ROOT = "/parking/operator/"


@dataclass
class Person:
    """Somebody at a screen of the office."""

    client: Client
    words: str = field(default="", init=False)
    """What the page that was opened last says."""

    def open(self, page: str = "", **asked: Any) -> HttpResponse:
        return self._seen(self.client.get(f"{ROOT}{page}", asked))

    def send(self, page: str, **typed: Any) -> HttpResponse:
        """As a browser does, going where it is sent."""
        return self._seen(self.client.post(f"{ROOT}{page}", typed, follow=True))

    def _seen(self, response: HttpResponse) -> HttpResponse:
        if response.streaming:
            return response
        text = re.sub(r"<(script|style|head).*?</\1>", " ", response.content.decode(errors="replace"), flags=re.DOTALL)
        self.words = " ".join(re.sub(r"<[^>]+>", " ", re.sub(r"</?time[^>]*>", "", text)).split())
        return response


@pytest.fixture
def clock(db) -> Callable[..., None]:
    """The test clock, which stands at OPENING: 14:30 in Kolkata."""
    SandboxClock.objects.create(id=1, frozen_at=OPENING, offset_microseconds=0)

    def advance(*, minutes: float = 0, days: float = 0) -> None:
        now = current_time() + timedelta(minutes=minutes, days=days)
        SandboxClock.objects.filter(id=1).update(frozen_at=now)

    return advance


@pytest.fixture
def garage(clock) -> Garage:
    return Garage.build(slots=6)


def person(name: str, *roles: Role) -> Person:
    user = User.objects.create_user(name, is_staff=True)
    user.groups.add(*(Group.objects.get_or_create(name=role.value)[0] for role in roles))
    client = Client()
    client.force_login(user)
    return Person(client=client)


@pytest.fixture
def olga(garage) -> Person:
    return person("olga", Role.OPERATOR)


@pytest.fixture
def omar(garage) -> Person:
    return person("omar", Role.OPERATOR)


@pytest.fixture
def meera(garage) -> Person:
    return person("meera", Role.CASHIER)


@pytest.fixture
def ravi(garage) -> Person:
    return person("ravi", Role.ATTENDANT)


@pytest.fixture
def anna(garage) -> Person:
    return person("anna", Role.AUDITOR)
