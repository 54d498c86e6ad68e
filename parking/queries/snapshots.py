"""Frozen snapshots of stored rows, for the rules to decide on. Who decides on them holds the booking's lock."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Sum

from parking.domain.bookings import BookingSnapshot
from parking.domain.policy import Policy
from parking.domain.states import BookingStatus, RefundKind, RefundStatus, SessionStatus
from parking.domain.stays import QuoteSnapshot, StaySnapshot
from parking.domain.tariffs import Tariff, read_tariff
from parking.models import (
    ParkingBooking,
    ParkingSession,
    Payment,
    PolicyVersion,
    Quote,
    Refund,
    SlotAllocation,
    TariffVersion,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """What was taken for a booking and its stay, and what was given back; minor units, surplus apart."""

    captured_minor: int
    refunded_minor: int

    @property
    def kept_minor(self) -> int:
        return self.captured_minor - self.refunded_minor


def tariff_of(*, version: TariffVersion) -> Tariff:
    return read_tariff(definition=version.definition)


def policy_of(*, version: PolicyVersion) -> Policy:
    return Policy(**version.definition)


def live_allocation(*, booking: ParkingBooking) -> SlotAllocation | None:
    return SlotAllocation.objects.select_related("slot").filter(booking=booking, released_at=None).first()


def money_of(*, booking: ParkingBooking) -> Money:
    """Refunds that failed gave nothing back; surplus, and its refund, never belonged to the booking."""
    taken = Payment.objects.filter(booking=booking, completed_at__isnull=False).aggregate(
        captured=Sum("captured_minor", default=0), surplus=Sum("surplus_minor", default=0)
    )
    returned = (
        Refund.objects.filter(payment__booking=booking)
        .exclude(status=RefundStatus.FAILED)
        .exclude(kind=RefundKind.SURPLUS)
        .aggregate(total=Sum("amount_minor", default=0))
    )
    return Money(captured_minor=taken["captured"] - taken["surplus"], refunded_minor=returned["total"])


def booking_snapshot(*, booking: ParkingBooking, allocation: SlotAllocation | None, money: Money) -> BookingSnapshot:
    return BookingSnapshot(
        status=BookingStatus(booking.status),
        hours=booking.hours,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        expires_at=booking.expires_at,
        lapses_at=allocation.lapses_at if allocation else None,
        paid_at=booking.paid_at,
        captured_minor=money.captured_minor,
    )


def open_quote(*, session: ParkingSession) -> Quote | None:
    """The newest amount that was told for the session, unless it is paid."""
    newest = Quote.objects.filter(session=session).order_by("-id").first()
    return newest if newest and newest.paid_at is None else None


def stay_snapshot(*, session: ParkingSession, quote: Quote | None, money: Money) -> StaySnapshot:
    return StaySnapshot(
        status=SessionStatus(session.status),
        entry_time=session.entry_time,
        billed_until=session.billed_until,
        leave_by=session.leave_by,
        gate_opened_at=session.gate_opened_at,
        captured_minor=money.kept_minor,
        quote=QuoteSnapshot(amount_minor=quote.amount_minor, as_of=quote.as_of, valid_until=quote.valid_until)
        if quote
        else None,
    )
