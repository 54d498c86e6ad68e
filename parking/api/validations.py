"""A merchant's discount code, used for a stay."""

from __future__ import annotations

from django.http import HttpRequest
from ninja import Router
from pydantic import BaseModel, Field, model_validator

from parking.api import documentation
from parking.api.callers import caller_of
from parking.api.documentation import BY_KEY, GUESSABLE
from parking.api.request_schemas import EXAMPLE_ID, IdText, strict
from parking.api.response_schemas import Amount, AnswerWithMessage, Currency, Id
from parking.domain import errors
from parking.domain.money import format_amount
from parking.edge.identifiers import booking_id_of, session_id_of
from parking.edge.moments import now_of
from parking.services import ParkingService
from parking.services.validations import ValidationApplied

router = Router(tags=["Validations"])


class ApplyValidation(BaseModel):
    """A code, and the stay that it is for: named by its booking, or by its session."""

    model_config = strict(example={"booking_id": EXAMPLE_ID, "code": "BOOKSHOP-2H"})

    code: str = Field(max_length=64, description="As the merchant gave it; capitals do not matter.")
    booking_id: IdText | None = None
    session_id: IdText | None = None

    @model_validator(mode="after")
    def _one_stay(self) -> ApplyValidation:
        if (self.booking_id is None) == (self.session_id is None):
            raise ValueError("must have either booking_id or session_id.")
        return self


class ValidationAnswer(AnswerWithMessage):
    booking_id: Id
    session_id: Id
    code: str
    merchant: str
    discount_amount: Amount = Field(description="What this code takes of the stay's price as it is now.")
    at_most_amount: Amount = Field(description="What it may come to while the stay goes on.")
    total_amount: Amount = Field(description="What the stay costs now, after all discounts.")
    additional_amount: Amount = Field(description="What is due now.")
    refund_amount: Amount = Field(description="What was prepaid beyond that, and goes back at the exit.")
    currency: Currency


@router.post(
    "validation/",
    operation_id="apply_validation",
    summary="Use a discount code for a stay",
    **documentation.command(
        answers={200: ValidationAnswer},
        refusals=(
            *BY_KEY,
            *GUESSABLE,
            errors.UnknownBooking,
            errors.UnknownSession,
            errors.UnknownDiscount,
            errors.NotEntered,
            errors.DiscountRefused,
            errors.Busy,
        ),
    ),
)
def apply(request: HttpRequest, body: ApplyValidation) -> ValidationAnswer:
    """While the car is inside. Up to five codes for a stay, each once; what a code may give is kept for this stay, so
    that what the driver is told does not grow when the merchant's budget runs out. Wrong codes count as guesses."""
    applied = ParkingService.apply_validation(
        code=body.code,
        booking_id=booking_id_of(body.booking_id) if body.booking_id is not None else None,
        session_id=session_id_of(body.session_id) if body.session_id is not None else None,
        caller=caller_of(request),
        now=now_of(request),
    )
    return _answer(applied=applied)


def _answer(*, applied: ValidationApplied) -> ValidationAnswer:
    def money(amount_minor: int) -> str:
        return format_amount(amount_minor=amount_minor, currency=applied.currency)

    due = "Nothing is due now."
    if applied.due_minor > 0:
        due = f"{money(applied.due_minor)} {applied.currency} are still due now."
    return ValidationAnswer(
        booking_id=str(applied.booking_id),
        session_id=str(applied.session_id),
        code=applied.code,
        merchant=applied.merchant,
        discount_amount=money(applied.gives_minor),
        at_most_amount=money(applied.at_most_minor),
        total_amount=money(applied.total_minor),
        additional_amount=money(applied.due_minor),
        refund_amount=money(applied.refund_minor),
        currency=applied.currency,
        message=f"{applied.merchant} pays {money(applied.gives_minor)} {applied.currency} of this stay so far. {due}",
    )
