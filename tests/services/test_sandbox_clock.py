"""The test clock goes forward only, stands still when told to, and is the same for everybody."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from parking.domain.errors import ClockBackwards, InvalidField
from parking.models import SandboxClock
from parking.queries.clock import current_time
from parking.services import sandbox_clock
from parking.services.sandbox_clock import adjust, read

pytestmark = pytest.mark.django_db

WALL = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


def later(seconds: float) -> datetime:
    return WALL + timedelta(seconds=seconds)


def test_at_first_it_is_the_wall_clock():
    assert read(wall=WALL) == sandbox_clock.ClockReading(now=WALL, frozen=False, offset_seconds=0)


def test_it_runs_on_from_where_it_was_moved():
    assert adjust(wall=WALL, advance_seconds=3900).now == later(3900)
    assert adjust(wall=later(10), advance_seconds=60).now == later(3970)
    assert read(wall=later(20)).now == later(3980)
    assert adjust(wall=later(20), move_to=later(5000)).offset_seconds == 4980


def test_frozen_it_stands_still_and_can_still_be_moved():
    assert adjust(wall=WALL, freeze=True).frozen
    assert read(wall=later(99)).now == WALL
    assert adjust(wall=later(99), advance_seconds=60).now == later(60)
    assert read(wall=later(200)).now == later(60)
    running = adjust(wall=later(200), freeze=False)
    assert (running.now, running.frozen) == (later(60), False)
    assert read(wall=later(210)).now == later(70)


def test_moving_and_freezing_go_together():
    reading = adjust(wall=WALL, advance_seconds=60, freeze=True)
    assert (reading.now, reading.frozen) == (later(60), True)


def test_it_never_goes_back():
    adjust(wall=WALL, advance_seconds=100)
    with pytest.raises(ClockBackwards):
        adjust(wall=WALL, move_to=later(99))
    with pytest.raises(InvalidField):
        adjust(wall=WALL, advance_seconds=-1)
    assert read(wall=WALL).now == later(100)


@pytest.mark.parametrize(
    "movement",
    [
        {"move_to": datetime(2026, 2, 1)},  # noqa: DTZ001 -- without an offset on purpose
        {"move_to": datetime(2100, 1, 1, tzinfo=UTC)},
        {"advance_seconds": 10**12},
    ],
)
def test_a_moment_that_is_out_of_range_is_refused(movement):
    with pytest.raises(InvalidField):
        adjust(wall=WALL, **movement)
    assert read(wall=WALL).now == WALL


def test_live_mode_does_not_look_at_it(settings):
    SandboxClock.objects.create(id=1, offset_microseconds=10**12)
    assert current_time() - datetime.now(UTC) > timedelta(days=11)
    settings.PARKING_MODE = "live"
    assert current_time() - datetime.now(UTC) < timedelta(minutes=1)
