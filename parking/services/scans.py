"""What entry and exit scans have in common: the device, the log row, and the same answer to a repeat.

A refused scan is a decision too. It is returned, not raised, so that it is committed with its log row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeVar

from pydantic import TypeAdapter

from parking.db.transactions import require_transaction
from parking.domain.callers import Caller
from parking.domain.codes import read_qr_code
from parking.domain.errors import (
    AlreadyEntered,
    AlreadyExited,
    Conflict,
    DeviceRevoked,
    ParkingError,
    UnknownDevice,
    WrongDirection,
    WrongZone,
)
from parking.domain.states import GateDirection, ScanResult, ScanType
from parking.models import GateDevice, ParkingBooking, QRScanLog

T = TypeVar("T")

_LOGGED_CODE_LENGTH: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """One scan as the device sent it."""

    scan_type: ScanType
    qr_code: str
    scanner_device_id: str
    scanner_location: str
    scan_id: str | None
    device_time: datetime | None
    caller: Caller
    scanned_at: datetime

    @property
    def ticket_code(self) -> str | None:
        """The code in canonical form; None if it cannot be one of ours."""
        return read_qr_code(text=self.qr_code)


def find_device(*, scan: Scan) -> GateDevice | ParkingError:
    """The registered device, or why it may not scan here (promise I20)."""
    device = GateDevice.objects.filter(device_id=scan.scanner_device_id).first()
    if device is None:
        return UnknownDevice()
    if device.revoked_at is not None:
        return DeviceRevoked()
    if device.direction not in (GateDirection.BOTH, scan.scan_type):
        return WrongDirection()
    return device


def zone_refusal(*, device: GateDevice, booking: ParkingBooking) -> ParkingError | None:
    """A device that names zones serves those only."""
    served = set(device.zones.values_list("id", flat=True))
    return WrongZone() if served and booking.zone_id not in served else None


def earlier_answer(*, scan: Scan, answer_type: type[T]) -> T | ParkingError | None:
    """What the same scan (same device, same `scan_id`) was answered before; None if it is new."""
    if scan.scan_id is None:
        return None
    row = QRScanLog.objects.filter(scanner_device_id=scan.scanner_device_id, scan_id=scan.scan_id).first()
    if row is None or row.answer is None:
        return None
    if row.scan_type != scan.scan_type or row.qr_code != _logged_code(scan=scan):
        return Conflict("This scan_id was used for another scan. Give every scan its own.", code="scan_id_reused")
    return _decode(answer=row.answer, answer_type=answer_type)


def log(
    *,
    scan: Scan,
    answer: object,
    device: GateDevice | None = None,
    booking: ParkingBooking | None = None,
    at: datetime | None = None,
) -> None:
    """Write the one log row of this attempt, refused or not (promise I19)."""
    require_transaction()
    refused = answer if isinstance(answer, ParkingError) else None
    # A scan_id is remembered only for a device that was let through to the ticket.
    remembers = scan.scan_id is not None and device is not None and getattr(refused, "code", "") != "scan_id_reused"
    QRScanLog.objects.create(
        scan_type=scan.scan_type,
        result=_result(refused=refused),
        reason=refused.code if refused else "ok",
        qr_code=_logged_code(scan=scan),
        booking=booking,
        device=device,
        scanner_device_id=scan.scanner_device_id,
        scanner_location=scan.scanner_location,
        caller=scan.caller.label,
        scanned_at=at or scan.scanned_at,
        device_time=scan.device_time,
        scan_id=scan.scan_id if remembers else None,
        answer=_encode(answer=answer) if remembers else None,
    )


def _logged_code(*, scan: Scan) -> str:
    return scan.ticket_code or scan.qr_code[:_LOGGED_CODE_LENGTH]


def _result(*, refused: ParkingError | None) -> ScanResult:
    if refused is None:
        return ScanResult.SUCCESS
    return ScanResult.DUPLICATE if isinstance(refused, AlreadyEntered | AlreadyExited) else ScanResult.FAILED


def _encode(*, answer: object) -> dict[str, Any]:
    if isinstance(answer, ParkingError):
        error = {
            "code": answer.code,
            "status": answer.status,
            "message": answer.message,
            "details": answer.details,
        }
        return {"error": error}
    encoded: dict[str, Any] = TypeAdapter(type(answer)).dump_python(answer, mode="json")
    return {"answer": encoded}


def _decode(*, answer: Mapping[str, Any], answer_type: type[T]) -> T | ParkingError:
    if "error" in answer:
        error = answer["error"]
        return ParkingError(error["message"], code=error["code"], status=error["status"], details=error["details"])
    return TypeAdapter(answer_type).validate_python(answer["answer"])
