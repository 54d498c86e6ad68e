"""A random month of everything that people do in a garage; afterwards every promise has been kept."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest

from parking import jobs
from parking.models import ParkingZone
from parking.queries.auditor import audit
from parking.services import setup
from tests.garage import OPENING
from tests.operations.month import STEPS, Month

SEEDS = range(6)
STEPS_OF_A_MONTH = 500


@pytest.fixture
def zones(db) -> list[ParkingZone]:
    plans = [
        setup.ZonePlan(name="Small", hourly_rate_minor=5000, slot_count=2, slot_prefix="S"),
        setup.ZonePlan(name="Large", hourly_rate_minor=3000, slot_count=5, slot_prefix="L"),
    ]
    setup.set_up(now=OPENING - timedelta(days=1), zones=plans)
    return list(ParkingZone.objects.order_by("id"))


@pytest.fixture(autouse=True)
def _the_seed_decides_which_slot_is_tried_first(monkeypatch):
    monkeypatch.setattr("parking.services.slots.secrets.randbelow", Random(1).randrange)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_auditor_finds_nothing_after_a_random_month(zones, seed):
    month = Month(random=Random(seed), zones=zones)
    month.run(steps=STEPS_OF_A_MONTH)
    for _ in range(3):  # what waits for a provider settles
        month.now += timedelta(hours=1)
        jobs.run_all(now=month.now)
    report = audit()
    assert [finding for verdict in report.verdicts for finding in verdict.shown] == []


def test_each_step_happens_in_some_month(zones):
    """Else the months show nothing about it."""
    month = Month(random=Random(99), zones=zones)
    month.run(steps=1500)
    assert set(STEPS) - set(month.done) == set()
