"""People who act at the same moment, each through a database connection of their own."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Barrier
from typing import Any

from django.db import connections

from parking.domain.errors import ParkingError

Action = Callable[[], Any]

MOST_PEOPLE = 64
_PATIENCE_SECONDS = 60
_LOST_TO_SOMEBODY = (409, 410)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What one person got: an answer, or an error."""

    answer: Any = None
    error: Exception | None = None

    @property
    def won(self) -> bool:
        return self.error is None

    @property
    def code(self) -> str:
        return self.error.code if isinstance(self.error, ParkingError) else type(self.error).__name__


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What went wrong in one telling of a story. Both are empty when all is well."""

    breaches: Sequence[str]
    """Facts in the database, or at the bank, that must not be."""
    unclear: Sequence[str]
    """Losers who were not told plainly that they lost, and to what."""


class Crowd:
    """Threads that stay, with their connections, because opening one costs more than what is done with it."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(MOST_PEOPLE, thread_name_prefix="crowd")
        self._most_so_far = 0

    def rush(self, actions: Sequence[Action]) -> list[Outcome]:
        """All actions at one word; the outcomes in the order of the actions."""
        self._most_so_far = max(self._most_so_far, len(actions))
        word = Barrier(len(actions))
        waiting = [self._threads.submit(_act, word=word, action=action) for action in actions]
        return [future.result(timeout=_PATIENCE_SECONDS) for future in waiting]

    def go_home(self) -> None:
        if self._most_so_far:
            self.rush([connections.close_all] * self._most_so_far)
        self._threads.shutdown()


def _act(*, word: Barrier, action: Action) -> Outcome:
    word.wait(timeout=_PATIENCE_SECONDS)
    try:
        return Outcome(answer=action())
    except Exception as error:
        return Outcome(error=error)


def judge(
    *, outcomes: Sequence[Outcome], refusals: Collection[str], facts: Mapping[str, tuple[object, object]]
) -> Verdict:
    """`facts` are named pairs of what was found and what must be; `refusals` the codes that a loser may get."""
    return Verdict(
        breaches=[f"{what}: {found}, not {wanted}" for what, (found, wanted) in facts.items() if found != wanted],
        unclear=[repr(outcome.error) for outcome in outcomes if not outcome.won and not _clear(outcome, refusals)],
    )


def winners(outcomes: Sequence[Outcome]) -> int:
    return sum(outcome.won for outcome in outcomes)


def _clear(outcome: Outcome, refusals: Collection[str]) -> bool:
    error = outcome.error
    return isinstance(error, ParkingError) and error.status in _LOST_TO_SOMEBODY and error.code in refusals
