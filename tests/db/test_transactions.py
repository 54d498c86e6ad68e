"""Which transaction is meant: a use case opens one, what it calls requires one (`parking.db.transactions`)."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from parking.db import locks
from parking.db.transactions import require_transaction, use_case
from parking.domain.errors import Busy
from parking.models import ParkingSlot, Vehicle
from tests.db.rows import Rows
from tests.garage import OPENING


def register(*numbers: str) -> None:
    for number in numbers:
        Vehicle.objects.create(number=number, created_at=OPENING)


def register_and_fail(number: str) -> None:
    register(number)
    raise ZeroDivisionError


def numbers() -> list[str]:
    return list(Vehicle.objects.order_by("number").values_list("number", flat=True))


@pytest.mark.django_db
class TestUseCase:
    def test_it_lets_what_it_calls_write(self):
        with use_case():
            require_transaction()
            register("AB1")
        assert numbers() == ["AB1"]

    def test_one_inside_another_would_promise_what_it_cannot_keep(self):
        with use_case():
            register("AB1")
            with pytest.raises(RuntimeError, match="durable"), use_case():
                register("AB2")
        assert numbers() == ["AB1"]

    def test_an_error_undoes_all_of_it(self):
        with pytest.raises(ZeroDivisionError), use_case():
            register_and_fail("AB1")
        assert numbers() == []

    def test_a_failed_constraint_leaves_as_the_error_that_it_stands_for(self):
        register("AB1")
        with pytest.raises(Busy) as refusal, use_case():
            register("AB2", "AB1")
        assert isinstance(refusal.value.__cause__, IntegrityError)
        assert numbers() == ["AB1"]

    def test_a_mistake_of_ours_leaves_as_it_is(self):
        with pytest.raises(IntegrityError), use_case():
            register("not a plate")
        assert numbers() == []


@pytest.mark.django_db(transaction=True)
class TestForReal:
    """Without the transaction that other tests run in."""

    def test_what_locks_or_writes_refuses_to_run_outside_of_one(self):
        helpers = [
            require_transaction,
            lambda: locks.lock_booking(booking_id=uuid4()),
            lambda: locks.lock_booking_and_vehicle(booking_id=uuid4()),
            lambda: locks.lock_bookings_nobody_holds(booking_ids=[]),
            lambda: locks.lock_vehicle(number="AB1"),
            lambda: locks.locked_slots(wait=False),
            locks.lock_sandbox_clock,
        ]
        for helper in helpers:
            with pytest.raises(RuntimeError, match="use_case"):
                helper()

    def test_what_is_done_is_done_and_no_transaction_stays_open(self):
        with use_case():
            register("AB1")
        assert not connection.in_atomic_block
        with pytest.raises(Busy), use_case():
            register("AB1")
        assert not connection.in_atomic_block
        connection.close()
        assert numbers() == ["AB1"]

    def test_no_use_case_hides_in_a_transaction_that_somebody_else_may_roll_back(self):
        with transaction.atomic(), pytest.raises(RuntimeError, match="durable"), use_case():
            register("AB1")
        assert numbers() == []

    def test_a_reference_to_nothing_fails_at_the_commit_and_leaves_nothing(self):
        zone = Rows.build().zone
        before = ParkingSlot.objects.count()
        with pytest.raises(IntegrityError), use_case():
            ParkingSlot.objects.create(zone_id=zone.id + 1000, number="X")
        assert ParkingSlot.objects.count() == before
