"""Cash at the desk: the cashier's shift, taking money, and handing it back."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router, Status
from pydantic import BaseModel, Field

from parking.api import documentation, render
from parking.api.callers import caller_of
from parking.api.documentation import BY_KEY
from parking.api.request_schemas import EXAMPLE_ID, IdText, strict
from parking.api.response_schemas import (
    AdditionalPaymentAnswer,
    Amount,
    Answer,
    AnswerWithMessage,
    BookingPaymentAnswer,
    Currency,
    Id,
    Moment,
)
from parking.domain import errors
from parking.domain.money import format_amount, parse_amount
from parking.domain.states import PaymentMethod, RefundKind
from parking.domain.times import format_time
from parking.edge.identifiers import booking_id_of, refund_id_of, session_id_of
from parking.edge.moments import now_of
from parking.queries.cash import CashRefund, ShiftReport, desk_currency
from parking.services import ParkingService

router = Router(tags=["Desk"])


class OpenShift(BaseModel):
    """The float that lies in the drawer, counted."""

    model_config = strict(example={"opening_float": "500.00"})

    opening_float: str = Field(description="A decimal number in the site's currency.", examples=["500.00"])


class CloseShift(BaseModel):
    """All that lies in the drawer, counted, the float included."""

    model_config = strict(example={"counted_amount": "1740.00", "note": "One note was torn"})

    counted_amount: str = Field(description="A decimal number in the shift's currency.", examples=["1740.00"])
    note: str | None = Field(None, max_length=200)


class CashForBooking(BaseModel):
    """The whole price of a booking, in cash."""

    model_config = strict(example={"booking_id": EXAMPLE_ID})

    booking_id: IdText


class CashForStay(BaseModel):
    """What a stay costs beyond what was paid, in cash."""

    model_config = strict(example={"session_id": EXAMPLE_ID})

    session_id: IdText


class HandBack(BaseModel):
    """A refund that was given back in cash."""

    model_config = strict(example={"refund_id": EXAMPLE_ID})

    refund_id: IdText


class ShiftAnswer(AnswerWithMessage):
    shift_id: int
    cashier: str
    currency: Currency
    opened_at: Moment
    closed_at: Moment | None = Field(description="Null while the shift is open.")
    opening_float: Amount
    taken_amount: Amount = Field(description="Cash that was taken in this shift.")
    handed_back_amount: Amount = Field(description="Cash that was handed back in it.")
    expected_amount: Amount = Field(description="What must lie in the drawer: float and taken, less handed back.")
    counted_amount: Amount | None = Field(description="Null while the shift is open.")
    difference_amount: Amount | None = Field(description="Counted less expected: below zero, money is missing.")
    note: str


class CashRefundItem(BaseModel):
    """Cash that waits for its owner."""

    refund_id: Id
    booking_id: Id
    vehicle_number: str
    owner_name: str
    amount: Amount
    currency: Currency
    kind: RefundKind
    time: Moment = Field(description="When it was ordered.")


class CashRefundsAnswer(Answer):
    refunds: list[CashRefundItem]


class HandedBackAnswer(AnswerWithMessage):
    refund_id: Id
    booking_id: Id
    amount: Amount
    currency: Currency


@router.post(
    "shift/open/",
    operation_id="open_shift",
    summary="Open a cashier's shift",
    **documentation.command(answers={201: ShiftAnswer}, refusals=(*BY_KEY, errors.ShiftOpen)),
)
def open_shift(request: HttpRequest, body: OpenShift) -> Status[ShiftAnswer]:
    """One at a time for each cashier. Without one no cash can be taken or given."""
    opening_float_minor = parse_amount(text=body.opening_float, currency=desk_currency())
    shift = ParkingService.open_shift(
        opening_float_minor=opening_float_minor, caller=caller_of(request), now=now_of(request)
    )
    return Status(201, _shift(shift=shift, message="The shift is open. Count the drawer again when you close it."))


@router.post(
    "shift/close/",
    operation_id="close_shift",
    summary="Close a cashier's shift",
    **documentation.command(
        answers={200: ShiftAnswer}, refusals=(*BY_KEY, errors.NoOpenShift, errors.PaymentInProgress)
    ),
)
def close_shift(request: HttpRequest, body: CloseShift) -> ShiftAnswer:
    """Expected against counted. A difference is written down with the note, and never refused."""
    shift = ParkingService.close_shift(
        counted_minor=parse_amount(text=body.counted_amount, currency=desk_currency()),
        note=body.note or "",
        caller=caller_of(request),
        now=now_of(request),
    )
    return _shift(shift=shift, message=_closed(shift=shift))


@router.get(
    "shift/",
    operation_id="get_shift",
    summary="See one's own open shift",
    **documentation.query(answers={200: ShiftAnswer}, refusals=(*BY_KEY, errors.NoOpenShift)),
)
def shift(request: HttpRequest) -> ShiftAnswer:
    """What was taken and handed back so far, and what must lie in the drawer now."""
    return _shift(shift=ParkingService.current_shift(caller=caller_of(request)), message="The shift is open.")


@router.post(
    "cash/booking/",
    operation_id="take_cash_for_booking",
    summary="Take cash for a booking",
    **documentation.command(
        answers={200: BookingPaymentAnswer},
        refusals=(
            *BY_KEY,
            errors.UnknownBooking,
            errors.PaymentDeclined,
            errors.NoOpenShift,
            errors.AlreadyPaid,
            errors.BookingCancelled,
            errors.PaymentInProgress,
            errors.Busy,
            errors.HoldLapsed,
            errors.NoShow,
        ),
    ),
)
def cash_for_booking(request: HttpRequest, body: CashForBooking) -> BookingPaymentAnswer:
    """Once, into the caller's open shift."""
    payment = ParkingService.process_booking_payment(
        booking_id=booking_id_of(body.booking_id),
        gateway_data={},
        method=PaymentMethod.CASH,
        caller=caller_of(request),
        now=now_of(request),
    )
    return render.booking_payment(payment=payment)


