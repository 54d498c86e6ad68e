"""What people take off a stay: proposed by one, and above the policy's limit decided by another."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from django.http import HttpRequest
from ninja import Router, Status
from pydantic import BaseModel, Field, model_validator

from parking.api import documentation
from parking.api.callers import caller_of
from parking.api.documentation import BY_KEY
from parking.api.request_schemas import EXAMPLE_ID, IdText, strict
from parking.api.response_schemas import Amount, Answer, AnswerWithMessage, Currency, Id, Moment
from parking.domain import errors
from parking.domain.callers import Caller
from parking.domain.money import format_amount, parse_amount
from parking.domain.permissions import Permission
from parking.domain.states import AdjustmentKind, AdjustmentStatus
from parking.domain.times import format_time
from parking.edge.identifiers import adjustment_id_of, booking_id_of, session_id_of
from parking.edge.moments import now_of
from parking.queries.desk import WaitingAdjustment, booking_currency, list_waiting_adjustments, session_currency
from parking.services import ParkingService
from parking.services.adjustments import AdjustmentMade

router = Router(tags=["Desk"])


class ProposeAdjustment(BaseModel):
    """An amount to take off a stay (`session_id`), or to give back for a booking that never became one."""

    model_config = strict(
        example={
            "session_id": EXAMPLE_ID,
            "kind": "WAIVER",
            "amount": "50.00",
            "reason": "The exit was blocked for half an hour",
        }
    )

    session_id: IdText | None = None
    booking_id: IdText | None = Field(
        None, description="Instead of a session, with GOODWILL: a booking that did not show up, or was cancelled."
    )
    kind: Literal["WAIVER", "GOODWILL"] = Field(
        description="A waiver takes from what is due; goodwill from all that it costs, and gives back what was paid."
    )
    amount: str = Field(description="A decimal number in the booking's currency.", examples=["50.00"])
    reason: str

    @model_validator(mode="after")
    def _one_subject(self) -> ProposeAdjustment:
        if (self.session_id is None) == (self.booking_id is None):
            raise ValueError("must have either session_id or booking_id.")
        if self.booking_id is not None and self.kind != AdjustmentKind.GOODWILL:
            raise ValueError("must have a session_id for a WAIVER.")
        return self


class DecideAdjustment(BaseModel):
    """Yes or no to what somebody else proposed."""

    model_config = strict(example={"adjustment_id": EXAMPLE_ID, "approve": True})

    adjustment_id: IdText
    approve: bool


class AdjustmentAnswer(AnswerWithMessage):
    adjustment_id: Id
    booking_id: Id
    session_id: Id | None
    kind: AdjustmentKind
    status: AdjustmentStatus
    needs_second: bool = Field(description="Above the policy's limit: somebody else must approve.")
    amount: Amount = Field(description="What is taken off.")
    amount_due: Amount = Field(description="What leaving now costs after it.")
    refund_amount: Amount = Field(description="What goes back at once, because it was paid and is over.")
    currency: Currency


class WaitingItem(BaseModel):
    adjustment_id: Id
    booking_id: Id
    session_id: Id | None
    payment_id: Id | None = Field(description="The payment that it would go back on, if it is a refund by hand.")
    vehicle_number: str
    zone_name: str
    kind: AdjustmentKind
    amount: Amount
    currency: Currency
    reason: str
    proposed_by: str
    time: Moment


class WaitingAnswer(Answer):
    adjustments: list[WaitingItem]


@router.post(
    "adjustment/",
    operation_id="propose_adjustment",
    summary="Waive what is due, or give goodwill",
    **documentation.command(
        answers={201: AdjustmentAnswer},
        refusals=(
            *BY_KEY,
            errors.UnknownSession,
            errors.UnknownBooking,
            errors.NothingDue,
            errors.AdjustmentTooLarge,
            errors.Busy,
        ),
    ),
)
def propose(request: HttpRequest, body: ProposeAdjustment) -> Status[AdjustmentAnswer]:
    """Approved at once within the policy's limit, which counts all that one person alone took off this stay. Above
    it, it waits for a second person."""
    caller = caller_of(request)
    caller.require(Permission.ADJUSTMENT_PROPOSE)
    return Status(201, adjustment_answer(made=_propose(body=body, caller=caller, now=now_of(request))))


@router.post(
    "adjustment/decide/",
    operation_id="decide_adjustment",
    summary="Approve or reject an adjustment",
    **documentation.command(
        answers={200: AdjustmentAnswer},
        refusals=(
            *BY_KEY,
            errors.SecondPersonRequired,
            errors.UnknownAdjustment,
            errors.AdjustmentDecided,
            errors.NothingDue,
            errors.NotRefundable,
            errors.AdjustmentTooLarge,
            errors.Busy,
        ),
    ),
)
def decide(request: HttpRequest, body: DecideAdjustment) -> AdjustmentAnswer:
    """Nobody approves what they proposed. It is looked at again: what is not due any more cannot be waived."""
    made = ParkingService.decide_adjustment(
        adjustment_id=adjustment_id_of(body.adjustment_id),
        approve=body.approve,
        caller=caller_of(request),
        now=now_of(request),
    )
    return adjustment_answer(made=made)


@router.get(
    "adjustment/waiting/",
    operation_id="list_waiting_adjustments",
    summary="List what waits for a second person",
    **documentation.query(answers={200: WaitingAnswer}, refusals=BY_KEY),
)
def waiting(request: HttpRequest) -> WaitingAnswer:
    """The oldest first, at most 100."""
    caller_of(request).require(Permission.ADJUSTMENT_PROPOSE)
    return WaitingAnswer(adjustments=[_waiting(one=one) for one in list_waiting_adjustments()])


def _propose(*, body: ProposeAdjustment, caller: Caller, now: datetime) -> AdjustmentMade:
    if body.booking_id is not None:
        booking_id = booking_id_of(body.booking_id)
        currency = booking_currency(booking_id=booking_id)
        return ParkingService.propose_goodwill(
            booking_id=booking_id,
            amount_minor=parse_amount(text=body.amount, currency=currency),
            reason=body.reason,
            caller=caller,
            now=now,
        )
    session_id = session_id_of(body.session_id or "")
    return ParkingService.propose_adjustment(
        session_id=session_id,
        kind=AdjustmentKind(body.kind),
        amount_minor=parse_amount(text=body.amount, currency=session_currency(session_id=session_id)),
        reason=body.reason,
        caller=caller,
        now=now,
    )


def adjustment_answer(*, made: AdjustmentMade) -> AdjustmentAnswer:
    def amount(amount_minor: int) -> str:
        return format_amount(amount_minor=amount_minor, currency=made.currency)

    return AdjustmentAnswer(
        adjustment_id=str(made.adjustment_id),
        booking_id=str(made.booking_id),
        session_id=str(made.session_id) if made.session_id else None,
        kind=made.kind,
        status=made.status,
        needs_second=made.needs_second,
        amount=amount(made.amount_minor),
        amount_due=amount(made.due_minor),
        refund_amount=amount(made.refund_minor),
        currency=made.currency,
        message=_message(made=made, amount=f"{amount(made.amount_minor)} {made.currency}"),
    )


def _message(*, made: AdjustmentMade, amount: str) -> str:
    match made.status:
        case AdjustmentStatus.PROPOSED:
            return f"{amount} are proposed. This is above the limit: somebody else must approve it."
        case AdjustmentStatus.REJECTED:
            return f"{amount} were rejected. Nothing changes."
        case _ if made.refund_minor > 0:
            return f"{amount} go back the way they were paid."
        case _:
            return f"{amount} were taken off."


def _waiting(*, one: WaitingAdjustment) -> WaitingItem:
    return WaitingItem(
        adjustment_id=str(one.adjustment_id),
        booking_id=str(one.booking_id),
        session_id=str(one.session_id) if one.session_id else None,
        payment_id=str(one.payment_id) if one.payment_id else None,
        vehicle_number=one.vehicle_number,
        zone_name=one.zone_name,
        kind=one.kind,
        amount=format_amount(amount_minor=one.amount_minor, currency=one.currency),
        currency=one.currency,
        reason=one.reason,
        proposed_by=one.proposed_by,
        time=format_time(moment=one.proposed_at),
    )
