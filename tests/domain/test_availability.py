"""Room over time, against a count of every minute."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parking.domain.availability import Taken, check_span, room_over_time
from parking.domain.errors import InvalidField
from tests.garage import OPENING, at

SLOTS = [1, 2, 3]


def taken(slot_id: int, start: float, end: float | None) -> Taken:
    return Taken(slot_id=slot_id, starts_at=at(minutes=start), ends_at=None if end is None else at(minutes=end))


def room(*spans: Taken, start: float = 0, end: float = 60, **limits: int):
    found = room_over_time(slot_ids=SLOTS, taken=spans, start=at(minutes=start), end=at(minutes=end), **limits)
    steps = [(_minute(step.starts_at), _minute(step.ends_at), step.free_slots) for step in found.steps]
    return found.free_slots, steps


def _minute(moment) -> float:
    return (moment - OPENING).total_seconds() / 60


def test_an_empty_zone_is_one_step():
    assert room() == (3, [(0, 60, 3)])


def test_a_slot_is_free_up_to_and_again_from_the_moment_it_is_taken():
    assert room(taken(1, 20, 30)) == (2, [(0, 20, 3), (20, 30, 2), (30, 60, 3)])


def test_what_ends_as_the_time_begins_or_begins_as_it_ends_is_in_nobodys_way():
    assert room(taken(1, -10, 0), taken(2, 60, 90)) == (3, [(0, 60, 3)])


def test_a_slot_that_is_taken_twice_over_is_one_slot():
    assert room(taken(1, 10, 40), taken(1, 20, None)) == (2, [(0, 10, 3), (10, 60, 2)])


def test_two_that_follow_each_other_take_turns():
    """A slot is free at every moment, and none for the whole time."""
    spans = [taken(slot_id, 0, 30) for slot_id in (1, 2)] + [taken(3, 30, 60)]
    assert room(*spans) == (0, [(0, 30, 1), (30, 60, 2)])


def test_an_outage_called_off_before_it_began_takes_nothing():
    assert room(taken(1, 20, 20)) == (3, [(0, 60, 3)])


def test_slots_that_are_not_asked_for_do_not_count():
    assert room(taken(9, 0, 60)) == (3, [(0, 60, 3)])


def test_too_many_steps_become_fewer_that_promise_no_more_than_there_is():
    spans = [taken(1, minute, minute + 1) for minute in range(0, 60, 2)]
    assert room(*spans, max_steps=4) == (2, [(0, 60, 2)])
    assert room(taken(1, 1, 2), taken(1, 3, 4), taken(1, 40, 60), max_steps=4) == (
        2,
        [(0, 15, 2), (15, 30, 3), (30, 60, 2)],
    )


minutes = st.integers(-30, 90)
spans = st.lists(
    st.tuples(st.sampled_from([*SLOTS, 9]), minutes, st.one_of(st.none(), st.integers(0, 60))).map(
        lambda one: taken(one[0], one[1], None if one[2] is None else one[1] + one[2])
    ),
    max_size=12,
)


def free_at(found: list[Taken], minute: float) -> set[int]:
    moment = at(minutes=minute)
    busy = {one.slot_id for one in found if one.starts_at <= moment and (one.ends_at is None or moment < one.ends_at)}
    return set(SLOTS) - busy


@given(found=spans, max_steps=st.integers(1, 20))
def test_every_minute_is_counted_right(found, max_steps):
    free, steps = room(*found, max_steps=max_steps)
    assert free == len(set.intersection(*(free_at(found, minute) for minute in range(60))))
    assert len(steps) <= max_steps
    assert [steps[0][0], *(end for _, end, _ in steps)] == [0, *(start for start, _, _ in steps[1:]), 60]
    exact = room_over_time(slot_ids=SLOTS, taken=found, start=at(), end=at(minutes=60), max_steps=max_steps).is_exact
    for start, end, told in steps:
        inside = [minute for minute in range(60) if start <= minute < end]
        fewest = min((len(free_at(found, minute)) for minute in inside), default=told)
        assert told <= fewest
        if exact:
            assert {len(free_at(found, minute)) for minute in inside} == {told}


@pytest.mark.parametrize(
    ("field", "start", "end"),
    [("from", -2, 60), ("to", 60, 60), ("to", 60, 59), ("to", 0, 31 * 24 * 60 + 1)],
)
def test_a_time_that_cannot_be_asked_for(field, start, end):
    with pytest.raises(InvalidField) as refusal:
        check_span(start=at(minutes=start), end=at(minutes=end), now=OPENING)
    assert refusal.value.details["field"] == field


def test_a_time_that_can():
    check_span(start=at(seconds=-59), end=at(minutes=1), now=OPENING)
    check_span(start=at(), end=at(minutes=31 * 24 * 60), now=OPENING)
