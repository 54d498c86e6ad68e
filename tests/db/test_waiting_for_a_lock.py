"""Who waited for a booking while its plate was changed holds the vehicle that it has now."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from django.db import connection, connections, transaction

from parking.db.charges import lock_to_settle
from parking.db.tickets import lock_presented
from parking.db.transactions import use_case
from parking.models import ParkingBooking, Payment, Vehicle
from parking.services.results import BookingCreated
from tests.garage import OPENING, Garage

pytestmark = pytest.mark.django_db(transaction=True)

Lock = Callable[[], object]


def scanning(booking: BookingCreated) -> Lock:
    return lambda: lock_presented(code=booking.qr_code, device_id="ENTRY_GATE_01", scan_id=None, at=OPENING)


def settling(booking: BookingCreated) -> Lock:
    payment = Payment.objects.get(booking_id=booking.booking_id)
    return lambda: lock_to_settle(payment_id=payment.id)


@pytest.mark.parametrize("way", [scanning, settling])
def test_the_new_vehicle_is_locked(way):
    if connection.vendor != "postgresql":
        pytest.skip("on SQLite a transaction is the only one")
    booking = Garage.build().book_and_pay()
    new = Vehicle.objects.create(number="DL99ZZ9999", created_at=OPENING)
    begun, looked = Event(), Event()

    def wait_and_hold(lock: Lock) -> None:
        with use_case():
            Vehicle.objects.count()  # a transaction that was there before the change
            begun.set()
            lock()
            held.set()
            looked.wait(timeout=10)
        connections.close_all()

    held = Event()
    with ThreadPoolExecutor(1) as threads:
        with transaction.atomic():
            ParkingBooking.objects.select_for_update().get(id=booking.booking_id)
            waiting = threads.submit(wait_and_hold, way(booking))
            assert begun.wait(timeout=10)
            _until_somebody_waits()
            ParkingBooking.objects.filter(id=booking.booking_id).update(vehicle=new, plate=new.number)
        assert held.wait(timeout=10)
        with transaction.atomic():
            free = Vehicle.objects.select_for_update(skip_locked=True).filter(id=new.id).exists()
        looked.set()
        waiting.result(timeout=10)
    assert not free


def _until_somebody_waits() -> None:
    with connection.cursor() as cursor:
        for _ in range(500):
            cursor.execute("SELECT COUNT(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
            time.sleep(0.01)
    raise AssertionError("nobody came to wait")
