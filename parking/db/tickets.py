"""All that a gate asks about a ticket, locked and brought in one round trip."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection

from parking.db import locks
from parking.db.exchange import Row, Statement
from parking.db.parts import Part, Parts
from parking.db.transactions import require_transaction
from parking.db.writing import ask, ask_under_lock
from parking.models import (
    GateDevice,
    ParkingBooking,
    ParkingSession,
    ParkingSlot,
    ParkingZone,
    PolicyVersion,
    QRScanLog,
    Quote,
    SlotAllocation,
    TariffVersion,
    Vehicle,
)

_PARTS: Final = Parts(
    Part(ParkingBooking, "b"),
    Part(Vehicle, "v"),
    Part(ParkingZone, "z"),
    Part(TariffVersion, "t"),
    Part(PolicyVersion, "p"),
    Part(SlotAllocation, "a"),
    Part(ParkingSlot, "held"),
    Part(ParkingSession, "s"),
    Part(ParkingSlot, "used"),
    Part(Quote, "q"),
)

# Locked first and read afterwards: what a statement that had to wait reads beside the locked row is older than it.
_FIND: Final = """
SELECT b.id FROM parking_parkingbooking b
JOIN parking_vehicle v ON v.id = b.vehicle_id
WHERE b.qr_code = %s"""
_READ: Final = f"""
SELECT {_PARTS.columns},
    (SELECT SUM(captured_minor - surplus_minor) FROM parking_payment
        WHERE booking_id = b.id AND completed_at IS NOT NULL),
    (SELECT SUM(r.amount_minor) FROM parking_refund r JOIN parking_payment x ON x.id = r.payment_id
        WHERE x.booking_id = b.id AND r.status <> 'FAILED' AND r.kind <> 'SURPLUS'),
    (SELECT SUM(amount_minor) FROM parking_adjustment
        WHERE booking_id = b.id AND status = 'APPROVED' AND kind NOT IN ('VALIDATION', 'PERMIT')),
    (SELECT COUNT(*) FROM parking_validation WHERE session_id = s.id),
    EXISTS (SELECT 1 FROM parking_parkingsession i WHERE i.vehicle_id = b.vehicle_id AND i.exit_time IS NULL),
    EXISTS (SELECT 1 FROM parking_slotallocation o
        WHERE o.slot_id = a.slot_id AND o.released_at IS NULL AND o.id <> a.id),
    EXISTS (SELECT 1 FROM parking_outage o WHERE o.zone_id = b.zone_id AND o.slot_id = a.slot_id
        AND o.starts_at <= %s AND (o.ends_at IS NULL OR o.ends_at > %s))
FROM parking_parkingbooking b
JOIN parking_vehicle v ON v.id = b.vehicle_id
JOIN parking_parkingzone z ON z.id = b.zone_id
JOIN parking_tariffversion t ON t.id = b.tariff_id
JOIN parking_policyversion p ON p.id = b.policy_id
LEFT JOIN parking_slotallocation a ON a.booking_id = b.id AND a.released_at IS NULL
LEFT JOIN parking_parkingslot held ON held.id = a.slot_id
LEFT JOIN parking_parkingsession s ON s.booking_id = b.id
LEFT JOIN parking_parkingslot used ON used.id = s.slot_id
LEFT JOIN parking_quote q ON q.id = (SELECT MAX(id) FROM parking_quote WHERE session_id = s.id)
WHERE """  # noqa: S608 -- the columns are our own models'
_DEVICE_PART: Final = Part(GateDevice, "d")
_DEVICE: Final = f"""
SELECT {_DEVICE_PART.columns}, z.parkingzone_id
FROM parking_gatedevice d LEFT JOIN parking_gatedevice_zones z ON z.gatedevice_id = d.id
WHERE d.device_id = %s
"""  # noqa: S608
_SCAN_PART: Final = Part(QRScanLog, "l")
_EARLIER: Final = f"""
SELECT {_SCAN_PART.columns} FROM parking_qrscanlog l WHERE l.scanner_device_id = %s AND l.scan_id = %s
"""  # noqa: S608


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """A booking that is locked together with its vehicle, and what hangs on it. Sums are minor units."""

    booking: ParkingBooking
    allocation: SlotAllocation | None
    session: ParkingSession | None
    newest_quote: Quote | None
    captured_minor: int
    refunded_minor: int
    adjusted_minor: int
    validations: int
    vehicle_is_inside: bool
    slot_is_promised_to_others: bool
    slot_is_out: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Presented:
    """What a gate shows us: the gate itself with the zones that it serves (none named: all), the ticket, and the row
    of an earlier scan under the same `scan_id`."""

    device: GateDevice | None
    served_zone_ids: frozenset[int]
    ticket: Ticket | None
    earlier: QRScanLog | None


def lock_presented(*, code: str | None, device_id: str, scan_id: str | None, at: datetime) -> Presented:
    """Lock the booking of the code and its vehicle, and read all that a scan at that moment needs."""
    require_transaction()
    asked = {"device": Statement(_DEVICE, [device_id])}
    if code is not None:
        asked |= _lock_and_read(code=code, at=at)
    if scan_id is not None:
        asked["earlier"] = Statement(_EARLIER, [device_id, scan_id])
    found = ask_under_lock(asked)
    devices, tickets, scans = found["device"], found.get("ticket"), found.get("earlier")
    return Presented(
        device=_DEVICE_PART.read(devices[0]) if devices else None,
        served_zone_ids=frozenset(served for *_, served in devices if served is not None),
        ticket=_ticket(tickets[0]) if tickets else None,
        earlier=_SCAN_PART.read(scans[0]) if scans else None,
    )


def read_ticket(*, booking_id: UUID, at: datetime) -> Ticket:
    """The same of a booking that is locked already."""
    require_transaction()
    value = booking_id if connection.features.has_native_uuid_field else booking_id.hex
    found = ask({"ticket": Statement(f"{_READ} b.id = %s", [*_moments(at=at), value])})
    return _ticket(found["ticket"][0])


def _lock_and_read(*, code: str, at: datetime) -> dict[str, Statement]:
    read = {"ticket": Statement(f"{_READ} b.qr_code = %s", [*_moments(at=at), code])}
    clause = locks.lock_clause({ParkingBooking: "b", Vehicle: "v"})
    return {"lock": Statement(f"{_FIND}{clause}", [code])} | read if clause else read


def _moments(*, at: datetime) -> list[Any]:
    return [connection.ops.adapt_datetimefield_value(at)] * 2


def _ticket(row: Row) -> Ticket:
    parts, (captured, refunded, adjusted, validations, inside, promised, out) = _PARTS.read(row)
    booking, vehicle, zone, tariff, policy, allocation, held, session, used, quote = parts
    booking.vehicle, booking.zone, booking.tariff, booking.policy = vehicle, zone, tariff, policy
    if allocation is not None:
        allocation.slot, allocation.booking = held, booking
    if session is not None:
        session.slot, session.booking = used, booking
    return Ticket(
        booking=booking,
        allocation=allocation,
        session=session,
        newest_quote=quote,
        captured_minor=int(captured or 0),
        refunded_minor=int(refunded or 0),
        adjusted_minor=int(adjusted or 0),
        validations=validations,
        vehicle_is_inside=bool(inside),
        slot_is_promised_to_others=bool(promised),
        slot_is_out=bool(out),
    )
