"""What every run does: make a city, ask a server, say how far it is, and write what it found."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence

from benchmarks import live
from benchmarks.city import City, Plan, lay_city
from benchmarks.database import Database
from benchmarks.figures import Measured, measured
from benchmarks.load import Load, drive
from benchmarks.options import Options
from benchmarks.paths import Path
from benchmarks.server import WebServer


def say(text: str) -> None:
    """To whoever waits; the report itself goes to the standard output."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def prepare(*, plan: Plan, database: Database, name: str = "city") -> tuple[City, live.Marks]:
    """A database with its city, and the cars that stand in it."""
    say(f"laying {plan.slots:,} slots in {plan.zones} zones and {plan.sessions:,} past sessions on {database.kind}")
    database.new(name=name)
    city = lay_city(plan=plan)
    return city, live.stand(city=city)


def plan_of(*, options: Options) -> Plan:
    return Plan(zones=options.zones, slots=options.slots, sessions=options.sessions, seed=options.seed)


def through_http(
    *,
    path: Path,
    requests: Sequence[bytes],
    server: WebServer,
    database: Database,
    clients: int,
    options: Options,
) -> Measured:
    """One measurement of a running server, from the state that is laid."""
    load = drive(
        port=server.port,
        requests=requests,
        clients=clients,
        seconds=options.seconds,
        warm_seconds=options.warm_seconds,
        expected=path.expected,
        probes={"web": lambda: server.cpu_seconds, "database": database.cpu_seconds},
    )
    return measured(
        latencies=load.latencies,
        seconds=load.seconds,
        cpu_seconds=load.cpu_seconds,
        problem=problem_of(load=load, expected=path.expected),
    )


def problem_of(*, load: Load, expected: int) -> str:
    """What was answered otherwise than expected."""
    others = {status: count for status, count in load.statuses.items() if status != expected}
    return f"answered {others}: {load.first_refusal}" if others else ""


def write(*, options: Options, name: str, lines: Iterable[str]) -> None:
    """A report as Markdown into the folder of the evidence, and to the standard output."""
    text = "\n".join(lines) + "\n"
    options.output.mkdir(parents=True, exist_ok=True)
    (options.output / f"{name}-{options.database}.md").write_text(text)
    sys.stdout.write(text)
