"""Lists: what they show, find and filter, and that they stay cheap however many rows there are."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from parking.admin import base
from parking.domain.permissions import Role
from parking.models import (
    AuditEvent,
    ParkingBooking,
    ParkingSession,
    ParkingSlot,
    ParkingZone,
    Payment,
    QRScanLog,
    Refund,
    Vehicle,
)
from parking.services import setup
from tests.admin.conftest import SignIn, tell_a_story
from tests.admin.test_access import MODELS, address
from tests.garage import Garage, at

pytestmark = pytest.mark.django_db

BOOKING_LISTS = (ParkingBooking, ParkingSession, Payment, Refund, QRScanLog, AuditEvent, Vehicle)


def queries_of(client: Client, page: str) -> list[str]:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert client.get(page).status_code == 200, page
    return [query["sql"] for query in queries.captured_queries]


def rows_on(client: Client, page: str) -> int:
    response = client.get(page)
    assert response.status_code == 200, page
    return len(response.context["cl"].result_list)


def test_a_list_takes_as_many_queries_for_three_rows_as_for_one(operator: Client, garage: Garage):
    tell_a_story(garage)
    one = {model: len(queries_of(operator, address(model, "changelist"))) for model in MODELS}
    tell_a_story(garage, "KA05MH9999", begins=200)
    tell_a_story(garage, "MH12DE1433", begins=400)
    plans = [
        setup.ZonePlan(name=f"Zone {number}", hourly_rate_minor=1000, slot_count=2, slot_prefix="Z") for number in "12"
    ]
    setup.set_up(now=at(minutes=500), zones=plans)
    three = {model: len(queries_of(operator, address(model, "changelist"))) for model in MODELS}
    assert three == one
    assert max(three.values()) <= 16


def test_a_bookings_page_takes_as_many_queries_for_a_long_story_as_for_a_short_one(operator: Client, garage: Garage):
    created = garage.book_and_pay()
    garage.enter(created)
    page = address(ParkingBooking, "change", created.booking_id)
    operator.get(page)  # Django keeps what it looked up of content types
    short = len(queries_of(operator, page))
    for minute in range(10):
        with pytest.raises(Exception, match="already_entered"):
            garage.enter(created, now=at(minutes=minute))
    assert len(queries_of(operator, page)) == short


def test_no_list_counts_without_a_limit(operator: Client, garage: Garage):
    tell_a_story(garage)
    for model in MODELS:
        for query in ("", "?q=DL01AB1234", "?o=1", "?all=1"):
            counts = [sql for sql in queries_of(operator, address(model, "changelist") + query) if "COUNT(*)" in sql]
            assert counts, model
            table = model._meta.db_table
            whole = [sql for sql in counts if f'FROM "{table}"' in sql and "LIMIT" not in sql]
            assert whole == [], model


def test_a_list_counts_so_far_and_no_further(operator: Client, garage: Garage, monkeypatch):
    monkeypatch.setattr(base, "MAX_COUNTED", 2)
    response = operator.get(address(ParkingSlot, "changelist"))
    assert re.sub(r"\s+", " ", response.text).count("More than 2 parking slots: filter or search") == 1
    monkeypatch.undo()
    assert "3 parking slots" in operator.get(address(ParkingSlot, "changelist")).text


def test_a_list_is_ordered_only_by_what_has_an_index(operator: Client, garage: Garage):
    tell_a_story(garage)
    by_plate = [
        sql for sql in queries_of(operator, address(ParkingBooking, "changelist") + "?o=1") if "ORDER BY" in sql
    ]
    assert all('"plate" ASC' not in sql and '"plate" DESC' not in sql for sql in by_plate)
    oldest_first = operator.get(address(ParkingBooking, "changelist") + "?o=5").context["cl"].result_list
    assert [row.created_at for row in oldest_first] == sorted(row.created_at for row in oldest_first)


@pytest.fixture
def two_cars(garage: Garage) -> ParkingBooking:
    """The one that entered of a story; and another car, which is not to be found."""
    tell_a_story(garage)
    tell_a_story(garage, "KA05MH9999", begins=200)
    ParkingBooking.objects.filter(plate="DL01AB1234").update(phone_number="+919876543210")
    return ParkingBooking.objects.get(plate="DL01AB1234", status="USED")


@pytest.mark.parametrize("text", ["DL01AB1234", "dl-01 ab", "+91 98765 43210", "9876543210"])
@pytest.mark.parametrize("model", BOOKING_LISTS)
def test_a_car_is_found_by_its_plate_and_its_drivers_phone(operator: Client, two_cars, model, text):
    found = operator.get(address(model, "changelist"), {"q": text}).context["cl"].result_list
    assert len(found) > 0
    assert "KA05MH9999" not in str([getattr(row, "plate", row) for row in found])
    both = operator.get(address(model, "changelist")).context["cl"].result_list
    assert len(found) < len(both)


@pytest.mark.parametrize("model", BOOKING_LISTS)
def test_one_booking_is_found_by_its_code_its_id_and_its_payments_reference(operator: Client, two_cars, model):
    reference = Payment.objects.filter(booking=two_cars).values_list("provider_reference", flat=True).first()
    found = {
        text: rows_on(operator, f"{address(model, 'changelist')}?q={text}")
        for text in (two_cars.qr_code, two_cars.qr_code.lower(), str(two_cars.id), reference)
    }
    assert len(set(found.values())) == 1
    assert rows_on(operator, f"{address(model, 'changelist')}?q=nothing-like-it") == 0


def test_scans_of_codes_that_are_not_ours_are_found_too(operator: Client, garage: Garage):
    QRScanLog.objects.create(
        scan_type="ENTRY", result="FAILED", reason="unknown_code", qr_code="=FORGED", scanner_device_id="X",
        caller="driver", scanned_at=at(),
    )  # fmt: skip
    assert rows_on(operator, address(QRScanLog, "changelist") + "?q=%3DFORGED") == 1
    assert rows_on(operator, address(QRScanLog, "changelist") + "?code=unknown") == 1


@pytest.mark.parametrize(
    ("model", "query", "rows"),
    [
        (ParkingBooking, "status=USED", 1),
        (ParkingBooking, "status=nonsense", 2),
        (ParkingBooking, "period=today", 2),
        (ParkingBooking, "created_at__year=2026&created_at__month=1&created_at__day=5", 2),
        (ParkingBooking, "created_at__year=2025", 0),
        (ParkingSession, "now=inside", 0),
        (ParkingSession, "entry_time__year=2026", 1),
        (Payment, "kind=ADDITIONAL", 1),
        (Payment, "now=pending", 0),
        (Refund, "kind=BOOKING_CANCEL", 1),
        (QRScanLog, "result=FAILED", 1),
        (AuditEvent, "about=garage", 1),
        (ParkingSlot, "service=out", 0),
        (ParkingSlot, "q=t002", 1),
    ],
)
def test_filters(operator: Client, garage: Garage, model, query, rows):
    tell_a_story(garage)
    assert rows_on(operator, f"{address(model, 'changelist')}?{query}") == rows


def test_a_filter_by_zone(operator: Client, garage: Garage):
    tell_a_story(garage)
    for model in (ParkingBooking, ParkingSession, ParkingSlot):
        assert rows_on(operator, f"{address(model, 'changelist')}?zone={garage.zone.pk}") > 0
        assert rows_on(operator, f"{address(model, 'changelist')}?zone=999") > 0


def test_days_are_offered_by_the_calendar_within_the_span_of_the_records(operator: Client, garage: Garage):
    garage.book("DL01AB0001", now=at(minutes=-60 * 24 * 40))
    garage.book("DL01AB0002", now=at())

    def offered(query: str) -> list[str]:
        links = operator.get(address(ParkingBooking, "changelist") + query).context["cl"].day_links()
        return [choice["title"] for choice in links["choices"]]

    assert offered("") == ["2025", "2026"]
    assert offered("?created_at__year=2025") == ["November", "December"]
    assert offered("?created_at__year=2026&created_at__month=1") == [f"{day} January" for day in range(1, 6)]
    assert offered("?created_at__year=2026&created_at__month=1&created_at__day=5") == ["5 January"]


def test_times_are_the_sites(operator: Client, garage: Garage):
    garage.book()  # at 9:00 UTC
    assert "2026-01-05 14:30" in operator.get(address(ParkingBooking, "changelist")).text
    assert "2025-12-31" not in operator.get(address(ParkingBooking, "changelist")).text


def test_zones_show_the_room_they_have(operator: Client, garage: Garage):
    garage.enter(garage.book_and_pay("DL01AB0001"))
    garage.book("DL01AB0002")
    for page in (address(ParkingZone, "changelist"), "/admin/parking/parkingzone/occupancy/"):
        text = operator.get(page).text
        assert "1 inside, 1 held, 1 free" in text
        assert "style=" not in text.split("<main")[1]
    assert operator.get("/admin/parking/parkingzone/occupancy/?live=0").text.count("http-equiv") == 0


def test_a_slot_says_what_is_on_it_now(operator: Client, garage: Garage):
    garage.enter(garage.book_and_pay("DL01AB0001"))
    garage.book("DL01AB0002")
    text = operator.get(address(ParkingSlot, "changelist")).text
    assert [text.count(f">{state}</span>") for state in ("Car inside", "Held", "Free")] == [1, 1, 1]


def test_a_bookings_page_tells_its_whole_story_in_order_and_links_each_part(sign_in: SignIn, garage: Garage):
    tell_a_story(garage)
    booking = ParkingBooking.objects.get(status="USED")
    response = sign_in(Role.ATTENDANT).get(address(ParkingBooking, "change", booking.pk))
    story = response.context["story"]
    titles = [event.title for event, _ in story if event.kind != "audit"]
    slot = booking.session.slot.number
    assert titles == [
        "Booked 1 h in Test zone",
        f"Slot {slot} held from here on",
        "Paid 50.00 INR",
        "Entry scan, success",
        f"Slot {slot} taken by the car",
        "DL01AB1234 drove in",
        "Exit scan, failed: payment due",
        "Told that 50.00 INR is due",
        "Paid 50.00 INR",
        f"Slot {slot} released",
        "Stay closed, nothing due",
        "Exit scan, success",
        "Exit gate opened",
    ]
    assert [event.at for event, _ in story] == sorted(event.at for event, _ in story)
    assert {event.title for event, _ in story if event.kind == "audit"} >= {"booking.created", "session.entered"}
    for _, link in story:
        assert f'href="{link}"' in response.text
