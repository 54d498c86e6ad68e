from __future__ import annotations

import json
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from parking.domain.stay_records import StayRecords
from parking.domain.tariffs import MAX_BOOKED_HOURS
from parking.domain.times import format_time
from parking.management.auditing import audit_with_progress, json_of, lines_of
from parking.management.stay_files import Line, read_stays, row_lines, rows_as_json, whole_number
from parking.management.tables import Money, text_of
from parking.management.tariff_files import (
    DEFAULT_CURRENCY,
    DEFAULT_RATE,
    TariffFile,
    hourly_at,
    read_tariff_files,
)
from parking.queries.auditor import AuditReport
from parking.services.replay import database
from parking.services.replay.drive import MAX_SLOTS, OccupiedGarageError, ReplayPlan, drive
from parking.services.replay.outcome import ReplayOutcome, Total, read_outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class _Replayed:
    """All that there is to tell."""

    records: StayRecords
    plan: ReplayPlan
    tariff: TariffFile
    outcome: ReplayOutcome
    report: AuditReport

    @property
    def money(self) -> Money:
        return Money(currency=self.plan.currency)


class Command(BaseCommand):
    help = (
        "Drive a CSV of real stays (bay,arrived_utc,departed_utc) through the system, as if each car booked, paid, "
        "entered and left at those moments, in a database of its own; then tell what came out."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path, help="the CSV file; times in ISO 8601 with Z or an offset")
        parser.add_argument("--slots", type=whole_number(1, MAX_SLOTS), help="slots in the zone (one for each bay)")
        price = parser.add_mutually_exclusive_group()
        price.add_argument(
            "--rate", default=DEFAULT_RATE, help=f"price per started hour in {DEFAULT_CURRENCY} ({DEFAULT_RATE})"
        )
        price.add_argument("--tariff", type=Path, help="sell under the tariff that this JSON file defines instead")
        parser.add_argument(
            "--hours", type=whole_number(1, MAX_BOOKED_HOURS), default=2, help="hours that each driver books (2)"
        )
        parser.add_argument("--limit", type=whole_number(1, 10**9), help="read only so many rows of the file")
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
        records = read_stays(path=path, limit=limit)
        tariff = _tariff(path=options["tariff"], rate=options["rate"])
        plan = _plan(records=records, slots=options["slots"], hours=options["hours"], tariff=tariff)
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
        replayed = _Replayed(records=records, plan=plan, tariff=tariff, outcome=outcome, report=report)
        if options["json"]:
            self.stdout.write(_as_json(replayed=replayed))
        else:
            self._write_text(name=path.name, replayed=replayed, began=began)
        if report.violations:
            raise SystemExit(1)

    def _write_text(self, *, name: str, replayed: _Replayed, began: float) -> None:
        plan, report = replayed.plan, replayed.report
        self.stdout.write(
            f"{name}: {plan.slot_count} slots, {_price(replayed=replayed)}, each car books {plan.hours_booked} h"
        )
        self.stdout.write(f"\n{text_of(_as_table(replayed=replayed))}\n\n")
        self.stdout.write(f"{len(replayed.records.stays):,} stays in {time.monotonic() - began:.0f} s")
        self.stdout.write("\n".join(lines_of(report=report)) if report.violations else report.summary)


def _tariff(*, path: Path | None, rate: str) -> TariffFile:
    if path is None:
        return hourly_at(rate=rate, currency=DEFAULT_CURRENCY)
    return read_tariff_files(paths=[path], time_zone="UTC")[0]


def _plan(*, records: StayRecords, slots: int | None, hours: int, tariff: TariffFile) -> ReplayPlan:
    bays = len({stay.bay for stay in records.stays})
    if slots is None and bays > MAX_SLOTS:
        raise CommandError(f"{bays} bays occur, more than the {MAX_SLOTS} slots there may be: give --slots.")
    return ReplayPlan(
        slot_count=slots or max(1, bays),
        definition=tariff.definition,
        currency=tariff.currency,
        hours_booked=hours,
    )


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


def _as_json(*, replayed: _Replayed) -> str:
    def total(of: Total) -> dict[str, Any]:
        return {"count": of.count, "amount": money.plain(of.amount_minor)}

    plan, outcome, report, money = replayed.plan, replayed.outcome, replayed.report, replayed.money
    busiest = outcome.busiest
    answer = {
        "rows": rows_as_json(records=replayed.records),
        "garage": {
            "slots": plan.slot_count,
            **_price_as_json(replayed=replayed),
            "hours_booked": plan.hours_booked,
        },
        "sessions": outcome.sessions,
        "still_inside": outcome.still_inside,
        "refused": dict(outcome.refused),
        "hours_billed": outcome.hours_billed,
        "currency": plan.currency,
        "captured": money.plain(outcome.captured_minor),
        "refunded": money.plain(outcome.refunded_minor),
        "kept": money.plain(outcome.kept_minor),
        "overtime_payments": total(outcome.overtime),
        "unused_time_refunds": total(outcome.unused_time),
        "busiest": busiest and {"at": format_time(moment=busiest.at), "cars_inside": busiest.cars_inside},
        "auditor": json_of(report=report) if report.violations else {"violations": 0, "summary": report.summary},
    }
    return json.dumps(answer, indent=2)


def _price(*, replayed: _Replayed) -> str:
    tariff = replayed.tariff
    if tariff.path is not None:
        return f"tariff {tariff.name}"
    return f"{replayed.money.plain(tariff.tariff.hourly_rate_minor)} {tariff.currency} an hour"


def _price_as_json(*, replayed: _Replayed) -> dict[str, str]:
    tariff = replayed.tariff
    if tariff.path is not None:
        return {"tariff": tariff.name}
    return {"hourly_rate": replayed.money.plain(tariff.tariff.hourly_rate_minor)}


def _as_table(*, replayed: _Replayed) -> Table:
    table = Table(box=box.SIMPLE, show_header=False)
    table.add_column()
    table.add_column(justify="right")
    table.add_column(overflow="fold")
    outcome = replayed.outcome
    sections = (
        row_lines(records=replayed.records),
        _car_lines(outcome=outcome),
        _money_lines(outcome=outcome, money=replayed.money),
    )
    for section in sections:
        for line in section:
            table.add_row(*line)
        table.add_section()
    return table


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


def _money_lines(*, outcome: ReplayOutcome, money: Money) -> Iterator[Line]:
    yield "hours billed", f"{outcome.hours_billed:,}", ""
    overtime, unused = outcome.overtime, outcome.unused_time
    yield "captured", money.grouped(outcome.captured_minor), money.currency
    yield (
        "  of it overtime",
        money.grouped(overtime.amount_minor),
        f"{money.currency} in {_many(overtime.count, 'payment')}",
    )
    yield "refunded", money.grouped(outcome.refunded_minor), money.currency
    yield (
        "  of it unused time",
        money.grouped(unused.amount_minor),
        f"{money.currency} in {_many(unused.count, 'refund')}",
    )
    yield "kept", money.grouped(outcome.kept_minor), f"{money.currency}, captured - refunded"


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
