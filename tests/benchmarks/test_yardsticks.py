"""The benchmarks measure what they say: a city without a violation, yardsticks that do the same, a load that counts.

On a city of a hundred slots, so that nothing here is about speed.
"""

from __future__ import annotations

import json
import socket
import threading

import pytest
from django.db import connection

from benchmarks import live, names
from benchmarks.ceiling import direct, pgbench
from benchmarks.city import Plan, lay_city
from benchmarks.load import drive
from benchmarks.paths import PATHS
from parking.models import GateDevice, ParkingBooking
from parking.queries.auditor import audit
from tests.benchmarks.asking import send

PLAN = Plan(zones=4, slots=100, sessions=600)


@pytest.fixture
def city(transactional_db, settings):
    settings.PARKING_MODE = "live"
    return lay_city(plan=PLAN)


def assert_the_auditor_finds_nothing():
    report = audit()
    assert (report.violations, report.violated) == (0, [])


def test_the_laid_city_keeps_every_promise_and_every_measurement_begins_with_the_same(city):
    assert_the_auditor_finds_nothing()
    assert ParkingBooking.objects.count() == PLAN.sessions
    marks = live.stand(city=city)
    for path in PATHS:
        live.lay(city=city, marks=marks, stage=path.stage)
        live.lay(city=city, marks=marks, stage=path.stage)
        assert_the_auditor_finds_nothing()
        work = live.work_of(city=city) if path.stage is not None else 0
        standing = int(PLAN.slots * live.STANDING_SHARE)
        assert ParkingBooking.objects.count() == PLAN.sessions + standing + work


def test_the_plain_way_answers_as_the_system_does_and_leaves_nothing_the_auditor_objects_to(city, settings):
    marks = live.stand(city=city)
    answers = {}
    for urls in ("config.urls", "benchmarks.plain.urls"):
        settings.ROOT_URLCONF = urls
        for path in PATHS:
            live.lay(city=city, marks=marks, stage=path.stage)
            response = send(path.requests(city)[0])
            assert response.status_code == path.expected, (urls, path.name, response.content)
            answers[urls, path.name] = response.json()
            assert_the_auditor_finds_nothing()
    for path in PATHS:
        ours, plain = answers["config.urls", path.name], answers["benchmarks.plain.urls", path.name]
        assert plain.keys() <= ours.keys(), path.name
        for name in ("slot_number" if path.name in {"entry", "exit"} else "success", "amount", "zone_name", "zones"):
            assert plain.get(name) == ours.get(name), path.name


def test_one_call_of_the_database_does_the_same_and_leaves_nothing_the_auditor_objects_to(city):
    if connection.vendor != "postgresql":
        pytest.skip("only PostgreSQL has functions to call")
    marks = live.stand(city=city)
    pgbench.install()
    for path in PATHS:
        live.lay(city=city, marks=marks, stage=path.stage)
        values = {"n": "0", "zone": str(city.places[int(PLAN.slots * live.STANDING_SHARE)].zone_id), "known": "400"}
        statement = pgbench.script_of(path=path.name, one_call=True).splitlines()[-1]
        for name, value in values.items():
            statement = statement.replace(f":{name}", value)
        with connection.cursor() as cursor:
            cursor.execute(statement)
        assert_the_auditor_finds_nothing()


def test_the_separate_statements_run_on_sqlite_until_the_work_is_used_up(city):
    if connection.vendor != "sqlite":
        pytest.skip("pgbench runs them on PostgreSQL")
    marks = live.stand(city=city)
    for path in PATHS:
        live.lay(city=city, marks=marks, stage=path.stage, work=3)
        one = direct.run(path=path.name, city=city, work=5, seconds=10)
        assert (one.problem, one.rate > 0) == ("", True)


def test_names_are_reckoned_alike_in_python_and_in_the_database(city):
    if connection.vendor != "postgresql":
        pytest.skip("only PostgreSQL has functions to call")
    pgbench.install()
    with connection.cursor() as cursor:
        cursor.execute("SELECT bench_code(7), bench_booking(7), bench_plate(7, 40), bench_plate(8, 40)")
        code, booking, new, known = cursor.fetchone()
    number = names.FIRST_LIVE + 7
    assert (code, booking.hex) == (names.qr_code(number=number), names.booking_id(number=number))
    assert (new, known) == (names.new_plate(number=7), names.plate(number=48))


def test_each_gate_serves_its_zone_only_and_has_a_key(city):
    assert len(city.keys) == 2 * PLAN.zones == GateDevice.objects.exclude(key_hash="").count()


class Server:
    """Answers each request with its number, in two pieces; the third with a refusal."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.asked = 0
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        client, _ = self._listener.accept()
        while client.recv(65_536):
            self.asked += 1
            body = json.dumps({"n": self.asked}).encode()
            status = "409 Conflict" if self.asked == 3 else "200 OK"
            client.sendall(f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n".encode())
            client.sendall(body)
        client.close()
        self._listener.close()


def test_the_load_sends_every_request_once_and_tells_what_was_answered():
    server = Server()
    load = drive(port=server.port, requests=[b"GET / HTTP/1.1\r\n\r\n"] * 5, clients=1, seconds=10)
    assert (server.asked, load.statuses, load.answered) == (5, {200: 4, 409: 1}, 5)
    assert load.first_refusal == '{"n": 3}'
    assert 0 < max(load.latencies) <= load.seconds < 10
