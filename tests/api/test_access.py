"""Who may call what: every route, every kind of caller, one's own object and another's (DESIGN section 7)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from parking.domain.callers import SYSTEM
from parking.domain.permissions import Scope
from parking.domain.states import GateDirection
from parking.models import GateDevice, ParkingBooking, ParkingSession, ParkingSite, ParkingZone, Payment, Refund
from parking.queries.clock import current_time
from parking.services import credentials, guesses
from tests.api import ordinary
from tests.api.conftest import UNKNOWN_ID
from tests.garage import OPENING, Garage

pytestmark = pytest.mark.django_db

ELSEWHERE = "192.0.2.9"
"""An address outside of this machine, where the sandbox trusts nobody without a key."""

GATE = "BOTH_WAYS_01"

# Callers. What a browser's session says does not count here: who is signed in is a driver to the API.
STAFF = ("attendant", "cashier", "operator")
WITH_A_RIGHT = ("driver", "signed in", "gate", "integrator", "zones only", *STAFF)
WITHOUT_A_GOOD_KEY = ("revoked gate", "revoked key", "no key", "basic")
EVERYBODY = (*WITH_A_RIGHT, *WITHOUT_A_GOOD_KEY)

ANYBODY = dict.fromkeys(EVERYBODY, 200)
NOBODY = dict.fromkeys(WITH_A_RIGHT, 403)
DRIVERS = {**ANYBODY, **dict.fromkeys(WITHOUT_A_GOOD_KEY, 401), "gate": 403, "zones only": 403}
PAYERS = {**DRIVERS, "attendant": 403}
ZONES = dict.fromkeys(WITH_A_RIGHT, 200)
GATES = {**dict.fromkeys(WITH_A_RIGHT, 401), "gate": 200, **dict.fromkeys(STAFF, 200)}
ATTENDANTS = {**NOBODY, **dict.fromkeys(STAFF, 200)}
CASHIERS = {**ATTENDANTS, "attendant": 403}
OPERATORS = {**NOBODY, "operator": 200}


def answering(status: int, access: dict[str, int]) -> dict[str, int]:
    """The same access, where who may is answered with another status than 200."""
    return {caller: status if answer == 200 else answer for caller, answer in access.items()}


ACCESS: dict[str, dict[str, int]] = {
    "GET api/zones/": ZONES,
    "GET api/zone/<zone_id>/status/": ZONES,
    "GET api/booking/<booking_id>/": DRIVERS,
    "GET api/booking/<booking_id>/receipt/": DRIVERS,
    "POST api/booking/create/": answering(201, DRIVERS),
    "POST api/booking/payment/": PAYERS,
    "POST api/booking/cancel/": DRIVERS,
    "POST api/booking/extend/": PAYERS,
    "POST api/booking/plate/": DRIVERS,
    "POST api/quote/": ZONES,
    "POST api/payment/additional/": answering(409, PAYERS),
    "POST api/scan/entry/": GATES,
    "POST api/scan/exit/": GATES,
    "POST api/operator/tariffs/": answering(201, OPERATORS),
    "GET api/operator/tariffs/": ATTENDANTS,
    "GET api/operator/tariffs/<tariff_id>/": ATTENDANTS,
    "POST api/operator/tariffs/preview/": ATTENDANTS,
    "POST api/operator/policies/": answering(201, OPERATORS),
    "GET api/operator/policies/": ATTENDANTS,
    "POST api/operator/zone/<zone_id>/terms/": OPERATORS,
    "POST api/validation/": DRIVERS,
    "POST api/operator/merchants/": answering(201, OPERATORS),
    "GET api/operator/merchants/": OPERATORS,
    "POST api/operator/merchants/<merchant_id>/close/": OPERATORS,
    "POST api/operator/merchants/<merchant_id>/codes/": answering(201, OPERATORS),
    "GET api/operator/merchants/<merchant_id>/codes/": OPERATORS,
    "POST api/operator/merchants/<merchant_id>/codes/close/": OPERATORS,
    "POST api/operator/permits/": answering(201, OPERATORS),
    "GET api/operator/permits/": OPERATORS,
    "GET api/operator/permits/<permit_id>/": OPERATORS,
    "POST api/operator/permits/<permit_id>/revoke/": OPERATORS,
    "POST api/operator/permits/<permit_id>/cars/": answering(201, OPERATORS),
    "POST api/operator/permits/<permit_id>/cars/remove/": OPERATORS,
    "GET api/zone/<zone_id>/availability/": ZONES,
    "POST api/desk/shift/open/": answering(201, CASHIERS),
    "POST api/desk/shift/close/": CASHIERS,
    "GET api/desk/shift/": CASHIERS,
    "POST api/desk/cash/booking/": CASHIERS,
    "POST api/desk/cash/stay/": CASHIERS,
    "GET api/desk/cash/refunds/": CASHIERS,
    "POST api/desk/cash/hand-back/": CASHIERS,
    "POST api/desk/passback/reset/": OPERATORS,
    "POST api/operator/outages/": answering(201, OPERATORS),
    "POST api/operator/outages/end/": OPERATORS,
    "GET api/operator/zone/<zone_id>/outages/": OPERATORS,
    "POST api/operator/occupancy/": ATTENDANTS,
    "GET api/operator/booking/<booking_id>/refundable/": OPERATORS,
    "POST api/operator/refunds/": answering(201, OPERATORS),
    "POST api/operator/people/find/": OPERATORS,
    "POST api/operator/people/anonymise/": OPERATORS,
    "GET api/operator/exports/<records>/": OPERATORS,
    "GET api/operator/days/": ATTENDANTS,
    "GET api/operator/days/<day>/": ATTENDANTS,
    "POST api/operator/days/": answering(201, OPERATORS),
    "GET api/desk/search/": ATTENDANTS,
    "POST api/desk/ticket/replace/": ATTENDANTS,
    "POST api/desk/ticket/lost/": ATTENDANTS,
    "POST api/desk/gate/open/": ATTENDANTS,
    "POST api/desk/adjustment/": answering(201, ATTENDANTS),
    "GET api/desk/adjustment/waiting/": ATTENDANTS,
    "POST api/desk/adjustment/decide/": OPERATORS,
    # Whoever signs the event; nobody here does.
    "POST api/payment/webhook/<provider>/": dict.fromkeys(EVERYBODY, 400),
    "GET health/": ANYBODY,
    "GET api/docs": ANYBODY,
    "GET api/openapi.json": ANYBODY,
    "GET api/sandbox/clock/": ANYBODY,
    "POST api/sandbox/clock/": ANYBODY,
}
NOT_ROUTES = {"", "api/"}  # the first answers 404 for all that is not there; the second only names the place
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


class World:
    """One car inside on a paid ticket, another booking that is somebody else's, and everybody's keys."""

    def __init__(self) -> None:
        self.garage = Garage.build()
        site = ParkingSite.objects.get()
        credentials.register_device(site=site, device_id=GATE, direction=GateDirection.BOTH, caller=SYSTEM, now=OPENING)
        self.keys = {
            "gate": credentials.make_device_key(device_id=GATE, caller=SYSTEM, now=OPENING).token,
            "integrator": self.api_key(*Scope).token,
            "zones only": self.api_key(Scope.ZONES_READ).token,
            "revoked gate": credentials.make_device_key(device_id="EXIT_GATE_01", caller=SYSTEM, now=OPENING).token,
            "no key": "spgate_0123456789ab_nothing",
        }
        credentials.revoke_device(device_id="EXIT_GATE_01", caller=SYSTEM, now=OPENING)
        revoked = self.api_key(*Scope)
        credentials.revoke_api_key(prefix=revoked.prefix, caller=SYSTEM, now=OPENING)
        self.keys["revoked key"] = revoked.token
        for role in STAFF:
            user = get_user_model().objects.create_user(role, is_staff=True)
            user.groups.add(Group.objects.get_or_create(name=role)[0])
            self.keys[role] = credentials.make_staff_key(username=role, caller=SYSTEM, now=OPENING).token

    def api_key(self, *scopes: Scope) -> credentials.NewKey:
        return credentials.make_api_key(name="App", scopes=scopes, caller=SYSTEM, now=OPENING)

    def client(self, caller: str, admin_user: Any) -> Client:
        headers = {"authorization": f"Bearer {self.keys[caller]}"} if caller in self.keys else {}
        if caller == "basic":
            headers = {"authorization": "Basic b3BlcmF0b3I6cGFzcw=="}
        client = Client(REMOTE_ADDR=ELSEWHERE, headers=headers, enforce_csrf_checks=True)
        if caller == "signed in":
            client.force_login(admin_user)
        return client


@pytest.fixture
def world(db) -> World:
    return World()


def routes() -> set[str]:
    """Every address below /parking/ that the site really has, with the methods that it really answers."""
    parking = next(one for one in get_resolver().url_patterns if str(one.pattern) == "parking/")
    found = set()

    def walk(patterns: list[URLPattern | URLResolver], prefix: str) -> None:
        for one in patterns:
            address = prefix + str(one.pattern)
            if isinstance(one, URLResolver):
                walk(one.url_patterns, address)
            elif address not in NOT_ROUTES:
                found.add(address)

    walk(parking.url_patterns, "")
    client = Client()
    answered = set()
    for address in found:
        path = "/parking/" + address.replace("<booking_id>", UNKNOWN_ID).replace("<provider>", "simulated")
        path = re.sub(r"<\w+>", "1", path)
        for method in METHODS:
            if client.generic(method, path, "{}", content_type="application/json").status_code != 405:
                answered.add(f"{method} {address}")
    return answered


def test_every_route_is_in_the_table(world):
    assert routes() == set(ACCESS)


def call(world: World, client: Client, route: str) -> Any:
    """The route's ordinary request, on an object that is there and in the right state for it."""
    method, address = route.split()
    request = ordinary.request_for(route, garage=world.garage, now=current_time(), device_id=GATE)
    for name, value in {"provider": "simulated", **request.address}.items():
        address = address.replace(f"<{name}>", str(value))
    if method == "GET":
        return client.get(f"/parking/{address}", request.body)
    return client.post(f"/parking/{address}", json.dumps(request.body), content_type="application/json")


