from __future__ import annotations

import json
import time
from argparse import ArgumentParser, ArgumentTypeError
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from parking.domain.errors import InvalidField
from parking.domain.money import format_amount, parse_amount
from parking.domain.stay_records import RowProblem, StayRecords, UnreadableHeaderError, read_stay_records
from parking.domain.tariffs import MAX_BOOKED_HOURS, HourlyTariff
from parking.domain.times import format_time
from parking.management.auditing import audit_with_progress, json_of, lines_of
from parking.queries.auditor import AuditReport
from parking.services.replay import database
from parking.services.replay.drive import CURRENCY, MAX_SLOTS, OccupiedGarageError, ReplayPlan, drive
from parking.services.replay.outcome import ReplayOutcome, Total, read_outcome

NAMED_ROWS: Final = 5
"""So many rejected rows of each kind are named by their line."""


class Command(BaseCommand):
    help = (
        "Drive a CSV of real stays (bay,arrived_utc,departed_utc) through the system, as if each car booked, paid, "
        "entered and left at those moments, in a database of its own; then tell what came out."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path, help="the CSV file; times in ISO 8601 with Z or an offset")
        parser.add_argument("--slots", type=_whole(1, MAX_SLOTS), help="slots in the zone (one for each bay)")
        parser.add_argument("--rate", default="50.00", help=f"price per hour in {CURRENCY} (50.00)")
        parser.add_argument(
            "--hours", type=_whole(1, MAX_BOOKED_HOURS), default=2, help="hours that each driver books (2)"
        )
        parser.add_argument("--limit", type=_whole(1, 10**9), help="read only so many rows of the file")
        parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
        place = parser.add_mutually_exclusive_group()
        place.add_argument("--keep", type=Path, help="keep the database, as this new SQLite file")
        place.add_argument("--database-url", help="replay there, written as DATABASE_URL is; it must hold no bookings")

    def handle(self, *, path: Path, limit: int | None, **options: Any) -> None:
        if settings.PARKING_MODE == "live" or settings.PARKING_PAYMENT_PROVIDER != "simulated":
            raise CommandError(
                "A replay pays with simulated money, so it runs in the sandbox only: set PARKING_MODE=sandbox"
                " and PARKING_PAYMENT_PROVIDER=simulated for it."
            )
        records = _read(path=path, limit=limit)
        plan = _plan(records=records, slots=options["slots"], rate=options["rate"], hours=options["hours"])
        began = time.monotonic()
        try:
            with (
                _place(keep=options["keep"], url=options["database_url"]) as config,
                database.replay_database(config=config),
            ):
                outcome = _replay(records=records, plan=plan)
                report = audit_with_progress()
        except (database.UnusableDatabaseError, OccupiedGarageError) as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(_as_json(records=records, plan=plan, outcome=outcome, report=report))
        else:
            self._write_text(name=path.name, records=records, plan=plan, outcome=outcome, report=report, began=began)
        if report.violations:
            raise SystemExit(1)

    def _write_text(
        self,
        *,
        name: str,
        records: StayRecords,
        plan: ReplayPlan,
        outcome: ReplayOutcome,
        report: AuditReport,
        began: float,
    ) -> None:
        self.stdout.write(
            f"{name}: {plan.slot_count} slots, {_money(plan.hourly_rate_minor)} {CURRENCY} an hour,"
            f" each car books {plan.hours_booked} h"
        )
        # Without markup: what stands in brackets in the file is text.
        console = Console(file=StringIO(), highlight=False, markup=False)
        with console.capture() as text:
            console.print(_as_table(records=records, outcome=outcome))
        lines = "\n".join(line.rstrip() for line in text.get().splitlines()).strip("\n")
        self.stdout.write(f"\n{lines}\n\n")
        self.stdout.write(f"{len(records.stays):,} stays in {time.monotonic() - began:.0f} s")
        self.stdout.write("\n".join(lines_of(report=report)) if report.violations else report.summary)


def _whole(least: int, most: int) -> Callable[[str], int]:
    """An argument that is a whole number in bounds."""

    def read(text: str) -> int:
        if not (text.isascii() and text.isdecimal() and least <= int(text[:12]) <= most):
            raise ArgumentTypeError(f"must be a whole number from {least} to {most}, not {text!r}")
        return int(text)

    return read


def _read(*, path: Path, limit: int | None) -> StayRecords:
    try:
        with path.open(encoding="utf-8", errors="surrogateescape") as lines:
            return read_stay_records(lines=lines, limit=limit)
    except UnreadableHeaderError as error:
        raise CommandError(f"{path}: {error}") from error
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}") from error


def _plan(*, records: StayRecords, slots: int | None, rate: str, hours: int) -> ReplayPlan:
    try:
        tariff = HourlyTariff(rate_minor=parse_amount(text=rate, currency=CURRENCY))
    except (InvalidField, ValueError) as error:
        problem = str(getattr(error, "message", error)).removeprefix("amount: ")
        raise CommandError(f"--rate {rate}: {problem}") from error
    bays = len({stay.bay for stay in records.stays})
    if slots is None and bays > MAX_SLOTS:
        raise CommandError(f"{bays} bays occur, more than the {MAX_SLOTS} slots there may be: give --slots.")
    return ReplayPlan(slot_count=slots or max(1, bays), hourly_rate_minor=tariff.rate_minor, hours_booked=hours)


