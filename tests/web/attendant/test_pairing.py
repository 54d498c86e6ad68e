"""A phone that is a scanner and nothing else: how it becomes one, what it may, and how that ends."""

from __future__ import annotations

import pytest
from django.test import Client

from parking.domain.callers import SYSTEM
from parking.domain.permissions import Role
from parking.models import GateDevice, QRScanLog
from parking.services import ParkingService
from parking.services.guesses import LIMIT
from tests.web.attendant.reading import read, said, scan

PAIR = "/parking/scanner/pair/"
FAR_AWAY = "203.0.113.7"


@pytest.fixture
def key(garage, now) -> str:
    return ParkingService.make_device_key(device_id="ENTRY_GATE_01", caller=SYSTEM, now=now).token


def test_who_has_the_key_makes_the_phone_that_scanner(client, key, paid):
    response = client.post(f"{PAIR}key/", {"key": f" {key} "})
    cookie = response.cookies["scanner_key"]

    assert response["Location"] == "/parking/scanner/entry/"
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Strict", "/parking/scanner/")
    assert read(scan(client, "entry", paid.qr_code)).kind == "open"
    assert QRScanLog.objects.get().caller == "device:ENTRY_GATE_01"


def test_in_live_mode_the_phone_sends_its_key_encrypted_only(client, key, settings):
    settings.LIVE = True

    assert client.post(f"{PAIR}key/", {"key": key}).cookies["scanner_key"]["secure"]


def test_an_operator_binds_the_phone_and_is_signed_out_of_it(staff, paid):
    client = staff(Role.OPERATOR)
    response = client.post(f"{PAIR}bind/", {"device_id": "ENTRY_GATE_01"})

    assert response["Location"] == "/parking/scanner/entry/"
    assert "_auth_user_id" not in client.session
    assert read(scan(client, "entry", paid.qr_code)).kind == "open"
    assert client.get("/parking/operator/")["Location"].startswith("/parking/sign-in/")


def test_an_operator_registers_the_phone_as_a_scanner_of_its_own(staff, inside):
    client = staff(Role.OPERATOR)
    response = client.post(f"{PAIR}new/", {"device_id": "EXIT_PHONE_01", "direction": "EXIT"})

    assert response["Location"] == "/parking/scanner/exit/"
    assert read(scan(client, "exit", inside.qr_code)).kind == "open"
    assert QRScanLog.objects.order_by("-id")[0].scanner_device_id == "EXIT_PHONE_01"


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"device_id": "ENTRY_GATE_01", "direction": "EXIT"}, "This name is taken or cannot be used."),
        ({"device_id": "", "direction": "EXIT"}, "This name is taken or cannot be used."),
        ({"device_id": "EXIT_PHONE_01"}, "Say which way the scanner lets cars through."),
    ],
)
def test_a_scanner_that_cannot_be_is_not_registered(staff, garage, form, words):
    client = staff(Role.OPERATOR)
    before = GateDevice.objects.count()

    assert words in said(client, client.post(f"{PAIR}new/", form))
    assert GateDevice.objects.count() == before


@pytest.mark.parametrize("role", [Role.ATTENDANT, Role.CASHIER, Role.AUDITOR])
@pytest.mark.parametrize("way", ["bind", "new"])
def test_only_an_operator_binds_without_a_key(staff, garage, role, way):
    client = staff(role)
    form = {"device_id": "ENTRY_GATE_01", "direction": "ENTRY"}

    assert client.post(f"{PAIR}{way}/", form).status_code == 403
    assert not GateDevice.objects.exclude(key_hash="").exists()
    assert "Make it a new scanner" not in client.get(PAIR).content.decode()


def test_a_wrong_key_pairs_nothing_and_is_counted_as_a_guess(garage):
    client = Client(REMOTE_ADDR=FAR_AWAY)
    answers = [client.post(f"{PAIR}key/", {"key": "spgate_abc_guess"}) for _ in range(LIMIT)]

    assert all("scanner_key" not in answer.cookies for answer in answers)
    assert "This key is not valid" in said(client, answers[0])
    assert client.post(f"{PAIR}key/", {"key": "spgate_abc_guess"}).status_code == 429


def test_the_key_of_an_integrator_makes_no_scanner(client, staff, garage, now):
    staff(Role.OPERATOR)
    key = ParkingService.make_staff_key(username="operator", caller=SYSTEM, now=now).token
    response = client.post(f"{PAIR}key/", {"key": key})

    assert "scanner_key" not in response.cookies
    assert "This is not the key of a scanner." in said(client, response)


def test_a_forged_cookie_is_no_key(client, key, paid):
    client.cookies["scanner_key"] = f"{key}:forged:signature"

    assert scan(client, "entry", paid.qr_code)["Location"].startswith("/parking/sign-in/")
    assert not QRScanLog.objects.exists()


@pytest.mark.parametrize("end", ["revoked", "another key"])
def test_a_phone_whose_scanner_ends_is_none_at_once(client, key, paid, now, end):
    client.post(f"{PAIR}key/", {"key": key})
    if end == "revoked":
        ParkingService.revoke_device(device_id="ENTRY_GATE_01", caller=SYSTEM, now=now)
    else:
        ParkingService.make_device_key(device_id="ENTRY_GATE_01", caller=SYSTEM, now=now)

    assert scan(client, "entry", paid.qr_code)["Location"] == PAIR
    assert not QRScanLog.objects.exists()
    assert "The pairing of this phone has ended" in client.get(PAIR).content.decode()


def test_a_paired_phone_may_scan_and_nothing_else(client, key, overdue):
    client.post(f"{PAIR}key/", {"key": key})

    for address in ("desk/", f"desk/{overdue.booking_id}/", "desk/open/", "desk/count/", "drawer/"):
        assert client.get(f"/parking/scanner/{address}")["Location"].startswith("/parking/sign-in/")
    form = {"booking_id": str(overdue.booking_id), "method": "CASH", "qr_code": overdue.qr_code}
    assert client.post("/parking/scanner/exit/pay/", form)["Location"].startswith("/parking/sign-in/")
    page = client.get("/parking/scanner/entry/").content.decode()
    assert "/parking/scanner/desk/" not in page


def test_a_paired_phone_scans_its_own_way_only(client, key, inside):
    client.post(f"{PAIR}key/", {"key": key})
    answer = read(scan(client, "exit", inside.qr_code))

    assert (answer.status, answer.code) == (403, "wrong_direction")


def test_who_signs_in_on_a_paired_phone_acts_in_their_own_name(staff, key, paid):
    client = staff(Role.ATTENDANT)
    client.post(f"{PAIR}key/", {"key": key})
    scan(client, "entry", paid.qr_code)

    assert QRScanLog.objects.get().caller == "staff:attendant"


def test_a_pairing_is_ended_on_the_phone_itself(client, key):
    client.post(f"{PAIR}key/", {"key": key})
    client.post(f"{PAIR}end/")

    assert client.get("/parking/scanner/entry/")["Location"].startswith("/parking/sign-in/")
