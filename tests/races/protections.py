"""What stands between a race and its harm, each as something that can be taken away for a while.

And the places to meet at: they hold each person up until somebody else has come as far, so that a race which is
possible does happen, and not one time in a thousand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from functools import partial, wraps
from threading import Condition
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection
from django.db.models import Model, QuerySet

from parking.db import guards, locks, new_bookings
from parking.db.guard_rules import GUARDS
from parking.models import CashierShift, DiscountCode, ParkingBooking, ParkingSlot, Payment, Permit, Vehicle
from parking.services import payments, refunds, scans, slots
from tests.races.bank import Bank

Change = Callable[[], AbstractContextManager[None]]

_LONGEST_WAIT_SECONDS = 0.5


@contextmanager
def _replaced(owner: object, name: str, make: Callable[[Any], Any]) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(owner, name, make(getattr(owner, name)))
        yield


def _row_lock(model: type[Model]) -> Change:
    """Rows of `model` are read as ever, and not locked."""

    def make(real: Callable[..., Any]) -> Callable[..., Any]:
        def select_for_update(queryset: QuerySet[Any], *, of: tuple[str, ...] = ("self",), **options: Any) -> Any:
            related = {"self": queryset.model, "vehicle": Vehicle}
            kept = tuple(name for name in of if related.get(name) is not model)
            return real(queryset, of=kept, **options) if kept else queryset._chain()

        return select_for_update

    def make_clause(real: Callable[..., str]) -> Callable[..., str]:
        def lock_clause(rows: Mapping[type[Model], str], **options: Any) -> str:
            return real({of: alias for of, alias in rows.items() if of is not model}, **options)

        return lock_clause

    @contextmanager
    def unlocked() -> Iterator[None]:
        with _replaced(QuerySet, "select_for_update", make), _replaced(locks, "lock_clause", make_clause):
            yield

    return unlocked


@contextmanager
def _constraint(name: str) -> Iterator[None]:
    """A constraint or unique index of the database, put back by its own definition."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT format('ALTER TABLE %%s DROP CONSTRAINT %%I', conrelid::regclass, conname),"
            " format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s', conrelid::regclass, conname, pg_get_constraintdef(oid))"
            " FROM pg_constraint WHERE conname = %s AND connamespace = current_schema()::regnamespace"
            " UNION ALL SELECT format('DROP INDEX %%I', indexname), indexdef FROM pg_indexes"
            " WHERE indexname = %s AND schemaname = current_schema()"
            " AND indexname NOT IN (SELECT conname FROM pg_constraint)",
            [name, name],
        )
        [(drop, add)] = cursor.fetchall()
        cursor.execute(drop)
    try:
        yield
    finally:
        _put_back(add)


@contextmanager
def _guard(name: str) -> Iterator[None]:
    """The triggers of one guard."""
    triggers = [(guards.trigger_name(guard=guard), guard.table) for guard in GUARDS if guard.name == name]
    assert triggers
    with connection.cursor() as cursor:
        for trigger, table in triggers:
            cursor.execute(f"DROP TRIGGER {trigger} ON {table}")
    try:
        yield
    finally:
        guards.install(connection=connection)


def _put_back(add: str) -> None:
    with connection.cursor() as cursor:
        try:
            cursor.execute(add)
        except IntegrityError:  # what has come about without it stands in its way
            call_command("flush", verbosity=0, interactive=False)
            cursor.execute(add)


def _second_look(real: Callable[..., bool]) -> Callable[..., bool]:
    return lambda queryset: queryset.model is ParkingSlot or real(queryset)


@contextmanager
def _no_second_look() -> Iterator[None]:
    with (
        _replaced(QuerySet, "exists", _second_look),
        _replaced(new_bookings, "is_free_still", lambda real: lambda _: True),
    ):
        yield


def _lapse_whatever_was_seen(real: Callable[..., int]) -> Callable[..., int]:
    """As if the hold of each booking that was found before the lock had ended long since."""
    return lambda *, bookings, now: real(bookings=bookings, now=now + timedelta(hours=1))


def _all_of_it(*, booking: ParkingBooking) -> list[tuple[Payment, int]]:
    return [(payment, payment.captured_minor) for payment in Payment.objects.filter(booking=booking)]


PROTECTIONS: dict[str, Change] = {
    "lock of the slot": _row_lock(ParkingSlot),
    "lock of the vehicle": _row_lock(Vehicle),
    "lock of the booking": _row_lock(ParkingBooking),
    "lock of the shift": _row_lock(CashierShift),
    "lock of the permit": _row_lock(Permit),
    "lock of the code": _row_lock(DiscountCode),
    "second look under the slot's lock": _no_second_look,
    "second look under the booking's lock": partial(_replaced, slots, "lapse", _lapse_whatever_was_seen),
    "lease of the payment": partial(_replaced, payments, "_LEASE", lambda real: timedelta(0)),
    "key of the charge": partial(_replaced, Bank, "honours_keys", lambda real: False),
    "what is left to refund": partial(_replaced, refunds, "_refundable", lambda real: _all_of_it),
    "second attempt of the scan": partial(_replaced, scans, "_ATTEMPTS", lambda real: 1),
    "waiting for who lapses a hold": partial(_replaced, slots, "wait_for_stale", lambda real: lambda **_: None),
}


def without(protection: str) -> AbstractContextManager[None]:
    """Take one away, by its name here or in the database."""
    if protection in PROTECTIONS:
        return PROTECTIONS[protection]()
    if protection in {guard.name for guard in GUARDS if "postgresql" in guard.vendors}:
        return _guard(protection)
    return _constraint(protection)


Place = tuple[str, object, str]
""""before" or "after", and whose function."""


@contextmanager
def meeting(*places: Place) -> Iterator[list[Place]]:
    """Hold up whoever comes to the places until somebody is at each of them, or two are at the only one.

    If that takes half a second, a protection keeps the others away, and nobody is held up any more. Gives the places
    that somebody came to.
    """
    somebody_came = Condition()
    came: list[Place] = []
    given_up: list[bool] = []

    def wait_at(place: Place) -> None:
        with somebody_came:
            came.append(place)
            somebody_came.notify_all()
            if not given_up and not somebody_came.wait_for(all_there, timeout=_LONGEST_WAIT_SECONDS):
                given_up.append(True)

    def all_there() -> bool:
        return bool(given_up) or (len(came) >= 2 and set(came) == set(places))

    with pytest.MonkeyPatch.context() as patch:
        for place in places:
            when, owner, name = place
            patch.setattr(owner, name, _held_up(getattr(owner, name), when=when, wait=partial(wait_at, place)))
        yield came


def _held_up(real: Callable[..., Any], *, when: str, wait: Callable[[], None]) -> Callable[..., Any]:
    @wraps(real)
    def function(*args: Any, **kwargs: Any) -> Any:
        if when == "before":
            wait()
        answer = real(*args, **kwargs)
        if when == "after":
            wait()
        return answer

    return function


def schema() -> list[tuple[str, str]]:
    """Every constraint, index and trigger, to see that all were put back."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname::text, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE connamespace = current_schema()::regnamespace"
            " UNION SELECT indexname::text, indexdef FROM pg_indexes WHERE schemaname = current_schema()"
            " UNION SELECT tgname::text, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1, 2"
        )
        return cursor.fetchall()
