"""Making a booking, and cancelling it."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from django.conf import settings
from django.db.models import Q

from parking.db import writing
from parking.db.locks import lock_booking, lock_vehicle
from parking.db.new_bookings import Beginnings, lock_beginnings
from parking.db.transactions import use_case
from parking.domain.bookings import Window, decide_cancellation, plan_window, refusal_to_change, require_near
from parking.domain.callers import DRIVER, SYSTEM, Caller
from parking.domain.cards import without_card_numbers
from parking.domain.codes import CODE_RANDOM_BITS, qr_code_from_bits
from parking.domain.contacts import clean_owner_name, e164_phone
from parking.domain.errors import (
    Busy,
    HoldLapsed,
    ParkingError,
    RefundChanged,
    UnknownBooking,
    UnknownZone,
    VehicleBusy,
    ZoneFull,
)
from parking.domain.money import format_amount, parse_amount
from parking.domain.permissions import Permission
from parking.domain.plates import canonical_plate
from parking.domain.states import BookingStatus, RefundKind, ReleaseReason, VehicleClass
from parking.domain.times import not_before
from parking.models import ParkingBooking, ParkingSession, ParkingSlot, ParkingZone, TariffVersion, Vehicle
from parking.queries import snapshots
from parking.services import audit, collection, refunds, slots
from parking.services.results import BookingClosed, BookingCreated, PlateChanged

MAX_REASON_LENGTH: Final = 200
_MAX_ID: Final = 2**63 - 1


def create_booking(
    *,
    vehicle_number: str,
    owner_name: str,
    zone_id: int,
    hours: int,
    phone_number: str | None = None,
    starts_at: datetime | None = None,
    vehicle_class: VehicleClass = VehicleClass.CAR,
    caller: Caller = DRIVER,
    now: datetime,
) -> BookingCreated:
    """Hold a slot for `hours` whole hours from `starts_at` (None: from now), to be paid within the hold.

    Source: specification, "Booking Flow"; DESIGN section 2. Raises InvalidField, UnknownZone, VehicleBusy when
    the vehicle has another booking or is parked at that time, ZoneFull when no slot is free for all of it.
    """
    caller.require(Permission.BOOKING_CREATE)
    plate = canonical_plate(text=vehicle_number)
    contact = {
        "owner_name": clean_owner_name(text=owner_name),
        "phone_number": e164_phone(text=phone_number, region=settings.PARKING_PHONE_REGION),
    }
    window = plan_window(starts_at=starts_at, hours=hours, now=now)
    if not 0 < zone_id <= _MAX_ID:
        raise UnknownZone

    def attempt() -> BookingCreated:
        with use_case():
            found = lock_beginnings(
                plate=plate,
                contact=contact,
                zone_id=zone_id,
                vehicle_class=vehicle_class,
                start=window.starts_at,
                end=window.ends_at,
                now=now,
            )
            if found is None:
                raise UnknownZone
            require_near(window=window, now=now, policy=snapshots.policy_of(version=found.zone.policy))
            slot = _slot_for(found=found, window=window, now=now)
            booking = _insert(
                zone=found.zone,
                tariff=found.tariff,
                vehicle_class=vehicle_class,
                vehicle=found.vehicle,
                slot=slot,
                hours=hours,
                window=window,
                contact=contact,
                now=now,
            )
            audit.record(action="booking.created", caller=caller, at=now, booking_id=booking.id)
            if booking.price_minor == 0:
                _give_free(booking=booking, now=now)
        return _created(booking=booking, slot=slot)

    try:
        return attempt()
    except Busy:
        # Others were at work on what stood in the way. Look once more before turning a driver away.
        slots.wait_for_stale(zone_id=zone_id, plate=plate, now=now)
        return attempt()


def cancel_booking(
    *,
    booking_id: UUID,
    reason: str = "",
    expected_refund: str | None = None,
    caller: Caller = DRIVER,
    now: datetime,
) -> BookingClosed:
    """Cancel a booking that has not entered; what its policy says goes back (DESIGN section 2).

    `expected_refund` is the decimal amount that the driver was shown: if less would go back by now, nothing is
    cancelled. Raises RefundChanged then, UnknownBooking, AlreadyEntered, BookingCancelled, HoldLapsed, NoShow.
    """
    caller.require(Permission.BOOKING_CANCEL)
    with use_case():
        kept_reason = without_card_numbers(text=reason[:MAX_REASON_LENGTH])
        outcome = _cancel(
            booking_id=booking_id, reason=kept_reason, expected_refund=expected_refund, caller=caller, now=now
        )
    if isinstance(outcome, ParkingError):
        raise outcome
    booking, refund_ids, refund_minor = outcome
    processed = refunds.attempt(refund_ids=refund_ids, now=now)
    return BookingClosed(
        booking_id=booking.id,
        refund_minor=refund_minor,
        refund_processed=bool(refund_ids) and processed,
        currency=booking.currency,
        in_cash_minor=refunds.waiting_in_cash(refund_ids=refund_ids),
    )


def change_plate(*, booking_id: UUID, vehicle_number: str, caller: Caller = DRIVER, now: datetime) -> PlateChanged:
    """Let another vehicle use a booking that has not entered. Its code, slot, times and money stay as they are.

    Source: DESIGN section 2, "plates". Raises InvalidField, UnknownBooking, VehicleBusy when the other vehicle has a
    booking or is parked at that time, AlreadyEntered, BookingCancelled, HoldLapsed, NoShow.
    """
    caller.require(Permission.BOOKING_CHANGE)
    plate = canonical_plate(text=vehicle_number)
    with use_case():
        outcome = _change_plate(booking_id=booking_id, plate=plate, caller=caller, now=now)
    if isinstance(outcome, ParkingError):
        raise outcome
    return outcome


def _change_plate(*, booking_id: UUID, plate: str, caller: Caller, now: datetime) -> PlateChanged | ParkingError:
    booking = lock_booking(booking_id=booking_id)
    if booking is None:
        return UnknownBooking()
    now = not_before(now, booking.created_at, booking.paid_at)
    allocation = snapshots.live_allocation(booking=booking)
    refusal = refusal_to_change(
        booking=snapshots.booking_snapshot(
            booking=booking, allocation=allocation, money=snapshots.money_of(booking=booking)
        ),
        now=now,
    )
    if refusal is not None or allocation is None:
        slots.lapse(bookings=[booking], now=now)
        return refusal or HoldLapsed()
    before = booking.plate
    if plate != before:
        contact = {"owner_name": booking.owner_name, "phone_number": booking.phone_number}
        vehicle = _vehicle(plate=plate, contact=contact, now=now)
        nobody_at_work = slots.lapse_stale(zone_id=booking.zone_id, vehicle_id=vehicle.id, now=now)
        if _is_busy(vehicle=vehicle, window=Window(starts_at=booking.starts_at, ends_at=booking.ends_at), now=now):
            return VehicleBusy() if nobody_at_work else Busy()
        booking.vehicle, booking.plate = vehicle, plate
        booking.save(update_fields=["vehicle", "plate"])
        audit.record(action="booking.plate_changed", caller=caller, at=now, booking_id=booking.id)
    return PlateChanged(booking_id=booking.id, vehicle_number=plate, slot_number=allocation.slot.number)


def _cancel(
    *, booking_id: UUID, reason: str, expected_refund: str | None, caller: Caller, now: datetime
) -> tuple[ParkingBooking, list[UUID], int] | ParkingError:
    booking = lock_booking(booking_id=booking_id)
    if booking is None:
        return UnknownBooking()
    now = not_before(now, booking.created_at, booking.paid_at)
    money = snapshots.money_of(booking=booking)
    decision = decide_cancellation(
        booking=snapshots.booking_snapshot(
            booking=booking, allocation=snapshots.live_allocation(booking=booking), money=money
        ),
        policy=snapshots.policy_of(version=booking.policy),
        now=now,
    )
    if isinstance(decision, ParkingError):
        slots.lapse(bookings=[booking], now=now)
        return decision
    if expected_refund is not None:
        expected_minor = parse_amount(text=expected_refund, currency=booking.currency)
        if decision.refund_minor < expected_minor:
            return _refund_changed(refund_minor=decision.refund_minor, currency=booking.currency)
    booking.status = BookingStatus.CANCELLED
    booking.closed_at = now
    booking.save(update_fields=["status", "closed_at"])
    slots.release(booking=booking, reason=ReleaseReason.CANCELLED, now=now)
    refund_ids = refunds.order(
        booking=booking,
        amount_minor=decision.refund_minor,
        kind=RefundKind.BOOKING_CANCEL,
        reason=reason,
        now=now,
    )
    audit.record(
        action="booking.cancelled",
        caller=caller,
        at=now,
        booking_id=booking.id,
        data={"reason": reason, "refund_minor": decision.refund_minor},
    )
    return booking, refund_ids, decision.refund_minor


def _refund_changed(*, refund_minor: int, currency: str) -> RefundChanged:
    amount = format_amount(amount_minor=refund_minor, currency=currency)
    return RefundChanged(
        f"By now {amount} {currency} would go back. Nothing was cancelled; cancel again if you still want to.",
        details={"refund_amount": amount, "currency": currency},
    )


def _vehicle(*, plate: str, contact: dict[str, str], now: datetime) -> Vehicle:
    """The vehicle, locked; made if it is new. A stranger's booking never rewrites what is known of a vehicle."""
    Vehicle.objects.bulk_create([Vehicle(number=plate, created_at=now, **contact)], ignore_conflicts=True)
    return lock_vehicle(number=plate)


