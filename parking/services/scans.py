"""What entry and exit scans have in common: the device, the log row, and the same answer to a repeat.

A refused scan is a decision too. It is returned, not raised, so that it is committed with its log row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Generic, TypeVar
from uuid import UUID

from pydantic import TypeAdapter

from parking.db import writing
from parking.db.locks import lock_permit_car
from parking.db.tickets import Ticket, lock_presented, read_ticket
from parking.db.transactions import use_case
from parking.domain.callers import Caller, CallerKind
from parking.domain.codes import code_to_log, read_qr_code
from parking.domain.errors import (
    AlreadyEntered,
    AlreadyExited,
    Busy,
    DeviceKeyRequired,
    DeviceRevoked,
    InvalidKey,
    NotEntered,
    NotYourDevice,
    ParkingError,
    ScanIdReused,
    TicketReplaced,
    UnknownCode,
    UnknownDevice,
    WrongDirection,
    WrongZone,
)
from parking.domain.permissions import Permission
from parking.domain.states import GateDirection, ScanResult, ScanType
from parking.models import GateDevice, ParkingBooking, PermitCar, QRScanLog, RetiredCode
from parking.services import permits, refunds

T = TypeVar("T")

_ATTEMPTS: Final = 2
_PLATE: Final = "vehicle_number"


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

    @property
    def logged_code(self) -> str:
        """What the log keeps of it."""
        return code_to_log(text=self.qr_code)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome(Generic[T]):
    """What a scan is answered, and the refunds that it ordered."""

    answer: T | ParkingError
    refund_ids: Sequence[UUID] = ()


def carry_out(*, scan: Scan, answer_type: type[T], decide: Callable[[Ticket], Outcome[T]]) -> T:
    """Check the device, lock the ticket's booking, let `decide` decide, log, commit; then refund, and answer.

    The same scan delivered again (same device, same `scan_id`) gets the same answer and leaves no second row.
    """
    outcome = _attend_and_commit(scan=scan, answer_type=answer_type, decide=decide)
    refunds.attempt(refund_ids=outcome.refund_ids, now=scan.scanned_at)
    if isinstance(outcome.answer, ParkingError):
        raise outcome.answer
    return outcome.answer


def _attend_and_commit(*, scan: Scan, answer_type: type[T], decide: Callable[[Ticket], Outcome[T]]) -> Outcome[T]:
    """Attend to the scan; once more if somebody else was faster, because what they did can be seen now.

    No lock of a ticket orders scans under one `scan_id` whose code is unknown, or whose tickets are two. An attempt
    that loses again is refused, and logged like any other (promise I19).
    """
    lost_to_somebody: ParkingError = Busy()
    for _ in range(_ATTEMPTS):
        try:
            with use_case():
                return _attend(scan=scan, answer_type=answer_type, decide=decide)
        except ParkingError as error:
            lost_to_somebody = error
    with use_case():
        _log(scan=scan, answer=lost_to_somebody)
    return Outcome(answer=lost_to_somebody)


def _attend(*, scan: Scan, answer_type: type[T], decide: Callable[[Ticket], Outcome[T]]) -> Outcome[T]:
    refusal = _refusal_of_caller(scan=scan)
    if refusal is not None:
        _log(scan=scan, answer=refusal)
        return Outcome(answer=refusal)
    presented = lock_presented(
        code=scan.ticket_code, device_id=scan.scanner_device_id, scan_id=scan.scan_id, at=scan.scanned_at
    )
    device = _admitted(device=presented.device, direction=scan.scan_type)
    if not _is_proven_still(caller=scan.caller, device=presented.device):
        device = InvalidKey()
    if isinstance(device, ParkingError):
        _log(scan=scan, answer=device)
        return Outcome(answer=device)
    ticket = presented.ticket or _find_permit_ticket(scan=scan)
    booking = ticket.booking if isinstance(ticket, Ticket) else None
    earlier = presented.earlier
    if earlier is not None and earlier.scan_type == scan.scan_type and earlier.qr_code == scan.logged_code:
        booking = booking or earlier.booking
        return Outcome(answer=_decode(answer=earlier.answer or {}, booking=booking, answer_type=answer_type))
    outcome: Outcome[T]
    if earlier is not None:
        outcome = Outcome(answer=ScanIdReused())
    elif ticket is None:
        booking = _booking_of_retired_code(scan=scan)
        outcome = Outcome(answer=UnknownCode() if booking is None else TicketReplaced())
    elif presented.served_zone_ids and _zone_id_of(ticket=ticket) not in presented.served_zone_ids:
        outcome = Outcome(answer=WrongZone())
    else:
        booking, outcome = _attend_to(scan=scan, ticket=ticket, decide=decide)
    _log(scan=scan, answer=outcome.answer, device=device, booking=booking)
    return outcome


def _refusal_of_caller(*, scan: Scan) -> ParkingError | None:
    """Why this caller may not scan in this device's name; a gate scans for itself only (promise I20)."""
    caller = scan.caller
    if Permission.GATE_SCAN not in caller.permissions:
        return InvalidKey() if caller.kind is CallerKind.UNPROVEN else DeviceKeyRequired()
    if caller.kind is CallerKind.DEVICE and caller.name != scan.scanner_device_id:
        return NotYourDevice()
    return None


def _is_proven_still(*, caller: Caller, device: GateDevice | None) -> bool:
    """The key that a gate has shown may have been revoked or replaced since it was looked up (promise I20)."""
    if not caller.key_hash:
        return True
    return device is not None and device.revoked_at is None and device.key_hash == caller.key_hash


