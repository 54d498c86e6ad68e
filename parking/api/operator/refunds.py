"""Refunds by hand: what of a booking's payments can go back, and giving it back."""

from __future__ import annotations

from django.http import HttpRequest
from ninja import Router, Status
from pydantic import BaseModel, Field

from parking.api import documentation
from parking.api.callers import caller_of
from parking.api.desk.adjustments import AdjustmentAnswer, adjustment_answer
from parking.api.documentation import BY_KEY
from parking.api.request_schemas import EXAMPLE_ID, IdText, strict
from parking.api.response_schemas import Amount, Answer, Currency, Id, Moment
from parking.domain import errors
from parking.domain.money import format_amount, parse_amount
from parking.domain.permissions import Permission
from parking.domain.states import PaymentKind, PaymentMethod
from parking.domain.times import format_time
from parking.edge.identifiers import booking_id_of, payment_id_of
from parking.edge.moments import now_of
from parking.queries.refundable import RefundableBooking, RefundableLine, payment_currency, refundable_payments
from parking.services import ParkingService

router = Router(tags=["Operator"])


class RefundPayment(BaseModel):
    """So much of one payment, and why."""

    model_config = strict(
        example={"payment_id": EXAMPLE_ID, "amount": "20.00", "reason": "The lights were out on level 2"}
    )

    payment_id: IdText
    amount: str = Field(description="A decimal number in the payment's currency.", examples=["20.00"])
    reason: str = Field(json_schema_extra={"minLength": 1, "maxLength": 200})


class RefundableItem(BaseModel):
    payment_id: Id
    kind: PaymentKind
    method: PaymentMethod
    provider: str
    time: Moment | None
    amount: Amount = Field(description="What was captured.")
    refunded_amount: Amount = Field(description="What went back already, or is about to.")
    at_most: Amount = Field(description="What can go back by hand now.")
    why_not: str = Field(description="If that is nothing: why, and what to do instead.")


class RefundableAnswer(Answer):
    booking_id: Id
    currency: Currency
    alone_at_most: Amount = Field(description="Above it a second person must agree.")
    payments: list[RefundableItem]


@router.get(
    "booking/{booking_id}/refundable/",
    operation_id="list_refundable_payments",
    summary="See what of a booking's payments can go back by hand",
    **documentation.query(answers={200: RefundableAnswer}, refusals=(*BY_KEY, errors.UnknownBooking)),
)
def refundable(request: HttpRequest, booking_id: str) -> RefundableAnswer:
    """The newest payment first."""
    caller_of(request).require(Permission.REFUND_BY_HAND)
    return _refundable(found=refundable_payments(booking_id=booking_id_of(booking_id)))


@router.post(
    "refunds/",
    operation_id="refund_payment",
    summary="Give back an amount of one payment",
    **documentation.command(
        answers={201: AdjustmentAnswer},
        refusals=(*BY_KEY, errors.UnknownPayment, errors.NotRefundable, errors.AdjustmentTooLarge, errors.Busy),
    ),
)
def refund(request: HttpRequest, body: RefundPayment) -> Status[AdjustmentAnswer]:
    """Of a stay or booking that is over. At once within the policy's limit, which counts all that was given for it
    without a second person; above it, it waits until somebody else decides it at `desk/adjustment/decide/`."""
    caller = caller_of(request)
    caller.require(Permission.REFUND_BY_HAND)
    payment_id = payment_id_of(body.payment_id)
    made = ParkingService.refund_payment(
        payment_id=payment_id,
        amount_minor=parse_amount(text=body.amount, currency=payment_currency(payment_id=payment_id)),
        reason=body.reason,
        caller=caller,
        now=now_of(request),
    )
    return Status(201, adjustment_answer(made=made))


def _refundable(*, found: RefundableBooking) -> RefundableAnswer:
    return RefundableAnswer(
        booking_id=str(found.booking_id),
        currency=found.currency,
        alone_at_most=format_amount(amount_minor=found.alone_minor, currency=found.currency),
        payments=[_item(line=line, currency=found.currency) for line in found.payments],
    )


def _item(*, line: RefundableLine, currency: str) -> RefundableItem:
    def amount(amount_minor: int) -> str:
        return format_amount(amount_minor=amount_minor, currency=currency)

    return RefundableItem(
        payment_id=str(line.payment_id),
        kind=line.kind,
        method=line.method,
        provider=line.provider,
        time=format_time(moment=line.captured_at) if line.captured_at is not None else None,
        amount=amount(line.captured_minor),
        refunded_amount=amount(line.returned_minor),
        at_most=amount(line.most_minor),
        why_not=line.why_not,
    )
