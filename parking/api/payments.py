"""Paying for a booking, and for the time beyond it."""

from __future__ import annotations

from django.http import HttpRequest
from ninja import Router, Status

from parking.api import documentation, render
from parking.api.callers import caller_of
from parking.api.documentation import BY_KEY, GUESSABLE
from parking.api.request_schemas import PayAdditional, PayBooking
from parking.api.response_schemas import AdditionalPaymentAnswer, BookingPaymentAnswer
from parking.domain import errors
from parking.domain.states import PaymentStatus
from parking.edge.identifiers import booking_id_of, session_id_of
from parking.edge.moments import now_of
from parking.services import ParkingService

router = Router(tags=["Payments"])


@router.post(
    "booking/payment/",
    operation_id="pay_booking",
    summary="Pay for a booking",
    **documentation.command(
        answers={200: BookingPaymentAnswer, 202: BookingPaymentAnswer},
        refusals=(
            *BY_KEY,
            *GUESSABLE,
            errors.UnknownBooking,
            errors.PaymentDeclined,
            errors.AlreadyPaid,
            errors.BookingCancelled,
            errors.PaymentInProgress,
            errors.Busy,
            errors.HoldLapsed,
            errors.NoShow,
        ),
    ),
)
def pay_booking(request: HttpRequest, body: PayBooking) -> Status[BookingPaymentAnswer]:
    """Charges once. 202 says that the payment waits, and `next_action` for what; send the same again later."""
    payment = ParkingService.process_booking_payment(
        booking_id=booking_id_of(body.booking_id),
        gateway_data=body.payment_gateway_data or {},
        caller=caller_of(request),
        now=now_of(request),
    )
    return Status(_status(payment.payment_status), render.booking_payment(payment=payment))


@router.post(
    "payment/additional/",
    operation_id="pay_additional",
    summary="Pay what a stay costs beyond what was paid",
    **documentation.command(
        answers={200: AdditionalPaymentAnswer, 202: AdditionalPaymentAnswer},
        refusals=(
            *BY_KEY,
            *GUESSABLE,
            errors.UnknownSession,
            errors.PaymentDeclined,
            errors.QuoteOutdated,
            errors.NothingDue,
            errors.PaymentInProgress,
            errors.Busy,
        ),
    ),
)
def pay_additional(request: HttpRequest, body: PayAdditional) -> Status[AdditionalPaymentAnswer]:
    """At the exit, after a 402; or on foot before it. Then the exit gate opens until `leave_by`."""
    payment = ParkingService.process_additional_payment(
        session_id=session_id_of(body.session_id),
        gateway_data=body.payment_gateway_data or {},
        caller=caller_of(request),
        now=now_of(request),
    )
    return Status(_status(payment.payment_status), render.additional_payment(payment=payment))


def _status(payment_status: PaymentStatus) -> int:
    return 202 if payment_status is PaymentStatus.PENDING else 200
