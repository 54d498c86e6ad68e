"""`make bench-crowd`: 64 clients for the last slots of one zone, beside the same load over all zones.

Both loads are twice as many requests as there are slots left, so both sell exactly these and refuse the rest.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from benchmarks import live
from benchmarks.city import City, Plan, lay_city
from benchmarks.database import Database
from benchmarks.figures import Measured, measured, middle, ratio
from benchmarks.load import Load, drive
from benchmarks.options import Options
from benchmarks.paths import booking_body, post
from benchmarks.reports.machine import machine_lines
from benchmarks.running import plan_of, say, write
from benchmarks.server import OURS, WebServer, serving
from benchmarks.stays import Place
from parking.models import SlotAllocation
from parking.queries.auditor import audit

_CLIENTS: Final = 64
_MUST_SPREAD: Final = 8.0
_MUST_RATE: Final = 0.6
_LONGEST_SECONDS: Final = 300
_ONE, _ALL = "one zone", "all zones"
_PROMISES: Final = ("I1", "I2", "I5")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outcome:
    """Of one load: how many were sold and refused, how many are held in the database, and what the auditor found."""

    measured: Measured
    statuses: dict[int, int]
    held: int
    violations: int


def run(*, options: Options, database: Database) -> int:
    """Measure both in turns, and report. Returns 1 if a budget was missed."""
    left = 100 if options.is_quick else 500
    per_zone = left + left // 5
    plan = replace(plan_of(options=options), slots=options.zones * per_zone)
    say(f"laying {plan.slots:,} slots in {plan.zones} zones on {database.kind}")
    database.new(name="city")
    city = lay_city(plan=plan)
    marks = live.marks()
    outcomes: dict[str, list[_Outcome]] = {_ONE: [], _ALL: []}
    with serving(settings=OURS, database_url=database.url(), log=database.folder / "ours.log") as server:
        for _ in range(options.rounds):
            for kind, several in outcomes.items():
                several.append(_crowd(city=city, marks=marks, server=server, database=database, kind=kind, left=left))
                one = several[-1]
                say(f"{kind:<10} {one.measured.rate:,.0f}/s {one.statuses}, {one.held} held")
    lines, is_good = _report(options=options, plan=plan, outcomes=outcomes, left=left)
    write(options=options, name="crowd", lines=lines)
    return 0 if is_good else 1


def _crowd(*, city: City, marks: live.Marks, server: WebServer, database: Database, kind: str, left: int) -> _Outcome:
    zones = city.zone_ids[:1] if kind == _ONE else city.zone_ids
    standing = _standing(city=city, zones=zones, left=left)
    live.lay_cars(marks=marks, places=standing)
    requests = [
        post(
            path="/parking/api/booking/create/",
            body=booking_body(n=n, zone_id=zones[n % len(zones)], known=len(standing)),
        )
        for n in range(2 * left)
    ]
    load = drive(
        port=server.port,
        requests=requests,
        clients=_CLIENTS,
        seconds=_LONGEST_SECONDS,
        expected=201,
        probes={"web": lambda: server.cpu_seconds, "database": database.cpu_seconds},
    )
    return _outcome(load=load, zones=zones, standing=standing)


def _standing(*, city: City, zones: list[int], left: int) -> list[Place]:
    """All places but `left`, which are spread evenly over `zones`."""
    free = dict.fromkeys(zones, left // len(zones))
    standing = []
    for place in city.places:
        if free.get(place.zone_id, 0) > 0:
            free[place.zone_id] -= 1
        else:
            standing.append(place)
    return standing


def _outcome(*, load: Load, zones: list[int], standing: list[Place]) -> _Outcome:
    live_in_zones = SlotAllocation.objects.filter(zone_id__in=zones, released_at=None, parked_at=None)
    return _Outcome(
        measured=measured(latencies=load.latencies, seconds=load.seconds, cpu_seconds=load.cpu_seconds),
        statuses=load.statuses,
        held=live_in_zones.count(),
        violations=audit(numbers=_PROMISES).violations,
    )


def _report(*, options: Options, plan: Plan, outcomes: dict[str, list[_Outcome]], left: int) -> tuple[list[str], bool]:
    one, everywhere = (middle(outcome.measured for outcome in outcomes[kind]) for kind in (_ONE, _ALL))
    of_all = sorted(
        ratio(mine.measured.rate, other.measured.rate)
        for mine, other in zip(outcomes[_ONE], outcomes[_ALL], strict=True)
    )
    share, spread = of_all[len(of_all) // 2], ratio(one.p99, one.p50)
    every = [outcome for several in outcomes.values() for outcome in several]
    failures = sum(count for outcome in every for status, count in outcome.statuses.items() if status >= 500)
    is_exact = all(outcome.statuses.get(201) == outcome.held == left for outcome in outcomes[_ONE])
    violations = sum(outcome.violations for outcome in every)
    verdicts = [
        (f"sold exactly {left} each time", "yes" if is_exact else "no", "yes", is_exact),
        ("answers of 500 and above", str(failures), "0", failures == 0),
        (f"violations of {', '.join(_PROMISES)}", str(violations), "0", violations == 0),
        ("p99 / p50", f"{spread:.1f}", f"at most {_MUST_SPREAD:g}", spread <= _MUST_SPREAD),
        ("rate, of the same load over all zones", f"{share:.2f}", f"at least {_MUST_RATE:g}", share >= _MUST_RATE),
    ]
    lines = [*_head(options, plan, left), "| what | found | must | |", "|---|---|---|---|"]
    lines += [f"| {what} | {found} | {must} | {'met' if good else 'missed'} |" for what, found, must, good in verdicts]
    lines += ["", "| load | requests a second | p50 ms | p99 ms | web ms | database ms | answers |", "|---" * 7 + "|"]
    lines += [*_row(_ONE, one, outcomes[_ONE]), *_row(_ALL, everywhere, outcomes[_ALL])]
    return lines, all(good for *_, good in verdicts)


def _head(options: Options, plan: Plan, left: int) -> Iterator[str]:
    yield f"# A crowd for the last {left} slots"
    yield ""
    yield f"{_CLIENTS} clients send {2 * left} bookings at once: {left} slots are left, in one zone or over all zones."
    yield f"Medians of {options.rounds}, in turns. Written by `make bench-crowd`."
    yield ""
    yield from machine_lines(options=options, plan=plan)
    yield ""


def _row(kind: str, one: Measured, outcomes: list[_Outcome]) -> Iterator[str]:
    answers = "; ".join(
        ", ".join(f"{count} x {status}" for status, count in sorted(outcome.statuses.items())) for outcome in outcomes
    )
    yield (
        f"| {kind} | {one.rate:,.0f} | {one.p50:.1f} | {one.p99:.1f} | {one.cpu['web']:.2f}"
        f" | {one.cpu['database']:.2f} | {answers} |"
    )
