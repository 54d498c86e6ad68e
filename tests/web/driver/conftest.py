from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.http import HttpResponse
from django.test import Client

from parking.models import ParkingBooking, ParkingZone, SandboxClock
from parking.queries.clock import current_time
from parking.services import ParkingService, setup
from tests.garage import ENTRY_GATE, EXIT_GATE, OPENING

PLATE = "DL01AB1234"


@dataclass
class Driver:
    """Somebody with a browser that runs no script: what works here, works for everybody."""

    client: Client
    zone_id: int
    words: str = field(default="", init=False)
    """What the page that was opened last says."""

    def open(self, address: str, **asked: Any) -> HttpResponse:
        """As a browser does, going where it is sent."""
        return self._seen(self.client.get(address, asked, follow=True))

    def send(self, address: str, **typed: Any) -> HttpResponse:
        return self._seen(self.client.post(address, typed, follow=True))

    def booking_form(self, **changes: Any) -> dict[str, Any]:
        form = {
            "zone": self.zone_id,
            "start": "now",
            "starts_at": "",
            "hours": 2,
            "plate": "dl 01 ab 1234",
            "owner": "Asha Rao",
            "phone": "",
            "step": "book",
            "shown": 10000,
        }
        return {**form, **changes}

    def book(self, **changes: Any) -> ParkingBooking:
        self.send("/parking/booking/", **self.booking_form(**changes))
        return ParkingBooking.objects.latest("created_at", "id")

    def book_and_pay(self, **changes: Any) -> ParkingBooking:
        booking = self.book(**changes)
        self.send(f"/parking/booking/{booking.id}/pay/", token="")
        return booking

    def ticket(self, booking: ParkingBooking, page: str = "") -> HttpResponse:
        return self.open(ticket_of(booking.id, page))

    def _seen(self, response: HttpResponse) -> HttpResponse:
        text = re.sub(r"<(script|style|head).*?</\1>", " ", response.content.decode(errors="replace"), flags=re.DOTALL)
        text = re.sub(r"</?time[^>]*>", "", text)
        self.words = " ".join(re.sub(r"<[^>]+>", " ", text).split())
        return response


def ticket_of(booking_id: UUID, page: str = "") -> str:
    return f"/parking/ticket/{booking_id}/{page}"


@pytest.fixture
def clock(db):
    """The test clock, which stands at OPENING: 14:30 in Kolkata."""
    SandboxClock.objects.create(id=1, frozen_at=OPENING, offset_microseconds=0)

    def advance(*, minutes: float = 0, seconds: float = 0) -> None:
        now = current_time() + timedelta(minutes=minutes, seconds=seconds)
        SandboxClock.objects.filter(id=1).update(frozen_at=now)

    return advance


@pytest.fixture
def driver(clock) -> Driver:
    plan = setup.ZonePlan(name="North", hourly_rate_minor=5000, slot_count=2, slot_prefix="N")
    setup.set_up(now=OPENING - timedelta(days=1), zones=[plan])
    return Driver(client=Client(REMOTE_ADDR="203.0.113.5"), zone_id=ParkingZone.objects.get(name="North").id)


def drive_in(booking: ParkingBooking) -> None:
    ParkingService.scan_entry_qr(
        qr_code=booking.qr_code, scanner_device_id=ENTRY_GATE.name, caller=ENTRY_GATE, now=current_time()
    )


def drive_out(booking: ParkingBooking) -> None:
    ParkingService.scan_exit_qr(
        qr_code=booking.qr_code, scanner_device_id=EXIT_GATE.name, caller=EXIT_GATE, now=current_time()
    )
