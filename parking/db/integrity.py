"""A failed constraint, as the error that it stands for.

The rules are checked first, under locks, so a constraint fails only in a race that the checks could not see, or
on a mistake of ours. The first kind is somebody's bad luck and has a name here; the second is not translated.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from django.apps import apps
from django.db import DatabaseError, IntegrityError, OperationalError
from django.db.models import Model, UniqueConstraint

from parking.domain.errors import (
    AlreadyEntered,
    AlreadyPaid,
    Busy,
    DayClosed,
    ParkingError,
    PaymentInProgress,
    ShiftOpen,
    VehicleBusy,
    VehicleInside,
)

ERRORS: Final[Mapping[str, type[ParkingError]]] = {
    "parking_allocation_slot_once": Busy,
    "parking_allocation_one_car_a_slot": Busy,
    "parking_allocation_booking_once": Busy,
    "parking_booking_vehicle_once": VehicleBusy,
    "parking_payment_booking_once": AlreadyPaid,
    "parking_payment_quote_once": AlreadyPaid,
    "parking_payment_one_pending": PaymentInProgress,
    "parking_payment_reference_once": Busy,
    "parking_provider_event_once": Busy,
    "parking_refund_kind_once": Busy,
    "parking_scan_once": Busy,
    "parking_session_vehicle_once": VehicleInside,
    "parking_shift_one_open": ShiftOpen,
    "parking_parkingsession_booking_id_key": AlreadyEntered,
    "parking_day_close_once": DayClosed,
    "parking_discountcode_code_key": Busy,
    "parking_merchant_name_once": Busy,
    "parking_permitcar_qr_code_key": Busy,
    "parking_policy_version_once": Busy,
    "parking_tariff_version_once": Busy,
    "parking_vehicle_number_key": Busy,
}

_SQLITE_NAMED: Final = re.compile(r"CHECK constraint failed: (\w+)|^parking guard: (\w+)")
_SQLITE_UNIQUE: Final = re.compile(r"UNIQUE constraint failed: (.+)$")
_PG_RETRY: Final = frozenset({"40001", "40P01", "55P03"})
"""Serialization failure, deadlock, lock not available: the same call may succeed now."""


def constraint_name(*, error: DatabaseError) -> str | None:
    """The name of the constraint or guard that failed, alike on both databases; None if none can be told."""
    cause = error.__cause__
    diagnosis = getattr(cause, "diag", None)
    if diagnosis is not None:
        return diagnosis.constraint_name or None
    text = str(error)
    if named := _SQLITE_NAMED.search(text):
        return named.group(1) or named.group(2)
    if unique := _SQLITE_UNIQUE.search(text):
        return _unique_by_columns(columns=unique.group(1))
    return None


def translate(*, error: DatabaseError) -> ParkingError | None:
    """The error that a failed statement stands for; None when it is a mistake of ours and must be seen as one."""
    if isinstance(error, OperationalError):
        contended = getattr(error.__cause__, "sqlstate", None) in _PG_RETRY or "database is locked" in str(error)
        return Busy() if contended else None
    if not isinstance(error, IntegrityError):
        return None
    stands_for = ERRORS.get(constraint_name(error=error) or "")
    return stands_for() if stands_for else None


def _unique_by_columns(*, columns: str) -> str | None:
    """SQLite names the columns (``table.a, table.b``) instead of the constraint.

    Where two partial constraints stand on the same columns, SQLite's single writer has already made the race
    impossible, and the first that we know is as good as the other.
    """
    table = columns.split(".", 1)[0]
    fields = [column.split(".", 1)[1] for column in columns.split(", ")]
    for model in apps.get_app_config("parking").get_models():
        if model._meta.db_table != table:
            continue
        for constraint in model._meta.constraints:
            if isinstance(constraint, UniqueConstraint) and fields == _columns(model, constraint):
                return constraint.name
        return f"{table}_{'_'.join(fields)}_key"
    return None


def _columns(model: type[Model], constraint: UniqueConstraint) -> list[str | None]:
    columns = {field.name: field.column for field in model._meta.concrete_fields}
    return [columns[name] for name in constraint.fields]
