"""The people of the stories at the desk, and what they do there."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from parking.domain.callers import SYSTEM, staff_caller
from parking.domain.permissions import Role
from parking.domain.policy import Policy, policy_definition
from parking.domain.states import AdjustmentKind, ScanType
from parking.services import ParkingService
from parking.services.adjustments import AdjustmentMade
from parking.services.openings import GateOpened
from tests.garage import ENTRY_GATE, EXIT_GATE, OPENING, Garage

RAVI = staff_caller(name="ravi", roles=[Role.ATTENDANT])
MEERA = staff_caller(name="meera", roles=[Role.ATTENDANT])
OLGA = staff_caller(name="olga", roles=[Role.OPERATOR])
OMAR = staff_caller(name="omar", roles=[Role.OPERATOR])


def with_limit(garage: Garage, *, minor: int) -> None:
    """From now on so much may be taken off a stay by one person."""
    definition = policy_definition(policy=Policy(adjustment_limit_minor=minor))
    policy = ParkingService.publish_policy(name="Strict", definition=definition, caller=SYSTEM, now=OPENING)
    ParkingService.set_zone_terms(zone_id=garage.zone.id, policy_id=policy.id, caller=SYSTEM, now=OPENING)
    garage.zone.refresh_from_db()


def with_lost_ticket(garage: Garage, *, rate: str = "50.00", **lost_ticket: str) -> None:
    """From now on the zone is sold under a tariff with this fee for a lost ticket."""
    definition: dict[str, Any] = {
        "kind": "rates",
        "rates": [{"name": "Any time", "bands": [{"each": "1h", "adds": rate}]}],
        "grace": {"end": "5m"},
        "lost_ticket": lost_ticket,
    }
    with_tariff(garage, definition)


def with_tariff(garage: Garage, definition: dict[str, Any]) -> None:
    """From now on the zone is sold under this."""
    tariff = ParkingService.publish_tariff(name="Another", definition=definition, caller=SYSTEM, now=OPENING)
    ParkingService.set_zone_terms(zone_id=garage.zone.id, tariff_id=tariff.id, caller=SYSTEM, now=OPENING)
    garage.zone.refresh_from_db()


def propose(
    session_id: UUID,
    kind: AdjustmentKind,
    amount_minor: int,
    *,
    now: datetime,
    caller: Any = RAVI,
    reason: str = "The exit was blocked",
) -> AdjustmentMade:
    return ParkingService.propose_adjustment(
        session_id=session_id, kind=kind, amount_minor=amount_minor, reason=reason, caller=caller, now=now
    )


def goodwill(booking_id: UUID, amount_minor: int, *, now: datetime, caller: Any = RAVI) -> AdjustmentMade:
    return ParkingService.propose_goodwill(
        booking_id=booking_id, amount_minor=amount_minor, reason="Flat tyre", caller=caller, now=now
    )


def decide(made: AdjustmentMade, *, now: datetime, approve: bool = True, caller: Any = OLGA) -> AdjustmentMade:
    return ParkingService.decide_adjustment(adjustment_id=made.adjustment_id, approve=approve, caller=caller, now=now)


def open_exit(
    session_id: UUID | None, *, now: datetime, close_stay: bool = False, caller: Any = RAVI, **changes: Any
) -> GateOpened:
    return ParkingService.open_gate(
        **{
            "device_id": EXIT_GATE.name,
            "direction": ScanType.EXIT,
            "session_id": session_id,
            "reason": "Scanner out of order",
            "close_stay": close_stay,
            "caller": caller,
            "now": now,
        }
        | changes
    )


def open_entry(*, now: datetime, **changes: Any) -> GateOpened:
    return open_exit(None, now=now, **{"device_id": ENTRY_GATE.name, "direction": ScanType.ENTRY} | changes)
