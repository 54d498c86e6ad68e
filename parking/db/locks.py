"""Every row lock there is, taken late and in one order: booking, vehicle, permit, slot, site,
shift, discount code.

A booking's row guards its allocation, its session, its payments and its refunds: whoever changes any of them
holds the booking first. Where a second booking is needed while one is held (to move a hold), it is taken only if
nobody else has it, so no two callers ever wait for each other.

On SQLite the whole transaction is the lock (BEGIN IMMEDIATE), and these are plain reads.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from parking.db.transactions import require_transaction
from parking.domain.errors import Busy
from parking.models import (
    CashierShift,
    DiscountCode,
    ParkingBooking,
    ParkingSite,
    ParkingSlot,
    Permit,
    PermitCar,
    SandboxClock,
    Vehicle,
)

_TERMS = ("zone", "tariff", "policy")


def lock_booking(*, booking_id: UUID) -> ParkingBooking | None:
    """The booking with its zone and terms, locked until the transaction ends."""
    require_transaction()
    bookings = ParkingBooking.objects.select_for_update(no_key=True, of=("self",))
    return bookings.select_related(*_TERMS).filter(id=booking_id).first()


def lock_booking_and_vehicle(*, booking_id: UUID | None = None, qr_code: str | None = None) -> ParkingBooking | None:
    """The booking as `lock_booking` gives it, and its vehicle locked too: nothing else of that car can begin."""
    require_transaction()
    wanted = {"id": booking_id} if booking_id is not None else {"qr_code": qr_code}
    bookings = ParkingBooking.objects.select_for_update(no_key=True, of=("self", "vehicle"))
    return bookings.select_related("vehicle", *_TERMS).filter(**wanted).first()


def lock_bookings_nobody_holds(*, booking_ids: list[UUID]) -> list[ParkingBooking]:
    """Those of the bookings that no other transaction has locked; never waits."""
    require_transaction()
    rows = ParkingBooking.objects.select_for_update(no_key=True, skip_locked=True, of=("self",))
    return list(rows.select_related(*_TERMS).filter(id__in=booking_ids).order_by("id"))


def lock_bookings(*, booking_ids: list[UUID]) -> list[ParkingBooking]:
    """All of the bookings, waited for in one order: only for a transaction that holds nothing else."""
    require_transaction()
    rows = ParkingBooking.objects.select_for_update(no_key=True, of=("self",))
    return list(rows.select_related(*_TERMS).filter(id__in=booking_ids).order_by("id"))


def lock_vehicle(*, number: str) -> Vehicle:
    """The vehicle's row, which serialises bookings and entries of one vehicle. Raises Busy if it was just forgotten."""
    require_transaction()
    vehicle = Vehicle.objects.select_for_update(no_key=True).filter(number=number).first()
    if vehicle is None:
        raise Busy
    return vehicle


def lock_vehicles(*, vehicle_ids: Sequence[int]) -> None:
    """The rows of these vehicles, one after another: nothing of their cars can begin meanwhile."""
    require_transaction()
    list(Vehicle.objects.select_for_update().filter(id__in=vehicle_ids).order_by("id").values_list("id"))


def lock_permit_car(*, qr_code: str) -> PermitCar | None:
    """The car of a permit with this code, its vehicle locked; the permit itself is not."""
    require_transaction()
    cars = PermitCar.objects.select_for_update(no_key=True, of=("vehicle",))
    return cars.select_related("vehicle", "permit").filter(qr_code=qr_code).first()


def lock_permit(*, permit_id: int) -> Permit | None:
    """The permit's row, which serialises the entries of its cars."""
    require_transaction()
    permits = Permit.objects.select_for_update(no_key=True, of=("self",))
    return permits.select_related("site", "zone__tariff", "zone__policy").filter(id=permit_id).first()


def locked_slots(*, wait: bool) -> QuerySet[ParkingSlot]:
    """Slots to choose one from: with `wait` false, those that somebody else is taking are passed over."""
    require_transaction()
    return ParkingSlot.objects.select_for_update(no_key=True, skip_locked=not wait, of=("self",))


def lock_site(*, site_id: int) -> ParkingSite:
    """The site's row, which hands out the numbers of its receipts one after another; held last and shortly."""
    require_transaction()
    return ParkingSite.objects.select_for_update(no_key=True).get(id=site_id)


def lock_open_shift(*, cashier_id: int) -> CashierShift | None:
    """The cashier's open shift: who takes cash into it or closes it holds it, so that the count misses nothing."""
    require_transaction()
    return CashierShift.objects.select_for_update(no_key=True).filter(cashier_id=cashier_id, closed_at=None).first()


def lock_discount(*, code: str) -> DiscountCode | None:
    """The code's row, which counts its uses and its budget; held last and shortly."""
    require_transaction()
    codes = DiscountCode.objects.select_for_update(no_key=True, of=("self",))
    return codes.select_related("merchant").filter(code=code).first()


def lock_sandbox_clock() -> SandboxClock:
    require_transaction()
    SandboxClock.objects.bulk_create([SandboxClock(id=1)], ignore_conflicts=True)
    return SandboxClock.objects.select_for_update().get(id=1)


def lock_log_for_sealing(*, log: str) -> None:
    """Only one process continues a log's chain at a time. On SQLite the transaction itself sees to that."""
    require_transaction()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"parking.seal.{log}"])
