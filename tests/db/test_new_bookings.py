"""A slot that is given away while it is being looked for is not found free."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, connections

from parking.db import new_bookings
from parking.db.new_bookings import Beginnings, lock_beginnings
from parking.db.transactions import use_case
from parking.domain.states import VehicleClass
from tests.garage import OPENING, Garage

pytestmark = pytest.mark.django_db(transaction=True)

_SLOWLY = " AND pg_sleep(0.5) IS NOT NULL"


def look_for_a_slot(garage: Garage) -> Beginnings | None:
    try:
        with use_case():
            return lock_beginnings(
                plate="KA01AB1234",
                contact={"owner_name": "Asha Rao", "phone_number": ""},
                zone_id=garage.zone.id,
                vehicle_class=VehicleClass.CAR,
                start=OPENING,
                end=OPENING + timedelta(hours=1),
                now=OPENING,
            )
    finally:
        connections.close_all()


@pytest.mark.parametrize("looks_again", [True, False])
def test_it_is_looked_at_again_under_its_lock(looks_again):
    """Slowly, so that somebody else is through between the look and the lock. Without the second look it is theirs."""
    if connection.vendor != "postgresql":
        pytest.skip("on SQLite a transaction is the only one")
    garage = Garage.build(slots=1)
    with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor(1) as threads:
        if not looks_again:
            patch.setattr(new_bookings, "is_free_still", lambda _: True)
        patch.setattr(new_bookings, "_FREE", new_bookings._FREE + _SLOWLY)
        looking = threads.submit(look_for_a_slot, garage)
        _until_somebody_sleeps()
        patch.undo()
        if not looks_again:
            patch.setattr(new_bookings, "is_free_still", lambda _: True)
        garage.book()
        found = looking.result(timeout=10)
    assert found is not None
    assert (found.slot is None) == looks_again


def _until_somebody_sleeps() -> None:
    with connection.cursor() as cursor:
        for _ in range(500):
            cursor.execute("SELECT COUNT(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'")
            if cursor.fetchone()[0]:
                return
            time.sleep(0.005)
    raise AssertionError("nobody came to look")
