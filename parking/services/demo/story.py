"""Stories that go on at moments of their own, played in order of time."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Mapping
from datetime import datetime

from parking.domain.errors import ParkingError

Story = Generator[datetime, datetime, None]
"""It yields when it goes on, and is sent that moment when it has come."""


def play(*, stories: Iterable[Story], until: datetime, as_time_passes: Callable[[datetime], None]) -> Mapping[str, int]:
    """Let the stories go on as they come, up to `until`; what would come later never happens.

    A story that meets a refusal it did not reckon with is over, as for a driver who turns round. Returns how many
    were, by the error's code.
    """
    refused: Counter[str] = Counter()
    begun = ((next(story, None), number, story) for number, story in enumerate(stories))
    waiting = [(first, number, story) for first, number, story in begun if first is not None]
    heapq.heapify(waiting)
    while waiting and waiting[0][0] <= until:
        now, number, story = heapq.heappop(waiting)
        as_time_passes(now)
        try:
            heapq.heappush(waiting, (story.send(now), number, story))
        except StopIteration:
            continue
        except ParkingError as error:
            refused[error.code] += 1
    for _, _, story in waiting:
        story.close()
    return refused
