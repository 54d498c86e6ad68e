"""The crowd at the real server, on whichever database the tests run on: one winner, no 5xx, nothing locked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from tests.races.crowd import Crowd
from tests.races.served import Answer, Site, fresh_database, served

PEOPLE = 32


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("served")
    with (
        fresh_database(vendor=connection.vendor, folder=folder) as url,
        served(url=url, folder=folder) as site,
    ):
        yield site
        log = site.log.read_text()
    assert "database is locked" not in log
    assert "Traceback" not in log


@pytest.fixture
def zones(site) -> dict[str, dict[str, Any]]:
    return {zone["name"]: zone for zone in site.get("api/zones/").body["zones"]}


@pytest.fixture(scope="module")
def callers() -> Iterator[Crowd]:
    crowd = Crowd()
    yield crowd
    crowd.go_home()


def ask_at_once(callers: Crowd, site: Site, path: str, bodies: list[dict[str, Any]]) -> list[Answer]:
    outcomes = callers.rush([lambda body=body: site.post(path, body) for body in bodies])
    assert [outcome.error for outcome in outcomes if not outcome.won] == []
    return [outcome.answer for outcome in outcomes]


def counted(answers: list[Answer]) -> Counter[tuple[int, str]]:
    """How often each status came, with the code of the error."""
    return Counter((answer.status, answer.body.get("code", "")) for answer in answers)


def booking_of(plate: str, zone: dict[str, Any]) -> dict[str, Any]:
    return {"vehicle_number": plate, "owner_name": "Asha Rao", "zone_id": zone["id"], "hours": 2}


def test_sixty_four_drivers_get_the_last_fifty_slots(site, zones, callers):
    zone = zones["Zone A - Premium"]
    bodies = [booking_of(f"CROWD{number}", zone) for number in range(64)]
    answers = ask_at_once(callers, site, "booking/create/", bodies)

    assert counted(answers) == {(201, ""): 50, (409, "zone_full"): 14}
    slots = {answer.body["slot_number"] for answer in answers if answer.status == 201}
    assert len(slots) == 50
    assert site.get(f"api/zone/{zone['id']}/status/").body["available_slots"] == 0


def test_one_car_books_pays_enters_and_leaves_once_however_often_it_is_asked_for(site, zones, callers):
    def thirty_two_times(path: str, body: dict[str, Any]) -> tuple[dict[str, Any], set[tuple[int, str]]]:
        answers = ask_at_once(callers, site, path, [body] * PEOPLE)
        [won] = [answer.body for answer in answers if answer.status < 400]
        return won, set(counted([answer for answer in answers if answer.status >= 400]))

    zone = zones["Zone B - Standard"]
    booking, refusals = thirty_two_times("booking/create/", booking_of("ONECAR1", zone))
    assert refusals == {(409, "vehicle_busy")}

    payment = {"booking_id": booking["booking_id"], "payment_gateway_data": {}}
    _, refusals = thirty_two_times("booking/payment/", payment)
    assert refusals <= {(409, "already_paid"), (409, "payment_in_progress")}

    entry = {"qr_code": booking["qr_code"], "scanner_device_id": "ENTRY_GATE_01"}
    _, refusals = thirty_two_times("scan/entry/", entry)
    assert refusals == {(409, "already_entered")}

    leaving = {"qr_code": booking["qr_code"], "scanner_device_id": "EXIT_GATE_01"}
    bill, refusals = thirty_two_times("scan/exit/", leaving)
    assert refusals == {(409, "already_exited")}
    assert bill["refund_amount"] == "30.00"

    status = site.get(f"api/zone/{zone['id']}/status/").body
    assert (status["occupied_slots"], status["available_slots"]) == (0, status["total_slots"])
