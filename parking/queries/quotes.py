"""What a visit would cost, and what a stay costs so far: reckoned, told, and not written down anywhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from parking.domain.bookings import plan_extension
from parking.domain.errors import InvalidField, ParkingError, UnknownBooking, UnknownZone
from parking.domain.states import VehicleClass
from parking.domain.stays import Bill, bill_at, current_bill
from parking.domain.tariffs import MAX_BOOKED_HOURS
from parking.domain.times import not_before
from parking.models import ParkingBooking, ParkingSession, ParkingZone
from parking.queries import snapshots

LONGEST_VISIT: Final = timedelta(days=366)
_MAX_ID: Final = 2**63 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotedVisit:
    """A bill for the time from `starts_at` to its `billed_until`, in minor units of `currency`."""

    zone_name: str
    vehicle_class: VehicleClass
    starts_at: datetime
    bill: Bill
    currency: str
    tariff: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotedExtension:
    """The hours there would be then, in all, until when, and what the added ones cost."""

    hours: int
    until: datetime
    amount_minor: int
    currency: str


def quote_visit(
    *,
    zone_id: int,
    vehicle_class: VehicleClass,
    starts_at: datetime | None,
    ends_at: datetime | None,
    hours: int | None,
    now: datetime,
) -> QuotedVisit:
    """What the zone asks for a visit: for whole hours as a booking is sold, or for the time up to `ends_at`.

    Raises UnknownZone, InvalidField.
    """
    known = ParkingZone.objects.select_related("tariff").filter(id=zone_id, is_open=True)
    zone = known.first() if 0 < zone_id <= _MAX_ID else None
    if zone is None:
        raise UnknownZone
    start = starts_at or now
    end = _end_of(start=start, ends_at=ends_at, hours=hours)
    version = snapshots.zone_tariff(zone=zone, vehicle_class=vehicle_class)
    price = snapshots.tariff_of(version=version).stay_price(entered_at=start, left_at=end)
    return QuotedVisit(
        zone_name=zone.name,
        vehicle_class=vehicle_class,
        starts_at=start,
        bill=Bill(billed_until=end, price=price, kept_minor=0),
        currency=version.currency,
        tariff=str(version),
    )


def quote_booking(*, booking_id: UUID, at: datetime | None, now: datetime) -> QuotedVisit:
    """What the booking's stay costs when its car leaves at `at` (None: now, as the exit gate would ask).

    Of a booking that has not entered: what it costs when the car stays as long as it booked. Raises UnknownBooking,
    InvalidField for a moment in the past.
    """
    booking = ParkingBooking.objects.select_related("zone", "tariff").filter(id=booking_id).first()
    if booking is None:
        raise UnknownBooking
    session = ParkingSession.objects.filter(booking=booking).first()
    return QuotedVisit(
        zone_name=booking.zone.name,
        vehicle_class=VehicleClass(booking.vehicle_class),
        starts_at=session.entry_time if session else booking.starts_at,
        bill=_bill_of(booking=booking, session=session, at=at, now=now),
        currency=booking.currency,
        tariff=str(booking.tariff),
    )


def quote_extension(*, booking_id: UUID, hours: int, now: datetime) -> QuotedExtension:
    """What so many hours more cost, asked for now. Whether there is room for them is seen when they are bought.

    Raises UnknownBooking, NotExtendable, InvalidField for hours that the booking cannot have.
    """
    booking = ParkingBooking.objects.select_related("tariff").filter(id=booking_id).first()
    if booking is None:
        raise UnknownBooking
    session = ParkingSession.objects.filter(booking=booking).first()
    money = snapshots.money_of(booking=booking)
    extension = plan_extension(
        booking=snapshots.booking_snapshot(
            booking=booking, allocation=snapshots.live_allocation(booking=booking), money=money
        ),
        stay=None
        if session is None
        else snapshots.stay_snapshot(
            booking=booking, session=session, quote=snapshots.open_quote(session=session), money=money
        ),
        tariff=snapshots.tariff_of(version=booking.tariff),
        extra_hours=hours,
        now=now,
    )
    if isinstance(extension, ParkingError):
        raise extension
    return QuotedExtension(
        hours=extension.hours, until=extension.until, amount_minor=extension.amount_minor, currency=booking.currency
    )


def _bill_of(*, booking: ParkingBooking, session: ParkingSession | None, at: datetime | None, now: datetime) -> Bill:
    tariff = snapshots.tariff_of(version=booking.tariff)
    money = snapshots.money_of(booking=booking)
    if session is None:
        price = tariff.stay_price(entered_at=booking.starts_at, left_at=booking.ends_at)
        return Bill(billed_until=booking.ends_at, price=price, kept_minor=money.kept_minor)
    quote = snapshots.open_quote(session=session)
    stay = snapshots.stay_snapshot(booking=booking, session=session, quote=quote, money=money)
    now = not_before(now, session.entry_time, session.exit_time, session.billed_until)
    if session.gate_opened_at is not None and session.billed_until is not None:
        return bill_at(stay=stay, tariff=tariff, until=session.billed_until)
    if at is None:
        return current_bill(stay=stay, tariff=tariff, now=now)[0]
    _check_span(start=now, end=at, field="at")
    return bill_at(stay=stay, tariff=tariff, until=at)


def _end_of(*, start: datetime, ends_at: datetime | None, hours: int | None) -> datetime:
    if hours is not None:
        if not 1 <= hours <= MAX_BOOKED_HOURS:
            raise InvalidField(field="hours", problem=f"must be a whole number from 1 to {MAX_BOOKED_HOURS}.")
        return start.astimezone(UTC) + timedelta(hours=hours)
    if ends_at is None:
        raise InvalidField(field="ends_at", problem="is missing: give it, or hours.")
    _check_span(start=start, end=ends_at, field="ends_at")
    return ends_at


def _check_span(*, start: datetime, end: datetime, field: str) -> None:
    if end < start:
        raise InvalidField(field=field, problem="is before the time begins, or in the past.")
    if end - start > LONGEST_VISIT:
        raise InvalidField(field=field, problem=f"is too far ahead: at most {LONGEST_VISIT.days} days.")
