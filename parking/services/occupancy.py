"""What somebody counted, beside what is known. Occupancy itself stays derived: no stay ends by counting."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from parking.db.transactions import use_case
from parking.domain.callers import Caller
from parking.domain.errors import InvalidField
from parking.domain.permissions import Permission
from parking.domain.reasons import clean_reason
from parking.models import OccupancyCorrection
from parking.queries.zones import ZoneStatus, get_zone_status
from parking.services import audit

MAX_COUNTED: Final = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class OccupancyCorrected:
    """A count of a zone, and the zone's status with it."""

    counted_inside: int
    known_inside: int
    zone: ZoneStatus

    @property
    def difference(self) -> int:
        """Cars counted beyond those known; below zero, fewer were there."""
        return self.counted_inside - self.known_inside


def correct_occupancy(
    *, zone_id: int, counted_inside: int, reason: str, caller: Caller, now: datetime
) -> OccupancyCorrected:
    """Write down how many cars were counted in the zone. It closes no stay and frees no slot (promise I5).

    Cars beyond those known take room from what the zone shows as available, until the next count. Where fewer were
    counted, somebody must find out which stay is over. Raises UnknownZone, InvalidField.
    """
    caller.require(Permission.OCCUPANCY_CORRECT)
    if not 0 <= counted_inside <= MAX_COUNTED:
        raise InvalidField(field="counted_inside", problem=f"must be a whole number from 0 to {MAX_COUNTED}.")
    kept_reason = clean_reason(text=reason)
    with use_case():
        known_inside = get_zone_status(zone_id=zone_id, now=now).active_sessions
        OccupancyCorrection.objects.create(
            zone_id=zone_id,
            at=now,
            counted_inside=counted_inside,
            known_inside=known_inside,
            reason=kept_reason,
            made_by=caller.label,
        )
        audit.record(
            action="occupancy.corrected",
            caller=caller,
            at=now,
            data={"zone_id": zone_id, "counted_inside": counted_inside, "known_inside": known_inside},
        )
        zone = get_zone_status(zone_id=zone_id, now=now)
    return OccupancyCorrected(counted_inside=counted_inside, known_inside=known_inside, zone=zone)
