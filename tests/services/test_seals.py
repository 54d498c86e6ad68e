"""The chain over the scan log and the audit trail: it holds, and shows whatever was done to a sealed row."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest
from django.core.management import call_command
from django.db import connection

from parking.db import guards
from parking.domain.errors import ParkingError
from parking.models import AuditEvent, LogSeal, QRScanLog
from parking.queries.sealed_logs import LOGS, broken_seals
from parking.services import seals
from tests.garage import Garage, at

pytestmark = pytest.mark.django_db


def a_day(garage: Garage, *, plate: str = "KA01X") -> None:
    booking = garage.book_and_pay(plate, hours=1)
    garage.enter(booking, scan_id=f"in-{booking.booking_id}")
    with suppress(ParkingError):
        garage.leave(booking, now=at(minutes=66), scan_id=f"due-{booking.booking_id}")


def broken() -> list[tuple[str, int, str]]:
    return [(seal.log, seal.first_id, seal.problem) for log in LOGS for seal in broken_seals(log=log)]


def test_every_row_is_sealed_once_and_the_chain_holds(garage):
    a_day(garage)
    assert seals.seal_logs(now=at(minutes=70)) == 2
    assert seals.seal_logs(now=at(minutes=71)) == 0
    a_day(garage, plate="KA02X")
    assert seals.seal_logs(now=at(minutes=80)) == 2
    assert sum(seal.row_count for seal in LogSeal.objects.filter(log="scans")) == QRScanLog.objects.count() == 4
    assert sum(seal.row_count for seal in LogSeal.objects.filter(log="audit")) == AuditEvent.objects.count()
    assert broken() == []


def test_a_long_log_is_sealed_in_batches(garage, monkeypatch):
    monkeypatch.setattr(seals, "MAX_ROWS", 2)
    a_day(garage)
    seals.seal_logs(now=at(minutes=70))
    sizes = LogSeal.objects.filter(log="audit").order_by("first_id").values_list("row_count", flat=True)
    assert len(sizes) > 2
    assert set(sizes[:2]) == {2}
    assert broken() == []


def _sql(statement: str) -> Callable[[], None]:
    def run() -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement)

    return run


SCANS = QRScanLog._meta.db_table
SEALS = LogSeal._meta.db_table
FIRST = f"(SELECT MIN(id) FROM {SCANS})"


@pytest.mark.parametrize(
    ("tamper", "problem"),
    [
        (f"UPDATE {SCANS} SET result = 'FAILED' WHERE id = {FIRST}", "changed"),
        (f"UPDATE {SCANS} SET answer = NULL, scan_id = NULL WHERE id = {FIRST}", "changed"),
        (f"DELETE FROM {SCANS} WHERE id = {FIRST}", "rows were sealed"),
        (f"UPDATE {SEALS} SET digest = 'forged' WHERE log = 'scans' AND first_id > 1", "changed"),
        (f"DELETE FROM {SEALS} WHERE log = 'scans' AND first_id = 1", "a seal is missing"),
    ],
)
def test_tampering_shows(garage, tamper, problem):
    a_day(garage)
    seals.seal_logs(now=at(minutes=70))
    a_day(garage, plate="KA02X")
    seals.seal_logs(now=at(minutes=80))
    guards.remove(connection=connection)
    _sql(tamper)()
    found = broken()
    assert len(found) == 1
    assert problem in found[0][2]


def test_a_seal_made_without_the_key_does_not_hold(garage, settings):
    a_day(garage)
    settings.SEAL_KEY = "somebody else's"
    seals.seal_logs(now=at(minutes=70))
    settings.SEAL_KEY = "ours"
    assert {log for log, _, _ in broken()} == {"scans", "audit"}


def test_no_plate_is_in_a_sealed_log(garage):
    a_day(garage, plate="KA77PLATE")
    rows = [*QRScanLog.objects.values(), *AuditEvent.objects.values()]
    assert "KA77PLATE" not in str(rows)


def test_the_jobs_command_seals_and_tidies_up(garage, capsys):
    a_day(garage)
    call_command("run_parking_jobs", "--once")
    assert "seal the logs: 2" in capsys.readouterr().out
    call_command("run_parking_jobs", "--once")
    assert "seal the logs: 0" in capsys.readouterr().out
