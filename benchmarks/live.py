"""What a measurement uses up: cars that stand in the city, and stays as far as the step before the measured one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from django.db import connection
from django.db.models import Max, Model

from benchmarks import names
from benchmarks.city import City
from benchmarks.rows import unguarded
from benchmarks.stays import Place, Stage, Stay, StayTables
from parking.models import (
    AuditEvent,
    ParkingBooking,
    ParkingSession,
    Payment,
    QRScanLog,
    Refund,
    SlotAllocation,
    Vehicle,
)

STANDING_SHARE: Final = 0.4
"""Of all slots: so full is the city in which everything is measured."""
_WORK_SHARE: Final = 0.58
_PAST_IS_OVER: Final = timedelta(hours=2)
_STANDING_FOR: Final = timedelta(minutes=100)
_COUNTED: Final[tuple[type[Model], ...]] = (QRScanLog, AuditEvent, SlotAllocation, Vehicle)
_TIMED: Final[tuple[tuple[type[Model], str], ...]] = (
    (Refund, "created_at"),
    (Payment, "created_at"),
    (ParkingSession, "entry_time"),
    (ParkingBooking, "created_at"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """Where the past ends: the highest id of the tables that count, and the time from which on the others are live."""

    highest: dict[str, int]
    since: datetime


def marks(*, past_is_over: timedelta = _PAST_IS_OVER) -> Marks:
    """To be taken when only what shall stay has been laid; all that stays began longer ago than `past_is_over`."""
    highest = {model._meta.db_table: model._default_manager.aggregate(n=Max("pk"))["n"] or 0 for model in _COUNTED}
    return Marks(highest=highest, since=datetime.now(UTC) - past_is_over)


def stand(*, city: City) -> Marks:
    """Put a car into each of the first slots, where it stays through all measurements."""
    with unguarded():
        StayTables().insert(_standing(places=city.places[: int(city.plan.slots * STANDING_SHARE)]))
    _tidy(analyze=True)
    return marks(past_is_over=timedelta(hours=1))


def work_of(*, city: City) -> int:
    """How many stays there are to be used up."""
    return int(city.plan.slots * _WORK_SHARE)


def lay(*, city: City, marks: Marks, stage: Stage | None, work: int | None = None) -> None:
    """Take away what the last measurement left, and lay `work` stays in `stage` (None: none).

    The nth of these is booking `names.FIRST_LIVE + n` in the slot after the standing cars, for one hour.
    """
    now = datetime.now(UTC)
    standing = int(city.plan.slots * STANDING_SHARE)
    count = work_of(city=city) if work is None else work
    with unguarded():
        _clear(marks=marks)
        if stage is not None:
            ago = timedelta(minutes={Stage.BOOKED: 0, Stage.PAID: 3, Stage.INSIDE: 30}[stage])
            StayTables().insert(
                _stay(place=city.places[standing + n], car=standing + n, number=n, stage=stage, created_at=now - ago)
                for n in range(count)
            )
    _tidy()


def lay_cars(*, marks: Marks, places: Sequence[Place]) -> None:
    """Take away what the last measurement left, and put a car into each of `places`."""
    with unguarded():
        _clear(marks=marks)
        StayTables().insert(_standing(places=places))
    _tidy(analyze=True)


def _standing(*, places: Sequence[Place]) -> Iterator[Stay]:
    """Numbered from above, out of the way of those that are to be used up."""
    created_at = datetime.now(UTC) - _STANDING_FOR
    for n, place in enumerate(places):
        yield _stay(
            place=place, car=n, number=names.FIRST_LIVE - 1 - n, stage=Stage.INSIDE, created_at=created_at, hours=4
        )


def _stay(*, place: Place, car: int, number: int, stage: Stage, created_at: datetime, hours: int = 1) -> Stay:
    """Who is inside has time left that was paid: there is nothing to pay and nothing to give back."""
    return Stay(
        number=names.FIRST_LIVE + number,
        vehicle_id=car + 1,
        plate=names.plate(number=car + 1),
        place=place,
        hours=hours,
        created_at=created_at,
        stage=stage,
    )


def _clear(*, marks: Marks) -> None:
    with connection.cursor() as cursor:
        since = connection.ops.adapt_datetimefield_value(marks.since)
        for table, highest in marks.highest.items():
            cursor.execute(f"DELETE FROM {table} WHERE id > %s", [highest])  # noqa: S608 -- our own names
        for model, column in _TIMED:
            cursor.execute(f"DELETE FROM {model._meta.db_table} WHERE {column} >= %s", [since])  # noqa: S608 -- same


def _tidy(*, analyze: bool = False) -> None:
    """No measurement pays for the traces of the one before: autovacuum is off, so that none meets it."""
    if connection.vendor == "postgresql":
        tables = [model._meta.db_table for model in (*_COUNTED, *(model for model, _ in _TIMED))]
        options = "TRUNCATE OFF, ANALYZE" if analyze else "TRUNCATE OFF"
        with connection.cursor() as cursor:
            cursor.execute(f"VACUUM ({options}) {', '.join(tables)}")
