"""Permits as an operator reads them: what was sold, to which cars, and how many of them are inside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import Count, Q, QuerySet

from parking.domain.errors import UnknownPermit
from parking.models import Permit, PermitCar

MAX_PERMITS: Final = 1000
_MAX_ID: Final = 2**63 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class PermitSummary:
    id: int
    zone_id: int
    zone_name: str
    holder: str
    cars_at_once: int
    cars_inside: int
    weekly_hours: Mapping[str, Any]
    valid_from: datetime
    valid_until: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CarOfPermit:
    vehicle_number: str
    qr_code: str
    added_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PermitDetails:
    """A permit and the cars that are on it now, by their plates."""

    summary: PermitSummary
    cars: tuple[CarOfPermit, ...]


def list_permits() -> list[PermitSummary]:
    """The newest first, those that are over too."""
    return [_summary(permit=one) for one in _counted().order_by("-id")[:MAX_PERMITS]]


def get_permit(*, permit_id: int) -> PermitDetails:
    """Raises UnknownPermit."""
    permit = _counted().filter(id=permit_id).first() if 0 < permit_id <= _MAX_ID else None
    if permit is None:
        raise UnknownPermit
    cars = PermitCar.objects.select_related("vehicle").filter(permit=permit, removed_at=None)
    return PermitDetails(
        summary=_summary(permit=permit),
        cars=tuple(
            CarOfPermit(vehicle_number=car.vehicle.number, qr_code=car.qr_code, added_at=car.added_at)
            for car in cars.order_by("vehicle__number")
        ),
    )


def _counted() -> QuerySet[Permit]:
    inside = Q(bookings__session__isnull=False, bookings__session__exit_time=None)
    return Permit.objects.select_related("zone").annotate(cars_inside=Count("bookings", filter=inside))


def _summary(*, permit: Any) -> PermitSummary:
    return PermitSummary(
        id=permit.id,
        zone_id=permit.zone_id,
        zone_name=permit.zone.name,
        holder=permit.holder,
        cars_at_once=permit.cars_at_once,
        cars_inside=permit.cars_inside,
        weekly_hours=permit.weekly_hours,
        valid_from=permit.valid_from,
        valid_until=permit.valid_until,
        revoked_at=permit.revoked_at,
    )
