"""`GET booking/{id}/receipt/`: for a program as JSON, for a person as PDF."""

from __future__ import annotations

import logging
import re
import zlib
from typing import Any

import pytest
from django.http import HttpResponse

from parking.models import ParkingSite, Receipt
from tests.api.conftest import UNKNOWN_ID, Api

pytestmark = pytest.mark.django_db

KEYS = (
    "success receipt_number issued_at as_of issuer_name site_name booking_id vehicle_number zone_name hours starts_at "
    "ends_at entry_time exit_time charges refunds adjustments captured_amount refunded_amount net_amount "
    "tax_percentage tax_amount gross_amount currency"
)


@pytest.fixture(autouse=True)
def _site(parking_setup) -> None:
    """A business with a legal name, at 18 percent."""
    ParkingSite.objects.update(legal_name="City Parking Private Limited", tax_basis_points=1800)


def ask(api: Api, booking: dict[str, Any], query: str = "", **extra: Any) -> HttpResponse:
    return api.get(f"api/booking/{booking['booking_id']}/receipt/{query}", **extra)


def paid(api: Api, **changes: Any) -> dict[str, Any]:
    booking = api.book(**changes)
    assert api.pay(booking).status_code == 200
    return booking


def test_a_receipt_names_who_what_when_and_how_much(api):
    booking = paid(api)
    entered = api.enter(booking).json()
    receipt = ask(api, booking).json()

    assert receipt.keys() == set(KEYS.split())
    assert (receipt["receipt_number"], receipt["booking_id"]) == (1, booking["booking_id"])
    assert (receipt["issuer_name"], receipt["site_name"]) == ("City Parking Private Limited", "Smart Parking")
    assert (receipt["vehicle_number"], receipt["zone_name"]) == ("DL01AB1234", "Zone A - Premium")
    assert (receipt["entry_time"], receipt["exit_time"]) == (entered["entry_time"], None)
    assert receipt["refunds"] == []
    [charge] = receipt["charges"]
    assert charge.keys() == {"kind", "method", "time", "amount", "status", "reference"}
    assert (charge["kind"], charge["amount"], charge["status"]) == ("BOOKING", "100.00", "COMPLETED")
    assert charge["reference"]
    money = {name: receipt[name] for name in receipt if name.endswith("_amount")}
    assert money == {
        "captured_amount": "100.00",
        "refunded_amount": "0.00",
        "net_amount": "84.75",
        "tax_amount": "15.25",
        "gross_amount": "100.00",
    }
    assert (receipt["tax_percentage"], receipt["currency"]) == ("18.00", "INR")


def test_every_later_charge_and_refund_appears_under_the_same_number(api):
    overstayed, shortened = paid(api, hours=1), paid(api, hours=2, vehicle_number="KA01X1")
    first = [ask(api, booking).json() for booking in (overstayed, shortened)]
    session_id = api.enter(overstayed).json()["session_id"]
    api.enter(shortened)
    api.advance(seconds=66 * 60)
    assert api.leave(overstayed).status_code == 402
    assert api.post("payment/additional/", {"session_id": session_id}).status_code == 200
    assert api.leave(overstayed).status_code == 200
    api.advance(seconds=0)
    longer = ask(api, overstayed).json()
    assert [(charge["kind"], charge["amount"]) for charge in longer["charges"]] == [
        ("BOOKING", "50.00"),
        ("ADDITIONAL", "50.00"),
    ]
    assert (longer["gross_amount"], longer["exit_time"] is None) == ("100.00", False)
    for before, now in zip(first, [longer, ask(api, shortened).json()], strict=True):
        for name in ("receipt_number", "issued_at", "issuer_name", "tax_percentage"):
            assert now[name] == before[name]
        assert now["as_of"] > before["as_of"]


def test_what_was_given_back_is_not_taxed(api):
    booking = paid(api, hours=2)
    api.enter(booking)
    assert api.leave(booking).json()["refund_amount"] == "50.00"
    receipt = ask(api, booking).json()
    [refund] = receipt["refunds"]
    assert refund.keys() == {"kind", "time", "processed_at", "amount", "status", "reference"}
    assert (refund["kind"], refund["amount"], refund["status"]) == ("UNUSED_TIME", "50.00", "PROCESSED")
    assert (receipt["captured_amount"], receipt["refunded_amount"]) == ("100.00", "50.00")
    assert (receipt["net_amount"], receipt["tax_amount"], receipt["gross_amount"]) == ("42.37", "7.63", "50.00")


