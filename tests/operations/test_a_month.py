"""A random month of everything that people do in a garage; afterwards every promise has been kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from random import Random

import pytest

from parking import jobs
from parking.domain.callers import SYSTEM
from parking.domain.states import DiscountKind
from parking.models import ParkingZone
from parking.queries.auditor import audit
from parking.services import ParkingService, setup
from tests.garage import OPENING
from tests.operations.month import PLATES, STEPS, Month

SEEDS = range(6)
STEPS_OF_A_MONTH = 500


# Committed step by step, as in life: nothing else in the server has to wait for a month to end.
@pytest.fixture
def a_month(transactional_db, django_user_model) -> Callable[[int], Month]:
    """Two zones, a cashier, a merchant with codes of every kind, and a permit of three cars for two at once."""
    zones = _zones()
    django_user_model.objects.create_user("meera")
    return lambda seed: Month(
        random=Random(seed), zones=zones, merchant_id=_merchant(), permit_codes=_permit(zone_id=zones[1].id)
    )


def _merchant() -> int:
    merchant_id = ParkingService.create_merchant(name="Cinema", caller=SYSTEM, now=OPENING).merchant_id
    for number, (gives, value) in enumerate(
        [(DiscountKind.TIME, 60), (DiscountKind.AMOUNT, 2000), (DiscountKind.PERCENT, 5000)]
    ):
        ParkingService.create_discount_code(
            merchant_id=merchant_id,
            gives=gives,
            value=value,
            at_most_minor=5000,
            budget_minor=40000,
            valid_from=OPENING,
            valid_until=OPENING + timedelta(days=60),
            code=f"FILM{number}",
            caller=SYSTEM,
            now=OPENING,
        )
    return merchant_id


def _permit(*, zone_id: int) -> list[str]:
    permit = ParkingService.sell_permit(
        zone_id=zone_id,
        holder="Office",
        cars_at_once=2,
        weekly_hours={"hours": [{"days": ["mon", "tue", "wed", "thu", "fri"], "from": "07:00", "to": "19:00"}]},
        valid_from=OPENING,
        valid_until=OPENING + timedelta(days=60),
        caller=SYSTEM,
        now=OPENING,
    )
    return [
        ParkingService.add_permit_car(
            permit_id=permit.permit_id, vehicle_number=plate, caller=SYSTEM, now=OPENING
        ).qr_code
        for plate in PLATES[:3]
    ]


def _zones() -> list[ParkingZone]:
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
def test_the_auditor_finds_nothing_after_a_random_month(a_month, seed):
    month = a_month(seed)
    month.run(steps=STEPS_OF_A_MONTH)
    for _ in range(3):  # what waits for a provider settles
        month.now += timedelta(hours=1)
        jobs.run_all(now=month.now)
    report = audit()
    assert [finding for verdict in report.verdicts for finding in verdict.shown] == []


def test_each_step_happens_in_some_month(a_month):
    """Else the months show nothing about it."""
    month = a_month(99)
    month.run(steps=1500)
    assert set(STEPS) - set(month.done) == set()
