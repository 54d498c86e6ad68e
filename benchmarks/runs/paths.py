"""`make bench`: every hot path beside the ceiling and the plain way, in turns, so that the machine treats all alike."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Final

from benchmarks import live, trips
from benchmarks.ceiling import direct, pgbench
from benchmarks.city import City
from benchmarks.database import Database
from benchmarks.figures import Measured
from benchmarks.options import Options
from benchmarks.paths import PATHS, Path
from benchmarks.reports.paths import write_report
from benchmarks.results import CEILING, OURS, PLAIN, SEPARATE, Results
from benchmarks.running import plan_of, prepare, say, through_http
from benchmarks.server import OURS as OUR_SETTINGS
from benchmarks.server import PLAIN as PLAIN_SETTINGS
from benchmarks.server import WebServer, serving

_COUNTED_REQUESTS: Final = 40
_HEADROOM: Final = 5
_LEAST_WORK: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bench:
    """All that is running."""

    options: Options
    database: Database
    city: City
    marks: live.Marks
    ours: WebServer
    plain: WebServer

    @property
    def subjects(self) -> tuple[str, ...]:
        """SQLite has no server to call: there the ceiling is what one client does straight through sqlite3."""
        has_separate = self.database.kind == "postgres" and not self.options.is_quick
        return (OURS, CEILING, PLAIN, SEPARATE) if has_separate else (OURS, CEILING, PLAIN)


def run(*, options: Options, database: Database) -> int:
    """Measure and report. Returns 1 if some measurement cannot be trusted."""
    began = time.monotonic()
    city, marks = prepare(plan=plan_of(options=options), database=database)
    say(f"city laid in {time.monotonic() - began:.0f} s")
    paths = [path for path in PATHS if not options.paths or path.name in options.paths]
    results = Results(laid_seconds=time.monotonic() - began)
    if database.kind == "postgres":
        pgbench.install()
        _count_trips(options, database, city, marks, paths, results)
    with ExitStack() as stack:
        servers = {
            name: stack.enter_context(
                serving(settings=settings, database_url=database.url(), log=database.folder / f"{name}.log")
            )
            for name, settings in ((OURS, OUR_SETTINGS), (PLAIN, PLAIN_SETTINGS))
        }
        bench = _Bench(
            options=options, database=database, city=city, marks=marks, ours=servers[OURS], plain=servers[PLAIN]
        )
        for path in paths:
            _measure(bench, path, results)
    live.lay(city=city, marks=marks, stage=None)
    results.took_seconds = time.monotonic() - began
    write_report(options=options, paths=paths, results=results)
    return 1 if results.problems else 0


def _measure(bench: _Bench, path: Path, results: Results) -> None:
    for clients, subject in _turns(bench):
        work = _work(bench, results.last_rate(path=path.name, subject=subject))
        one = _measure_one(bench, path, clients, subject, work)
        results.add(path=path.name, clients=clients, subject=subject, one=one)
        say(
            f"{path.title:<15} c={clients:<3} {subject:<9} {one.rate:>7,.0f}/s  p50 {one.p50:>6.1f} ms"
            f"  p99 {one.p99:>6.1f} ms  {one.problem}"
        )


def _turns(bench: _Bench) -> Iterator[tuple[int, str]]:
    """A B C A B C: the subjects take turns, and the clients that are judged have several rounds."""
    options = bench.options
    for clients in options.clients:
        for _ in range(options.rounds if clients == options.judged_clients else 1):
            for subject in bench.subjects:
                yield clients, subject


def _work(bench: _Bench, last_rate: float | None) -> int:
    """How many stays to lay: all that fit at first, then what could be used up if it were several times as fast."""
    all_that_fit = live.work_of(city=bench.city)
    if last_rate is None:
        return all_that_fit
    return min(all_that_fit, int(_HEADROOM * last_rate * (bench.options.seconds + 1)) + _LEAST_WORK)


def _measure_one(bench: _Bench, path: Path, clients: int, subject: str, work: int) -> Measured:
    options, database, city = bench.options, bench.database, bench.city
    live.lay(city=city, marks=bench.marks, stage=path.stage, work=work)
    match subject:
        case "one call" if database.kind == "sqlite":
            return direct.run(path=path.name, city=city, work=work, seconds=options.seconds)
        case "one call" | "separate":
            return pgbench.run(
                path=path.name,
                one_call=subject == CEILING,
                city=city,
                database=database,
                clients=clients,
                seconds=options.seconds + 1,
                warm_seconds=options.warm_seconds,
            )
        case _:
            server = bench.ours if subject == OURS else bench.plain
            requests = path.requests(city)
            return through_http(
                path=path,
                requests=requests[:work] if path.uses_up else requests,
                server=server,
                database=database,
                clients=clients,
                options=options,
            )


def _count_trips(
    options: Options, database: Database, city: City, marks: live.Marks, paths: list[Path], results: Results
) -> None:
    """In a server of its own behind a relay: what it costs to count must not be measured."""
    for subject, settings in ((OURS, OUR_SETTINGS), (PLAIN, PLAIN_SETTINGS)):
        folder = database.folder / f"relay-{subject}"
        with (
            trips.relaying(folder=folder, target=database.socket_folder) as (relay, base),
            serving(settings=settings, database_url=f"{base}/city", log=database.folder / "counted.log") as server,
        ):
            for path in paths:
                live.lay(city=city, marks=marks, stage=path.stage, work=_COUNTED_REQUESTS)
                requests = path.requests(city)[:_COUNTED_REQUESTS]
                cost = trips.cost_of(relay=relay, port=server.port, requests=requests)
                results.costs[path.name, subject] = cost
                if options.statements and subject == OURS:
                    say(f"\n{path.title}: {cost.statements} statements, {cost.round_trips} round trips")
                    for text in cost.texts:
                        say(f"  {text}")
