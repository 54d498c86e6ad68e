"""A gate that a person opens: with the reason, and with the stay closed or left open on purpose."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from parking.db.locks import lock_booking_and_vehicle
from parking.db.transactions import require_transaction, use_case
from parking.domain.callers import Caller
from parking.domain.errors import (
    AlreadyExited,
    InvalidField,
    ParkingError,
    SecondPersonRequired,
    UnknownSession,
    WrongZone,
)
from parking.domain.money import format_amount
from parking.domain.permissions import Permission
from parking.domain.reasons import clean_reason
from parking.domain.states import (
    AdjustmentKind,
    GateDirection,
    OpeningOutcome,
    RefundKind,
    ScanType,
    SessionStatus,
)
from parking.domain.stays import Bill, current_bill
from parking.models import GateDevice, ManualOpening, ParkingSession
from parking.queries import snapshots
from parking.services import adjustments, audit, collection, discounting, refunds, scans


@dataclass(frozen=True, slots=True, kw_only=True)
class GateOpened:
    """What became of the stay. Minor units: what was due and is not asked for, and what goes back."""

    opening_id: int
    device_id: str
    direction: GateDirection
    outcome: OpeningOutcome
    session_id: UUID | None
    booking_id: UUID | None
    forgiven_minor: int = 0
    refund_minor: int = 0
    due_minor: int = 0
    """What a stay that was left open owes now."""
    currency: str | None = None


def open_gate(
    *,
    device_id: str,
    direction: ScanType,
    session_id: UUID | None = None,
    reason: str,
    close_stay: bool = False,
    caller: Caller,
    now: datetime,
) -> GateOpened:
    """Write down that a person opened this gate, and why.

    With `close_stay`, at an exit, the stay ends now: what is due is not asked for any more, which above the policy's
    limit needs somebody who may approve; unused time is refunded as at any exit. Without it the stay goes on and
    owes what it owes. Raises InvalidField, UnknownSession, UnknownDevice, DeviceRevoked, WrongDirection, WrongZone,
    AlreadyExited, SecondPersonRequired.
    """
    caller.require(Permission.GATE_OPEN)
    why = clean_reason(text=reason)
    if close_stay and (session_id is None or direction is ScanType.ENTRY):
        raise InvalidField(field="close_stay", problem="is only for the session of a car that leaves by an exit.")
    with use_case():
        case = _lock_case(session_id=session_id, now=now) if session_id is not None else None
        device = _gate(device_id=device_id, direction=direction, case=case)
        at = case.now if case is not None else now
        opening = ManualOpening.objects.create(
            device=device,
            direction=direction,
            booking=case.booking if case else None,
            session=case.session if case else None,
            outcome=_outcome(case=case, close_stay=close_stay),
            reason=why,
            opened_by=caller.label,
            opened_at=at,
        )
        opened, refund_ids = (
            _close(opening=opening, case=case, caller=caller)
            if case is not None and close_stay
            else _leave_open(opening=opening, case=case, caller=caller)
        )
    refunds.attempt(refund_ids=refund_ids, now=now)
    return opened


def _lock_case(*, session_id: UUID, now: datetime) -> adjustments.Case:
    booking_id = ParkingSession.objects.filter(id=session_id).values_list("booking_id", flat=True).first()
    booking = lock_booking_and_vehicle(booking_id=booking_id) if booking_id is not None else None
    if booking is None:
        raise UnknownSession
    session = ParkingSession.objects.get(id=session_id)
    if session.gate_opened_at is not None:
        raise AlreadyExited("This car has left. Open the gate without a session.")
    return adjustments.case_of(booking=booking, session=session, now=now)


def _gate(*, device_id: str, direction: ScanType, case: adjustments.Case | None) -> GateDevice:
    device = scans.find_gate(device_id=device_id, direction=direction)
    if isinstance(device, ParkingError):
        raise device
    if case is not None and not scans.serves_zone(device=device, zone_id=case.booking.zone_id):
        raise WrongZone("This gate does not serve the zone that the car is in. Choose the gate that it stands at.")
    return device


def _outcome(*, case: adjustments.Case | None, close_stay: bool) -> OpeningOutcome:
    if case is None:
        return OpeningOutcome.NO_STAY
    return OpeningOutcome.CLOSED if close_stay else OpeningOutcome.LEFT_OPEN


def _leave_open(
    *, opening: ManualOpening, case: adjustments.Case | None, caller: Caller
) -> tuple[GateOpened, list[UUID]]:
    audit.record(
        action="gate.opened",
        caller=caller,
        at=opening.opened_at,
        booking_id=opening.booking_id,
        data=_told(opening=opening),
    )
    return _opened(opening=opening, due_minor=case.costs.due_minor if case else 0, case=case), []


def _close(*, opening: ManualOpening, case: adjustments.Case, caller: Caller) -> tuple[GateOpened, list[UUID]]:
    """End the stay as an exit scan would, but for the money that is not asked for. Returns the refunds ordered."""
    require_transaction()
    booking, session, now = case.booking, case.session, case.now
    if session is None:
        raise RuntimeError(f"opening {opening.id} is to close no stay")
    bill = _bill_to_close(case=case, session=session)
    if bill.due_minor > 0:
        _forgive(bill=bill, case=case, session=session, reason=opening.reason, caller=caller)
    session.billed_until = bill.billed_until
    if session.status == SessionStatus.COMPLETED:
        discounting.record_granted(booking=booking, session=session, bill=bill, now=now)
    else:
        collection.complete(booking=booking, session=session, bill=bill, now=now)
    session.gate_opened_at = now
    session.save(update_fields=["status", "exit_time", "billed_until", "gate_opened_at"])
    audit.record(
        action="session.left",
        caller=caller,
        at=now,
        booking_id=booking.id,
        data=_told(opening=opening)
        | {
            "total_minor": bill.total_minor,
            "forgiven_minor": bill.due_minor,
            "refund_minor": bill.refund_minor,
        },
    )
    refund_ids = refunds.order(
        booking=booking,
        amount_minor=bill.refund_minor,
        kind=RefundKind.UNUSED_TIME,
        reason="unused hours",
        now=now,
    )
    opened = _opened(
        opening=opening, forgiven_minor=bill.due_minor, refund_minor=bill.refund_minor, due_minor=0, case=case
    )
    return opened, refund_ids


def _bill_to_close(*, case: adjustments.Case, session: ParkingSession) -> Bill:
    """What an exit scan would reckon now: of a car that paid and stood on, the time since then too."""
    stay = snapshots.stay_snapshot(
        booking=case.booking,
        session=session,
        quote=snapshots.open_quote(session=session),
        money=snapshots.money_of(booking=case.booking),
    )
    return current_bill(stay=stay, tariff=snapshots.tariff_of(version=case.booking.tariff), now=case.now)[0]


def _forgive(*, bill: Bill, case: adjustments.Case, session: ParkingSession, reason: str, caller: Caller) -> None:
    """What is due becomes an adjustment. A stay is not closed twice: raises AlreadyExited for a car that has come
    in again since."""
    inside = ParkingSession.objects.filter(vehicle_id=session.vehicle_id, exit_time=None)
    if session.status == SessionStatus.COMPLETED and inside.exists():
        raise AlreadyExited
    above_limit = case.costs.needs_second(amount_minor=bill.due_minor)
    if above_limit and Permission.ADJUSTMENT_APPROVE not in caller.permissions:
        amount = format_amount(amount_minor=bill.due_minor, currency=case.booking.currency)
        raise SecondPersonRequired(
            f"{amount} {case.booking.currency} are due, which you cannot let go alone. Ask somebody who may approve "
            "it to open the gate, or leave the stay open.",
            details={"amount_due": amount, "currency": case.booking.currency},
        )
    adjustments.write(
        case=case,
        kind=AdjustmentKind.OPENED_BY_HAND,
        amount_minor=-bill.due_minor,
        reason=reason,
        caller=caller,
    )


def _told(*, opening: ManualOpening) -> dict[str, object]:
    return {
        "opening_id": opening.id,
        "device_id": opening.device.device_id,
        "direction": str(opening.direction),
        "outcome": str(opening.outcome),
        "session_id": str(opening.session_id) if opening.session_id else None,
        "reason": opening.reason,
    }


def _opened(
    *,
    opening: ManualOpening,
    case: adjustments.Case | None,
    due_minor: int,
    forgiven_minor: int = 0,
    refund_minor: int = 0,
) -> GateOpened:
    return GateOpened(
        opening_id=opening.id,
        device_id=opening.device.device_id,
        direction=GateDirection(opening.direction),
        outcome=OpeningOutcome(opening.outcome),
        session_id=opening.session_id,
        booking_id=opening.booking_id,
        forgiven_minor=forgiven_minor,
        refund_minor=refund_minor,
        due_minor=due_minor,
        currency=case.booking.currency if case else None,
    )
