"""Records as CSV and XLSX: complete, harmless in a spreadsheet, and in flat memory."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from parking.domain.permissions import Role
from parking.models import AuditEvent, ParkingBooking, Payment, QRScanLog, Vehicle
from parking.services import exports
from tests.admin.conftest import SignIn, tell_a_story
from tests.admin.test_access import MODELS, address
from tests.garage import Garage, at

pytestmark = pytest.mark.django_db


def csv_of(response) -> list[dict[str, str]]:
    text = b"".join(response.streaming_content).decode()
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def xlsx_of(response) -> list[tuple]:
    sheet = load_workbook(io.BytesIO(b"".join(response.streaming_content))).active
    return list(sheet.iter_rows())


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ("=1+1", "'=1+1"),
        ("+919876543210", "'+919876543210"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("\n=1", "'\n=1"),
        ("＝1", "'＝1"),  # noqa: RUF001 -- full width
        ("Asha = Rao", "Asha = Rao"),
        ("", ""),
        (-5, -5),
        (Decimal("-5.00"), Decimal("-5.00")),
        (None, None),
    ],
)
def test_text_that_a_spreadsheet_would_run_gets_an_apostrophe(cell, shown):
    assert exports.neutral(cell=cell) == shown


def test_the_whole_list_as_csv_opens_in_excel_with_hindi_names_money_and_local_times(operator: Client, garage: Garage):
    garage.book_and_pay()
    ParkingBooking.objects.update(owner_name="आशा राव", phone_number="+919876543210")
    response = operator.get(address(ParkingBooking, "export_csv"))
    (row,) = csv_of(response)
    assert response.headers["Content-Disposition"] == 'attachment; filename="parking-bookings-2026-01-05.csv"'
    assert row["owner_name"] == "आशा राव"
    assert row["phone_number"] == "'+919876543210"
    assert (row["price"], row["currency"], row["zone"]) == ("50.00", "INR", "Test zone")
    assert row["created_at"] == "2026-01-05T14:30:00+05:30"


def test_formulas_are_text_and_numbers_are_numbers_in_xlsx(operator: Client, garage: Garage):
    garage.book_and_pay()
    ParkingBooking.objects.update(owner_name='=HYPERLINK("http://evil")')
    response = operator.get(address(ParkingBooking, "export_xlsx"))
    assert response.headers["Content-Disposition"] == 'attachment; filename="parking-bookings-2026-01-05.xlsx"'
    header, row = xlsx_of(response)
    cells = {name.value: cell for name, cell in zip(header, row, strict=True)}
    assert (cells["owner_name"].value, cells["owner_name"].data_type) == ('\'=HYPERLINK("http://evil")', "s")
    assert (cells["price"].value, cells["price"].number_format) == (50, "0.00")
    assert cells["hours"].value == 1


def test_what_xml_cannot_hold_does_not_break_a_file(operator: Client, garage: Garage):
    QRScanLog.objects.create(
        scan_type="ENTRY", result="FAILED", reason="unknown_code", qr_code="\x01\x0bX", scanner_device_id="X",
        caller="driver", scanned_at=at(),
    )  # fmt: skip
    cells = [cell.value for cell in xlsx_of(operator.get(address(QRScanLog, "export_xlsx")))[1]]
    assert "\ufffd\ufffdX" in cells


def test_a_filter_and_a_search_hold_for_the_export_too(operator: Client, garage: Garage):
    tell_a_story(garage)
    tell_a_story(garage, "KA05MH9999", begins=200)
    used = csv_of(operator.get(address(ParkingBooking, "export_csv") + "?status=USED&q=DL01AB1234"))
    assert [(row["plate"], row["status"]) for row in used] == [("DL01AB1234", "USED")]


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
def test_only_the_selected_rows(operator: Client, garage: Garage, file_format):
    tell_a_story(garage)
    chosen = Payment.objects.earliest("created_at")
    form = {"action": f"export_selected_as_{file_format}", "_selected_action": [str(chosen.pk)]}
    response = operator.post(address(Payment, "changelist"), form)
    rows = csv_of(response) if file_format == "csv" else xlsx_of(response)[1:]
    assert len(rows) == 1
    assert str(chosen.pk) in str(rows[0] if file_format == "csv" else [cell.value for cell in rows[0]])


def test_every_list_can_be_taken_out_both_ways(operator: Client, garage: Garage):
    tell_a_story(garage)
    for model in MODELS:
        count = model._default_manager.count()
        assert len(csv_of(operator.get(address(model, "export_csv")))) - count in (0, 1), model  # its own audit row
        assert len(xlsx_of(operator.get(address(model, "export_xlsx")))) - 1 - count in (0, 1, 2), model


def test_an_export_leaves_an_audit_row(sign_in: SignIn, garage: Garage):
    sign_in(Role.AUDITOR).get(address(ParkingBooking, "export_csv") + "?status=USED")
    event = AuditEvent.objects.get(action="record.exported")
    assert event.caller == "staff:meera"
    assert event.data == {"records": "parkingbooking", "format": "csv", "chosen_by": "status=USED"}


@pytest.mark.parametrize("role", [Role.ATTENDANT, Role.CASHIER])
def test_an_attendant_takes_nothing_out(sign_in: SignIn, garage: Garage, role: Role):
    garage.book()
    client = sign_in(role)
    assert client.get(address(ParkingBooking, "export_csv")).status_code == 403
    booking = ParkingBooking.objects.get()
    form = {"action": "export_selected_as_csv", "_selected_action": [str(booking.pk)]}
    assert not client.post(address(ParkingBooking, "changelist"), form).streaming
    assert not AuditEvent.objects.filter(action="record.exported").exists()


def test_too_many_rows_for_xlsx_are_refused_in_words(operator: Client, garage: Garage, monkeypatch):
    monkeypatch.setattr(exports, "MAX_XLSX_ROWS", 1)
    garage.book("DL01AB0001")
    garage.book("DL01AB0002")
    response = operator.get(address(ParkingBooking, "export_xlsx"), follow=True)
    assert [str(message) for message in response.context["messages"]] == [
        "More than 1 rows are too many for XLSX. Export CSV, or fewer rows."
    ]


@pytest.mark.parametrize("time_field", ["created_at", None])
def test_chunks_go_by_key_and_miss_and_repeat_nothing(garage: Garage, monkeypatch, time_field):
    monkeypatch.setattr(exports, "_CHUNK", 3)
    rows = [Vehicle(number=f"KA{number:04}", created_at=at(minutes=number // 4)) for number in range(20)]
    Vehicle.objects.bulk_create(rows)
    with CaptureQueriesContext(connection) as queries:
        found = [row.pk for row in exports.rows_of(records=Vehicle.objects.all(), time_field=time_field)]
    assert found == sorted((row.pk for row in Vehicle.objects.all()), reverse=True)
    assert len(queries) == 7
    assert all("OFFSET" not in query["sql"] for query in queries.captured_queries)
