"""Finding bookings by whatever a person has in hand. Every look-up goes by an index, so it stays fast."""

from __future__ import annotations

from itertools import islice
from typing import Final
from uuid import UUID

from django.db.models import QuerySet

from parking.domain.codes import read_qr_code
from parking.domain.contacts import e164_phone
from parking.domain.errors import InvalidField
from parking.domain.plates import MAX_PLATE_LENGTH, canonical_plate
from parking.gateways import PROVIDERS
from parking.models import ParkingBooking, ParkingSession, Payment, Refund, Vehicle

MAX_FOUND: Final = 200
_MAX_TEXT_LENGTH: Final = 128


def find_bookings(*, text: str, phone_region: str) -> list[UUID]:
    """The newest bookings that `text` names, at most 200.

    It may be the id of a booking, session, payment or refund, a QR code, a plate or its beginning, a phone number,
    or a payment's reference at its provider.
    """
    text = text.strip()
    if not text or len(text) > _MAX_TEXT_LENGTH or "\0" in text:
        return []
    if known := read_uuid(text=text):
        return _by_id(known=known)
    if code := read_qr_code(text=text):
        return list(ParkingBooking.objects.filter(qr_code=code).values_list("id", flat=True))
    found = [
        *_newest(ParkingBooking.objects.filter(vehicle_id__in=find_vehicles(plate=text))),
        *_by_phone(text=text, region=phone_region),
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


def _by_phone(*, text: str, region: str) -> list[UUID]:
    try:
        phone = e164_phone(text=text, region=region)
    except InvalidField:
        return []
    return _newest(ParkingBooking.objects.filter(phone_number=phone))


def _newest(bookings: QuerySet[ParkingBooking]) -> list[UUID]:
    return list(bookings.order_by("-created_at").values_list("id", flat=True)[:MAX_FOUND])
