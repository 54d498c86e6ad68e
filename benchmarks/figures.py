"""What was measured, and the medians and ratios of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One measurement. Latencies in milliseconds; processor time in milliseconds a request, by whose it was."""

    rate: float
    p50: float
    p99: float
    cpu: dict[str, float] = field(default_factory=dict)
    problem: str = ""
    """Why it cannot be trusted; empty if it can."""


def percentile(values: Sequence[float], part: float) -> float:
    """The value that `part` of all are at most; 0 of none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))] if ordered else 0.0


def measured(
    *, latencies: Sequence[float], seconds: float, cpu_seconds: dict[str, float], problem: str = ""
) -> Measured:
    """Of latencies in seconds over `seconds`."""
    count = len(latencies)
    return Measured(
        rate=count / seconds,
        p50=1000 * percentile(latencies, 0.5),
        p99=1000 * percentile(latencies, 0.99),
        cpu={name: 1000 * used / max(1, count) for name, used in cpu_seconds.items()},
        problem=problem if count else problem or "no answer within the time",
    )


def middle(several: Iterable[Measured]) -> Measured:
    """The medians, each figure by itself; what one of them could not be trusted for, all cannot."""
    all_of_them = list(several)
    names = all_of_them[0].cpu
    return Measured(
        rate=median(one.rate for one in all_of_them),
        p50=median(one.p50 for one in all_of_them),
        p99=median(one.p99 for one in all_of_them),
        cpu={name: median(one.cpu.get(name, 0.0) for one in all_of_them) for name in names},
        problem=next((one.problem for one in all_of_them if one.problem), ""),
    )


def ratio(part: float, whole: float) -> float:
    return part / whole if whole else 0.0