@router.post(
    "cash/stay/",
    operation_id="take_cash_for_stay",
    summary="Take cash for what a stay costs beyond what was paid",
    **documentation.command(
        answers={200: AdditionalPaymentAnswer},
        refusals=(
            *BY_KEY,
            errors.UnknownSession,
            errors.PaymentDeclined,
            errors.QuoteOutdated,
            errors.NoOpenShift,
            errors.NothingDue,
            errors.PaymentInProgress,
            errors.Busy,
        ),
    ),
)
def cash_for_stay(request: HttpRequest, body: CashForStay) -> AdditionalPaymentAnswer:
    """Into the caller's open shift. The exit gate then opens until `leave_by`."""
    payment = ParkingService.process_additional_payment(
        session_id=session_id_of(body.session_id),
        gateway_data={},
        method=PaymentMethod.CASH,
        caller=caller_of(request),
        now=now_of(request),
    )
    return render.additional_payment(payment=payment)


@router.get(
    "cash/refunds/",
    operation_id="list_cash_refunds",
    summary="List the cash that waits to be handed back",
    **documentation.query(answers={200: CashRefundsAnswer}, refusals=BY_KEY),
)
def cash_refunds(request: HttpRequest) -> CashRefundsAnswer:
    """The oldest first."""
    waiting = ParkingService.cash_to_hand_back(caller=caller_of(request))
    return CashRefundsAnswer(refunds=[CashRefundItem(**_cash_refund(one)) for one in waiting])


@router.post(
    "cash/hand-back/",
    operation_id="hand_back_cash",
    summary="Hand cash back",
    **documentation.command(
        answers={200: HandedBackAnswer},
        refusals=(*BY_KEY, errors.UnknownRefund, errors.NoOpenShift, errors.NothingToHandBack, errors.Busy),
    ),
)
def hand_back(request: HttpRequest, body: HandBack) -> HandedBackAnswer:
    """Once, out of the drawer of the caller's open shift."""
    refund = ParkingService.hand_back_cash(
        refund_id=refund_id_of(body.refund_id), caller=caller_of(request), now=now_of(request)
    )
    amount = format_amount(amount_minor=refund.amount_minor, currency=refund.currency)
    return HandedBackAnswer(
        refund_id=str(refund.refund_id),
        booking_id=str(refund.booking_id),
        amount=amount,
        currency=refund.currency,
        message=f"Give {amount} {refund.currency} to the driver of {refund.plate}.",
    )


def _shift(*, shift: ShiftReport, message: str) -> ShiftAnswer:
    def amount(amount_minor: int) -> str:
        return format_amount(amount_minor=amount_minor, currency=shift.currency)

    return ShiftAnswer(
        shift_id=shift.shift_id,
        cashier=shift.cashier,
        currency=shift.currency,
        opened_at=format_time(moment=shift.opened_at),
        closed_at=format_time(moment=shift.closed_at) if shift.closed_at else None,
        opening_float=amount(shift.drawer.opening_float_minor),
        taken_amount=amount(shift.drawer.taken_minor),
        handed_back_amount=amount(shift.drawer.handed_back_minor),
        expected_amount=amount(shift.drawer.expected_minor),
        counted_amount=None if shift.counted_minor is None else amount(shift.counted_minor),
        difference_amount=None if shift.difference_minor is None else amount(shift.difference_minor),
        note=shift.note,
        message=message,
    )


def _closed(*, shift: ShiftReport) -> str:
    difference_minor = shift.difference_minor or 0
    if difference_minor == 0:
        return "The shift is closed. The drawer has what it must have."
    amount = format_amount(amount_minor=abs(difference_minor), currency=shift.currency)
    how = "more than it must have" if difference_minor > 0 else "less than it must have"
    return f"The shift is closed. The drawer has {amount} {shift.currency} {how}; that is written down."


def _cash_refund(refund: CashRefund) -> dict[str, Any]:
    return {
        "refund_id": str(refund.refund_id),
        "booking_id": str(refund.booking_id),
        "vehicle_number": refund.plate,
        "owner_name": refund.owner_name,
        "amount": format_amount(amount_minor=refund.amount_minor, currency=refund.currency),
        "currency": refund.currency,
        "kind": refund.kind,
        "time": format_time(moment=refund.ordered_at),
    }
