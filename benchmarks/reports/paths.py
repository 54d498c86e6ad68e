"""The report of `make bench`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from benchmarks.figures import Measured, ratio
from benchmarks.options import Options
from benchmarks.paths import MUST_SPREAD, Path
from benchmarks.reports.machine import machine_lines
from benchmarks.reports.plot import plot
from benchmarks.results import CEILING, OURS, PLAIN, SEPARATE, Results
from benchmarks.running import plan_of, write


def write_report(*, options: Options, paths: Sequence[Path], results: Results) -> None:
    """Write Markdown and plot, and print the Markdown."""
    picture = f"bench-{options.database}.svg"
    write(options=options, name="bench", lines=_lines(options, paths, results, picture))
    (options.output / picture).write_text(plot(options=options, paths=paths, results=results))


def _lines(options: Options, paths: Sequence[Path], results: Results, picture: str) -> Iterator[str]:
    kind = {"postgres": "PostgreSQL", "sqlite": "SQLite"}[options.database]
    yield f"# How fast it is on {kind}"
    yield ""
    yield f"Written by `make bench ARGS='--database {options.database}'`; docs/benchmarks.md says how it measures."
    yield "Machines are noisy: the ratios are what counts, not the figures."
    yield ""
    yield from machine_lines(options=options, plan=plan_of(options=options))
    yield (
        f"- a car stands in 40 % of the slots; {options.seconds} s for each measurement after {options.warm_seconds} s"
        f" of warming up, medians of {options.rounds} at {options.judged_clients} clients;"
        f" {results.took_seconds / 60:.1f} minutes in all, of which {results.laid_seconds:.0f} s to lay the city"
    )
    yield ""
    yield f"![Requests a second by clients]({picture})"
    yield ""
    yield from _problems(results)
    yield from _ratios(options, paths, results)
    yield from _costs(options, paths, results)
    yield from _all_figures(options, paths, results)


def _problems(results: Results) -> Iterator[str]:
    if results.problems:
        yield "**Not to be trusted:**"
        yield ""
        yield from (f"- {problem}" for problem in results.problems)
        yield ""


def _ratios(options: Options, paths: Sequence[Path], results: Results) -> Iterator[str]:
    clients = options.judged_clients
    yield f"## Ratios at {clients} clients"
    yield ""
    if options.database == "sqlite":
        yield "The budgets are PostgreSQL's, and no more than a hint here. The ceiling is one client straight through"
        yield "`sqlite3`: SQLite has one writer, so that for the writes more clients would not be faster."
        yield ""
    yield "| path | of the ceiling | must, goal | of the plain way | must, goal | p99 / p50 | must | |"
    yield "|---|---|---|---|---|---|---|---|"
    for path in paths:
        ours = results.of(path=path.name, clients=clients, subject=OURS)
        if ours is None:
            continue
        ceiling = results.of_yardstick(path=path.name, clients=clients, subject=CEILING)
        plain = results.of_yardstick(path=path.name, clients=clients, subject=PLAIN)
        spread = ratio(ours.p99, ours.p50)
        yield (
            f"| {path.title} | {ceiling:.2f} | {path.must_ceiling:g}, {path.goal_ceiling:g} | {plain:.1f}x"
            f" | {path.must_plain:g}x, {path.goal_plain:g}x | {spread:.1f} | at most {MUST_SPREAD:g}"
            f" | {_verdict(path, ceiling, plain, spread)} |"
        )
    yield ""


def _verdict(path: Path, ceiling: float, plain: float, spread: float) -> str:
    if ceiling >= path.goal_ceiling and plain >= path.goal_plain and spread <= MUST_SPREAD:
        return "goal"
    missed = [
        name
        for name, is_met in (
            ("ceiling", ceiling >= path.must_ceiling),
            ("plain", plain >= path.must_plain),
            ("p99", spread <= MUST_SPREAD),
        )
        if not is_met
    ]
    return f"missed: {', '.join(missed)}" if missed else "met"


def _costs(options: Options, paths: Sequence[Path], results: Results) -> Iterator[str]:
    yield f"## What a request costs, at {options.judged_clients} clients"
    yield ""
    yield "Processor time in milliseconds, of exactly the web processes, of the database's (SQLite works in the web"
    yield "processes) and of the load itself. BEGIN and COMMIT are statements; statements that are sent together are"
    yield "one round trip."
    yield ""
    yield "| path | way | web ms | database ms | load ms | statements | round trips |"
    yield "|---|---|---|---|---|---|---|"
    for path in paths:
        for subject in (OURS, PLAIN, CEILING, SEPARATE):
            one = results.of(path=path.name, clients=options.judged_clients, subject=subject)
            if one is None:
                continue
            cost = results.costs.get((path.name, subject))
            trips = f"{cost.statements} | {cost.round_trips}" if cost else "|"
            cpu = " | ".join(f"{one.cpu[name]:.2f}" if name in one.cpu else "" for name in ("web", "database", "load"))
            yield f"| {path.title} | {subject} | {cpu} | {trips} |"
    yield ""


def _all_figures(options: Options, paths: Sequence[Path], results: Results) -> Iterator[str]:
    subjects = [OURS, CEILING, PLAIN]
    if options.database == "postgres" and not options.is_quick:
        subjects.insert(2, SEPARATE)
    yield "## All figures"
    yield ""
    yield "Requests a second, p50 and p99 in milliseconds."
    yield ""
    yield "| path | clients | " + " | ".join(subjects) + " |"
    yield "|---" * (2 + len(subjects)) + "|"
    for path in paths:
        for clients in options.clients:
            found = [results.of(path=path.name, clients=clients, subject=subject) for subject in subjects]
            yield f"| {path.title} | {clients} | " + " | ".join(_figures(one) for one in found) + " |"
    yield ""


def _figures(one: Measured | None) -> str:
    return "" if one is None else f"{one.rate:,.0f}/s, {one.p50:.1f}, {one.p99:.1f}"