def _place(*, keep: Path | None, url: str | None) -> AbstractContextManager[dict[str, Any]]:
    if keep is not None:
        return nullcontext(database.kept_file(path=keep))
    if url is not None:
        return nullcontext(database.given(url=url))
    return database.temporary_file()


def _replay(*, records: StayRecords, plan: ReplayPlan) -> ReplayOutcome:
    """Drive the cars, showing how far it is where somebody watches."""
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(elapsed_when_finished=True),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as progress:
        task = progress.add_task("stays", total=len(records.stays))
        refused = drive(stays=records.stays, plan=plan, after_each_stay=lambda: progress.advance(task))
    return read_outcome(refused=refused)


def _rejected(*, records: StayRecords) -> dict[RowProblem, tuple[int, list[str]]]:
    """How many rows of each kind were set aside, and the first of them by line."""
    counts = Counter(row.problem for row in records.rejected)
    return {
        problem: (
            counts[problem],
            [f"line {row.line}: {row.detail}".removesuffix(": ") for row in records.rejected if row.problem is problem][
                :NAMED_ROWS
            ],
        )
        for problem in RowProblem
        if counts[problem]
    }


def _as_json(*, records: StayRecords, plan: ReplayPlan, outcome: ReplayOutcome, report: AuditReport) -> str:
    def total(of: Total) -> dict[str, Any]:
        return {"count": of.count, "amount": _money(of.amount_minor)}

    busiest = outcome.busiest
    answer = {
        "rows": {
            "read": records.rows_read,
            "used": len(records.stays),
            "out_of_order": records.rows_out_of_order,
            "rejected": {
                problem.value: {"count": count, "first": first}
                for problem, (count, first) in _rejected(records=records).items()
            },
        },
        "garage": {
            "slots": plan.slot_count,
            "hourly_rate": _money(plan.hourly_rate_minor),
            "hours_booked": plan.hours_booked,
        },
        "sessions": outcome.sessions,
        "still_inside": outcome.still_inside,
        "refused": dict(outcome.refused),
        "hours_billed": outcome.hours_billed,
        "currency": CURRENCY,
        "captured": _money(outcome.captured_minor),
        "refunded": _money(outcome.refunded_minor),
        "kept": _money(outcome.kept_minor),
        "overtime_payments": total(outcome.overtime),
        "unused_time_refunds": total(outcome.unused_time),
        "busiest": busiest and {"at": format_time(moment=busiest.at), "cars_inside": busiest.cars_inside},
        "auditor": json_of(report=report) if report.violations else {"violations": 0, "summary": report.summary},
    }
    return json.dumps(answer, indent=2)


def _as_table(*, records: StayRecords, outcome: ReplayOutcome) -> Table:
    table = Table(box=box.SIMPLE, show_header=False)
    table.add_column()
    table.add_column(justify="right")
    table.add_column(overflow="fold")
    for section in (_row_lines(records=records), _car_lines(outcome=outcome), _money_lines(outcome=outcome)):
        for line in section:
            table.add_row(*line)
        table.add_section()
    return table


Line = tuple[str, str, str]
"""What it is, how much, and what there is to say about it."""


def _row_lines(*, records: StayRecords) -> Iterator[Line]:
    yield "rows read", f"{records.rows_read:,}", ""
    yield "rows used", f"{len(records.stays):,}", ""
    yield "rows out of order", f"{records.rows_out_of_order:,}", ""
    yield "rows rejected", f"{len(records.rejected):,}", ""
    for problem, (count, first) in _rejected(records=records).items():
        more = ["..."] if count > len(first) else []
        yield f"  {problem.value}", f"{count:,}", "\n".join([*first, *more])


def _car_lines(*, outcome: ReplayOutcome) -> Iterator[Line]:
    yield "sessions", f"{outcome.sessions:,}", ""
    if outcome.still_inside:
        yield "still inside", f"{outcome.still_inside:,}", ""
    yield "refused", f"{sum(outcome.refused.values()):,}", ""
    for code, count in outcome.refused.items():
        yield f"  {code}", f"{count:,}", ""
    if outcome.busiest is not None:
        at = f"{outcome.busiest.at:%Y-%m-%d %H:%M:%S} UTC"
        yield "most cars inside", f"{outcome.busiest.cars_inside:,}", at


def _money_lines(*, outcome: ReplayOutcome) -> Iterator[Line]:
    yield "hours billed", f"{outcome.hours_billed:,}", ""
    overtime, unused = outcome.overtime, outcome.unused_time
    yield "captured", _grouped(outcome.captured_minor), CURRENCY
    yield "  of it overtime", _grouped(overtime.amount_minor), f"{CURRENCY} in {_many(overtime.count, 'payment')}"
    yield "refunded", _grouped(outcome.refunded_minor), CURRENCY
    yield "  of it unused time", _grouped(unused.amount_minor), f"{CURRENCY} in {_many(unused.count, 'refund')}"
    yield "kept", _grouped(outcome.kept_minor), f"{CURRENCY}, captured - refunded"


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def _money(amount_minor: int) -> str:
    return format_amount(amount_minor=amount_minor, currency=CURRENCY)


def _grouped(amount_minor: int) -> str:
    return f"{Decimal(_money(amount_minor)):,}"
