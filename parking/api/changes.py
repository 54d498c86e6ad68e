"""Changing a booking: more hours, another plate."""

from __future__ import annotations

from django.http import HttpRequest
from ninja import Router, Status

from parking.api import documentation, render
from parking.api.callers import caller_of
from parking.api.documentation import BY_KEY, GUESSABLE
from parking.api.request_schemas import ChangePlate, ExtendBooking
from parking.api.response_schemas import BookingExtendedAnswer, PlateChangedAnswer
from parking.domain import errors
from parking.domain.states import PaymentStatus
from parking.edge.identifiers import booking_id_of
from parking.edge.moments import now_of
from parking.services import ParkingService

router = Router(tags=["Bookings"])


@router.post(
    "extend/",
    operation_id="extend_booking",
    summary="Buy more hours",
    **documentation.command(
        answers={200: BookingExtendedAnswer, 202: BookingExtendedAnswer},
        refusals=(
            *BY_KEY,
            *GUESSABLE,
            errors.UnknownBooking,
            errors.PaymentDeclined,
            errors.NotExtendable,
            errors.VehicleBusy,
            errors.ZoneFull,
            errors.PaymentInProgress,
            errors.AlreadyPaid,
            errors.Busy,
        ),
    ),
)
def extend(request: HttpRequest, body: ExtendBooking) -> Status[BookingExtendedAnswer]:
    """Before entry or while the car is inside. The tariff goes on where it was and never begins anew. Whoever was
    promised the slot and has not entered is given another; if none is free, 409 and nothing is charged."""
    extended = ParkingService.extend_booking(
        booking_id=booking_id_of(body.booking_id),
        hours=body.hours,
        gateway_data=body.payment_gateway_data or {},
        caller=caller_of(request),
        now=now_of(request),
    )
    waits = extended.payment is not None and extended.payment.payment_status is PaymentStatus.PENDING
    return Status(202 if waits else 200, render.booking_extended(extended=extended))


@router.post(
    "plate/",
    operation_id="change_plate",
    summary="Use a booking with another vehicle",
    **documentation.command(
        answers={200: PlateChangedAnswer},
        refusals=(
            *BY_KEY,
            *GUESSABLE,
            errors.UnknownBooking,
            errors.VehicleBusy,
            errors.AlreadyEntered,
            errors.BookingCancelled,
            errors.Busy,
            errors.HoldLapsed,
            errors.NoShow,
        ),
    ),
)
def change_plate(request: HttpRequest, body: ChangePlate) -> PlateChangedAnswer:
    """Until the car has entered. Code, slot, times and money stay as they are."""
    changed = ParkingService.change_plate(
        booking_id=booking_id_of(body.booking_id),
        vehicle_number=body.vehicle_number,
        caller=caller_of(request),
        now=now_of(request),
    )
    return render.plate_changed(changed=changed)
