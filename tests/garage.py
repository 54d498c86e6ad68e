"""A small garage to tell stories in: every method is one use case at a given minute of the day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from parking.domain.callers import Caller, device_caller
from parking.models import ParkingZone
from parking.queries.bookings import BookingDetails, get_booking
from parking.services import ParkingService, setup
from parking.services.results import BookingClosed, BookingCreated, EntryAdmitted, ExitBill, PaymentAnswer

OPENING = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
ENTRY_GATE = device_caller(device_id="ENTRY_GATE_01")
EXIT_GATE = device_caller(device_id="EXIT_GATE_01")


def at(*, minutes: float = 0, seconds: float = 0) -> datetime:
    """So long after the garage opened."""
    return OPENING + timedelta(minutes=minutes, seconds=seconds)


@dataclass(frozen=True, kw_only=True)
class Garage:
    """One zone of a few slots at 50.00 INR an hour."""

    zone: ParkingZone

    @classmethod
    def build(cls, *, slots: int = 3, name: str = "Test zone", rate_minor: int = 5000) -> Garage:
        plan = setup.ZonePlan(name=name, hourly_rate_minor=rate_minor, slot_count=slots, slot_prefix="T")
        setup.set_up(now=OPENING - timedelta(days=1), zones=[plan])
        return cls(zone=ParkingZone.objects.get(name=name))

    def book(
        self,
        plate: str = "DL01AB1234",
        *,
        hours: int = 1,
        now: datetime = OPENING,
        starts_at: datetime | None = None,
    ) -> BookingCreated:
        return ParkingService.create_booking(
            vehicle_number=plate,
            owner_name="Asha Rao",
            zone_id=self.zone.id,
            hours=hours,
            starts_at=starts_at,
            now=now,
        )

    def pay(self, booking: BookingCreated, *, now: datetime = OPENING, token: str = "") -> PaymentAnswer:
        data = {"token": token} if token else {}
        return ParkingService.process_booking_payment(booking_id=booking.booking_id, gateway_data=data, now=now)

    def book_and_pay(
        self,
        plate: str = "DL01AB1234",
        *,
        hours: int = 1,
        now: datetime = OPENING,
        starts_at: datetime | None = None,
    ) -> BookingCreated:
        booking = self.book(plate, hours=hours, now=now, starts_at=starts_at)
        self.pay(booking, now=now)
        return booking

    def enter(
        self,
        booking: BookingCreated,
        *,
        now: datetime = OPENING,
        scan_id: str | None = None,
        caller: Caller = ENTRY_GATE,
    ) -> EntryAdmitted:
        return ParkingService.scan_entry_qr(
            qr_code=booking.qr_code,
            scanner_device_id=ENTRY_GATE.name,
            scan_id=scan_id,
            caller=caller,
            now=now,
        )

    def leave(self, booking: BookingCreated, *, now: datetime, scan_id: str | None = None) -> ExitBill:
        return ParkingService.scan_exit_qr(
            qr_code=booking.qr_code,
            scanner_device_id=EXIT_GATE.name,
            scan_id=scan_id,
            caller=EXIT_GATE,
            now=now,
        )

    def top_up(self, session_id: UUID, *, now: datetime, token: str = "") -> PaymentAnswer:
        data = {"token": token} if token else {}
        return ParkingService.process_additional_payment(session_id=session_id, gateway_data=data, now=now)

    def cancel(self, booking: BookingCreated, *, now: datetime) -> BookingClosed:
        return ParkingService.cancel_booking(booking_id=booking.booking_id, now=now)

    def look(self, booking: BookingCreated, *, now: datetime) -> BookingDetails:
        return get_booking(booking_id=booking.booking_id, now=now)