@pytest.mark.parametrize("route", sorted(ACCESS))
def test_who_may_call_it(world, admin_user, route):
    """Each caller finds the same world: what the one before did is taken back."""
    answers = {}
    for caller in EVERYBODY:
        before = transaction.savepoint()
        response = call(world, world.client(caller, admin_user), route)
        answers[caller] = response.status_code
        if response.status_code in (401, 403):
            assert response.json()["code"] in {"invalid_key", "permission_required", "device_key_required"}
            assert not Refund.objects.exclude(status="PENDING").exists()
            assert not ParkingBooking.objects.filter(vehicle__number="KA01X1").exists()
        transaction.savepoint_rollback(before)
    assert answers == {**dict.fromkeys(WITHOUT_A_GOOD_KEY, 401), **ACCESS[route]}


def state() -> list[Any]:
    return [list(model.objects.order_by("pk").values()) for model in (ParkingBooking, ParkingSession, Payment, Refund)]


@pytest.mark.parametrize("path", ["api/booking/payment/", "api/booking/cancel/", "api/payment/additional/"])
def test_knowing_one_booking_gives_nothing_about_another(world, admin_user, path):

    now = current_time()
    mine = world.garage.book("KA01X1", now=now)
    theirs = world.garage.book("KA02X2", now=now)
    before = [row for row in ParkingBooking.objects.values() if row["id"] == theirs.booking_id]
    client = world.client("driver", admin_user)
    key = "session_id" if "additional" in path else "booking_id"
    client.post(f"/parking/{path}", json.dumps({key: str(mine.booking_id)}), content_type="application/json")
    assert [row for row in ParkingBooking.objects.values() if row["id"] == theirs.booking_id] == before
    unchanged = state()
    for guess in (UNKNOWN_ID, str(UUID(int=theirs.booking_id.int ^ 1)), mine.qr_code):
        response = client.post(f"/parking/{path}", json.dumps({key: guess}), content_type="application/json")
        assert response.status_code == 404
    assert state() == unchanged