def find_gate(*, device_id: str, direction: ScanType) -> GateDevice | ParkingError:
    """The registered device that lets cars through in this direction, or why it does not (promise I20)."""
    return _admitted(device=GateDevice.objects.filter(device_id=device_id).first(), direction=direction)


def _admitted(*, device: GateDevice | None, direction: ScanType) -> GateDevice | ParkingError:
    if device is None:
        return UnknownDevice()
    if device.revoked_at is not None:
        return DeviceRevoked()
    if device.direction not in (GateDirection.BOTH, direction):
        return WrongDirection()
    return device


def _find_permit_ticket(*, scan: Scan) -> Ticket | PermitCar | None:
    """For a code that is no booking's: the car of a permit. Of one that leaves, the ticket of its stay, locked; of one
    that comes in, its vehicle is locked."""
    code = scan.ticket_code
    if code is None:
        return None
    if scan.scan_type == ScanType.ENTRY:
        return lock_permit_car(qr_code=code)
    # No lock of its vehicle here: the booking's comes first.
    car = PermitCar.objects.select_related("permit").filter(qr_code=code).first()
    booking = permits.booking_to_leave(car=car) if car else None
    return car if booking is None else read_ticket(booking_id=booking.id, at=scan.scanned_at)


def _booking_of_retired_code(*, scan: Scan) -> ParkingBooking | None:
    """Whose ticket this was before it was replaced; None for a code that never was one."""
    code = scan.ticket_code
    retired = RetiredCode.objects.select_related("booking").filter(code=code).first() if code else None
    return retired.booking if retired is not None else None


def _attend_to(
    *, scan: Scan, ticket: Ticket | PermitCar, decide: Callable[[Ticket], Outcome[T]]
) -> tuple[ParkingBooking | None, Outcome[T]]:
    """Decide about the booking; a permit's car that comes in is given one first."""
    if isinstance(ticket, Ticket):
        return ticket.booking, decide(ticket)
    if scan.scan_type == ScanType.EXIT:
        refusal = NotEntered("This car never came in on this permit, so there is nothing to leave from.")
        return None, Outcome(answer=refusal)
    opened = permits.open_booking(car=ticket, caller=scan.caller, now=scan.scanned_at)
    if isinstance(opened.found, ParkingError):
        return None, Outcome(answer=opened.found, refund_ids=opened.refund_ids)
    outcome = decide(read_ticket(booking_id=opened.found.id, at=scan.scanned_at))
    return opened.found, Outcome(answer=outcome.answer, refund_ids=[*opened.refund_ids, *outcome.refund_ids])


def _zone_id_of(*, ticket: Ticket | PermitCar) -> int:
    return ticket.permit.zone_id if isinstance(ticket, PermitCar) else ticket.booking.zone_id


def serves_zone(*, device: GateDevice, zone_id: int) -> bool:
    """A device that names zones serves those only."""
    served = set(device.zones.values_list("id", flat=True))
    return not served or zone_id in served


def _log(
    *, scan: Scan, answer: object, device: GateDevice | None = None, booking: ParkingBooking | None = None
) -> None:
    """Write the one row of this attempt, refused or not (promise I19)."""
    refused = answer if isinstance(answer, ParkingError) else None
    # A scan_id is remembered only for a device that may scan here, and only once.
    remembers = scan.scan_id is not None and device is not None and not isinstance(refused, ScanIdReused)
    row = QRScanLog(
        scan_type=scan.scan_type,
        result=_result(refused=refused),
        reason=refused.code if refused else "ok",
        qr_code=scan.logged_code,
        booking=booking,
        device=device,
        scanner_device_id=scan.scanner_device_id,
        scanner_location=scan.scanner_location,
        caller=scan.caller.label,
        scanned_at=scan.scanned_at,
        device_time=scan.device_time,
        scan_id=scan.scan_id if remembers else None,
        answer=_encode(answer=answer) if remembers else None,
    )
    writing.insert(row)


def _result(*, refused: ParkingError | None) -> ScanResult:
    if refused is None:
        return ScanResult.SUCCESS
    return ScanResult.DUPLICATE if isinstance(refused, AlreadyEntered | AlreadyExited) else ScanResult.FAILED


def _encode(*, answer: object) -> dict[str, Any]:
    """The answer for the log, without the plate: what is sealed must outlive the erasure of a person."""
    if isinstance(answer, ParkingError):
        details = {name: value for name, value in answer.details.items() if name != _PLATE}
        error = {"code": answer.code, "status": answer.status, "message": answer.message, "details": details}
        return {"error": error, "has_plate": _PLATE in answer.details}
    encoded: dict[str, Any] = _adapter_of(type(answer)).dump_python(answer, mode="json")
    return {"answer": {name: value for name, value in encoded.items() if name != _PLATE}}


def _decode(*, answer: Mapping[str, Any], booking: ParkingBooking | None, answer_type: type[T]) -> T | ParkingError:
    plate = {_PLATE: booking.plate} if booking is not None else {}
    if "error" in answer:
        error = answer["error"]
        details = error["details"] | (plate if answer["has_plate"] else {})
        return ParkingError(error["message"], code=error["code"], status=error["status"], details=details)
    decoded: T = _adapter_of(answer_type).validate_python(answer["answer"] | plate)
    return decoded


_ADAPTERS: Final[dict[object, TypeAdapter[Any]]] = {}


def _adapter_of(answer_type: Any) -> TypeAdapter[Any]:
    """Made once for each kind of answer: to make one takes longer than all else that a scan does."""
    if answer_type not in _ADAPTERS:
        _ADAPTERS[answer_type] = TypeAdapter(answer_type)
    return _ADAPTERS[answer_type]
