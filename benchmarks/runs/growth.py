"""`make bench-growth`: the same operations over a thousand, a hundred thousand and a million past sessions.

Each size has a database and a server of its own, and they take turns.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import Final

from benchmarks import live
from benchmarks.city import City
from benchmarks.database import Database
from benchmarks.figures import Measured, middle, ratio
from benchmarks.options import Options
from benchmarks.paths import PATHS, Path
from benchmarks.reports.machine import machine_lines
from benchmarks.running import plan_of, prepare, say, through_http, write
from benchmarks.server import OURS, ROOT, WebServer, serving

_SIZES: Final = (1_000, 100_000, 1_000_000)
_MUST_GROWTH: Final = 1.3
_MUST_AUDIT_SECONDS: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sized:
    """A city of some past, and its server."""

    name: str
    city: City
    marks: live.Marks
    server: WebServer


@dataclass(frozen=True, slots=True, kw_only=True)
class _Audit:
    """One run of `verify_parking`."""

    seconds: float
    resident_mib: float
    status: int


def run(*, options: Options, database: Database) -> int:
    """Measure every size in turns, then have each audited. Returns 1 if a budget was missed."""
    sizes = [size for size in _SIZES if size < options.sessions] + [options.sessions]
    paths = [path for path in PATHS if not options.paths or path.name in options.paths]
    found: dict[tuple[str, int], list[Measured]] = defaultdict(list)
    audits: dict[int, _Audit] = {}
    with ExitStack() as stack:
        cities = {size: stack.enter_context(_sized(options, database, size)) for size in sizes}
        for path in paths:
            for _ in range(options.rounds):
                for size, sized in cities.items():
                    found[path.name, size].append(_measure(options, database, path, sized))
                    one = found[path.name, size][-1]
                    say(f"{path.title:<15} {size:>9,} sessions {one.rate:>7,.0f}/s  {one.problem}")
        for size, sized in cities.items():
            database.use(name=sized.name)
            live.lay(city=sized.city, marks=sized.marks, stage=None)
            audits[size] = _audit(database=database, name=sized.name)
    lines, is_good = _report(options, paths, sizes, found, audits)
    write(options=options, name="growth", lines=lines)
    return 0 if is_good else 1


@contextmanager
def _sized(options: Options, database: Database, size: int) -> Iterator[_Sized]:
    """A city of `size` past sessions being served."""
    name = f"city{size}"
    city, marks = prepare(plan=replace(plan_of(options=options), sessions=size), database=database, name=name)
    with serving(settings=OURS, database_url=database.url(name=name), log=database.folder / f"{name}.log") as server:
        yield _Sized(name=name, city=city, marks=marks, server=server)


def _measure(options: Options, database: Database, path: Path, sized: _Sized) -> Measured:
    database.use(name=sized.name)
    live.lay(city=sized.city, marks=sized.marks, stage=path.stage)
    return through_http(
        path=path,
        requests=path.requests(sized.city),
        server=sized.server,
        database=database,
        clients=options.judged_clients,
        options=options,
    )


def _audit(*, database: Database, name: str) -> _Audit:
    """In a process of its own, for its time and its memory."""
    environment = os.environ | {"DATABASE_URL": database.url(name=name)}
    began = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "manage.py", "verify_parking"],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.monotonic() - began
    say(f"verify_parking on {name}: {seconds:.1f} s, status {process.returncode}")
    return _Audit(seconds=seconds, resident_mib=used.ru_maxrss / 1024, status=process.returncode)


def _report(
    options: Options,
    paths: list[Path],
    sizes: list[int],
    found: dict[tuple[str, int], list[Measured]],
    audits: dict[int, _Audit],
) -> tuple[list[str], bool]:
    lines = [*_head(options, sizes)]
    is_good = not any(one.problem for several in found.values() for one in several)
    for path in paths:
        medians = [middle(found[path.name, size]) for size in sizes]
        growth = ratio(max(one.rate for one in medians), min(one.rate for one in medians))
        is_good = is_good and growth <= _MUST_GROWTH
        cells = " | ".join(f"{one.rate:,.0f}/s, {one.cpu['web'] + one.cpu['database']:.2f} ms" for one in medians)
        lines.append(f"| {path.title} | {cells} | {growth:.2f} | {'met' if growth <= _MUST_GROWTH else 'missed'} |")
    is_good = is_good and all(one.status == 0 and one.seconds <= _MUST_AUDIT_SECONDS for one in audits.values())
    lines += ["", "## verify_parking", "", f"At most {_MUST_AUDIT_SECONDS} s, and a memory that does not grow.", ""]
    lines += ["| past sessions | seconds | most memory, MiB | violations |", "|---|---|---|---|"]
    lines += [
        f"| {size:,} | {one.seconds:.1f} | {one.resident_mib:.0f} | {'none' if one.status == 0 else 'some'} |"
        for size, one in audits.items()
    ]
    return lines, is_good


def _head(options: Options, sizes: list[int]) -> Iterator[str]:
    yield "# Growth"
    yield ""
    yield f"The same operations at {options.judged_clients} clients over ever more past sessions, medians of"
    yield f"{options.rounds} in turns: requests a second, and processor time of web and database a request. The fastest"
    yield f"may be at most {_MUST_GROWTH:g} times the slowest. Written by `make bench-growth`."
    yield ""
    yield from machine_lines(options=options, plan=plan_of(options=options))
    yield ""
    yield "| path | " + " | ".join(f"{size:,}" for size in sizes) + " | fastest / slowest | |"
    yield "|---" * (len(sizes) + 3) + "|"
