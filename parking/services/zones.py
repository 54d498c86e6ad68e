"""What an operator changes in the garage itself: zones open and close, slots go out of service and come back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Q

from parking.db.locks import locked_slots
from parking.db.transactions import use_case
from parking.domain.callers import Caller
from parking.domain.errors import NotFound, UnknownZone
from parking.domain.permissions import Permission
from parking.models import ParkingSlot, ParkingZone, SlotAllocation
from parking.services import audit

_MAX_ID: Final = 2**63 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotChanged:
    """A slot as it is now. Who holds it already keeps it: `holders` bookings still stand on it."""

    number: str
    in_service: bool
    holders: int


def open_zone(*, zone_id: int, caller: Caller, now: datetime) -> None:
    """Sell bookings in the zone again. A second time changes nothing. Raises UnknownZone."""
    _set_open(zone_id=zone_id, is_open=True, caller=caller, now=now)


def close_zone(*, zone_id: int, caller: Caller, now: datetime) -> None:
    """Sell no more bookings in the zone; those there are still enter and leave. Raises UnknownZone."""
    _set_open(zone_id=zone_id, is_open=False, caller=caller, now=now)


def set_slot_in_service(*, slot_id: int, in_service: bool, caller: Caller, now: datetime) -> SlotChanged:
    """Give the slot to new bookings again, or to none any more. Raises NotFound."""
    caller.require(Permission.SLOT_MANAGE)
    with use_case():
        slot = locked_slots(wait=True).filter(id=slot_id).first() if 0 < slot_id <= _MAX_ID else None
        if slot is None:
            raise NotFound("There is no such slot.", code="unknown_slot")
        live = SlotAllocation.objects.filter(slot=slot, released_at=None)
        holders = live.filter(Q(lapses_at=None) | Q(lapses_at__gt=now)).count()
        if slot.in_service != in_service:
            ParkingSlot.objects.filter(id=slot.id).update(in_service=in_service)
            audit.record(
                action="slot.in_service" if in_service else "slot.out_of_service",
                caller=caller,
                at=now,
                data={"zone_id": slot.zone_id, "slot": slot.number, "holders": holders},
            )
    return SlotChanged(number=slot.number, in_service=in_service, holders=holders)


def _set_open(*, zone_id: int, is_open: bool, caller: Caller, now: datetime) -> None:
    caller.require(Permission.SLOT_MANAGE)
    with use_case():
        zone = ParkingZone.objects.filter(id=zone_id).first() if 0 < zone_id <= _MAX_ID else None
        if zone is None:
            raise UnknownZone
        if ParkingZone.objects.filter(id=zone.id, is_open=not is_open).update(is_open=is_open):
            audit.record(
                action="zone.opened" if is_open else "zone.closed",
                caller=caller,
                at=now,
                data={"zone_id": zone.id, "zone": zone.name},
            )
