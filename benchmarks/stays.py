"""A stay as rows: what each step from the booking to the exit leaves in the tables, without going through them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from math import ceil
from typing import Any, Final

from benchmarks import names
from benchmarks.rows import Row, Table, moment
from parking.models import (
    AuditEvent,
    ParkingBooking,
    ParkingSession,
    Payment,
    QRScanLog,
    Refund,
    SlotAllocation,
)

HOLD: Final = timedelta(minutes=5)
PAID_AFTER: Final = timedelta(minutes=1)
ENTERED_AFTER: Final = timedelta(minutes=2)
CANCELLED_AFTER: Final = timedelta(minutes=3)
_GRACE_MINUTES: Final = 5


class Stage(IntEnum):
    """How far a stay has come."""

    BOOKED = 0
    PAID = 1
    CANCELLED = 2
    INSIDE = 3
    LEFT = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A slot with all that a stay in it refers to; the price of an hour in minor units."""

    zone_id: int
    slot_id: int
    slot_number: str
    tariff_id: int
    policy_id: int
    rate_minor: int
    entry_gate: tuple[int, str]
    exit_gate: tuple[int, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """`minutes` is how long the car stayed, if it has left."""

    number: int
    vehicle_id: int
    plate: str
    place: Place
    hours: int
    created_at: datetime
    stage: Stage
    minutes: int = 0


_BOOKING: Final = [
    "id",
    "zone_id",
    "vehicle_id",
    "plate",
    "owner_name",
    "qr_code",
    "status",
    "hours",
    "tariff_id",
    "policy_id",
    "price_minor",
    "currency",
    "created_at",
    "starts_at",
    "ends_at",
    "expires_at",
    "paid_at",
    "closed_at",
]
_ALLOCATION: Final = [
    "slot_id",
    "zone_id",
    "booking_id",
    "occupies_from",
    "occupies_until",
    "lapses_at",
    "parked_at",
    "released_at",
    "release_reason",
]
_PAYMENT: Final = [
    "id",
    "booking_id",
    "kind",
    "status",
    "amount_minor",
    "captured_minor",
    "currency",
    "provider",
    "provider_reference",
    "created_at",
    "completed_at",
]
_SESSION: Final = [
    "id",
    "booking_id",
    "zone_id",
    "slot_id",
    "vehicle_id",
    "plate",
    "status",
    "entry_time",
    "exit_time",
    "billed_until",
    "gate_opened_at",
]
_REFUND: Final = [
    "id",
    "payment_id",
    "kind",
    "status",
    "amount_minor",
    "currency",
    "reason",
    "provider_reference",
    "attempts",
    "created_at",
    "processed_at",
]
_SCAN: Final = [
    "scan_type",
    "result",
    "reason",
    "qr_code",
    "booking_id",
    "device_id",
    "scanner_device_id",
    "scanner_location",
    "caller",
    "scanned_at",
]
_AUDIT: Final = ["at", "action", "caller", "booking_id", "data"]


class StayTables:
    """Turns stays into the rows of every table they touch."""

    def __init__(self) -> None:
        self._bookings = Table(ParkingBooking, _BOOKING)
        self._allocations = Table(SlotAllocation, _ALLOCATION)
        self._payments = Table(Payment, _PAYMENT)
        self._sessions = Table(ParkingSession, _SESSION)
        self._refunds = Table(Refund, _REFUND)
        self._scans = Table(QRScanLog, _SCAN)
        self._events = Table(AuditEvent, _AUDIT)

    def insert(self, stays: Iterable[Stay]) -> None:
        """Write all rows of the stays, table by table."""
        batch: list[Stay] = list(stays)
        paid = [stay for stay in batch if stay.stage >= Stage.PAID]
        entered = [stay for stay in batch if stay.stage >= Stage.INSIDE]
        self._bookings.insert(_booking(stay) for stay in batch)
        self._allocations.insert(_allocation(stay) for stay in batch)
        self._payments.insert(_payment(stay) for stay in paid)
        self._sessions.insert(_session(stay) for stay in entered)
        self._refunds.insert(row for stay in paid if (row := _refund(stay)) is not None)
        self._scans.insert(row for stay in entered for row in _scans(stay))
        self._events.insert(row for stay in batch for row in _events(stay))


def _exit_time(stay: Stay) -> datetime:
    return stay.created_at + ENTERED_AFTER + timedelta(minutes=stay.minutes)


def _refunded_minor(stay: Stay) -> int:
    if stay.stage is Stage.CANCELLED:
        return stay.hours * stay.place.rate_minor
    if stay.stage is not Stage.LEFT:
        return 0
    billable = max(1, ceil((stay.minutes - _GRACE_MINUTES) / 60))
    return max(0, stay.hours - billable) * stay.place.rate_minor


_STATUS: Final = {
    Stage.BOOKED: "CREATED",
    Stage.PAID: "PAID",
    Stage.CANCELLED: "CANCELLED",
    Stage.INSIDE: "USED",
    Stage.LEFT: "USED",
}


def _closed_at(stay: Stay) -> datetime | None:
    if stay.stage is Stage.CANCELLED:
        return stay.created_at + CANCELLED_AFTER
    return _exit_time(stay) if stay.stage is Stage.LEFT else None


def _time_or_none(value: datetime | None) -> str | None:
    return None if value is None else moment(value)


def _booking(stay: Stay) -> Row:
    created, place = stay.created_at, stay.place
    return (
        names.booking_id(number=stay.number),
        place.zone_id,
        stay.vehicle_id,
        stay.plate,
        "A Driver",
        names.qr_code(number=stay.number),
        _STATUS[stay.stage],
        stay.hours,
        place.tariff_id,
        place.policy_id,
        stay.hours * place.rate_minor,
        "INR",
        moment(created),
        moment(created),
        moment(created + timedelta(hours=stay.hours)),
        moment(created + HOLD),
        moment(created + PAID_AFTER) if stay.stage >= Stage.PAID else None,
        _time_or_none(_closed_at(stay)),
    )


def _allocation(stay: Stay) -> Row:
    start, length = stay.created_at, timedelta(hours=stay.hours)
    entered = stay.stage >= Stage.INSIDE
    until = start + length + (ENTERED_AFTER if entered else timedelta(0))
    lapses = {Stage.BOOKED: start + HOLD, Stage.PAID: until}.get(stay.stage)
    reason = {Stage.LEFT: "EXITED", Stage.CANCELLED: "CANCELLED"}.get(stay.stage, "")
    return (
        stay.place.slot_id,
        stay.place.zone_id,
        names.booking_id(number=stay.number),
        moment(start),
        moment(until),
        _time_or_none(lapses),
        moment(start + ENTERED_AFTER) if entered else None,
        _time_or_none(_closed_at(stay)),
        reason,
    )


def _payment(stay: Stay) -> Row:
    key = names.payment_id(number=stay.number)
    amount = stay.hours * stay.place.rate_minor
    paid_at = moment(stay.created_at + PAID_AFTER)
    return (
        key,
        names.booking_id(number=stay.number),
        "BOOKING",
        "COMPLETED",
        amount,
        amount,
        "INR",
        "simulated",
        f"simch_{names.dashed(hexadecimal=key)}",
        paid_at,
        paid_at,
    )


def _session(stay: Stay) -> Row:
    left = moment(_exit_time(stay)) if stay.stage is Stage.LEFT else None
    return (
        names.session_id(number=stay.number),
        names.booking_id(number=stay.number),
        stay.place.zone_id,
        stay.place.slot_id,
        stay.vehicle_id,
        stay.plate,
        "COMPLETED" if left else "ACTIVE",
        moment(stay.created_at + ENTERED_AFTER),
        left,
        left,
        left,
    )


def _refund(stay: Stay) -> Row | None:
    amount, closed_at = _refunded_minor(stay), _closed_at(stay)
    if amount == 0 or closed_at is None:
        return None
    key, at = names.refund_id(number=stay.number), moment(closed_at)
    kind = "BOOKING_CANCEL" if stay.stage is Stage.CANCELLED else "UNUSED_TIME"
    payment = names.payment_id(number=stay.number)
    reference = f"simre_{names.dashed(hexadecimal=key)}"
    reason = "" if stay.stage is Stage.CANCELLED else "unused hours"
    return (key, payment, kind, "PROCESSED", amount, "INR", reason, reference, 1, at, at)


def _scans(stay: Stay) -> list[Row]:
    rows = [_scan(stay, "ENTRY", stay.place.entry_gate, stay.created_at + ENTERED_AFTER)]
    if stay.stage is Stage.LEFT:
        rows.append(_scan(stay, "EXIT", stay.place.exit_gate, _exit_time(stay)))
    return rows


def _scan(stay: Stay, scan_type: str, gate: tuple[int, str], at: datetime) -> Row:
    code, booking = names.qr_code(number=stay.number), names.booking_id(number=stay.number)
    return (scan_type, "SUCCESS", "ok", code, booking, gate[0], gate[1], "", f"device:{gate[1]}", moment(at))


def _events(stay: Stay) -> list[Row]:
    booking = names.booking_id(number=stay.number)

    def event(action: str, caller: str, at: datetime, data: dict[str, Any]) -> Row:
        return (moment(at), action, caller, booking, json.dumps(data))

    price, refunded = stay.hours * stay.place.rate_minor, _refunded_minor(stay)
    payment = {
        "payment_id": names.dashed(hexadecimal=names.payment_id(number=stay.number)),
        "kind": "BOOKING",
        "amount_minor": price,
    }
    session = names.dashed(hexadecimal=names.session_id(number=stay.number))
    created = stay.created_at
    rows = [event("booking.created", "driver", created, {})]
    if stay.stage >= Stage.PAID:
        rows.append(event("payment.begun", "driver", created + PAID_AFTER, payment))
        rows.append(event("payment.completed", "system", created + PAID_AFTER, payment))
    if stay.stage is Stage.CANCELLED:
        data = {"reason": "", "refund_minor": refunded}
        rows.append(event("booking.cancelled", "driver", created + CANCELLED_AFTER, data))
    if stay.stage >= Stage.INSIDE:
        data = {"session_id": session, "slot": stay.place.slot_number}
        rows.append(event("session.entered", f"device:{stay.place.entry_gate[1]}", created + ENTERED_AFTER, data))
    if stay.stage is Stage.LEFT:
        data = {"session_id": session, "total_minor": price - refunded, "refund_minor": refunded}
        rows.append(event("session.left", f"device:{stay.place.exit_gate[1]}", _exit_time(stay), data))
    closed_at = _closed_at(stay)
    if refunded and closed_at is not None:
        kind = "BOOKING_CANCEL" if stay.stage is Stage.CANCELLED else "UNUSED_TIME"
        key = names.dashed(hexadecimal=names.refund_id(number=stay.number))
        data = {"refund_id": key, "amount_minor": refunded, "kind": kind}
        rows.append(event("refund.processed", "system", closed_at, data))
    return rows
