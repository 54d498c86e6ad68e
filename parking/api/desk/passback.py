"""A car that has left without a scan."""

from __future__ import annotations

from django.http import HttpRequest
from ninja import Router
from pydantic import BaseModel, Field

from parking.api import documentation
from parking.api.callers import caller_of
from parking.api.documentation import BY_KEY
from parking.api.request_schemas import strict
from parking.api.response_schemas import Amount, AnswerWithMessage, Currency, Id
from parking.domain import errors
from parking.domain.money import format_amount
from parking.edge.moments import now_of
from parking.services import ParkingService

router = Router(tags=["Desk"])


class ResetPassback(BaseModel):
    """A vehicle that is inside as far as anybody knows, and is not."""

    model_config = strict(example={"vehicle_number": "DL01AB1234", "reason": "Seen on the street"})

    vehicle_number: str = Field(description="The plate, with or without separators.")
    reason: str = Field(json_schema_extra={"minLength": 1, "maxLength": 200})


class PassbackResetAnswer(AnswerWithMessage):
    session_id: Id
    booking_id: Id
    vehicle_number: str
    total_amount: Amount
    refund_amount: Amount = Field(description="What was paid for and not used, and goes back.")
    currency: Currency


@router.post(
    "passback/reset/",
    operation_id="reset_passback",
    summary="Say that a car has left without a scan",
    **documentation.command(
        answers={200: PassbackResetAnswer},
        refusals=(*BY_KEY, errors.UnknownSession, errors.VehicleInside, errors.Busy),
    ),
)
def reset_passback(request: HttpRequest, body: ResetPassback) -> PassbackResetAnswer:
    """Ends its stay as an exit gate would, at this moment. Not while money is due for it: collect or waive it first."""
    ended = ParkingService.reset_passback(
        vehicle_number=body.vehicle_number, reason=body.reason, caller=caller_of(request), now=now_of(request)
    )
    return PassbackResetAnswer(
        session_id=str(ended.session_id),
        booking_id=str(ended.booking_id),
        vehicle_number=ended.vehicle_number,
        total_amount=format_amount(amount_minor=ended.total_minor, currency=ended.currency),
        refund_amount=format_amount(amount_minor=ended.refund_minor, currency=ended.currency),
        currency=ended.currency,
        message=f"The stay of {ended.vehicle_number} is over. It may come in again.",
    )
