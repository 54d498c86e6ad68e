"""Records of some days taken out: all of them, harmless in a spreadsheet, and in flat memory."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from parking.domain.callers import SYSTEM, staff_caller
from parking.domain.errors import BadInput, InvalidField, PermissionRequired
from parking.domain.permissions import Role
from parking.models import AuditEvent, ParkingBooking
from parking.services import ParkingService, exports
from parking.services.exports import FileFormat
from parking.services.record_exports import MAX_DAYS, Records
from tests.garage import Garage, at
from tests.queries.cash import CARLA, open_shift, pay_in_cash
from tests.services.desk import OLGA, RAVI

pytestmark = pytest.mark.django_db

TODAY, TOMORROW = date(2026, 1, 5), date(2026, 1, 6)
MIDNIGHT = 9 * 60 + 30
"""The garage opens at 14:30 in India: so many minutes later the day is over."""


def taken_out(records: Records, *, first: date = TODAY, last: date = TODAY, caller=OLGA, **changes):
    return ParkingService.export_records(
        records=records, first_day=first, last_day=last, caller=caller, now=at(minutes=2000), **changes
    )


def rows_of(records: Records, **changes) -> list[dict[str, str]]:
    text = b"".join(taken_out(records, **changes).content).decode()
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


@pytest.fixture
def busy(garage: Garage) -> Garage:
    open_shift(now=at())
    pay_in_cash(garage.book("KA01A1").booking_id, now=at(minutes=1))
    booking = garage.book_and_pay("KA01A2", hours=2)
    garage.enter(booking)
    garage.leave(booking, now=at(minutes=30))
    ParkingService.get_receipt(booking_id=booking.booking_id, now=at(minutes=31))
    ParkingService.close_shift(counted_minor=15000, caller=CARLA, now=at(minutes=60))
    ParkingService.close_day(day=TODAY, caller=SYSTEM, now=at(minutes=MIDNIGHT + 10))
    return garage


def test_each_kind_of_records(busy):
    assert {records: len(rows_of(records)) for records in Records} == {
        Records.BOOKINGS: 2,
        Records.STAYS: 1,
        Records.PAYMENTS: 2,
        Records.REFUNDS: 1,
        Records.SCANS: 2,
        Records.RECEIPTS: 1,
        Records.SHIFTS: 1,
        Records.DAY_CLOSES: 1,
    }


def test_money_in_whole_units_times_of_the_site_and_names(busy):
    payment = next(row for row in rows_of(Records.PAYMENTS) if row["method"] == "CASH")
    assert (payment["amount"], payment["currency"], payment["collected_by"]) == ("50.00", "INR", "carla")
    assert payment["completed_at"] == "2026-01-05T14:31:00+05:30"
    assert "provider_token" not in payment
    [closed] = rows_of(Records.DAY_CLOSES)
    assert (closed["day"], closed["captured"], closed["refunded"]) == ("2026-01-05", "150.00", "50.00")
    [shift] = rows_of(Records.SHIFTS)
    assert (shift["cashier"], shift["expected"], shift["counted"]) == ("carla", "150.00", "150.00")
    assert rows_of(Records.BOOKINGS)[0]["zone"] == "Test zone"


def test_nothing_that_opens_a_gate_is_taken_out_with_the_bookings(garage):
    booking = garage.book_and_pay()
    [row] = rows_of(Records.BOOKINGS)
    assert booking.qr_code not in row.values()


def test_an_open_shift_has_no_count_yet(garage):
    open_shift(now=at())
    [shift] = rows_of(Records.SHIFTS)
    assert (shift["expected"], shift["closed_at"]) == ("", "")


def test_the_days_are_those_of_the_site_both_included(garage):
    for minutes in (MIDNIGHT - 1, MIDNIGHT):
        garage.book(f"KA01A{minutes}", now=at(minutes=minutes))
    assert [row["plate"] for row in rows_of(Records.BOOKINGS)] == [f"KA01A{MIDNIGHT - 1}"]
    assert len(rows_of(Records.BOOKINGS, last=TOMORROW)) == 2
    assert [row["plate"] for row in rows_of(Records.BOOKINGS, first=TOMORROW, last=TOMORROW)] == [f"KA01A{MIDNIGHT}"]


def test_formulas_are_text(garage):
    garage.book_and_pay()
    ParkingBooking.objects.update(owner_name="=1+1", phone_number="+919876543210")
    [row] = rows_of(Records.BOOKINGS)
    assert (row["owner_name"], row["phone_number"]) == ("'=1+1", "'+919876543210")
    with taken_out(Records.BOOKINGS, file_format=FileFormat.XLSX).content as file:
        header, booking = load_workbook(file).active.iter_rows(values_only=True)
    cells = dict(zip(header, booking, strict=True))
    assert (cells["owner_name"], cells["price"]) == ("'=1+1", 50)


def test_chunk_by_chunk_and_nothing_twice_or_left_out(db, monkeypatch):
    """One statement for each chunk, by key: what is in memory is one chunk, whatever there is."""
    monkeypatch.setattr(exports, "_CHUNK", 2)
    garage = Garage.build(slots=5)
    for n in range(5):
        garage.book(f"KA01A{n}")
    file = taken_out(Records.BOOKINGS)
    with CaptureQueriesContext(
        connection,
    ) as read:
        first = [next(file.content), next(file.content)]
    assert len(read) == 1
    assert "OFFSET" not in read[0]["sql"]
    rest = b"".join([*first, *file.content]).decode().removeprefix("\ufeff")
    assert sorted(row["plate"] for row in csv.DictReader(io.StringIO(rest))) == [f"KA01A{n}" for n in range(5)]


def test_who_took_what_out_is_written_down(garage):
    taken_out(Records.BOOKINGS)
    event = AuditEvent.objects.get(action="record.exported")
    assert (event.caller, event.data["chosen_by"], event.data["records"]) == (
        "staff:olga",
        "2026-01-05 to 2026-01-05",
        "parkingbooking",
    )


def test_who_may(garage):
    for caller in (RAVI, CARLA):
        with pytest.raises(PermissionRequired):
            taken_out(Records.BOOKINGS, caller=caller)
    auditor = staff_caller(name="arun", roles=[Role.AUDITOR])
    assert taken_out(Records.BOOKINGS, caller=auditor).name == "bookings-2026-01-05-2026-01-05.csv"


@pytest.mark.parametrize("last", [TODAY - timedelta(days=1), TODAY + timedelta(days=MAX_DAYS)])
def test_a_year_at_most_and_in_order(garage, last):
    with pytest.raises(InvalidField):
        taken_out(Records.BOOKINGS, last=last)
    assert not AuditEvent.objects.filter(action="record.exported").exists()


def test_too_many_for_xlsx(garage, monkeypatch):
    monkeypatch.setattr(exports, "MAX_XLSX_ROWS", 1)
    for n in range(2):
        garage.book(f"KA01A{n}")
    with pytest.raises(BadInput, match="CSV"):
        taken_out(Records.BOOKINGS, file_format=FileFormat.XLSX)


def test_who_was_forgotten_is_in_no_export(garage):
    booking = garage.book_and_pay("KA01A1")
    garage.enter(booking)
    garage.leave(booking, now=at(minutes=30))
    ParkingService.anonymise_person(vehicle_number="KA01A1", caller=OLGA, now=at(minutes=40))
    for records in Records:
        text = b"".join(taken_out(records).content).decode()
        assert "KA01A1" not in text
        assert "Asha Rao" not in text
