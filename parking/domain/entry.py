"""What an entry scan may do: a frozen snapshot and `now` in, a decision out (DESIGN section 2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from parking.domain.bookings import BookingSnapshot
from parking.domain.errors import (
    AlreadyEntered,
    BookingCancelled,
    HoldLapsed,
    NoShow,
    ParkingError,
    PaymentRequired,
    TooEarly,
    VehicleInside,
)
from parking.domain.policy import Policy
from parking.domain.states import AntiPassback, BookingStatus
from parking.domain.times import format_time


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """The ticket is good. The car needs a slot from `occupies_from` on, if possible until `occupies_until`."""

    occupies_from: datetime
    occupies_until: datetime
    is_early: bool
    """Before its window the car is only let in if a slot is free, and may come back later if none is."""
    ends_earlier_stay: bool = False
    """The vehicle is inside on another ticket, and its policy takes that for a gate that missed it leaving."""


def decide_entry(
    *, booking: BookingSnapshot, vehicle_inside: bool, policy: Policy, now: datetime
) -> Admission | ParkingError:
    """Admit, or say why not. A late car is admitted for its full hours from `now`.

    `vehicle_inside` says that this vehicle has an open session, on this ticket or another. Unless the policy is soft
    or off there, it is refused.
    """
    match booking.status_at(now=now):
        case BookingStatus.PAID:
            return _decide_paid(booking=booking, vehicle_inside=vehicle_inside, policy=policy, now=now)
        case BookingStatus.USED:
            return AlreadyEntered()
        case BookingStatus.CREATED:
            return PaymentRequired()
        case BookingStatus.CANCELLED:
            return BookingCancelled()
        case BookingStatus.NO_SHOW:
            return NoShow()
        case BookingStatus.EXPIRED:
            return HoldLapsed()


def _decide_paid(
    *, booking: BookingSnapshot, vehicle_inside: bool, policy: Policy, now: datetime
) -> Admission | ParkingError:
    if vehicle_inside and policy.anti_passback is AntiPassback.HARD:
        return VehicleInside()
    opens_at = booking.starts_at - timedelta(seconds=policy.early_entry_seconds)
    if now < opens_at:
        return TooEarly(details={"entry_from": format_time(moment=opens_at)})
    return Admission(
        occupies_from=now,
        occupies_until=max(booking.ends_at, now + timedelta(hours=booking.hours)),
        is_early=now < booking.starts_at,
        ends_earlier_stay=vehicle_inside,
    )
