"""Season tickets: sold, revoked, and given to cars."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router, Status
from pydantic import BaseModel, Field

from parking.api import documentation
from parking.api.callers import caller_of
from parking.api.documentation import BY_KEY
from parking.api.request_schemas import MomentText, strict
from parking.api.response_schemas import Answer, Code, Moment
from parking.domain import errors
from parking.domain.permissions import Permission
from parking.domain.times import format_time
from parking.edge.identifiers import moment_of, number_of
from parking.edge.moments import now_of
from parking.queries.permits import PermitDetails, PermitSummary, get_permit, list_permits
from parking.services import ParkingService

router = Router(tags=["Operator"])

_HOURS = {
    "time_zone": "Asia/Kolkata",
    "hours": [{"days": ["mon", "tue", "wed", "thu", "fri"], "from": "07:00", "to": "19:00"}],
}


class SellPermit(BaseModel):
    """A right to park in a zone, for so many cars at once, in some hours of each week."""

    model_config = strict(
        example={
            "zone_id": 1,
            "holder": "Lotus Offices",
            "cars_at_once": 2,
            "weekly_hours": _HOURS,
            "valid_from": "2026-01-01T00:00:00+05:30",
            "valid_until": "2027-01-01T00:00:00+05:30",
        }
    )

    zone_id: int
    holder: str
    cars_at_once: int
    weekly_hours: dict[str, Any] = Field(
        description='`hours` by days of the week, over midnight too, or `{"always": true}`; in `time_zone`, which is '
        "the site's if it is left out.",
        examples=[_HOURS],
    )
    valid_from: MomentText
    valid_until: MomentText


class RevokePermit(BaseModel):
    """Nothing more is needed."""

    model_config = strict(example={})


class NameCar(BaseModel):
    """A car of the permit."""

    model_config = strict(example={"vehicle_number": "DL01AB1234"})

    vehicle_number: str = Field(description="The plate, with or without separators.")


class PermitItem(BaseModel):
    permit_id: int
    zone_id: int
    zone_name: str
    holder: str
    cars_at_once: int
    cars_inside: int
    weekly_hours: dict[str, Any]
    valid_from: Moment
    valid_until: Moment
    revoked_at: Moment | None


class CarItem(BaseModel):
    vehicle_number: str
    qr_code: Code = Field(description="The car's ticket, at both gates, for as long as the permit holds.")
    added_at: Moment


class PermitAnswer(PermitItem, Answer):
    cars: list[CarItem]


class PermitsAnswer(Answer):
    permits: list[PermitItem]


class PermitCarAnswer(Answer):
    permit_id: int
    vehicle_number: str
    qr_code: Code


@router.post(
    "permits/",
    operation_id="sell_permit",
    summary="Sell a permit",
    **documentation.command(answers={201: PermitAnswer}, refusals=(*BY_KEY, errors.UnknownZone)),
)
def sell_permit(request: HttpRequest, body: SellPermit) -> Status[PermitAnswer]:
    """Cars are put on it next. Time inside its hours costs nothing; time outside costs the zone's tariff."""
    sold = ParkingService.sell_permit(
        zone_id=body.zone_id,
        holder=body.holder,
        cars_at_once=body.cars_at_once,
        weekly_hours=body.weekly_hours,
        valid_from=moment_of(body.valid_from),
        valid_until=moment_of(body.valid_until),
        caller=caller_of(request),
        now=now_of(request),
    )
    return Status(201, _details(get_permit(permit_id=sold.permit_id)))


@router.get(
    "permits/",
    operation_id="list_permits",
    summary="List the permits",
    **documentation.query(answers={200: PermitsAnswer}, refusals=BY_KEY),
)
def permits(request: HttpRequest) -> PermitsAnswer:
    """The newest first, with how many of their cars are inside."""
    caller_of(request).require(Permission.PERMIT_MANAGE)
    return PermitsAnswer(permits=[PermitItem(**_item(one)) for one in list_permits()])


@router.get(
    "permits/{permit_id}/",
    operation_id="get_permit",
    summary="See a permit",
    **documentation.query(answers={200: PermitAnswer}, refusals=(*BY_KEY, errors.UnknownPermit)),
)
def permit(request: HttpRequest, permit_id: str) -> PermitAnswer:
    """With its cars and their codes."""
    caller_of(request).require(Permission.PERMIT_MANAGE)
    return _details(get_permit(permit_id=number_of(permit_id, unknown=errors.UnknownPermit)))


@router.post(
    "permits/{permit_id}/revoke/",
    operation_id="revoke_permit",
    summary="Revoke a permit",
    **documentation.command(answers={200: PermitAnswer}, refusals=(*BY_KEY, errors.UnknownPermit)),
)
def revoke_permit(request: HttpRequest, permit_id: str, body: RevokePermit) -> PermitAnswer:
    """Its cars come in no more. Those that are inside pay the tariff from now on."""
    number = number_of(permit_id, unknown=errors.UnknownPermit)
    ParkingService.revoke_permit(permit_id=number, caller=caller_of(request), now=now_of(request))
    return _details(get_permit(permit_id=number))


@router.post(
    "permits/{permit_id}/cars/",
    operation_id="add_permit_car",
    summary="Put a car on a permit",
    **documentation.command(
        answers={201: PermitCarAnswer}, refusals=(*BY_KEY, errors.UnknownPermit, errors.PermitOver, errors.Busy)
    ),
)
def add_car(request: HttpRequest, permit_id: str, body: NameCar) -> Status[PermitCarAnswer]:
    """The answer has the car's code: print it, or send it to its driver."""
    car = ParkingService.add_permit_car(
        permit_id=number_of(permit_id, unknown=errors.UnknownPermit),
        vehicle_number=body.vehicle_number,
        caller=caller_of(request),
        now=now_of(request),
    )
    answer = PermitCarAnswer(permit_id=car.permit_id, vehicle_number=car.vehicle_number, qr_code=car.qr_code)
    return Status(201, answer)


@router.post(
    "permits/{permit_id}/cars/remove/",
    operation_id="remove_permit_car",
    summary="Take a car off a permit",
    **documentation.command(
        answers={200: PermitAnswer}, refusals=(*BY_KEY, errors.UnknownPermit, errors.UnknownPermitCar)
    ),
)
def remove_car(request: HttpRequest, permit_id: str, body: NameCar) -> PermitAnswer:
    """Its code lets it in no more. If it is inside, that stay ends under the permit."""
    number = number_of(permit_id, unknown=errors.UnknownPermit)
    ParkingService.remove_permit_car(
        permit_id=number, vehicle_number=body.vehicle_number, caller=caller_of(request), now=now_of(request)
    )
    return _details(get_permit(permit_id=number))


def _item(one: PermitSummary) -> dict[str, Any]:
    return {
        "permit_id": one.id,
        "zone_id": one.zone_id,
        "zone_name": one.zone_name,
        "holder": one.holder,
        "cars_at_once": one.cars_at_once,
        "cars_inside": one.cars_inside,
        "weekly_hours": dict(one.weekly_hours),
        "valid_from": format_time(moment=one.valid_from),
        "valid_until": format_time(moment=one.valid_until),
        "revoked_at": format_time(moment=one.revoked_at) if one.revoked_at else None,
    }


def _details(permit: PermitDetails) -> PermitAnswer:
    cars = [
        CarItem(vehicle_number=car.vehicle_number, qr_code=car.qr_code, added_at=format_time(moment=car.added_at))
        for car in permit.cars
    ]
    return PermitAnswer(**_item(permit.summary), cars=cars)
