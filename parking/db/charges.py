"""All that a charge asks, locked and brought in one exchange: before the provider is asked, and when it answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db import connection

from parking.db import locks
from parking.db.exchange import Statement
from parking.db.parts import Part, Parts
from parking.db.transactions import require_transaction
from parking.db.writing import ask, ask_under_lock
from parking.domain.states import PaymentKind
from parking.models import (
    ParkingBooking,
    ParkingSession,
    ParkingZone,
    Payment,
    PolicyVersion,
    Quote,
    SlotAllocation,
    TariffVersion,
    Vehicle,
)

_OF_BOOKING: Final = (
    Part(ParkingBooking, "b"),
    Part(ParkingZone, "z"),
    Part(TariffVersion, "t"),
    Part(PolicyVersion, "p"),
    Part(SlotAllocation, "a"),
)
_JOINED: Final = """
JOIN parking_parkingzone z ON z.id = b.zone_id
JOIN parking_tariffversion t ON t.id = b.tariff_id
JOIN parking_policyversion p ON p.id = b.policy_id
LEFT JOIN parking_slotallocation a ON a.booking_id = b.id AND a.released_at IS NULL"""
_PAYMENT: Final = Part(Payment, "y")

_TO_PAY: Final = Parts(*_OF_BOOKING, _PAYMENT)
_LOCK_BOOKING: Final = "SELECT b.id FROM parking_parkingbooking b WHERE b.id = %s"
_READ_BOOKING: Final = f"""
SELECT {_TO_PAY.columns} FROM parking_parkingbooking b {_JOINED}
LEFT JOIN parking_payment y ON y.booking_id = b.id AND y.kind = %s AND y.status = 'PENDING'
WHERE b.id = %s"""  # noqa: S608 -- the columns are our own models'

_TO_SETTLE: Final = Parts(*_OF_BOOKING, _PAYMENT, Part(ParkingSession, "s"), Part(Quote, "q"), Part(Vehicle, "v"))
_LOCK_PAID: Final = """
SELECT b.id FROM parking_payment y JOIN parking_parkingbooking b ON b.id = y.booking_id
JOIN parking_vehicle v ON v.id = b.vehicle_id WHERE y.id = %s"""
_READ_PAYMENT: Final = f"""
SELECT {_TO_SETTLE.columns} FROM parking_payment y JOIN parking_parkingbooking b ON b.id = y.booking_id {_JOINED}
JOIN parking_vehicle v ON v.id = b.vehicle_id
LEFT JOIN parking_parkingsession s ON s.id = y.session_id
LEFT JOIN parking_quote q ON q.id = y.quote_id
WHERE y.id = %s"""  # noqa: S608 -- same


@dataclass(frozen=True, slots=True, kw_only=True)
class ToPay:
    """A booking that is locked, its live allocation, and the payment of the kind that is on its way."""

    booking: ParkingBooking
    allocation: SlotAllocation | None
    pending: Payment | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ToSettle:
    """A payment with its session and quote, if it has one, and its booking, locked together with the vehicle."""

    payment: Payment
    booking: ParkingBooking
    allocation: SlotAllocation | None


def lock_to_pay(*, booking_id: UUID, kind: PaymentKind) -> ToPay | None:
    """None if there is no such booking."""
    require_transaction()
    value = _key(booking_id)
    asked = {"read": Statement(_READ_BOOKING, [kind, value])}
    if clause := locks.lock_clause({ParkingBooking: "b"}):
        asked = {"lock": Statement(f"{_LOCK_BOOKING}{clause}", [value])} | asked
    rows = ask(asked)["read"]
    if not rows:
        return None
    (booking, zone, tariff, policy, allocation, pending), _ = _TO_PAY.read(rows[0])
    _relate(booking=booking, zone=zone, tariff=tariff, policy=policy, allocation=allocation)
    return ToPay(booking=booking, allocation=allocation, pending=pending)


def lock_to_settle(*, payment_id: UUID) -> ToSettle:
    """The booking is that of the payment for good, so it can be found and locked in one go."""
    require_transaction()
    value = _key(payment_id)
    asked = {"read": Statement(_READ_PAYMENT, [value])}
    if clause := locks.lock_clause({ParkingBooking: "b", Vehicle: "v"}):
        asked = {"lock": Statement(f"{_LOCK_PAID}{clause}", [value])} | asked
    (booking, zone, tariff, policy, allocation, payment, session, quote, vehicle), _ = _TO_SETTLE.read(
        ask_under_lock(asked)["read"][0]
    )
    _relate(booking=booking, zone=zone, tariff=tariff, policy=policy, allocation=allocation)
    booking.vehicle = vehicle
    payment.booking, payment.session, payment.quote = booking, session, quote
    return ToSettle(payment=payment, booking=booking, allocation=allocation)


def _relate(
    *,
    booking: ParkingBooking,
    zone: ParkingZone,
    tariff: TariffVersion,
    policy: PolicyVersion,
    allocation: SlotAllocation | None,
) -> None:
    booking.zone, booking.tariff, booking.policy = zone, tariff, policy
    if allocation is not None:
        allocation.booking = booking


def _key(value: UUID) -> UUID | str:
    return value if connection.features.has_native_uuid_field else value.hex
