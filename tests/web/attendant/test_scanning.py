"""A phone as a scanner: who may, what it answers, and that asking again does nothing again."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client

from parking.domain.permissions import Role
from parking.domain.states import GateDirection
from parking.models import GateDevice, ParkingSession, ParkingSite, QRScanLog
from parking.queries.gates import list_gates
from parking.services.guesses import LIMIT
from tests.web.attendant.reading import read, scan

ENTRY, EXIT = "/parking/scanner/entry/", "/parking/scanner/exit/"


@pytest.mark.parametrize("address", [ENTRY, EXIT])
def test_nobody_scans_without_saying_who_they_are(client, garage, address):
    response = client.get(address)

    assert (response.status_code, response["Location"]) == (302, f"/parking/sign-in/?next={address}")
    assert client.post(address, {"qr_code": "PARK-000000000000"}).status_code == 302
    assert not QRScanLog.objects.exists()


@pytest.mark.parametrize(
    ("role", "status"), [(Role.ATTENDANT, 200), (Role.CASHIER, 200), (Role.OPERATOR, 200), (Role.AUDITOR, 403)]
)
def test_who_may_scan(staff, garage, paid, role, status):
    client = staff(role)

    assert client.get(ENTRY).status_code == status
    assert scan(client, "entry", paid.qr_code).status_code == status
    assert ParkingSession.objects.count() == (1 if status == 200 else 0)


def test_a_paid_ticket_opens_and_tells_the_place(staff, paid):
    answer = read(scan(staff(Role.ATTENDANT), "entry", paid.qr_code))

    assert (answer.status, answer.kind, answer.code, answer.title) == (200, "open", "ok", "Welcome")
    assert "DL01AB1234" in answer.text
    assert f"Its place is {paid.slot_number}." in answer.text
    log = QRScanLog.objects.get()
    assert (log.caller, log.scanner_device_id, log.result) == ("staff:attendant", "ENTRY_GATE_01", "SUCCESS")


def test_a_car_leaves_and_is_told_what_goes_back(staff, garage, now):
    came = now - timedelta(minutes=30)
    booking = garage.book_and_pay(hours=3, now=came)
    garage.enter(booking, now=came)
    answer = read(scan(staff(Role.ATTENDANT), "exit", booking.qr_code))

    assert (answer.status, answer.kind, answer.title) == (200, "open", "Goodbye")
    assert "₹100.00 goes back for unused time, the way it was paid." in answer.text
    assert "30 min" in answer.text


def test_money_due_keeps_the_gate_shut(staff, overdue):
    answer = read(scan(staff(Role.CASHIER), "exit", overdue.qr_code))

    assert (answer.status, answer.kind, answer.code, answer.title) == (402, "pay", "payment_due", "Pay ₹50.00")
    assert "Cash" in answer.text
    assert ParkingSession.objects.get().gate_opened_at is None


def test_who_takes_no_money_is_shown_the_drivers_way_to_pay(staff, overdue):
    answer = read(scan(staff(Role.ATTENDANT), "exit", overdue.qr_code))

    assert "The driver pays on the phone" in answer.text
    assert "Cash" not in answer.text


@pytest.mark.parametrize(
    ("way", "story", "status", "code", "words"),
    [
        ("entry", "nobody's", 404, "unknown_code", "This is no ticket of ours, or it cannot be read."),
        ("entry", "unpaid", 402, "payment_required", "This booking is not paid yet."),
        ("entry", "inside", 409, "already_entered", "perhaps it was shown to another car"),
        ("exit", "paid", 409, "not_entered", "This ticket was never scanned at an entry gate"),
        ("entry", "tomorrow", 409, "too_early", "May enter from"),
    ],
)
def test_a_refusal_says_stop_why_and_what_to_do(staff, garage, now, way, story, status, code, words):
    codes = {
        "nobody's": lambda: "PARK-000000000000",
        "unpaid": lambda: garage.book(now=now).qr_code,
        "paid": lambda: garage.book_and_pay(now=now).qr_code,
        "inside": lambda: _inside(garage, now),
        "tomorrow": lambda: garage.book_and_pay(now=now, starts_at=now + timedelta(days=1)).qr_code,
    }
    answer = read(scan(staff(Role.ATTENDANT), way, codes[story]()))

    assert (answer.status, answer.kind, answer.code, answer.title) == (status, "stop", code, "Stop")
    assert words in answer.text


def _inside(garage, now):
    booking = garage.book_and_pay(now=now)
    garage.enter(booking, now=now)
    return booking.qr_code


def test_the_same_scan_again_gets_the_same_answer_and_does_nothing_again(staff, paid):
    client = staff(Role.ATTENDANT)
    first = scan(client, "entry", paid.qr_code, scan_id="3f9a2c11d0e4")
    again = scan(client, "entry", paid.qr_code, scan_id="3f9a2c11d0e4")
    another = scan(client, "entry", paid.qr_code)

    assert read(first).kind == read(again).kind == "open"
    assert read(another).code == "already_entered"
    assert QRScanLog.objects.count() == 2


def test_what_was_due_is_told_again_for_the_same_scan(staff, overdue):
    client = staff(Role.CASHIER)
    answers = [read(scan(client, "exit", overdue.qr_code, scan_id="3f9a2c11d0e4")) for _ in range(2)]

    assert [answer.title for answer in answers] == ["Pay ₹50.00"] * 2
    assert "DL01AB1234" in answers[1].text
    assert "Cash" in answers[1].text


def test_without_javascript_the_answer_stands_above_the_form_for_the_next(staff, paid):
    client = staff(Role.ATTENDANT)
    page = client.get(ENTRY).content.decode()
    scan_id = re.findall(r'name="scan_id" value="([^"]+)"', page)[0]
    response = scan(client, "entry", paid.qr_code, scan_id=scan_id, part=False)
    loaded_again = scan(client, "entry", paid.qr_code, scan_id=scan_id, part=False)

    assert read(response).kind == read(loaded_again).kind == "open"
    next_id = re.findall(r'name="scan_id" value="([^"]+)"', response.content.decode())
    assert scan_id not in next_id
    assert ParkingSession.objects.count() == 1


def test_a_scan_without_an_id_of_its_own_is_no_scan(staff, paid):
    response = staff(Role.ATTENDANT).post(ENTRY, {"qr_code": paid.qr_code})

    assert response.status_code == 400
    assert "data-code" not in response.content.decode()
    assert not QRScanLog.objects.exists()


@pytest.mark.parametrize("code", ["", "PARK-\0", "x" * 3000, "टिकट"])
def test_whatever_is_read_is_answered(staff, garage, code):
    answer = read(scan(staff(Role.ATTENDANT), "entry", code))

    assert (answer.status, answer.code) == (404, "unknown_code")


def test_who_guesses_is_told_to_wait_even_with_a_right_ticket(staff, paid):
    client = staff(Role.ATTENDANT)
    statuses = [scan(client, "entry", "PARK-000000000000").status_code for _ in range(LIMIT)]
    answer = read(scan(client, "entry", paid.qr_code))

    assert statuses == [404] * LIMIT
    assert (answer.status, answer.kind, answer.code) == (429, "stop", "too_many_guesses")


def test_at_several_gates_somebody_says_first_where_they_stand(staff, paid):
    _add_gate("ENTRY_GATE_02", GateDirection.ENTRY)
    client = staff(Role.ATTENDANT)
    asked = client.get(ENTRY).content.decode()
    unsaid = scan(client, "entry", paid.qr_code)
    chosen = client.post("/parking/scanner/gate/", {"direction": "ENTRY", "device_id": "ENTRY_GATE_02"})

    assert "At which gate do you stand?" in asked
    assert 'id="qr_code"' not in asked
    assert (unsaid.status_code, chosen["Location"]) == (302, ENTRY)
    assert read(scan(client, "entry", paid.qr_code)).kind == "open"
    assert QRScanLog.objects.get().scanner_device_id == "ENTRY_GATE_02"


@pytest.mark.parametrize("device_id", ["EXIT_GATE_01", "NOWHERE", "", "\0"])
def test_nobody_chooses_a_gate_of_the_other_direction_or_none(staff, garage, device_id):
    response = staff(Role.ATTENDANT).post("/parking/scanner/gate/", {"direction": "ENTRY", "device_id": device_id})

    assert response.status_code == 403


def test_a_gate_that_was_revoked_is_chosen_no_more(staff, garage, paid):
    client = staff(Role.ATTENDANT)
    GateDevice.objects.filter(device_id="ENTRY_GATE_01").update(revoked_at=paid.created_at)
    page = client.get(ENTRY).content.decode()

    assert "No scanner is registered for this direction yet." in page
    assert scan(client, "entry", paid.qr_code).status_code == 302


def test_the_scanner_alone_may_compile_its_decoder(staff, garage):
    client = staff(Role.ATTENDANT)
    scanner, desk = (client.get(address)["Content-Security-Policy"] for address in (ENTRY, "/parking/scanner/desk/"))

    assert "script-src 'self' 'wasm-unsafe-eval'" in scanner
    assert "'unsafe-eval'" not in scanner.replace("'wasm-unsafe-eval'", "")
    assert "unsafe" not in desk


def test_a_form_of_another_site_scans_nothing(staff, paid):
    signed_in = staff(Role.ATTENDANT)
    client = Client(enforce_csrf_checks=True)
    client.cookies = signed_in.cookies

    assert scan(client, "entry", paid.qr_code).status_code == 403
    assert not QRScanLog.objects.exists()


def test_in_hindi_the_answer_is_in_hindi(staff, paid):
    client = staff(Role.ATTENDANT)
    client.cookies["language"] = "hi"

    assert read(scan(client, "entry", paid.qr_code)).title == "स्वागत है"


def test_gates_are_listed_in_two_statements(garage, django_assert_num_queries):
    for number in range(3):
        _add_gate(f"GATE_{number}", GateDirection.BOTH).zones.add(garage.zone)
    with django_assert_num_queries(2):
        gates = list_gates()

    assert [gate.zone_names for gate in gates if gate.device_id.startswith("GATE")] == [("Test zone",)] * 3


def _add_gate(device_id: str, direction: GateDirection) -> GateDevice:
    site = ParkingSite.objects.get()
    return GateDevice.objects.create(site=site, device_id=device_id, direction=direction, created_at=site.created_at)
