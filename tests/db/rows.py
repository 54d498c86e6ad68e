"""Rows written straight into the tables, valid unless a test changes something, and what the database says to them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Any

from django.db import IntegrityError, transaction

from parking.db.integrity import constraint_name
from parking.domain.policy import Policy, policy_definition
from parking.domain.tariffs import hourly_definition
from parking.models import (
    AuditEvent,
    GateDevice,
    ParkingBooking,
    ParkingSession,
    ParkingSite,
    ParkingSlot,
    ParkingZone,
    Payment,
    PolicyVersion,
    QRScanLog,
    Quote,
    Refund,
    SlotAllocation,
    TariffVersion,
    Vehicle,
)
from tests.garage import OPENING, at

ALLOWED = "allowed"
PRICE = 10000


def outcome(action: Callable[[], object]) -> str | None:
    """What the database says to `action`: ALLOWED, or the name of the constraint or guard that refuses it."""
    try:
        with transaction.atomic():
            action()
    except IntegrityError as error:
        return constraint_name(error=error)
    return ALLOWED


def change(row: Any, **columns: object) -> None:
    """One UPDATE of one row, past everything but the database."""
    type(row).objects.filter(pk=row.pk).update(**columns)


@dataclass(frozen=True, kw_only=True)
class Rows:
    """One zone with two slots, and a maker for each kind of row; `changes` are columns that shall be otherwise."""

    site: ParkingSite
    tariff: TariffVersion
    policy: PolicyVersion
    zone: ParkingZone
    slot: ParkingSlot
    other_slot: ParkingSlot
    numbers: count[int]

    @classmethod
    def build(cls) -> Rows:
        site = ParkingSite.objects.create(name="Test site", created_at=OPENING)
        tariff = cls.make_tariff(site=site)
        policy = cls.make_policy(site=site)
        zone = cls.make_zone(site=site, name="Test zone", tariff=tariff, policy=policy)
        slots = [ParkingSlot.objects.create(zone=zone, number=number) for number in ("T001", "T002")]
        return cls(
            site=site,
            tariff=tariff,
            policy=policy,
            zone=zone,
            slot=slots[0],
            other_slot=slots[1],
            numbers=count(1),
        )

    @staticmethod
    def make_tariff(*, site: ParkingSite, **changes: object) -> TariffVersion:
        row = {"name": "Hourly", "version": 1, "currency": "INR", "definition": hourly_definition(rate_minor=5000)}
        return TariffVersion.objects.create(site=site, **row | {"created_at": OPENING} | changes)

    @staticmethod
    def make_policy(*, site: ParkingSite, **changes: object) -> PolicyVersion:
        row = {"name": "Standard", "version": 1, "definition": policy_definition(policy=Policy())}
        return PolicyVersion.objects.create(site=site, **row | {"created_at": OPENING} | changes)

    @staticmethod
    def make_zone(**columns: object) -> ParkingZone:
        return ParkingZone.objects.create(created_at=OPENING, **columns)

    def other_zone(self) -> ParkingZone:
        return self.make_zone(site=self.site, name="Other zone", tariff=self.tariff, policy=self.policy)

    def vehicle(self, **changes: object) -> Vehicle:
        row = {"number": f"DL{next(self.numbers):06}", "created_at": OPENING}
        return Vehicle.objects.create(**row | changes)

    def nobody(self, **changes: object) -> Vehicle:
        """A vehicle that stands for no car."""
        return self.vehicle(**{"anonymised_at": OPENING} | changes)

    def device(self, **changes: object) -> GateDevice:
        row = {"site": self.site, "device_id": "GATE", "direction": "ENTRY", "created_at": OPENING}
        return GateDevice.objects.create(**row | changes)

    def booking(self, **changes: object) -> ParkingBooking:
        """CREATED, for two hours from the opening on."""
        vehicle = changes.pop("vehicle", None) or self.vehicle()
        row = {
            "zone": self.zone,
            "vehicle": vehicle,
            "plate": vehicle.number,
            "owner_name": "Asha Rao",
            "qr_code": f"PARK-{next(self.numbers):012}",
            "hours": 2,
            "tariff": self.tariff,
            "policy": self.policy,
            "price_minor": PRICE,
            "currency": "INR",
            "created_at": OPENING,
            "starts_at": OPENING,
            "ends_at": at(minutes=120),
            "expires_at": at(minutes=5),
        }
        return ParkingBooking.objects.create(**row | changes)

    def used_booking(self, **changes: object) -> ParkingBooking:
        booking = self.booking(**changes)
        change(booking, status="PAID", paid_at=OPENING)
        change(booking, status="USED")
        return booking

    def allocation(self, **changes: object) -> SlotAllocation:
        row = {
            "slot": self.slot,
            "zone": self.zone,
            "booking": changes.pop("booking", None) or self.booking(),
            "occupies_from": OPENING,
            "occupies_until": at(minutes=120),
        }
        return SlotAllocation.objects.create(**row | changes)

    def session(self, **changes: object) -> ParkingSession:
        """ACTIVE since the opening, of a booking that entered."""
        booking = changes.pop("booking", None) or self.used_booking()
        row = {
            "booking": booking,
            "zone_id": booking.zone_id,
            "slot": self.slot,
            "vehicle_id": booking.vehicle_id,
            "plate": booking.plate,
            "entry_time": OPENING,
        }
        return ParkingSession.objects.create(**row | changes)

    def quote(self, **changes: object) -> Quote:
        session = changes.pop("session", None) or self.session()
        row = {"amount_minor": PRICE, "currency": "INR", "as_of": OPENING, "valid_until": at(minutes=10)}
        return Quote.objects.create(session=session, **row | changes)

    def payment(self, **changes: object) -> Payment:
        """PENDING, of a booking of its own."""
        row = {
            "booking": changes.pop("booking", None) or self.booking(),
            "kind": "BOOKING",
            "amount_minor": PRICE,
            "currency": "INR",
            "provider": "simulated",
            "created_at": OPENING,
        }
        return Payment.objects.create(**row | changes)

    def captured(self, **changes: object) -> Payment:
        """COMPLETED: the whole amount was taken."""
        payment = self.payment(**changes)
        capture(payment)
        return payment

    def refund(self, **changes: object) -> Refund:
        """PENDING, of the whole of a captured payment."""
        payment = changes.pop("payment", None) or self.captured()
        row = {"kind": "BOOKING_CANCEL", "amount_minor": PRICE, "currency": "INR", "created_at": OPENING}
        return Refund.objects.create(payment=payment, **row | changes)

    def scan(self, **changes: object) -> QRScanLog:
        row = {
            "scan_type": "ENTRY",
            "result": "SUCCESS",
            "reason": "ok",
            "qr_code": "PARK-000000000000",
            "scanner_device_id": "GATE",
            "caller": "device:GATE",
            "scanned_at": OPENING,
        }
        return QRScanLog.objects.create(**row | changes)

    def event(self, **changes: object) -> AuditEvent:
        row = {"at": OPENING, "action": "test", "caller": "system", "data": {}}
        return AuditEvent.objects.create(**row | changes)


def capture(payment: Payment, *, now: datetime = OPENING, **changes: object) -> None:
    columns = {"status": "COMPLETED", "captured_minor": payment.amount_minor, "completed_at": now}
    change(payment, **columns | changes)


def complete(session: ParkingSession, **changes: object) -> None:
    """Paid up and at the gate an hour after it came in; the gate has not opened yet."""
    moment = at(minutes=60)
    columns = {"status": "COMPLETED", "exit_time": moment, "billed_until": moment, "leave_by": at(minutes=70)}
    change(session, **columns | changes)
