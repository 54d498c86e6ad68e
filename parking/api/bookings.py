"""Making, seeing and cancelling a booking."""

from __future__ import annotations

from django.http import HttpRequest
from ninja import Router, Status

from parking.api import documentation, render
from parking.api.callers import caller_of
from parking.api.documentation import BY_KEY, GUESSABLE
from parking.api.request_schemas import CancelBooking, CreateBooking
from parking.api.response_schemas import BookingAnswer, BookingCancelledAnswer, BookingCreatedAnswer
from parking.domain import errors
from parking.domain.permissions import Permission
from parking.domain.states import VehicleClass
from parking.edge.identifiers import booking_id_of, moment_of
from parking.edge.moments import now_of
from parking.queries.bookings import get_booking
from parking.services import ParkingService

router = Router(tags=["Bookings"])


@router.post(
    "create/",
    operation_id="create_booking",
    summary="Create a booking",
    **documentation.command(
        answers={201: BookingCreatedAnswer},
        refusals=(*BY_KEY, errors.UnknownZone, errors.VehicleBusy, errors.ZoneFull, errors.Busy),
    ),
)
def create(request: HttpRequest, body: CreateBooking) -> Status[BookingCreatedAnswer]:
    """Hold a slot. It is kept until `expires_at`, and after payment until the booked time ends."""
    booking = ParkingService.create_booking(
        vehicle_number=body.vehicle_number,
        owner_name=body.owner_name,
        zone_id=body.zone_id,
        hours=body.hours,
        phone_number=body.phone_number,
        starts_at=moment_of(body.starts_at) if body.starts_at is not None else None,
        vehicle_class=body.vehicle_class or VehicleClass.CAR,
        caller=caller_of(request),
        now=now_of(request),
    )
    return Status(201, render.booking_created(booking=booking))


@router.post(
    "cancel/",
    operation_id="cancel_booking",
    summary="Cancel a booking",
    **documentation.command(
        answers={200: BookingCancelledAnswer},
        refusals=(
            *BY_KEY,
            *GUESSABLE,
            errors.UnknownBooking,
            errors.AlreadyEntered,
            errors.BookingCancelled,
            errors.RefundChanged,
            errors.Busy,
            errors.HoldLapsed,
            errors.NoShow,
        ),
    ),
)
def cancel(request: HttpRequest, body: CancelBooking) -> BookingCancelledAnswer:
    """What goes back is the zone's policy: by default all of it within five minutes of paying, and none later. See
    `cancel_refund_amount` of the booking first, and send it as `expected_refund_amount`. Not after entry."""
    closed = ParkingService.cancel_booking(
        booking_id=booking_id_of(body.booking_id),
        reason=body.reason or "",
        expected_refund=body.expected_refund_amount,
        caller=caller_of(request),
        now=now_of(request),
    )
    return render.booking_cancelled(booking=closed)


@router.get(
    "{booking_id}/",
    operation_id="get_booking",
    summary="See a booking",
    **documentation.query(answers={200: BookingAnswer}, refusals=(*BY_KEY, *GUESSABLE, errors.UnknownBooking)),
)
def show(request: HttpRequest, booking_id: str) -> BookingAnswer:
    """State, times, money, QR code, and the stay once the vehicle has entered."""
    caller_of(request).require(Permission.BOOKING_VIEW)
    return render.booking(details=get_booking(booking_id=booking_id_of(booking_id), now=now_of(request)))
