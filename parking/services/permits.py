"""Season tickets: sold and changed by the operator, and at the gate the way in and out for their cars."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

from parking.db.locks import lock_booking_and_vehicle, lock_permit, lock_vehicle
from parking.db.transactions import require_transaction, use_case
from parking.domain.callers import Caller
from parking.domain.codes import CODE_RANDOM_BITS, qr_code_from_bits
from parking.domain.contacts import clean_owner_name
from parking.domain.errors import (
    Busy,
    InvalidField,
    ParkingError,
    PermitOver,
    UnknownPermit,
    UnknownPermitCar,
    UnknownZone,
    VehicleBusy,
    ZoneFull,
)
from parking.domain.permissions import Permission
from parking.domain.permits import HoursProblem, PermitSnapshot, read_weekly_hours, refusal_of_permit
from parking.domain.plates import canonical_plate
from parking.domain.states import AntiPassback, BookingStatus, VehicleClass
from parking.domain.tariffs import MAX_BOOKED_HOURS
from parking.models import ParkingBooking, ParkingSession, ParkingSlot, ParkingZone, Permit, PermitCar, Vehicle
from parking.queries import snapshots
from parking.queries.discounts import permit_discount
from parking.services import audit, passback, slots

MAX_CARS_AT_ONCE: Final = 1000
MAX_CARS: Final = 1000
_LONGEST_VALIDITY: Final = timedelta(days=3660)
_HOURS_TRIED: Final = (24, 12, 8, 4, 2, 1)
_LOOKS: Final = 3
_MAX_ID: Final = 2**63 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class PermitSold:
    permit_id: int
    zone_id: int
    holder: str
    cars_at_once: int
    weekly_hours: Mapping[str, Any]
    valid_from: datetime
    valid_until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PermitCarAdded:
    """The code is this car's ticket for as long as the permit holds and the car is on it."""

    permit_id: int
    vehicle_number: str
    qr_code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedBooking:
    """The booking of a permit's car that comes in, or why it has none; and refunds of a stay that was ended first."""

    found: ParkingBooking | ParkingError
    refund_ids: Sequence[UUID] = ()


def sell_permit(
    *,
    zone_id: int,
    holder: str,
    cars_at_once: int,
    weekly_hours: Mapping[str, Any],
    valid_from: datetime,
    valid_until: datetime,
    caller: Caller,
    now: datetime,
) -> PermitSold:
    """Hours that name no time zone are read in the site's. Raises UnknownZone, InvalidField with every problem."""
    caller.require(Permission.PERMIT_MANAGE)
    name = clean_owner_name(text=holder)
    if not 1 <= cars_at_once <= MAX_CARS_AT_ONCE:
        raise InvalidField(field="cars_at_once", problem=f"must be a whole number from 1 to {MAX_CARS_AT_ONCE}.")
    if valid_until <= max(valid_from, now):
        raise InvalidField(field="valid_until", problem="must be later than valid_from, and in the future.")
    if valid_until - valid_from > _LONGEST_VALIDITY:
        raise InvalidField(field="valid_until", problem=f"must be at most {_LONGEST_VALIDITY.days} days later.")
    with use_case():
        known = ParkingZone.objects.select_related("site").filter(id=zone_id)
        zone = known.first() if 0 < zone_id <= _MAX_ID else None
        if zone is None:
            raise UnknownZone
        hours = {"time_zone": zone.site.time_zone, **weekly_hours}
        _check_hours(hours=hours)
        permit = Permit.objects.create(
            site_id=zone.site_id,
            zone=zone,
            holder=name,
            cars_at_once=cars_at_once,
            weekly_hours=hours,
            valid_from=valid_from,
            valid_until=valid_until,
            created_at=now,
        )
        data = {"permit_id": permit.id, "zone_id": zone.id, "cars_at_once": cars_at_once}
        audit.record(action="permit.sold", caller=caller, at=now, data=data)
    return PermitSold(
        permit_id=permit.id,
        zone_id=zone.id,
        holder=name,
        cars_at_once=cars_at_once,
        weekly_hours=hours,
        valid_from=valid_from,
        valid_until=valid_until,
    )


def revoke_permit(*, permit_id: int, caller: Caller, now: datetime) -> None:
    """Let none of its cars in any more; those that are inside pay the tariff from now on. A second time changes
    nothing. Raises UnknownPermit."""
    caller.require(Permission.PERMIT_MANAGE)
    with use_case():
        permit = _locked(permit_id=permit_id)
        if permit.revoked_at is None:
            Permit.objects.filter(id=permit.id).update(revoked_at=now)
            audit.record(action="permit.revoked", caller=caller, at=now, data={"permit_id": permit.id})


