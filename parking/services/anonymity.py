"""Forgetting people (promise I23): names, phones and plates are erased; amounts, times and places stay.

A booking that is anonymised is given a vehicle that stands for no car, one for each booking, so that nobody's stays can
be told to belong together. The logs, which are sealed, never named anybody.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db.models import BooleanField, Exists, ExpressionWrapper, Max, OuterRef, Q

from parking.db.locks import lock_bookings, lock_bookings_nobody_holds, lock_vehicles
from parking.db.transactions import require_transaction, use_case
from parking.domain.anonymity import OBSTACLES_IN_WORDS, PLATE_RANDOM_BITS, nobodys_plate, obstacle_of
from parking.domain.callers import SYSTEM, Caller
from parking.domain.errors import PersonStillNeeded
from parking.domain.permissions import Permission
from parking.domain.times import not_before
from parking.models import (
    IdempotentRequest,
    ParkingBooking,
    ParkingSession,
    Permit,
    PermitCar,
    Vehicle,
)
from parking.queries.people import InTheWay, Person, facts_of, find_person, permit_cars_in_force, with_facts
from parking.services import audit

_BATCH: Final = 100
_MAX_BATCHES_A_RUN: Final = 50
_VEHICLES_LOOKED_AT: Final = 2000
_CHUNK: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonForgotten:
    """How many rows named them. All are zero if nobody was known."""

    bookings: int
    vehicles: int
    stored_answers: int


def anonymise_person(
    *,
    vehicle_number: str | None = None,
    phone_number: str | None = None,
    caller: Caller,
    now: datetime,
) -> PersonForgotten:
    """Erase who they were from everything that is over. Again, it finds nobody and changes nothing.

    Raises PersonStillNeeded while a booking is live, money is due or on its way, a refund waits, or a permit holds;
    then nothing is erased. Raises InvalidField.
    """
    caller.require(Permission.PERSON_ANONYMISE)
    person = find_person(
        vehicle_number=vehicle_number, phone_number=phone_number, phone_region=settings.PARKING_PHONE_REGION, now=now
    )
    if person.in_the_way:
        raise _still_needed(in_the_way=person.in_the_way)
    if not person.vehicle_ids:
        return PersonForgotten(bookings=0, vehicles=0, stored_answers=0)
    # The answers first: what they say is known by the plates that go next.
    answers = _forget_answers(person=person)
    bookings = _forget_bookings(person=person, caller=caller, now=now)
    with use_case():
        _forget_vehicles(vehicle_ids=person.vehicle_ids, until=now, now=now)
        vehicles = len(person.vehicle_ids) - Vehicle.objects.filter(id__in=person.vehicle_ids).count()
        audit.record(
            action="person.anonymised",
            caller=caller,
            at=now,
            data={
                "asked_by": "vehicle" if vehicle_number is not None else "contact",
                "bookings": bookings,
                "vehicles": vehicles,
                "stored_answers": answers,
            },
        )
    return PersonForgotten(bookings=bookings, vehicles=vehicles, stored_answers=answers)


def anonymise_old(*, now: datetime) -> int:
    """Forget who booked what was closed ANONYMISE_AFTER_DAYS ago, and vehicles that nothing names any more.

    Returns how many bookings there were. What is still needed is left for later.
    """
    days: int = settings.ANONYMISE_AFTER_DAYS
    if days == 0:
        return 0
    until = now - timedelta(days=days)
    done = 0
    for _ in range(_MAX_BATCHES_A_RUN):
        with use_case():
            ids = list(_old(until=until, now=now)[:_BATCH])
            locked = lock_bookings_nobody_holds(booking_ids=ids)
            done_now = _anonymise(bookings=locked, caller=SYSTEM, until=until, now=now)
        done += done_now
        if done_now == 0:
            break
    _forget_vehicles_without_bookings(until=until, now=now)
    return done


def _still_needed(*, in_the_way: Sequence[InTheWay]) -> PersonStillNeeded:
    words = dict.fromkeys(OBSTACLES_IN_WORDS[one.obstacle] for one in in_the_way)
    obstacles = [
        {"obstacle": one.obstacle.value, "booking_id": str(one.booking_id) if one.booking_id else None}
        for one in in_the_way
    ]
    return PersonStillNeeded(
        f"Nothing was erased. {' '.join(words)} Try again when that is over.", details={"obstacles": obstacles}
    )


def _old(*, until: datetime, now: datetime) -> Any:
    """The ids of bookings that were closed by then, and of which nothing is in the way any more, the oldest first."""
    closed = ParkingBooking.objects.filter(closed_at__isnull=False, closed_at__lte=until, anonymised_at=None)
    ready = with_facts(bookings=closed).filter(
        Q(session=None) | Q(session__gate_opened_at__isnull=False) | Q(session__leave_by__lte=until),
        has_money_on_its_way=False,
        has_refund_waiting=False,
        has_adjustment_waiting=False,
    )
    return ready.order_by("closed_at").values_list("id", flat=True)


def _forget_bookings(*, person: Person, caller: Caller, now: datetime) -> int:
    """In batches, those with the number that was asked for last: after a crash it still leads to all that is left."""
    leads_here = ExpressionWrapper(Q(phone_number=person.asked_by_phone), output_field=BooleanField())
    bookings = ParkingBooking.objects.filter(vehicle_id__in=person.vehicle_ids, anonymised_at=None)
    ordered = bookings.annotate(leads_here=leads_here).order_by("leads_here", "id")
    done = 0
    while ids := list(ordered.values_list("id", flat=True)[:_BATCH]):
        with use_case():
            done_now = _anonymise(bookings=lock_bookings(booking_ids=ids), caller=caller, until=now, now=now)
        done += done_now
        if done_now < len(ids):
            in_the_way = list(_obstacles(booking_ids=ids, now=now))
            if in_the_way:
                raise _still_needed(in_the_way=in_the_way)
    return done


def _obstacles(*, booking_ids: Sequence[UUID], now: datetime) -> Iterable[InTheWay]:
    for booking in with_facts(bookings=ParkingBooking.objects.filter(id__in=booking_ids, anonymised_at=None)):
        obstacle = obstacle_of(booking=facts_of(booking=booking), now=now)
        if obstacle is not None:
            yield InTheWay(obstacle=obstacle, booking_id=booking.id, vehicle_number=booking.plate)


def _anonymise(*, bookings: Sequence[ParkingBooking], caller: Caller, until: datetime, now: datetime) -> int:
    """Of the locked bookings, those that may be forgotten; then their vehicles, if no other booking has them."""
    require_transaction()
    locked = with_facts(bookings=ParkingBooking.objects.filter(id__in=[one.id for one in bookings]))
    ready = [
        booking
        for booking in locked.filter(anonymised_at=None)
        if obstacle_of(booking=facts_of(booking=booking), now=now) is None
    ]
    if not ready:
        return 0
    before = sorted({booking.vehicle_id for booking in ready})
    lock_vehicles(vehicle_ids=before)
    nobodies = _nobodies(count=len(ready), now=now)
    for booking, nobody in zip(ready, nobodies, strict=True):
        booking.vehicle, booking.plate = nobody, nobody.number
        booking.owner_name = booking.phone_number = ""
        booking.anonymised_at = not_before(now, booking.closed_at)
        audit.record(action="person.forgotten", caller=caller, at=booking.anonymised_at, booking_id=booking.id)
    ParkingBooking.objects.bulk_update(
        ready, ["vehicle", "plate", "owner_name", "phone_number", "anonymised_at"], batch_size=_BATCH
    )
    sessions = [_session_of_nobody(booking=one) for one in ready if getattr(one, "session", None) is not None]
    ParkingSession.objects.bulk_update(sessions, ["vehicle", "plate"], batch_size=_BATCH)
    # The contact that was first seen with a car may be that of a booking which is forgotten now.
    Vehicle.objects.filter(id__in=before).update(owner_name="", phone_number="")
    _forget_vehicles(vehicle_ids=before, until=until, now=now)
    return len(ready)


def _session_of_nobody(*, booking: ParkingBooking) -> ParkingSession:
    session = booking.session
    session.vehicle, session.plate = booking.vehicle, booking.plate
    return session


def _nobodies(*, count: int, now: datetime) -> list[Vehicle]:
    """New vehicles that stand for no car."""
    numbers = {nobodys_plate(bits=secrets.randbits(PLATE_RANDOM_BITS)) for _ in range(count)}
    while len(numbers) < count:
        numbers.add(nobodys_plate(bits=secrets.randbits(PLATE_RANDOM_BITS)))
    return Vehicle.objects.bulk_create(
        [Vehicle(number=number, created_at=now, anonymised_at=now) for number in numbers], batch_size=_BATCH
    )


def _forget_vehicles(*, vehicle_ids: Sequence[int], until: datetime, now: datetime) -> None:
    """Delete those of the vehicles that nothing names any more: no booking, and no permit that held after `until`."""
    require_transaction()
    _forget_permit_cars(vehicle_ids=vehicle_ids, until=until, now=now)
    lock_vehicles(vehicle_ids=vehicle_ids)
    unnamed = Vehicle.objects.filter(
        ~Exists(ParkingBooking.objects.filter(vehicle=OuterRef("pk"))),
        ~Exists(PermitCar.objects.filter(vehicle=OuterRef("pk"))),
        id__in=vehicle_ids,
        anonymised_at=None,
    )
    Vehicle.objects.filter(id__in=list(unnamed.values_list("id", flat=True))).delete()


def _forget_permit_cars(*, vehicle_ids: Sequence[int], until: datetime, now: datetime) -> None:
    """Of cars without bookings, those whose permit was over by then: the car is nobody's, and at last the holder."""
    over = Q(removed_at__lte=until) | Q(permit__valid_until__lte=until) | Q(permit__revoked_at__lte=until)
    booked = ParkingBooking.objects.filter(vehicle=OuterRef("vehicle_id"))
    cars = list(PermitCar.objects.filter(over, ~Exists(booked), vehicle_id__in=vehicle_ids).order_by("id"))
    if not cars:
        return
    for car, nobody in zip(cars, _nobodies(count=len(cars), now=now), strict=True):
        car.vehicle = nobody
        car.removed_at = car.removed_at or not_before(now, car.added_at)
    PermitCar.objects.bulk_update(cars, ["vehicle", "removed_at"], batch_size=_BATCH)
    named = PermitCar.objects.filter(permit=OuterRef("pk"), vehicle__anonymised_at=None)
    ended = Q(valid_until__lte=until) | Q(revoked_at__lte=until)
    permits = Permit.objects.filter(ended, ~Exists(named), id__in={car.permit_id for car in cars})
    permits.update(holder="")


