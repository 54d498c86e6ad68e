"""`make bench-memory`: what the web workers hold in memory, over many requests of every hot path."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import mean
from typing import Final

from benchmarks import live, processes
from benchmarks.database import Database
from benchmarks.load import drive
from benchmarks.options import Options
from benchmarks.paths import PATHS
from benchmarks.reports.machine import machine_lines
from benchmarks.running import plan_of, prepare, problem_of, say, write
from benchmarks.server import OURS, WebServer, serving

_CLIENTS: Final = 8
_BATCH: Final = 2_000
_LONGEST_SECONDS: Final = 600
_MUST_GROWTH: Final = 1.05
"""From the second quarter, when all is loaded and every cache has filled, to the last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sample:
    """After so many requests, what each worker held, in MiB."""

    requests: int
    resident: tuple[float, ...]


def run(*, options: Options, database: Database) -> int:
    """Send all requests, looking at the workers between the batches. Returns 1 if they grew."""
    city, marks = prepare(plan=plan_of(options=options), database=database)
    samples: list[_Sample] = []
    problems: list[str] = []
    sent = 0
    with serving(settings=OURS, database_url=database.url(), log=database.folder / "ours.log") as server:
        workers = server.worker_pids
        samples.append(_sample(requests=0, workers=workers))
        while sent < options.requests:
            for path in PATHS:
                live.lay(city=city, marks=marks, stage=path.stage)
                requests = path.requests(city)[: min(_BATCH, options.requests - sent)]
                load = drive(
                    port=server.port,
                    requests=requests,
                    clients=_CLIENTS,
                    seconds=_LONGEST_SECONDS,
                    expected=path.expected,
                )
                sent += sum(load.statuses.values())
                problems += [problem] if (problem := problem_of(load=load, expected=path.expected)) else []
            samples.append(_sample(requests=sent, workers=workers))
            say(f"{sent:,} requests: " + ", ".join(f"{mib:.1f}" for mib in samples[-1].resident) + " MiB")
        problems += _gone(server=server, workers=workers)
    growth = _growth(samples)
    write(options=options, name="memory", lines=_report(options, samples, growth, problems))
    return 1 if problems or growth > _MUST_GROWTH else 0


def _sample(*, requests: int, workers: list[int]) -> _Sample:
    resident = tuple(processes.resident_bytes(pid=pid) / 2**20 for pid in workers)
    return _Sample(requests=requests, resident=resident)


def _gone(*, server: WebServer, workers: list[int]) -> list[str]:
    """A worker that was replaced would look as if it had given its memory back."""
    return [] if server.worker_pids == workers else ["a worker was replaced"]


def _growth(samples: list[_Sample]) -> float:
    """Of all workers together: the last quarter of the samples against the second."""
    quarter = max(1, len(samples) // 4)
    totals = [sum(sample.resident) for sample in samples]
    return mean(totals[-quarter:]) / mean(totals[quarter : 2 * quarter])


def _report(options: Options, samples: list[_Sample], growth: float, problems: list[str]) -> Iterator[str]:
    yield "# The memory of the web workers"
    yield ""
    yield f"Resident memory of each worker over {options.requests:,} requests of every hot path, {_CLIENTS} clients at"
    yield "once. Written by `make bench-memory`."
    yield ""
    yield from machine_lines(options=options, plan=plan_of(options=options))
    yield ""
    yield f"From the second quarter to the last it grew by {100 * (growth - 1):.1f} %; at most"
    yield f"{100 * (_MUST_GROWTH - 1):.0f} % counts as flat: {'met' if growth <= _MUST_GROWTH else 'missed'}."
    yield ""
    yield from (f"**Not to be trusted:** {problem}" for problem in problems)
    yield "| requests | " + " | ".join(f"worker {n + 1}, MiB" for n in range(len(samples[0].resident))) + " |"
    yield "|---" * (1 + len(samples[0].resident)) + "|"
    step = max(1, len(samples) // 20)
    shown = [*samples[:-1:step], samples[-1]]
    for sample in shown:
        yield f"| {sample.requests:,} | " + " | ".join(f"{mib:.1f}" for mib in sample.resident) + " |"
