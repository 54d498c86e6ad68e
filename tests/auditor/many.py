"""As many stays as are wanted, without driving each: copies of one that was driven, each for a car of its own."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db.models import Model

from parking.models import (
    AuditEvent,
    ParkingBooking,
    ParkingSession,
    Payment,
    QRScanLog,
    Quote,
    Refund,
    SlotAllocation,
    Vehicle,
)
from tests.auditor.lifting import without_guards

_OF_A_STAY = (ParkingBooking, ParkingSession, SlotAllocation, Quote, Payment, Refund, QRScanLog, AuditEvent)
_CHUNK = 200


Template = list[tuple[type[Model], list[dict[str, Any]]]]


def the_only_stay() -> Template:
    """All rows of the one stay there is."""
    return [(model, list(_rows(model))) for model in (Vehicle, *_OF_A_STAY)]


def write_copies(*, template: Template, numbers: range, apart: timedelta) -> None:
    """A copy for each number, so much later as the number says."""
    with without_guards():
        for some in (numbers[first : first + _CHUNK] for first in range(0, len(numbers), _CHUNK)):
            copies = [_Copy(template=template, number=number, later=apart * number) for number in some]
            for model, rows in template:
                model.objects.bulk_create(copy.of(model, row) for copy in copies for row in rows)


def _rows(model: type[Model]) -> Iterator[dict[str, Any]]:
    of_a_booking = model.objects.exclude(booking=None) if model in {AuditEvent, QRScanLog} else model.objects.all()
    yield from of_a_booking.order_by("pk").values()


class _Copy:
    """Every id of the stay is another one in its copy, wherever it occurs; every time is later."""

    def __init__(self, *, template: Template, number: int, later: timedelta) -> None:
        self._number, self._later = number, later
        ids = [row["id"] for _, rows in template for row in rows]
        self._new = {str(old): str(uuid4()) for old in ids if isinstance(old, UUID)}
        self._own: dict[type[Model], Callable[[dict[str, Any]], dict[str, Any]]] = {
            Vehicle: lambda _: {"number": f"M{number:07}"},
            ParkingBooking: lambda _: {"qr_code": f"PARK-{number:012}"},
            Payment: lambda columns: {"provider_reference": f"ref-{columns['id']}"},
            QRScanLog: lambda columns: {"scan_id": f"{columns['scan_id']}-{number}"},
        }

    def of(self, model: type[Model], row: dict[str, Any]) -> Model:
        columns = {name: self._changed(name, value) for name, value in row.items()}
        return model(**columns | self._own.get(model, dict)(columns))

    def _changed(self, name: str, value: Any) -> Any:
        if isinstance(value, datetime):
            return value + self._later
        if isinstance(value, UUID):
            return UUID(self._new[str(value)])
        if isinstance(value, int) and name in {"id", "vehicle_id", "quote_id"}:
            return value + 1_000 * self._number
        if isinstance(value, dict):
            return json.loads(re.sub("[0-9a-f-]{36}", lambda found: self._new[found[0]], json.dumps(value)))
        return value
