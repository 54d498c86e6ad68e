"""What the cases of corruption have in common."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from parking.models import (
    AuditEvent,
    ParkingBooking,
    ParkingSession,
    Payment,
    QRScanLog,
    Refund,
    SlotAllocation,
)
from tests.auditor.busy import Busy
from tests.garage import at

Corrupt = Callable[[Busy], object]


@dataclass(frozen=True, kw_only=True)
class Corruption:
    """One thing that must not be, and the one promise that it breaks."""

    promise: str
    story: str
    corrupt: Corrupt
    tables: tuple[str, ...]


CORRUPTIONS: list[Corruption] = []


def breaks(promise: str, *, tables: tuple[str, ...] = ()) -> Callable[[Corrupt], Corrupt]:
    def register(corrupt: Corrupt) -> Corrupt:
        story = f"{promise} {corrupt.__name__.replace('_', ' ')}"
        CORRUPTIONS.append(Corruption(promise=promise, story=story, corrupt=corrupt, tables=tables))
        return corrupt

    return register


def change(row: Any, **columns: object) -> None:
    """One UPDATE of one row, past everything."""
    assert type(row).objects.filter(pk=row.pk).update(**columns) == 1


def copied(row: Any, **columns: object) -> Any:
    """A second row like this one, but for these columns; with an id of its own."""
    values = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    if row._meta.pk.name == "id" and not isinstance(row.pk, int):
        values["id"] = uuid4()
    else:
        values.pop("id")
    return type(row).objects.create(**values | columns)


def booking(busy: Busy, story: str) -> ParkingBooking:
    return ParkingBooking.objects.get(id=busy[story].booking_id)


def allocation(busy: Busy, story: str) -> SlotAllocation:
    return SlotAllocation.objects.filter(booking_id=busy[story].booking_id).latest("id")


def session(busy: Busy, story: str) -> ParkingSession:
    return ParkingSession.objects.get(booking_id=busy[story].booking_id)


def payment(busy: Busy, story: str, kind: str = "BOOKING") -> Payment:
    return Payment.objects.filter(booking_id=busy[story].booking_id, kind=kind).latest("created_at")


def refund(busy: Busy, story: str) -> Refund:
    return Refund.objects.get(payment__booking_id=busy[story].booking_id)


def scan(busy: Busy, story: str, reason: str = "ok", scan_type: str = "ENTRY") -> QRScanLog:
    return QRScanLog.objects.get(booking_id=busy[story].booking_id, reason=reason, scan_type=scan_type)


def event(busy: Busy, story: str, action: str) -> AuditEvent:
    return AuditEvent.objects.filter(booking_id=busy[story].booking_id, action=action).earliest("id")


def new_refund(busy: Busy, story: str, *, kind: str, amount_minor: int) -> Refund:
    paid = payment(busy, story)
    return Refund.objects.create(
        payment=paid, kind=kind, amount_minor=amount_minor, currency="INR", created_at=at(minutes=200)
    )


def paid_again(first: Payment) -> None:
    """A second payment like the first, told in the audit trail as every payment is."""
    second = copied(first, provider_reference="simch_again")
    for action in ("payment.begun", "payment.completed"):
        data = {"payment_id": str(second.id), "kind": second.kind, "amount_minor": second.amount_minor}
        AuditEvent.objects.create(
            at=at(minutes=150), action=action, caller="system", booking_id=second.booking_id, data=data
        )
