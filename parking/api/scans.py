"""The two gates."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict

from django.http import HttpRequest
from ninja import Router

from parking.api import documentation, render
from parking.api.callers import scanning_caller
from parking.api.request_schemas import ScanEntry, ScanExit
from parking.api.response_schemas import EntryAnswer, ExitAnswer, PaymentDueError
from parking.domain import errors
from parking.domain.callers import Caller
from parking.edge.identifiers import moment_of
from parking.edge.moments import now_of
from parking.services import ParkingService

router = Router(tags=["Gates"])

_AT_ANY_GATE = (
    errors.DeviceKeyRequired,
    errors.InvalidKey,
    errors.NotYourDevice,
    errors.UnknownDevice,
    errors.DeviceRevoked,
    errors.WrongDirection,
    errors.WrongZone,
    errors.UnknownCode,
    errors.TicketReplaced,
    errors.ScanIdReused,
    errors.TooManyGuesses,
    errors.Busy,
)


class _Scan(TypedDict):
    qr_code: str
    scanner_device_id: str
    scanner_location: str
    scan_id: str | None
    device_time: datetime | None
    caller: Caller


@router.post(
    "entry/",
    operation_id="scan_entry",
    summary="Scan a ticket at an entry gate",
    **documentation.command(
        answers={200: EntryAnswer},
        refusals=(
            *_AT_ANY_GATE,
            errors.PaymentRequired,
            errors.PermitOver,
            errors.PermitFull,
            errors.VehicleBusy,
            errors.TooEarly,
            errors.AlreadyEntered,
            errors.VehicleInside,
            errors.BookingCancelled,
            errors.ZoneFull,
            errors.HoldLapsed,
            errors.NoShow,
        ),
    ),
)
def entry(request: HttpRequest, body: ScanEntry) -> EntryAnswer:
    """Open the gate on 200 only. A paid booking enters once; from then on it cannot be cancelled."""
    admitted = ParkingService.scan_entry_qr(**_scan(request=request, body=body), now=now_of(request))
    return render.entry_admitted(entry=admitted)


@router.post(
    "exit/",
    operation_id="scan_exit",
    summary="Scan a ticket at an exit gate",
    **documentation.command(
        answers={200: ExitAnswer, 402: PaymentDueError},
        refusals=(*_AT_ANY_GATE, errors.PaymentDue, errors.NotEntered, errors.AlreadyExited),
    ),
)
def leave(request: HttpRequest, body: ScanExit) -> ExitAnswer:
    """Open the gate on 200 only. With money due the answer is 402 with the whole bill, and the slot stays taken."""
    bill = ParkingService.scan_exit_qr(**_scan(request=request, body=body), now=now_of(request))
    return render.exit_opened(bill=bill)


def _scan(*, request: HttpRequest, body: ScanEntry | ScanExit) -> _Scan:
    return {
        "qr_code": body.qr_code,
        "scanner_device_id": body.scanner_device_id,
        "scanner_location": body.scanner_location or "",
        "scan_id": body.scan_id,
        "device_time": moment_of(body.device_time) if body.device_time is not None else None,
        "caller": scanning_caller(request=request, scanner_device_id=body.scanner_device_id),
    }
