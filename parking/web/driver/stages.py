"""Where a ticket stands in its life, as one word that the page's template has a block for."""

from __future__ import annotations

from enum import StrEnum

from parking.domain.states import BookingStatus, SessionStatus
from parking.queries.bookings import BookingDetails, StayDetails


class Stage(StrEnum):
    UNPAID = "unpaid"
    COMING = "coming"
    PARKED = "parked"
    DUE = "due"
    LEAVING = "leaving"
    LEFT = "left"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    NO_SHOW = "no_show"


_BEFORE_ENTRY = {
    BookingStatus.CREATED: Stage.UNPAID,
    BookingStatus.PAID: Stage.COMING,
    BookingStatus.EXPIRED: Stage.EXPIRED,
    BookingStatus.CANCELLED: Stage.CANCELLED,
    BookingStatus.NO_SHOW: Stage.NO_SHOW,
}


def stage_of(booking: BookingDetails) -> Stage:
    return _BEFORE_ENTRY[booking.status] if booking.stay is None else _inside(booking.stay)


def _inside(stay: StayDetails) -> Stage:
    if stay.gate_opened_at is not None:
        return Stage.LEFT
    if stay.due_minor > 0:
        return Stage.DUE
    return Stage.LEAVING if stay.status is SessionStatus.COMPLETED or stay.leave_by is not None else Stage.PARKED