def _other_gate(world: World) -> dict[str, str]:
    return {"scanner_device_id": "ENTRY_GATE_01"}


def _other_zone(world: World) -> dict[str, str]:
    other = Garage.build(name="Other zone")
    GateDevice.objects.get(device_id=GATE).zones.set(ParkingZone.objects.filter(id=other.zone.id))
    return {}


def _other_direction(world: World) -> dict[str, str]:
    GateDevice.objects.filter(device_id=GATE).update(direction=GateDirection.EXIT)
    return {}


@pytest.mark.parametrize(
    ("change", "code"),
    [(_other_gate, "not_your_device"), (_other_zone, "wrong_zone"), (_other_direction, "wrong_direction")],
)
def test_a_gate_admits_only_in_its_own_name_zone_and_direction(
    world, admin_user, change: Callable[[World], dict[str, str]], code
):

    booking = world.garage.book_and_pay(now=current_time())
    body = {"qr_code": booking.qr_code, "scanner_device_id": GATE, **change(world)}
    response = world.client("gate", admin_user).post(
        "/parking/api/scan/entry/", json.dumps(body), content_type="application/json"
    )
    assert (response.status_code, response.json()["code"]) == (403, code)
    assert ParkingSession.objects.count() == 0


class TestGuessing:
    def guess(self, client: Client, **extra: Any) -> int:
        return client.get(f"/parking/api/booking/{UNKNOWN_ID}/", **extra).status_code

    def test_a_stranger_may_guess_so_often_and_not_once_more(self, world, admin_user):
        client = world.client("driver", admin_user)
        booking = world.garage.book()
        answers = [self.guess(client) for _ in range(guesses.LIMIT + 2)]
        assert answers == [404] * guesses.LIMIT + [429] * 2
        right = client.get(f"/parking/api/booking/{booking.booking_id}/")
        assert (right.status_code, right.json()["code"]) == (429, "too_many_guesses")
        assert int(right["Retry-After"]) > 0

    def test_a_forged_header_is_no_other_address(self, world, admin_user):
        client = world.client("driver", admin_user)
        answers = [self.guess(client, headers={"X-Forwarded-For": f"203.0.113.{n}"}) for n in range(guesses.LIMIT + 1)]
        assert answers[-1] == 429

    def test_behind_a_proxy_that_is_trusted_each_client_counts_alone(self, world, admin_user, settings):
        settings.TRUSTED_PROXIES = ("192.0.2.0/24",)
        client = world.client("driver", admin_user)
        for number in range(guesses.LIMIT + 1):
            assert self.guess(client, headers={"X-Forwarded-For": f"198.51.100.7, 203.0.113.{number}"}) == 404
        forged = [
            self.guess(client, headers={"X-Forwarded-For": f"198.51.100.{n}, 203.0.113.250"})
            for n in range(guesses.LIMIT + 1)
        ]
        assert forged[-1] == 429

    def test_a_household_of_ipv6_is_one_place(self, world):
        client = Client()
        answers = [self.guess(client, REMOTE_ADDR=f"2001:db8::{n:x}") for n in range(1, guesses.LIMIT + 2)]
        assert answers[-1] == 429
        assert self.guess(client, REMOTE_ADDR="2001:db8:0:1::1") == 404

    def test_wrong_keys_and_wrong_codes_are_guesses_too(self, world, admin_user):
        client = world.client("no key", admin_user)
        for _ in range(guesses.LIMIT):
            assert client.get("/parking/api/zones/").status_code == 401
        assert client.get("/parking/api/zones/").status_code == 429

    def test_what_does_not_guess_is_never_slowed_down(self, world, admin_user):
        client = world.client("driver", admin_user)
        booking = world.garage.book()
        for _ in range(guesses.LIMIT + 5):
            assert client.get(f"/parking/api/booking/{booking.booking_id}/").status_code == 200
            assert client.get("/parking/api/zone/999999/status/").status_code == 404

    def test_the_sandbox_leaves_this_machine_alone(self, world):
        client = Client(REMOTE_ADDR="127.0.0.1")
        assert {self.guess(client) for _ in range(guesses.LIMIT + 5)} == {404}