def _slot_for(*, found: Beginnings, window: Window, now: datetime) -> ParkingSlot:
    """A slot for the vehicle, locked. A hold whose time is over stands in nobody's way (promise I4), also while
    somebody else is just writing that down: then Busy is raised, because nothing is known yet."""
    is_busy, nobody_at_work = found.has_booking or (found.is_inside and window.starts_at <= now), True
    if found.is_stale:
        nobody_at_work = slots.lapse_stale(zone_id=found.zone.id, vehicle_id=found.vehicle.id, now=now)
        is_busy = _is_busy(vehicle=found.vehicle, window=window, now=now)
    if is_busy:
        raise VehicleBusy if nobody_at_work else Busy
    slot = found.slot or slots.take_free_slot(
        zone_id=found.zone.id, start=window.starts_at, end=window.ends_at, now=now
    )
    if slot is None:
        raise ZoneFull if nobody_at_work else Busy
    return slot


def _is_busy(*, vehicle: Vehicle, window: Window, now: datetime) -> bool:
    """One live booking per vehicle for any moment, and none now for a vehicle that is parked (promise I2)."""
    overlapping = Q(starts_at__lt=window.ends_at, ends_at__gt=window.starts_at)
    if ParkingBooking.objects.filter(overlapping, vehicle=vehicle, closed_at=None).exists():
        return True
    return window.starts_at <= now and ParkingSession.objects.filter(vehicle=vehicle, exit_time=None).exists()


