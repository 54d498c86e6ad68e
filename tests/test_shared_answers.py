"""One answer for all who ask the same within a moment."""

from __future__ import annotations

import io
import json
import secrets
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.signals import request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.urls import resolve

from config.shared_answers import SharedAnswers
from parking.queries import zones
from tests.garage import Garage

pytestmark = pytest.mark.django_db

Answer = tuple[str, dict[str, str], dict[str, Any]]


class Front:
    """The application as a server calls it, and a clock that the test moves."""

    def __init__(self) -> None:
        self.now = 100.0
        self.application = SharedAnswers(get_wsgi_application(), clock=lambda: self.now)

    def ask(self, path: str, **more: str) -> Answer:
        begun: list[tuple[str, list[tuple[str, str]]]] = []
        environ = {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": path,
            "QUERY_STRING": "",
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "192.0.2.1",
            "HTTP_HOST": "localhost",
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(),
            "wsgi.errors": io.StringIO(),
            **more,
        }
        answer = self.application(environ, lambda status, headers, _=None: begun.append((status, headers)))
        body = b"".join(answer)
        [(status, headers)] = begun
        return status, dict(headers), json.loads(body)


@pytest.fixture
def live(settings):
    resolve("/parking/health/")  # the addresses are of the sandbox, as in all tests
    settings.PARKING_MODE, settings.LIVE = "live", True


@pytest.fixture
def front():
    """Between requests the connection stays that of the test, as with Django's own client."""
    request_started.disconnect(close_old_connections)
    yield Front()
    request_started.connect(close_old_connections)


def available(answer: Answer) -> int:
    return answer[2]["available_slots"]


def test_who_asks_within_a_fifth_of_a_second_gets_the_answer_of_the_one_before(live, front):
    garage = Garage.build(slots=3)
    path = f"/parking/api/zone/{garage.zone.id}/status/"
    first = front.ask(path)
    garage.book(now=datetime.now(UTC))
    front.now += 0.19
    shared = front.ask(path)
    assert (shared[0], shared[2]) == (first[0], first[2])
    front.now += 0.02
    zones._kept.board = None  # which the real clock would end a little later
    assert (available(first), available(front.ask(path))) == (3, 2)


def test_each_answer_has_the_id_of_its_own_request(live, front):
    garage = Garage.build()
    path = f"/parking/api/zone/{garage.zone.id}/status/"
    ids = [front.ask(path, HTTP_X_REQUEST_ID=given)[1]["X-Request-ID"] for given in ("one", "two", "not fit!")]
    assert ids[:2] == ["one", "two"]
    assert len(ids[2]) == 32


def test_what_is_kept_is_bounded_and_what_is_over_goes_first(live, front):
    garage = Garage.build()
    path = f"/parking/api/zone/{garage.zone.id}/status/"
    for number in range(250):
        front.ask(path, HTTP_X_FORWARDED_PROTO=f"junk{number}")
        front.now += 0.01
    assert len(front.application._kept) <= 100
    assert front.ask(path, HTTP_X_FORWARDED_PROTO="junk249")[0] == "200 OK"


def test_zones_have_answers_of_their_own(live, front):
    one, other = Garage.build(slots=1, name="One"), Garage.build(slots=2, name="Other")
    names = [front.ask(f"/parking/api/zone/{zone.id}/status/")[2]["zone_name"] for zone in (one.zone, other.zone)]
    assert names == ["One", "Other"]
    assert len(front.ask("/parking/api/zones/")[2]["zones"]) == 2


@pytest.mark.parametrize(
    "more",
    [
        {"HTTP_AUTHORIZATION": f"Bearer spgate_0123456789ab_{secrets.token_urlsafe(8)}"},
        {"HTTP_HOST": "elsewhere.example"},
    ],
    ids=["a key that is not valid", "a name that is not ours"],
)
def test_who_would_be_refused_is_refused(live, front, more):
    garage = Garage.build()
    path = f"/parking/api/zone/{garage.zone.id}/status/"
    assert front.ask(path)[0] == "200 OK"
    assert front.ask(path, **more)[0] in ("401 Unauthorized", "400 Bad Request")


def test_a_refusal_and_what_belongs_to_one_person_are_not_kept(live, front):
    garage = Garage.build(slots=1)
    booking = garage.book()
    for path in ("/parking/api/zone/999/status/", f"/parking/api/booking/{booking.booking_id}/", "/parking/health/"):
        front.ask(path)
    assert front.application._kept == {}


def test_in_the_sandbox_every_answer_is_new(front):
    garage = Garage.build(slots=3)
    path = f"/parking/api/zone/{garage.zone.id}/status/"
    before = available(front.ask(path))
    garage.book(now=datetime.now(UTC))
    assert (before, available(front.ask(path))) == (3, 2)