def test_a_cancelled_booking_has_a_receipt_of_nothing_kept(api):
    booking = paid(api)
    api.post("booking/cancel/", {"booking_id": booking["booking_id"]})
    receipt = ask(api, booking).json()
    assert (receipt["captured_amount"], receipt["refunded_amount"]) == ("100.00", "100.00")
    assert (receipt["net_amount"], receipt["tax_amount"], receipt["gross_amount"]) == ("0.00", "0.00", "0.00")


def test_a_new_rate_or_name_of_the_site_rewrites_no_receipt(api):
    old = paid(api)
    before = ask(api, old).json()
    ParkingSite.objects.update(legal_name="", tax_basis_points=500)
    after = ask(api, old).json()
    assert (after["issuer_name"], after["tax_amount"]) == (before["issuer_name"], before["tax_amount"])
    new = ask(api, paid(api, vehicle_number="KA01X1")).json()
    assert (new["issuer_name"], new["tax_percentage"]) == ("Smart Parking", "5.00")


def test_there_is_none_before_anything_was_paid(api):
    booking = api.book()
    unpaid = ask(api, booking)
    assert (unpaid.status_code, unpaid.json()["code"]) == (409, "nothing_paid")
    assert api.pay(booking, token="tok_declined").status_code == 402
    assert ask(api, booking).status_code == 409
    assert ask(api, {"booking_id": UNKNOWN_ID}).json()["code"] == "unknown_booking"
    assert ask(api, {"booking_id": "nonsense"}).json()["code"] == "unknown_booking"
    assert (Receipt.objects.count(), ParkingSite.objects.get().next_receipt_number) == (0, 1)


@pytest.mark.parametrize(
    ("query", "accept", "content_type"),
    [
        ("", None, "application/json; charset=utf-8"),
        ("", "*/*", "application/json; charset=utf-8"),
        ("", "application/json", "application/json; charset=utf-8"),
        ("", "text/html", "application/json; charset=utf-8"),
        ("", "application/pdf", "application/pdf"),
        ("", "text/html, application/pdf;q=0.9, application/json;q=0.5", "application/pdf"),
        ("?format=pdf", None, "application/pdf"),
        ("?format=pdf", "application/json", "application/pdf"),
        ("?format=json", "application/pdf", "application/json; charset=utf-8"),
    ],
)
def test_the_form_is_the_one_that_was_asked_for(api, query, accept, content_type):
    response = ask(api, paid(api), query, **({"headers": {"accept": accept}} if accept else {}))
    assert (response.status_code, response["Content-Type"]) == (200, content_type)


@pytest.mark.parametrize("wanted", ["xml", "", "PDF", "pdf%00"])
def test_another_form_there_is_not(api, wanted):
    response = ask(api, paid(api), f"?format={wanted}")
    assert (response.status_code, response.json()["code"], response.json()["field"]) == (422, "invalid_field", "format")
    assert Receipt.objects.count() == 0


class TestPdf:
    def test_it_is_one_with_a_name(self, api):
        response = ask(api, paid(api), "?format=pdf")
        assert response.content.startswith(b"%PDF-")
        assert response["Content-Disposition"] == 'inline; filename="receipt-1.pdf"'

    def test_it_carries_a_font_with_the_rupee_sign_and_shows_the_amounts(self, api, caplog):
        booking = paid(api)
        api.post("booking/cancel/", {"booking_id": booking["booking_id"]})
        with caplog.at_level(logging.WARNING):
            pdf = ask(api, booking, "?format=pdf").content
        assert "missing" not in caplog.text
        assert b"DejaVuSans" in pdf
        signs = [code for stream in streams(pdf) for code in re.findall(rb"<20[bB]9>", stream)]
        assert signs

    @pytest.mark.parametrize("name", ["पार्किंग प्राइवेट लिमिटेड", "停车有限公司", "x" * 200, "a b " * 50, "\u202e(\\)"])
    def test_any_name_of_a_business_can_be_printed(self, api, name):
        ParkingSite.objects.update(legal_name=name, currency="INR", time_zone="America/New_York")
        assert ask(api, paid(api), "?format=pdf").content.startswith(b"%PDF-")


def streams(pdf: bytes) -> list[bytes]:
    found = []
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        try:
            found.append(zlib.decompress(stream))
        except zlib.error:
            found.append(stream)
    return found


def test_the_document_names_both_forms(api):
    operation = api.get("api/openapi.json").json()["paths"]["/parking/api/booking/{booking_id}/receipt/"]["get"]
    assert operation["responses"]["200"]["content"].keys() == {"application/json", "application/pdf"}
    [form] = [parameter for parameter in operation["parameters"] if parameter["in"] == "query"]
    assert (form["name"], form["required"], form["schema"]["enum"]) == ("format", False, ["json", "pdf"])
    assert {"404", "409", "422"} <= operation["responses"].keys()
