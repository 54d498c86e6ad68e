"""What anybody may ask: the zones, and whether the system answers."""

from __future__ import annotations

from typing import Annotated

from django.db import Error as DatabaseError
from django.http import HttpRequest
from ninja import Path, Query, Router
from pydantic import BaseModel, Field, WithJsonSchema

from parking.api import documentation, render
from parking.api.callers import caller_of
from parking.api.documentation import BY_KEY
from parking.api.request_schemas import MomentText
from parking.api.response_schemas import AvailabilityAnswer, HealthAnswer, ZonesAnswer, ZoneStatusAnswer
from parking.domain.errors import InvalidField, Unavailable, UnknownZone
from parking.domain.permissions import Permission
from parking.edge.identifiers import moment_of, zone_id_of
from parking.edge.moments import now_of
from parking.queries.availability import get_room
from parking.queries.zones import count_zones, list_zones
from parking.services import ParkingService

router = Router(tags=["Information"])


class Span(BaseModel):
    """A time to come."""

    starts_at: MomentText = Field(alias="from")
    ends_at: MomentText = Field(alias="to")


@router.get(
    "api/zones/",
    operation_id="list_zones",
    summary="List the zones",
    **documentation.query(answers={200: ZonesAnswer}, refusals=BY_KEY),
)
def zones(request: HttpRequest) -> ZonesAnswer:
    """Every open zone with its price and its room at this moment."""
    caller_of(request).require(Permission.ZONE_VIEW)
    return ZonesAnswer(zones=[render.zone_summary(zone=zone) for zone in list_zones(now=now_of(request))])


@router.get(
    "api/zone/{zone_id}/status/",
    operation_id="get_zone_status",
    summary="See a zone",
    **documentation.query(answers={200: ZoneStatusAnswer}, refusals=(*BY_KEY, UnknownZone)),
)
def zone_status(
    request: HttpRequest, zone_id: Annotated[str, WithJsonSchema({"type": "integer"}), Path()]
) -> ZoneStatusAnswer:
    """Its price, the cars inside, and its room at this moment."""
    caller_of(request).require(Permission.ZONE_VIEW)
    status = ParkingService.get_zone_status(zone_id=zone_id_of(zone_id), now=now_of(request))
    return render.zone_status(zone=status)


@router.get(
    "api/zone/{zone_id}/availability/",
    operation_id="get_zone_availability",
    summary="See a zone's room over time",
    **documentation.query(answers={200: AvailabilityAnswer}, refusals=(*BY_KEY, InvalidField, UnknownZone)),
)
def availability(
    request: HttpRequest,
    zone_id: Annotated[str, WithJsonSchema({"type": "integer"}), Path()],
    span: Query[Span],
) -> AvailabilityAnswer:
    """Slots that are free for the whole time, and how many are free when. At most 31 days."""
    caller_of(request).require(Permission.ZONE_VIEW)
    room = get_room(
        zone_id=zone_id_of(zone_id), start=moment_of(span.starts_at), end=moment_of(span.ends_at), now=now_of(request)
    )
    return render.availability(found=room)


@router.get(
    "health/",
    operation_id="get_health",
    summary="Ask whether the system answers",
    **documentation.query(answers={200: HealthAnswer}),
)
def health(request: HttpRequest) -> HealthAnswer:
    """200 only if the database answers, 503 otherwise."""
    try:
        return render.health(now=now_of(request), zones_configured=count_zones())
    except DatabaseError as error:
        raise Unavailable("The database does not answer.", details={"status": "unavailable"}) from error
