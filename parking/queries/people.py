"""A person as the data knows them: the vehicles and bookings that a plate or a phone number leads to (promise I23)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from parking.domain.anonymity import BookingFacts, Obstacle, obstacle_of
from parking.domain.contacts import e164_phone
from parking.domain.errors import InvalidField
from parking.domain.plates import canonical_plate
from parking.domain.states import AdjustmentStatus, SessionStatus
from parking.models import Adjustment, ParkingBooking, ParkingSession, Payment, PermitCar, Refund, Vehicle

MAX_VEHICLES: Final = 200
MAX_SHOWN: Final = 50
_CHUNK: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class InTheWay:
    """Why the person cannot be forgotten yet, and of which booking; None for a car on a permit."""

    obstacle: Obstacle
    booking_id: UUID | None
    vehicle_number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """What would be erased. Bookings of one vehicle are one person's, whatever phone number they have."""

    asked_by_phone: str
    """The number in E.164 that was asked for; empty for a plate."""
    vehicle_ids: tuple[int, ...]
    vehicle_numbers: tuple[str, ...]
    bookings: int
    phone_numbers: tuple[str, ...]
    """All that stand on their bookings: who asks by phone should see whose else they are (at most 50)."""
    newest_booking_at: datetime | None
    in_the_way: tuple[InTheWay, ...]
    """At most 50."""


def find_person(*, vehicle_number: str | None, phone_number: str | None, phone_region: str, now: datetime) -> Person:
    """By a plate: its vehicle. By a phone number: all vehicles that were booked with it. Nobody is an empty person.

    Raises InvalidField for what is neither, or both, and for more than 200 vehicles.
    """
    if (vehicle_number is None) == (phone_number is None):
        raise InvalidField(
            field="vehicle_number", problem="is one way to name a person, and phone_number the other: give one."
        )
    phone = e164_phone(text=phone_number, region=phone_region)
    booked = _of_phone(phone=phone) if vehicle_number is None else _of_plate(text=vehicle_number)
    bookings = ParkingBooking.objects.filter(vehicle__in=booked, anonymised_at=None)
    newest = bookings.order_by("-created_at").values_list("created_at", flat=True).first()
    numbers = bookings.exclude(phone_number="").order_by("phone_number").values_list("phone_number", flat=True)
    phones = list(numbers.distinct()[:MAX_SHOWN])
    vehicles = [*booked, *_unbooked(phones={*phones, phone} - {""}, booked=booked)]
    return Person(
        asked_by_phone=phone,
        vehicle_ids=tuple(vehicle.id for vehicle in vehicles),
        vehicle_numbers=tuple(vehicle.number for vehicle in vehicles),
        bookings=bookings.count(),
        phone_numbers=tuple(phones),
        newest_booking_at=newest,
        in_the_way=tuple(_in_the_way(vehicles=vehicles, now=now)),
    )


def with_facts(*, bookings: QuerySet[ParkingBooking]) -> QuerySet[Any]:
    """The bookings with what `facts_of` reads, in one statement."""
    on_its_way = Payment.objects.filter(
        Q(completed_at=None, failed_at=None) | Q(completed_at=None, next_attempt_at__isnull=False),
        booking=OuterRef("pk"),
    )
    return bookings.select_related("session").annotate(
        has_money_on_its_way=Exists(on_its_way),
        has_refund_waiting=Exists(Refund.objects.filter(payment__booking=OuterRef("pk"), processed_at=None)),
        has_adjustment_waiting=Exists(
            Adjustment.objects.filter(booking=OuterRef("pk"), status=AdjustmentStatus.PROPOSED)
        ),
    )


def facts_of(*, booking: Any) -> BookingFacts:
    """Of a booking that `with_facts` read."""
    session: ParkingSession | None = getattr(booking, "session", None)
    return BookingFacts(
        closed_at=booking.closed_at,
        session_status=SessionStatus(session.status) if session else None,
        gate_opened_at=session.gate_opened_at if session else None,
        leave_by=session.leave_by if session else None,
        has_money_on_its_way=booking.has_money_on_its_way,
        has_refund_waiting=booking.has_refund_waiting,
        has_adjustment_waiting=booking.has_adjustment_waiting,
    )


def permit_cars_in_force(*, vehicle_ids: Sequence[int], now: datetime) -> QuerySet[PermitCar]:
    """Cars that a permit lets in now or later."""
    cars = PermitCar.objects.filter(vehicle_id__in=vehicle_ids, removed_at=None)
    return cars.filter(permit__revoked_at=None, permit__valid_until__gt=now)


def _of_plate(*, text: str) -> list[Vehicle]:
    return list(Vehicle.objects.filter(anonymised_at=None, number=canonical_plate(text=text)))


def _of_phone(*, phone: str) -> list[Vehicle]:
    if not phone:
        raise InvalidField(field="phone_number", problem="is missing.")
    booked = ParkingBooking.objects.filter(phone_number=phone).values("vehicle_id")
    found = list(Vehicle.objects.filter(anonymised_at=None, id__in=booked).order_by("id")[: MAX_VEHICLES + 1])
    if len(found) > MAX_VEHICLES:
        raise InvalidField(
            field="phone_number", problem=f"leads to more than {MAX_VEHICLES} vehicles. Erase them by their plates."
        )
    return found


def _unbooked(*, phones: set[str], booked: Sequence[Vehicle]) -> list[Vehicle]:
    """Vehicles of the same contact that no booking names any more: of a plate that was changed before the entry."""
    if not phones:
        return []
    of_a_booking = Exists(ParkingBooking.objects.filter(vehicle=OuterRef("pk")))
    known = Vehicle.objects.filter(~of_a_booking, anonymised_at=None, phone_number__in=phones)
    return list(known.exclude(id__in=[vehicle.id for vehicle in booked]).order_by("id")[:MAX_VEHICLES])


def _in_the_way(*, vehicles: Sequence[Vehicle], now: datetime) -> Iterator[InTheWay]:
    ids = [vehicle.id for vehicle in vehicles]
    shown = 0
    for car in permit_cars_in_force(vehicle_ids=ids, now=now).select_related("vehicle")[:MAX_SHOWN]:
        shown += 1
        yield InTheWay(obstacle=Obstacle.PERMIT, booking_id=None, vehicle_number=car.vehicle.number)
    bookings = ParkingBooking.objects.filter(vehicle_id__in=ids, anonymised_at=None).order_by("-created_at", "id")
    for booking in with_facts(bookings=bookings).iterator(chunk_size=_CHUNK):
        obstacle = obstacle_of(booking=facts_of(booking=booking), now=now)
        if obstacle is not None:
            shown += 1
            yield InTheWay(obstacle=obstacle, booking_id=booking.id, vehicle_number=booking.plate)
        if shown >= MAX_SHOWN:
            return