def _insert(
    *,
    zone: ParkingZone,
    tariff: TariffVersion,
    vehicle_class: VehicleClass,
    vehicle: Vehicle,
    slot: ParkingSlot,
    hours: int,
    window: Window,
    contact: dict[str, str],
    now: datetime,
) -> ParkingBooking:
    policy = snapshots.policy_of(version=zone.policy)
    booking = ParkingBooking(
        id=uuid4(),
        zone=zone,
        vehicle=vehicle,
        plate=vehicle.number,
        qr_code=qr_code_from_bits(bits=secrets.randbits(CODE_RANDOM_BITS)),
        hours=hours,
        vehicle_class=vehicle_class,
        tariff=tariff,
        policy=zone.policy,
        price_minor=snapshots.tariff_of(version=tariff).booking_price(starts_at=window.starts_at, hours=hours),
        currency=tariff.currency,
        created_at=now,
        starts_at=window.starts_at,
        ends_at=window.ends_at,
        expires_at=now + timedelta(seconds=policy.hold_seconds),
        **contact,
    )
    writing.insert(booking)
    slots.promise(slot=slot, booking=booking, start=window.starts_at, end=window.ends_at, lapses_at=booking.expires_at)
    return booking


def _give_free(*, booking: ParkingBooking, now: datetime) -> None:
    """What costs nothing needs no payment, and no hold that could lapse before one."""
    allocation = snapshots.live_allocation(booking=booking)
    refusal = collection.give_booking(booking=booking, allocation=allocation, now=now)
    if refusal is not None:
        raise refusal
    audit.record(action="booking.free", caller=SYSTEM, at=now, booking_id=booking.id)


def _created(*, booking: ParkingBooking, slot: ParkingSlot) -> BookingCreated:
    return BookingCreated(
        booking_id=booking.id,
        qr_code=booking.qr_code,
        vehicle_number=booking.plate,
        slot_number=slot.number,
        zone_name=booking.zone.name,
        hours=booking.hours,
        amount_minor=booking.price_minor,
        currency=booking.currency,
        created_at=booking.created_at,
        expires_at=booking.expires_at,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        status=BookingStatus(booking.status),
    )
