"""The life of a booking before the gate: its window, its hold, paying it and cancelling it.

A booking is looked at through a frozen `BookingSnapshot`. What is stored may lag behind the clock, because a
hold lapses and a no-show happens without anybody writing it down (promise I4): ask `status_at`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from parking.domain.errors import (
    AlreadyEntered,
    AlreadyPaid,
    BookingCancelled,
    HoldLapsed,
    InvalidField,
    NoShow,
    NotExtendable,
    ParkingError,
)
from parking.domain.policy import Policy, cancellation_refund
from parking.domain.states import BookingStatus, SessionStatus
from parking.domain.stays import StaySnapshot, bill_at
from parking.domain.tariffs import MAX_BOOKED_HOURS, Tariff

_CLOCK_SKEW: Final = timedelta(seconds=60)
_MAX_HORIZON: Final = timedelta(days=730)
"""A client's "now" may be this much behind ours and still mean now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The time that was sold: from `starts_at` up to, not including, `ends_at`."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingSnapshot:
    """What the rules need to know of one booking."""

    status: BookingStatus
    hours: int
    starts_at: datetime
    ends_at: datetime
    expires_at: datetime
    lapses_at: datetime | None
    """When the hold really ends: `expires_at`, or later while a payment begun in time is pending; the end of
    the window once paid; None when the booking holds no slot, or its car is inside."""
    paid_at: datetime | None
    captured_minor: int

    def status_at(self, *, now: datetime) -> BookingStatus:
        """The true status at `now`, whether or not a job has already written it."""
        if self.status is BookingStatus.CREATED and self.lapses_at is not None and now >= self.lapses_at:
            return BookingStatus.EXPIRED
        if self.status is BookingStatus.PAID and now >= self.ends_at:
            return BookingStatus.NO_SHOW
        return self.status


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancellation:
    """The booking may be cancelled, and gives this much back."""

    refund_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Extension:
    """More hours for a booking: how many there are then, until when, and what the added ones cost."""

    hours: int
    until: datetime
    amount_minor: int


def plan_window(*, starts_at: datetime | None, hours: int, now: datetime) -> Window:
    """The window of a new booking: from now, or from the later moment that was asked for.

    Raises InvalidField for hours outside 1 to 24, and for a start without an offset, in the past or beyond any policy's
    horizon.
    """
    if not 1 <= hours <= MAX_BOOKED_HOURS:
        raise InvalidField(field="hours", problem=f"must be a whole number from 1 to {MAX_BOOKED_HOURS}.")
    if starts_at is None:
        start = now
    elif starts_at.tzinfo is None:
        raise InvalidField(field="starts_at", problem="must carry an offset, such as 2026-01-31T09:00:00+05:30.")
    elif starts_at < now - _CLOCK_SKEW:
        raise InvalidField(field="starts_at", problem="is in the past. Leave it out to start now.")
    elif starts_at > now + _MAX_HORIZON:
        raise _too_far(days=_MAX_HORIZON.days)
    else:
        start = max(starts_at, now)
    start = start.astimezone(UTC)  # added to a local time, hours would be those of its wall clock
    return Window(starts_at=start, ends_at=start + timedelta(hours=hours))


def require_near(*, window: Window, now: datetime, policy: Policy) -> None:
    """Raise InvalidField for a window that begins beyond the policy's horizon."""
    if window.starts_at > now + timedelta(seconds=policy.booking_horizon_seconds):
        raise _too_far(days=policy.booking_horizon_seconds // 86_400)


def _too_far(*, days: int) -> InvalidField:
    return InvalidField(field="starts_at", problem=f"is too far ahead. Book at most {days} days ahead.")


def refusal_to_pay(*, booking: BookingSnapshot, now: datetime) -> ParkingError | None:
    """Why a new payment for the booking cannot begin at `now`; None if it can (while now < `expires_at`)."""
    match booking.status_at(now=now):
        case BookingStatus.CREATED:
            return HoldLapsed() if now >= booking.expires_at else None
        case BookingStatus.PAID | BookingStatus.USED:
            return AlreadyPaid()
        case BookingStatus.CANCELLED:
            return BookingCancelled()
        case BookingStatus.NO_SHOW:
            return NoShow()
        case BookingStatus.EXPIRED:
            return HoldLapsed()


def refusal_to_change(*, booking: BookingSnapshot, now: datetime) -> ParkingError | None:
    """Why another vehicle cannot take the booking over at `now`; None if it can, which ends at the entry gate."""
    match booking.status_at(now=now):
        case BookingStatus.CREATED | BookingStatus.PAID:
            return None
        case BookingStatus.USED:
            return AlreadyEntered("This vehicle has already entered, so the plate can no longer be changed.")
        case BookingStatus.CANCELLED:
            return BookingCancelled()
        case BookingStatus.NO_SHOW:
            return NoShow()
        case BookingStatus.EXPIRED:
            return HoldLapsed()


def decide_cancellation(*, booking: BookingSnapshot, policy: Policy, now: datetime) -> Cancellation | ParkingError:
    """Whether the booking may be cancelled at `now`, and what that refunds by its policy."""
    match booking.status_at(now=now):
        case BookingStatus.CREATED:
            return Cancellation(refund_minor=0)
        case BookingStatus.PAID:
            if booking.paid_at is None:
                raise ValueError("a paid booking knows when it was paid")
            refund_minor = cancellation_refund(
                captured_minor=booking.captured_minor,
                paid_at=booking.paid_at,
                starts_at=booking.starts_at,
                now=now,
                policy=policy,
            )
            return Cancellation(refund_minor=refund_minor)
        case BookingStatus.USED:
            return AlreadyEntered("This vehicle has already entered, so the booking can no longer be cancelled.")
        case BookingStatus.CANCELLED:
            return BookingCancelled("This booking is already cancelled. Nothing was refunded again.")
        case BookingStatus.NO_SHOW:
            return NoShow("This booking's time is over, so it can no longer be cancelled.")
        case BookingStatus.EXPIRED:
            return HoldLapsed("This booking lapsed unpaid. There is nothing to cancel and nothing to refund.")


def plan_extension(
    *, booking: BookingSnapshot, stay: StaySnapshot | None, tariff: Tariff, extra_hours: int, now: datetime
) -> Extension | ParkingError:
    """What `extra_hours` more cost: the tariff goes on from the start, or from entry, and never begins anew.

    They must be asked for before the paid time is over; later, what is due is paid at the exit or on foot. Raises
    InvalidField for hours that a booking cannot have. Source: DESIGN section 2; decision 12.
    """
    hours = booking.hours + extra_hours
    if extra_hours < 1 or hours > MAX_BOOKED_HOURS:
        raise InvalidField(field="hours", problem=f"must be whole hours that make {MAX_BOOKED_HOURS} or fewer in all.")
    if stay is not None:
        if stay.status is not SessionStatus.ACTIVE or stay.gate_opened_at is not None:
            return NotExtendable()
        if now >= stay.entry_time + timedelta(hours=booking.hours):
            return NotExtendable("The time you paid for is over. Pay what is due now, or at the exit.")
        until = stay.entry_time.astimezone(UTC) + timedelta(hours=hours)
        return Extension(
            hours=hours, until=until, amount_minor=bill_at(stay=stay, tariff=tariff, until=until).due_minor
        )
    if booking.status_at(now=now) is not BookingStatus.PAID:
        return NotExtendable()
    price_minor = tariff.booking_price(starts_at=booking.starts_at, hours=hours)
    return Extension(
        hours=hours,
        until=booking.starts_at + timedelta(hours=hours),
        amount_minor=max(0, price_minor - booking.captured_minor),
    )
