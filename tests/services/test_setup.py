"""Setting up, and starting anew."""

from __future__ import annotations

from io import StringIO

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.db import connection

from parking.db import guards
from parking.domain.money import format_amount
from parking.models import AuditEvent, GateDevice, ParkingBooking, ParkingSlot, ParkingZone
from parking.queries.zones import list_zones
from tests.garage import OPENING, Garage

pytestmark = pytest.mark.django_db


def set_up(*arguments: str) -> str:
    out = StringIO()
    call_command("setup_parking_system", *arguments, stdout=out)
    return out.getvalue()


def test_it_creates_the_zones_of_the_specification_with_their_slots_and_prices():
    set_up()
    zones = [
        (zone.name, format_amount(amount_minor=zone.hourly_rate_minor, currency=zone.currency), zone.total_slots)
        for zone in list_zones(now=OPENING)
    ]
    assert zones == [
        ("Zone A - Premium", "50.00", 50),
        ("Zone B - Standard", "30.00", 100),
        ("Zone C - Economy", "20.00", 150),
    ]
    assert ParkingSlot.objects.filter(number__in=["A001", "A050", "B100", "C150"]).count() == 4
    gates = GateDevice.objects.order_by("device_id").values_list("device_id", "direction")
    assert list(gates) == [("ENTRY_GATE_01", "ENTRY"), ("EXIT_GATE_01", "EXIT")]


def test_again_and_again_it_changes_nothing():
    first = set_up()
    ParkingZone.objects.filter(name="Zone A - Premium").update(is_open=False)
    second = set_up()
    assert "Created 3 zones, 300 slots, 2 gates." in first
    assert "nothing was changed" in second
    assert ParkingSlot.objects.count() == 300
    assert AuditEvent.objects.filter(action="site.set_up").count() == 1
    assert not ParkingZone.objects.get(name="Zone A - Premium").is_open


def test_a_sandbox_has_an_operator_to_sign_in_with(client):
    assert "operator / park-and-ride" in set_up()
    assert client.login(username="operator", password="park-and-ride")


def test_live_mode_has_no_demo_operator_and_erases_nothing(settings):
    settings.PARKING_MODE = "live"
    set_up()
    assert not get_user_model().objects.exists()
    with pytest.raises(CommandError, match="keeps its bookings"):
        set_up("--reset", "--yes")


class TestReset:
    @pytest.fixture
    def _a_booking(self, garage: Garage) -> None:
        garage.book_and_pay()

    @pytest.mark.usefixtures("_a_booking")
    @pytest.mark.parametrize("answer", ["no", "", "yes"])
    def test_it_asks_before(self, monkeypatch, answer):
        monkeypatch.setattr("builtins.input", lambda _: answer)
        with pytest.raises(CommandError, match=r"Nothing was erased\."):
            set_up("--reset")
        assert ParkingBooking.objects.count() == 1

    @pytest.mark.usefixtures("_a_booking")
    @pytest.mark.parametrize("arguments", [("--reset",), ("--reset", "--yes")])
    def test_it_erases_all_and_sets_up_anew_with_every_guard_in_place(self, monkeypatch, arguments):
        monkeypatch.setattr("builtins.input", lambda _: "erase")
        set_up(*arguments)
        assert ParkingBooking.objects.count() == 0
        assert ParkingSlot.objects.count() == 300
        assert list(ParkingZone.objects.order_by("id").values_list("id", flat=True)) == [1, 2, 3]
        assert guards.missing(connection=connection) == []
