"""The moment that the auditor reads, without a transaction around it, as the command runs."""

from __future__ import annotations

from threading import Thread

import pytest
from django.db import DatabaseError, connection, connections, transaction

from parking.db.moments import read_only_moment
from parking.models import ParkingSite, Vehicle
from tests.garage import OPENING, Garage

pytestmark = pytest.mark.django_db(transaction=True)


def write() -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE parking_parkingsite SET name = 'changed'")


def test_a_write_is_refused_and_works_again_afterwards():
    Garage.build()
    with pytest.raises(DatabaseError), read_only_moment():
        write()
    write()
    assert ParkingSite.objects.get().name == "changed"
    with transaction.atomic():
        write()


def test_traffic_goes_on_and_is_not_seen():
    Garage.build()
    with read_only_moment():
        assert Vehicle.objects.count() == 0
        elsewhere(lambda: Vehicle.objects.create(number="KA01X", created_at=OPENING))
        assert Vehicle.objects.count() == 0
    assert Vehicle.objects.count() == 1


def test_what_came_between_beginning_and_the_first_look_is_not_seen():
    with read_only_moment():
        elsewhere(lambda: Vehicle.objects.create(number="KA01X", created_at=OPENING))
        assert Vehicle.objects.count() == 0


def elsewhere(action) -> None:
    """In a connection of its own, as another process has."""

    def run() -> None:
        try:
            action()
        finally:
            connections["default"].close()

    thread = Thread(target=run)
    thread.start()
    thread.join(timeout=10)
    assert not thread.is_alive()
