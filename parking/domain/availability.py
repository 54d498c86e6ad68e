"""Room over time: from the times for which slots are taken, how many are free when."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from parking.domain.errors import InvalidField

MAX_STEPS: Final = 500
LONGEST_SPAN: Final = timedelta(days=31)
_CLOCK_SKEW: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A slot that is not free from `starts_at` up to, not including, `ends_at` (None: for good)."""

    slot_id: int
    starts_at: datetime
    ends_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """So many slots are free from `starts_at` to `ends_at`."""

    starts_at: datetime
    ends_at: datetime
    free_slots: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """`free_slots` are free for the whole time. `is_exact` false: each step tells the fewest of its time."""

    free_slots: int
    steps: Sequence[Step]
    is_exact: bool


def check_span(*, start: datetime, end: datetime, now: datetime) -> None:
    """Raises InvalidField for a time that is over, is empty, or is longer than 31 days."""
    if start < now - _CLOCK_SKEW:
        raise InvalidField(field="from", problem="is in the past.")
    if end <= start:
        raise InvalidField(field="to", problem="must be after `from`.")
    if end - start > LONGEST_SPAN:
        raise InvalidField(field="to", problem=f"must be at most {LONGEST_SPAN.days} days after `from`.")


def room_over_time(
    *, slot_ids: Collection[int], taken: Iterable[Taken], start: datetime, end: datetime, max_steps: int = MAX_STEPS
) -> Room:
    """Count the free slots from `start` to `end`, moment by moment, in at most `max_steps` steps."""
    wanted = set(slot_ids)
    inside = [one for one in taken if one.slot_id in wanted and _touches(one, start=start, end=end)]
    steps = _sweep(slots=len(wanted), taken=inside, start=start, end=end)
    free_throughout = len(wanted - {one.slot_id for one in inside})
    if len(steps) <= max_steps:
        return Room(free_slots=free_throughout, steps=steps, is_exact=True)
    return Room(free_slots=free_throughout, steps=_coarser(steps=steps, parts=max_steps), is_exact=False)


def _touches(one: Taken, *, start: datetime, end: datetime) -> bool:
    return one.starts_at < end and (one.ends_at is None or one.ends_at > max(start, one.starts_at))


def _sweep(*, slots: int, taken: Sequence[Taken], start: datetime, end: datetime) -> list[Step]:
    """One slot may be taken several times over at one moment: by a booking, and by an outage. It is one slot still."""
    changes: dict[datetime, list[tuple[int, int]]] = {start: [], end: []}
    for one in taken:
        changes.setdefault(max(one.starts_at, start), []).append((one.slot_id, 1))
        changes.setdefault(min(one.ends_at or end, end), []).append((one.slot_id, -1))
    times_taken: dict[int, int] = {}
    steps: list[Step] = []
    moments = sorted(changes)
    for moment, following in pairwise(moments):
        for slot_id, change in changes[moment]:
            times_taken[slot_id] = times_taken.get(slot_id, 0) + change
            if times_taken[slot_id] == 0:
                del times_taken[slot_id]
        _append(steps, Step(starts_at=moment, ends_at=following, free_slots=slots - len(times_taken)))
    return steps


def _append(steps: list[Step], step: Step) -> None:
    """Steps of equal room are one."""
    if steps and steps[-1].free_slots == step.free_slots:
        step = Step(starts_at=steps.pop().starts_at, ends_at=step.ends_at, free_slots=step.free_slots)
    steps.append(step)


def _coarser(*, steps: Sequence[Step], parts: int) -> list[Step]:
    """At most so many parts of equal length, each with the fewest free slots that it ever has."""
    start, end = steps[0].starts_at, steps[-1].ends_at
    length = (end - start) / parts
    edges = [*(start + length * number for number in range(parts)), end]
    coarse: list[Step] = []
    first = 0
    for begins, ends in pairwise(edges):
        while steps[first].ends_at <= begins:
            first += 1
        last = first
        fewest = steps[first].free_slots
        while last + 1 < len(steps) and steps[last + 1].starts_at < ends:
            last += 1
            fewest = min(fewest, steps[last].free_slots)
        _append(coarse, Step(starts_at=begins, ends_at=ends, free_slots=fewest))
    return coarse