def add_permit_car(*, permit_id: int, vehicle_number: str, caller: Caller, now: datetime) -> PermitCarAdded:
    """Put a car on the permit and give it a code of its own. Raises UnknownPermit, PermitOver, InvalidField."""
    caller.require(Permission.PERMIT_MANAGE)
    plate = canonical_plate(text=vehicle_number)
    with use_case():
        Vehicle.objects.bulk_create([Vehicle(number=plate, created_at=now)], ignore_conflicts=True)
        vehicle = lock_vehicle(number=plate)
        permit = _locked(permit_id=permit_id)
        if permit.revoked_at is not None or now >= permit.valid_until:
            raise PermitOver("This permit is over. Sell a new one.")
        on_it = PermitCar.objects.filter(permit=permit, removed_at=None)
        if on_it.filter(vehicle=vehicle).exists():
            raise InvalidField(field="vehicle_number", problem="is on this permit already. Remove it for a new code.")
        if on_it.count() >= MAX_CARS:
            raise InvalidField(field="vehicle_number", problem=f"is one too many: a permit has up to {MAX_CARS} cars.")
        code = qr_code_from_bits(bits=secrets.randbits(CODE_RANDOM_BITS))
        car = PermitCar.objects.create(permit=permit, vehicle=vehicle, qr_code=code, added_at=now)
        audit.record(
            action="permit.car_added", caller=caller, at=now, data={"permit_id": permit.id, "permit_car_id": car.id}
        )
    return PermitCarAdded(permit_id=permit.id, vehicle_number=plate, qr_code=code)


def remove_permit_car(*, permit_id: int, vehicle_number: str, caller: Caller, now: datetime) -> None:
    """Take a car off the permit: its code lets it in no more. If it is inside, that stay ends under the permit.

    Raises UnknownPermit, UnknownPermitCar, InvalidField.
    """
    caller.require(Permission.PERMIT_MANAGE)
    plate = canonical_plate(text=vehicle_number)
    with use_case():
        permit = _locked(permit_id=permit_id)
        car = PermitCar.objects.filter(permit=permit, vehicle__number=plate, removed_at=None).first()
        if car is None:
            raise UnknownPermitCar
        PermitCar.objects.filter(id=car.id).update(removed_at=now)
        audit.record(
            action="permit.car_removed", caller=caller, at=now, data={"permit_id": permit.id, "permit_car_id": car.id}
        )


def open_booking(*, car: PermitCar, caller: Caller, now: datetime) -> OpenedBooking:
    """A booking for a permit's car at the entry gate, paid by the permit, with a slot; or why there is none.

    The car's vehicle is locked. Under the permit's lock the cars inside are counted, so that they are never more than
    were paid for. Where the policy's anti-passback is soft or off, a stay of the car is ended first, as at any entry.
    """
    require_transaction()
    permit = lock_permit(permit_id=car.permit_id)
    if permit is None:
        raise RuntimeError(f"car {car.id} is on no permit")
    strict = snapshots.policy_of(version=permit.zone.policy).anti_passback is AntiPassback.HARD
    refusal = refusal_of_permit(permit=_snapshot(permit=permit, car=car, strict=strict), now=now)
    if refusal is not None:
        return OpenedBooking(found=refusal)
    ended = [] if strict else passback.end_earlier_stay(vehicle_id=car.vehicle_id, caller=caller, now=now)
    if isinstance(ended, ParkingError):
        return OpenedBooking(found=ended)
    return OpenedBooking(found=_book(permit=permit, car=car, caller=caller, now=now), refund_ids=ended)


def _book(*, permit: Permit, car: PermitCar, caller: Caller, now: datetime) -> ParkingBooking | ParkingError:
    """For as many hours as the car and a slot are free, up to a booking's most."""
    nobody_at_work = slots.lapse_stale(zone_id=permit.zone_id, vehicle_id=car.vehicle_id, now=now)
    free_hours = _hours_before_its_next_booking(car=car, now=now)
    if free_hours == 0:
        return VehicleBusy("This vehicle has a booking for this time. Scan that ticket, or cancel it first.")
    for hours in sorted({free_hours, *(one for one in _HOURS_TRIED if one < free_hours)}, reverse=True):
        until = now + timedelta(hours=hours)
        slot = slots.take_free_slot(zone_id=permit.zone_id, start=now, end=until, now=now)
        if slot is not None:
            return _make(permit=permit, car=car, slot=slot, hours=hours, caller=caller, now=now)
    if not nobody_at_work:
        raise Busy
    return ZoneFull("No slot is free in this zone now. Try another zone, or come back later.")


