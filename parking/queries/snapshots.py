"""Frozen snapshots of stored rows, for the rules to decide on. Who decides on them holds the booking's lock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.db import connection

from parking.db.tickets import Ticket
from parking.domain.bookings import BookingSnapshot
from parking.domain.policy import Policy, read_policy
from parking.domain.states import BookingStatus, SessionStatus, VehicleClass
from parking.domain.stays import Discount, QuoteSnapshot, StaySnapshot
from parking.domain.tariffs import Tariff, read_tariff
from parking.models import (
    ParkingBooking,
    ParkingSession,
    ParkingZone,
    PolicyVersion,
    Quote,
    SlotAllocation,
    TariffVersion,
    ZoneTariff,
)
from parking.queries import discounts

_MONEY: Final = """
SELECT
    (SELECT SUM(captured_minor - surplus_minor) FROM parking_payment
        WHERE booking_id = %(booking)s AND completed_at IS NOT NULL),
    (SELECT SUM(r.amount_minor) FROM parking_refund r JOIN parking_payment p ON p.id = r.payment_id
        WHERE p.booking_id = %(booking)s AND r.status <> 'FAILED' AND r.kind <> 'SURPLUS'),
    (SELECT SUM(amount_minor) FROM parking_adjustment
        WHERE booking_id = %(booking)s AND status = 'APPROVED' AND kind NOT IN ('VALIDATION', 'PERMIT')),
    (SELECT COUNT(*) FROM parking_validation v JOIN parking_parkingsession s ON s.id = v.session_id
        WHERE s.booking_id = %(booking)s)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """What was taken for a booking and its stay, what was given back, and what people said of its price.

    Minor units, surplus apart. Refunds that failed gave nothing back; surplus, and its refund, never belonged to the
    booking; discounts are reckoned from their codes.
    """

    captured_minor: int
    refunded_minor: int
    adjusted_minor: int = 0
    validations: int = 0
    """How many discount codes were used for the stay."""

    @property
    def kept_minor(self) -> int:
        return self.captured_minor - self.refunded_minor


def tariff_of(*, version: TariffVersion) -> Tariff:
    return read_tariff(definition=version.definition)


def zone_tariff(*, zone: ParkingZone, vehicle_class: VehicleClass) -> TariffVersion:
    """What the zone asks of the class: a tariff of its own, or the zone's."""
    own = ZoneTariff.objects.select_related("tariff").filter(zone=zone, vehicle_class=vehicle_class).first()
    return own.tariff if own is not None else zone.tariff


def policy_of(*, version: PolicyVersion) -> Policy:
    return read_policy(definition=version.definition)


def live_allocation(*, booking: ParkingBooking) -> SlotAllocation | None:
    return SlotAllocation.objects.select_related("slot").filter(booking=booking, released_at=None).first()


def money_of(*, booking: ParkingBooking) -> Money:
    """In one statement, so that all of it is of one moment."""
    booking_id = booking.id if connection.features.has_native_uuid_field else booking.id.hex
    with connection.cursor() as cursor:
        cursor.execute(_MONEY, {"booking": booking_id})
        captured, refunded, adjusted, validations = cursor.fetchone()
    return Money(
        captured_minor=int(captured or 0),
        refunded_minor=int(refunded or 0),
        adjusted_minor=int(adjusted or 0),
        validations=validations,
    )


def money_of_ticket(*, ticket: Ticket) -> Money:
    return Money(
        captured_minor=ticket.captured_minor,
        refunded_minor=ticket.refunded_minor,
        adjusted_minor=ticket.adjusted_minor,
        validations=ticket.validations,
    )


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
    return unpaid(quote=Quote.objects.filter(session=session).order_by("-id").first())


def unpaid(*, quote: Quote | None) -> Quote | None:
    return quote if quote and quote.paid_at is None else None


def stay_snapshot(
    *, booking: ParkingBooking, session: ParkingSession, quote: Quote | None, money: Money
) -> StaySnapshot:
    return StaySnapshot(
        status=SessionStatus(session.status),
        entry_time=session.entry_time,
        billed_until=session.billed_until,
        leave_by=session.leave_by,
        gate_opened_at=session.gate_opened_at,
        kept_minor=money.kept_minor,
        quote=QuoteSnapshot(amount_minor=quote.amount_minor, as_of=quote.as_of, valid_until=quote.valid_until)
        if quote
        else None,
        adjusted_minor=money.adjusted_minor,
        discounts=discounts_of(booking=booking, session=session, money=money),
    )


def discounts_of(*, booking: ParkingBooking, session: ParkingSession, money: Money) -> tuple[Discount, ...]:
    """What a permit and merchants' codes pay of the stay."""
    return discounts.discounts_of(booking=booking, session=session, has_codes=money.validations > 0)
