"""Finding bookings by whatever a person has in hand. Every look-up goes by an index, so it stays fast."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final
from uuid import UUID

from django.db.models import QuerySet

from parking.domain.codes import read_qr_code
from parking.domain.contacts import e164_phone
from parking.domain.errors import InvalidField
from parking.domain.plates import MAX_PLATE_LENGTH, canonical_plate
from parking.domain.states import BookingStatus, SessionStatus
from parking.gateways import PROVIDERS
from parking.models import (
    ParkingBooking,
    ParkingSession,
    ParkingSite,
    Payment,
    PermitCar,
    Receipt,
    Refund,
    RetiredCode,
    SlotAllocation,
    Vehicle,
)
from parking.queries import snapshots

MAX_FOUND: Final = 200
_MAX_TEXT_LENGTH: Final = 128
_MAX_RECEIPT_DIGITS: Final = 18


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundBooking:
    """A booking in a list. A hold that has lapsed shows as EXPIRED, written down or not; amounts are minor units."""

    booking_id: UUID
    vehicle_number: str
    owner_name: str
    phone_number: str
    zone_name: str
    status: BookingStatus
    session_status: SessionStatus | None
    created_at: datetime
    starts_at: datetime
    ends_at: datetime
    entry_time: datetime | None
    exit_time: datetime | None
    price_minor: int
    currency: str


def search_bookings(*, text: str, phone_region: str, now: datetime) -> list[FoundBooking]:
    """What `find_bookings` finds, the newest first, to be shown as a list; a fixed number of statements."""
    found = ParkingBooking.objects.filter(id__in=find_bookings(text=text, phone_region=phone_region))
    bookings = list(found.select_related("zone", "session").order_by("-created_at", "id"))
    live = SlotAllocation.objects.filter(booking__in=bookings, released_at=None)
    held = {allocation.booking_id: allocation for allocation in live}
    return [_found(booking=booking, allocation=held.get(booking.id), now=now) for booking in bookings]


def find_bookings(*, text: str, phone_region: str) -> list[UUID]:
    """The newest bookings that `text` names, at most 200.

    It may be the id of a booking, session, payment or refund, a QR code, one that was replaced or is a permit's too, a
    plate or its beginning, a phone number, the number of a receipt, or a payment's reference at its provider.
    """
    text = text.strip()
    if not text or len(text) > _MAX_TEXT_LENGTH or "\0" in text:
        return []
    if known := read_uuid(text=text):
        return _by_id(known=known)
    if code := read_qr_code(text=text):
        return _by_code(code=code)
    found = [
        *_newest(ParkingBooking.objects.filter(vehicle_id__in=find_vehicles(plate=text))),
        *_by_phone(text=text, region=phone_region),
        *_by_receipt(text=text),
        *Payment.objects.filter(provider__in=list(PROVIDERS), provider_reference=text).values_list(
            "booking_id", flat=True
        ),
    ]
    return list(islice(dict.fromkeys(found), MAX_FOUND))


def find_vehicles(*, plate: str) -> list[int]:
    """The vehicles whose plate begins so."""
    try:
        first = canonical_plate(text=plate)
    except InvalidField:
        return []
    # A range, because neither database uses a plain index for LIKE in every collation.
    last = first + "Z" * (MAX_PLATE_LENGTH - len(first))
    vehicles = Vehicle.objects.filter(number__gte=first, number__lte=last).order_by("number")
    return list(vehicles.values_list("id", flat=True)[:MAX_FOUND])


def read_uuid(*, text: str) -> UUID | None:
    try:
        return UUID(text.strip())
    except ValueError:
        return None


def _by_id(*, known: UUID) -> list[UUID]:
    for rows, booking in (
        (ParkingBooking.objects.filter(id=known), "id"),
        (ParkingSession.objects.filter(id=known), "booking_id"),
        (Payment.objects.filter(id=known), "booking_id"),
        (Refund.objects.filter(id=known), "payment__booking_id"),
    ):
        if found := list(rows.values_list(booking, flat=True)):
            return found
    return []


def _by_code(*, code: str) -> list[UUID]:
    """A code that was replaced still says whose it was; a permit's stands for its car's stays."""
    found = [
        *ParkingBooking.objects.filter(qr_code=code).values_list("id", flat=True),
        *RetiredCode.objects.filter(code=code).values_list("booking_id", flat=True),
    ]
    car = PermitCar.objects.filter(qr_code=code).first()
    if car is None:
        return found
    return _newest(ParkingBooking.objects.filter(vehicle_id=car.vehicle_id, permit_id=car.permit_id))


def _by_receipt(*, text: str) -> list[UUID]:
    """With or without the number sign, as it is printed."""
    number = text.removeprefix("#").strip()
    if not number.isascii() or not number.isdecimal() or len(number) > _MAX_RECEIPT_DIGITS:
        return []
    receipts = Receipt.objects.filter(number=int(number), site__in=ParkingSite.objects.all())
    return list(receipts.values_list("booking_id", flat=True)[:MAX_FOUND])


def _by_phone(*, text: str, region: str) -> list[UUID]:
    try:
        phone = e164_phone(text=text, region=region)
    except InvalidField:
        return []
    return _newest(ParkingBooking.objects.filter(phone_number=phone))


def _newest(bookings: QuerySet[ParkingBooking]) -> list[UUID]:
    return list(bookings.order_by("-created_at").values_list("id", flat=True)[:MAX_FOUND])


def _found(*, booking: ParkingBooking, allocation: SlotAllocation | None, now: datetime) -> FoundBooking:
    session: ParkingSession | None = getattr(booking, "session", None)
    money = snapshots.Money(captured_minor=0, refunded_minor=0)
    snapshot = snapshots.booking_snapshot(booking=booking, allocation=allocation, money=money)
    return FoundBooking(
        booking_id=booking.id,
        vehicle_number=booking.plate,
        owner_name=booking.owner_name,
        phone_number=booking.phone_number,
        zone_name=booking.zone.name,
        status=snapshot.status_at(now=now),
        session_status=SessionStatus(session.status) if session else None,
        created_at=booking.created_at,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        entry_time=session.entry_time if session else None,
        exit_time=session.exit_time if session else None,
        price_minor=booking.price_minor,
        currency=booking.currency,
    )