def booking_to_leave(*, car: PermitCar) -> ParkingBooking | None:
    """The booking of the car's newest stay under its permit, locked with its vehicle; None if it never came in.

    It can be in no older one. Raises Busy if it comes and goes while we look.
    """
    require_transaction()
    for _ in range(_LOOKS):
        newest = _newest_stay(car=car)
        if newest is None:
            return None
        booking = lock_booking_and_vehicle(booking_id=newest)
        # It may have left and come in again while we waited for the lock.
        if booking is not None and _newest_stay(car=car) == newest:
            return booking
    raise Busy


def free_until(*, booking: ParkingBooking, at: datetime) -> datetime:
    """Until when the booking's permit pays for a car that comes in at `at`."""
    return permit_discount(permit=booking.permit).free_until(at=at) if booking.permit is not None else at


def _snapshot(*, permit: Permit, car: PermitCar, strict: bool) -> PermitSnapshot:
    # Read again: who takes a car off the permit holds the permit's lock.
    car.refresh_from_db(fields=["removed_at"])
    inside = ParkingSession.objects.filter(booking__permit=permit, exit_time=None)
    of_this_car = ParkingSession.objects.filter(vehicle_id=car.vehicle_id, exit_time=None).select_related("booking")
    own_stay = of_this_car.first() if strict else None
    if not strict:
        inside = inside.exclude(vehicle_id=car.vehicle_id)
    return PermitSnapshot(
        valid_from=permit.valid_from,
        valid_until=permit.valid_until,
        is_revoked=permit.revoked_at is not None,
        car_is_removed=car.removed_at is not None,
        cars_at_once=permit.cars_at_once,
        cars_inside=inside.count(),
        car_is_inside=own_stay is not None and own_stay.booking.permit_id == permit.id,
        is_inside_elsewhere=own_stay is not None and own_stay.booking.permit_id != permit.id,
    )


def _hours_before_its_next_booking(*, car: PermitCar, now: datetime) -> int:
    """Whole hours, at most a booking's: a vehicle has one booking at a time (promise I2)."""
    others = ParkingBooking.objects.filter(vehicle_id=car.vehicle_id, closed_at=None, ends_at__gt=now)
    starts_at = others.order_by("starts_at").values_list("starts_at", flat=True).first()
    if starts_at is None:
        return MAX_BOOKED_HOURS
    return min(MAX_BOOKED_HOURS, max(timedelta(0), starts_at - now) // timedelta(hours=1))


def _make(
    *, permit: Permit, car: PermitCar, slot: ParkingSlot, hours: int, caller: Caller, now: datetime
) -> ParkingBooking:
    zone = permit.zone
    tariff = snapshots.zone_tariff(zone=zone, vehicle_class=VehicleClass.CAR)
    policy = snapshots.policy_of(version=zone.policy)
    booking = ParkingBooking.objects.create(
        id=uuid4(),
        zone=zone,
        vehicle=car.vehicle,
        plate=car.vehicle.number,
        owner_name=permit.holder,
        qr_code=qr_code_from_bits(bits=secrets.randbits(CODE_RANDOM_BITS)),
        hours=hours,
        tariff=tariff,
        policy=zone.policy,
        permit=permit,
        price_minor=0,
        currency=tariff.currency,
        created_at=now,
        starts_at=now,
        ends_at=now + timedelta(hours=hours),
        expires_at=now + timedelta(seconds=policy.hold_seconds),
    )
    slots.allocate(slot=slot, booking=booking, start=now, end=booking.ends_at, lapses_at=booking.ends_at)
    audit.record(action="booking.created", caller=caller, at=now, booking_id=booking.id)
    booking.status, booking.paid_at = BookingStatus.PAID, now
    booking.save(update_fields=["status", "paid_at"])
    audit.record(
        action="booking.permitted", caller=caller, at=now, booking_id=booking.id, data={"permit_id": permit.id}
    )
    return booking


def _newest_stay(*, car: PermitCar) -> UUID | None:
    """The booking of the car's newest stay: if a newer one has begun, it did leave on those before.

    The code of a car that was taken off the permit lets it out of a stay that had begun by then, and of no other.
    """
    stays = ParkingSession.objects.filter(vehicle_id=car.vehicle_id, booking__permit_id=car.permit_id)
    if car.removed_at is not None:
        stays = stays.filter(entry_time__lte=car.removed_at)
    return stays.order_by("-entry_time").values_list("booking_id", flat=True).first()


def _check_hours(*, hours: Mapping[str, Any]) -> None:
    try:
        read_weekly_hours(definition=hours)
    except HoursProblem as problem:
        raise InvalidField(field="weekly_hours", problem="; ".join(problem.problems)) from None


def _locked(*, permit_id: int) -> Permit:
    permit = lock_permit(permit_id=permit_id) if 0 < permit_id <= _MAX_ID else None
    if permit is None:
        raise UnknownPermit
    return permit
