"""Slots and zones out of service, and cars that were counted."""

from __future__ import annotations

from django.http import HttpRequest
from ninja import Router, Status
from pydantic import BaseModel, Field

from parking.api import documentation
from parking.api.callers import caller_of
from parking.api.documentation import BY_KEY
from parking.api.request_schemas import MomentText, strict
from parking.api.response_schemas import Answer, AnswerWithMessage, Moment
from parking.domain import errors
from parking.domain.times import format_time
from parking.edge.identifiers import moment_of, zone_id_of
from parking.edge.moments import now_of
from parking.queries.outages import OutageReport
from parking.services import ParkingService

router = Router(tags=["Operator"])


class PlanOutage(BaseModel):
    """A slot, or (none named) a whole zone, that takes no new booking for a time."""

    model_config = strict(
        example={
            "zone_id": 1,
            "slot_number": "A001",
            "starts_at": "2026-01-31T09:00:00+05:30",
            "ends_at": "2026-01-31T17:00:00+05:30",
            "reason": "Painting",
        }
    )

    zone_id: int
    slot_number: str | None = Field(None, description="Left out, the whole zone.")
    starts_at: MomentText | None = Field(None, description="Left out, now.")
    ends_at: MomentText | None = Field(None, description="Left out, until somebody ends it.")
    reason: str = Field(json_schema_extra={"minLength": 1, "maxLength": 200})


class EndOutage(BaseModel):
    """An outage that is over, or called off."""

    model_config = strict(example={"outage_id": 7})

    outage_id: int


class CorrectOccupancy(BaseModel):
    """How many cars somebody counted in the zone."""

    model_config = strict(example={"zone_id": 1, "counted_inside": 41, "reason": "Evening round"})

    zone_id: int
    counted_inside: int = Field(json_schema_extra={"minimum": 0})
    reason: str = Field(json_schema_extra={"minLength": 1, "maxLength": 200})


class OutageItem(BaseModel):
    outage_id: int
    zone_id: int
    slot_number: str | None = Field(description="Null: the whole zone.")
    starts_at: Moment
    ends_at: Moment | None = Field(description="Null: until somebody ends it.")
    reason: str
    made_by: str


class OutagePlannedAnswer(AnswerWithMessage):
    outage: OutageItem
    moved: int = Field(description="Bookings that had not entered and were given another slot.")
    remaining: int = Field(description="Bookings and cars that keep their slot. Nobody who paid is turned away.")


class OutageEndedAnswer(AnswerWithMessage):
    outage: OutageItem


class OutagesAnswer(Answer):
    outages: list[OutageItem]


class OccupancyAnswer(AnswerWithMessage):
    zone_id: int
    counted_inside: int
    known_inside: int
    unaccounted_cars: int = Field(description="Counted beyond those known, until the next count.")
    available_slots: int


@router.post(
    "outages/",
    operation_id="plan_outage",
    summary="Take a slot or a zone out of service",
    **documentation.command(
        answers={201: OutagePlannedAnswer},
        refusals=(*BY_KEY, errors.UnknownZone, errors.UnknownSlot, errors.SlotInOutage, errors.Busy),
    ),
)
def plan_outage(request: HttpRequest, body: PlanOutage) -> Status[OutagePlannedAnswer]:
    """Bookings that stand on the slot and have not entered move to another where one is free."""
    planned = ParkingService.plan_outage(
        zone_id=body.zone_id,
        slot_number=body.slot_number,
        starts_at=moment_of(body.starts_at) if body.starts_at is not None else None,
        ends_at=moment_of(body.ends_at) if body.ends_at is not None else None,
        reason=body.reason,
        caller=caller_of(request),
        now=now_of(request),
    )
    message = f"Planned. {planned.moved} bookings were moved, and {planned.remaining} keep their slots."
    answer = OutagePlannedAnswer(
        outage=_outage(planned.outage), moved=planned.moved, remaining=planned.remaining, message=message
    )
    return Status(201, answer)


@router.post(
    "outages/end/",
    operation_id="end_outage",
    summary="Put a slot or a zone back into service",
    **documentation.command(answers={200: OutageEndedAnswer}, refusals=(*BY_KEY, errors.UnknownOutage)),
)
def end_outage(request: HttpRequest, body: EndOutage) -> OutageEndedAnswer:
    """Now; or never out, if it has not begun. A second time changes nothing."""
    outage = ParkingService.end_outage(outage_id=body.outage_id, caller=caller_of(request), now=now_of(request))
    return OutageEndedAnswer(outage=_outage(outage), message="The outage is over.")


@router.get(
    "zone/{zone_id}/outages/",
    operation_id="list_outages",
    summary="List what is, or will be, out of service in a zone",
    **documentation.query(answers={200: OutagesAnswer}, refusals=(*BY_KEY, errors.UnknownZone)),
)
def outages(request: HttpRequest, zone_id: str) -> OutagesAnswer:
    """The first to start first."""
    found = ParkingService.list_outages(zone_id=zone_id_of(zone_id), caller=caller_of(request), now=now_of(request))
    return OutagesAnswer(outages=[_outage(one) for one in found])


@router.post(
    "occupancy/",
    operation_id="correct_occupancy",
    summary="Write down how many cars were counted in a zone",
    **documentation.command(answers={200: OccupancyAnswer}, refusals=(*BY_KEY, errors.UnknownZone)),
)
def correct_occupancy(request: HttpRequest, body: CorrectOccupancy) -> OccupancyAnswer:
    """Ends no stay and frees no slot. Cars beyond those known take room from what the zone shows as available."""
    corrected = ParkingService.correct_occupancy(
        zone_id=body.zone_id,
        counted_inside=body.counted_inside,
        reason=body.reason,
        caller=caller_of(request),
        now=now_of(request),
    )
    return OccupancyAnswer(
        zone_id=corrected.zone.id,
        counted_inside=corrected.counted_inside,
        known_inside=corrected.known_inside,
        unaccounted_cars=corrected.zone.unaccounted_cars,
        available_slots=corrected.zone.available_slots,
        message=_counted(difference=corrected.difference),
    )


def _counted(*, difference: int) -> str:
    if difference > 0:
        return f"{difference} more cars are there than are known. They take room until the next count."
    if difference < 0:
        return f"{-difference} cars fewer are there than are known. Find out which have left, and reset their stays."
    return "As many cars are there as are known."


def _outage(outage: OutageReport) -> OutageItem:
    return OutageItem(
        outage_id=outage.outage_id,
        zone_id=outage.zone_id,
        slot_number=outage.slot_number,
        starts_at=format_time(moment=outage.starts_at),
        ends_at=format_time(moment=outage.ends_at) if outage.ends_at is not None else None,
        reason=outage.reason,
        made_by=outage.made_by,
    )