def _forget_vehicles_without_bookings(*, until: datetime, now: datetime) -> None:
    """Vehicles that a booking named before its plate was changed. Some at a time, from a random one on: so all of them
    are looked at in the end, and no round takes long."""
    newest: int | None = Vehicle.objects.aggregate(newest=Max("id"))["newest"]
    if newest is None:
        return
    start = secrets.randbelow(newest) + 1
    some = Vehicle.objects.filter(id__gte=start, id__lt=start + _VEHICLES_LOOKED_AT, anonymised_at=None)
    unnamed = some.filter(~Exists(ParkingBooking.objects.filter(vehicle=OuterRef("pk"))), created_at__lte=until)
    ids = list(unnamed.values_list("id", flat=True))
    if ids:
        with use_case():
            in_force = permit_cars_in_force(vehicle_ids=ids, now=until).values_list("vehicle_id", flat=True)
            _forget_vehicles(vehicle_ids=sorted(set(ids) - set(in_force)), until=until, now=now)


def _forget_answers(*, person: Person) -> int:
    """Stored answers of idempotency keys that name the person. All others go by themselves after 30 days."""
    names = [*person.vehicle_numbers, *person.phone_numbers]
    words = re.compile("|".join(rf"(?<![0-9A-Z]){re.escape(name)}(?![0-9A-Z])" for name in names).encode())
    answered = IdempotentRequest.objects.filter(completed_at__isnull=False)
    rows = answered.order_by("id").values_list("id", "answer_body").iterator(chunk_size=_CHUNK)
    ids = [row_id for row_id, body in rows if words.search(bytes(body or b""))]
    with use_case():
        IdempotentRequest.objects.filter(id__in=ids).delete()
    return len(ids)
