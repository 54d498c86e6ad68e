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
    assert adjust(read_wall=lambda: WALL, advance_seconds=3900).now == later(3900)
    assert adjust(read_wall=lambda: later(10), advance_seconds=60).now == later(3970)
    assert read(wall=later(20)).now == later(3980)
    assert adjust(read_wall=lambda: later(20), move_to=later(5000)).offset_seconds == 4980


def test_frozen_it_stands_still_and_can_still_be_moved():
    assert adjust(read_wall=lambda: WALL, freeze=True).frozen
    assert read(wall=later(99)).now == WALL
    assert adjust(read_wall=lambda: later(99), advance_seconds=60).now == later(60)
    assert read(wall=later(200)).now == later(60)
    running = adjust(read_wall=lambda: later(200), freeze=False)
    assert (running.now, running.frozen) == (later(60), False)
    assert read(wall=later(210)).now == later(70)


def test_moving_and_freezing_go_together():
    reading = adjust(read_wall=lambda: WALL, advance_seconds=60, freeze=True)
    assert (reading.now, reading.frozen) == (later(60), True)


def test_it_never_goes_back():
    adjust(read_wall=lambda: WALL, advance_seconds=100)
    with pytest.raises(ClockBackwards):
        adjust(read_wall=lambda: WALL, move_to=later(99))
    with pytest.raises(InvalidField):
        adjust(read_wall=lambda: WALL, advance_seconds=-1)
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
        adjust(read_wall=lambda: WALL, **movement)
    assert read(wall=WALL).now == WALL


def test_live_mode_does_not_look_at_it(settings):
    SandboxClock.objects.create(id=1, offset_microseconds=10**12)
    assert current_time() - datetime.now(UTC) > timedelta(days=11)
    settings.PARKING_MODE = "live"
    assert current_time() - datetime.now(UTC) < timedelta(minutes=1)


def test_a_real_time_from_before_the_wait_for_the_lock_is_not_used(monkeypatch):
    """Somebody else held the clock for two seconds, and others have read it meanwhile."""
    times = iter([later(2)])
    lock = sandbox_clock.lock_sandbox_clock

    def lock_after_a_wait():
        assert next(times, None) == later(2), "the wall clock was read before the lock"
        return lock()

    monkeypatch.setattr(sandbox_clock, "lock_sandbox_clock", lock_after_a_wait)
    assert adjust(read_wall=lambda: next(times, later(3)), freeze=True).now == later(3)
