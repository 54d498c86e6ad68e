"""All measurements of one run."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Final

from benchmarks.figures import Measured, middle, ratio
from benchmarks.trips import Cost

OURS: Final = "ours"
PLAIN: Final = "plain"
CEILING: Final = "one call"
SEPARATE: Final = "separate"


@dataclass(slots=True, kw_only=True)
class Results:
    """By path, clients and subject; costs by path and subject."""

    laid_seconds: float
    took_seconds: float = 0.0
    costs: dict[tuple[str, str], Cost] = field(default_factory=dict)
    _all: dict[tuple[str, int, str], list[Measured]] = field(default_factory=lambda: defaultdict(list))

    def add(self, *, path: str, clients: int, subject: str, one: Measured) -> None:
        self._all[path, clients, subject].append(one)

    def last_rate(self, *, path: str, subject: str) -> float | None:
        """What was measured last of it, with however many clients; None if nothing was yet."""
        rates = [several[-1].rate for (one, _, other), several in self._all.items() if (one, other) == (path, subject)]
        return rates[-1] if rates else None

    def of(self, *, path: str, clients: int, subject: str) -> Measured | None:
        """The medians; None if it was not measured."""
        several = self._all.get((path, clients, subject))
        return middle(several) if several else None

    def of_yardstick(self, *, path: str, clients: int, subject: str) -> float:
        """How fast ours is of it. In each round by itself, then the median: the machine changes between rounds."""
        ours = self._all.get((path, clients, OURS), [])
        others = self._all.get((path, clients, subject), [])
        ratios = sorted(ratio(mine.rate, other.rate) for mine, other in zip(ours, others, strict=False))
        return ratios[len(ratios) // 2] if ratios else 0.0

    @property
    def problems(self) -> list[str]:
        """What cannot be trusted, and why."""
        return [
            f"{path}, {clients} clients, {subject}: {one.problem}"
            for (path, clients, subject), several in self._all.items()
            for one in several
            if one.problem
        ]
