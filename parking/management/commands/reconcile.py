from __future__ import annotations

import csv
import json
from argparse import ArgumentParser, ArgumentTypeError
from collections import Counter
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from io import StringIO
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from rich import box
from rich.console import Console
from rich.table import Table

from parking.domain.errors import InvalidField
from parking.domain.money import format_amount
from parking.domain.times import format_time
from parking.gateways import PROVIDERS, gateway
from parking.gateways.base import GatewayTimeout, NoLedger
from parking.models import ParkingSite
from parking.queries.clock import current_time
from parking.queries.our_books import StoredBooks, is_done_there
from parking.queries.reconciliation import BEYOND_THE_EDGES, GOOD, Line, Verdict, reconcile
from parking.services.exports import neutral

DIFFERS: Final = 1
COULD_NOT_COMPARE: Final = 2
MOST_SHOWN: Final = 200
_MOST_DAYS: Final = 366
_WIDTH: Final = 160
_COLUMNS: Final = (
    "verdict",
    "kind",
    "key",
    "our_reference",
    "their_reference",
    "our_amount",
    "our_currency",
    "their_amount",
    "their_currency",
    "our_time",
    "their_time",
    "note",
)


class Command(BaseCommand):
    help = (
        "Hold our charges and refunds against the payment provider's own books. Changes nothing; ends with status 0 if"
        " both agree, 1 if they differ, 2 if they could not be compared."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--from", dest="first", type=_date, required=True, metavar="DATE", help="first day, as 2026-11-01"
        )
        parser.add_argument(
            "--to", dest="last", type=_date, required=True, metavar="DATE", help="last day, which is included"
        )
        parser.add_argument("--provider", choices=sorted(PROVIDERS), help="whose books (PARKING_PAYMENT_PROVIDER's)")
        parser.add_argument("--csv", type=Path, metavar="PATH", help="write every line there, also those that agree")
        parser.add_argument(
            "--ignore-foreign",
            action="store_true",
            help="leave out what was made without a key of ours, where the account serves others too",
        )
        parser.add_argument("--json", action="store_true", help="print JSON instead of a table")

    def handle(self, *, first: date, last: date, provider: str | None, **options: Any) -> None:
        if not 0 <= (last - first).days < _MOST_DAYS:
            raise CommandError(f"--to must be --from or up to {_MOST_DAYS} days later.", returncode=COULD_NOT_COMPARE)
        provider = provider or settings.PARKING_PAYMENT_PROVIDER
        report = _Report(provider=provider, first=first, last=last)
        path: Path | None = options["csv"]
        try:
            with path.open("w", newline="", encoding="utf-8") if path else nullcontext() as file:
                rows = csv.writer(file) if file else None
                if rows:
                    rows.writerow(_COLUMNS)
                for line in _lines(provider=provider, first=first, last=last):
                    if options["ignore_foreign"] and line.ours is None and line.theirs and not line.theirs.key:
                        continue
                    report.add(line)
                    if rows:
                        rows.writerow(neutral(cell=cell) for cell in _cells(line).values())
        except (NoLedger, GatewayTimeout, OSError, DatabaseError) as error:
            raise CommandError(f"Could not compare: {error}", returncode=COULD_NOT_COMPARE) from error
        self.stdout.write(report.as_json() if options["json"] else report.as_text())
        if report.differences:
            raise SystemExit(DIFFERS)


@dataclass(kw_only=True)
class _Report:
    """What came out, without the lines that agree."""

    provider: str
    first: date
    last: date
    counts: Counter[tuple[str, Verdict]] = field(default_factory=Counter)
    shown: list[dict[str, str]] = field(default_factory=list)

    @property
    def differences(self) -> int:
        return sum(count for (_, verdict), count in self.counts.items() if verdict not in GOOD)

    @property
    def summary(self) -> str:
        period = f"{self.provider}, {self.first} to {self.last}"
        count = f"{self.differences:,}" if self.differences else "no"
        return f"{period}: {count} difference{'s' if self.differences > 1 else ''}"

    def add(self, line: Line) -> None:
        cells = _cells(line)
        self.counts[cells["kind"], line.verdict] += 1
        if line.verdict not in GOOD and len(self.shown) < MOST_SHOWN:
            self.shown.append(cells)

    def as_json(self) -> str:
        answer = {
            "provider": self.provider,
            "from": self.first.isoformat(),
            "to": self.last.isoformat(),
            "counts": {
                kind: {verdict.value: self.counts[kind, verdict] for verdict in Verdict}
                for kind in ("charge", "refund")
            },
            "differences": self.differences,
            "shown": self.shown,
            "summary": self.summary,
        }
        return json.dumps(answer, indent=2)

    def as_text(self) -> str:
        counts = Table("", "charges", "refunds", box=box.SIMPLE)
        for column in counts.columns[1:]:
            column.justify = "right"
        for verdict in Verdict:
            counts.add_row(verdict.value, *(f"{self.counts[kind, verdict]:,}" for kind in ("charge", "refund")))
        text = _rendered(counts)
        if self.shown:
            text += _rendered(self._table_of_differences())
        if self.differences > len(self.shown):
            text += f"and {self.differences - len(self.shown):,} more; --csv writes all\n"
        return text + self.summary

    def _table_of_differences(self) -> Table:
        table = Table("verdict", "kind", "ours", "theirs", "time", "key", "their reference", "note", box=box.SIMPLE)
        for cells in self.shown:
            table.add_row(
                cells["verdict"],
                cells["kind"],
                f"{cells['our_amount']} {cells['our_currency']}".strip() or "none",
                f"{cells['their_amount']} {cells['their_currency']}".strip() or "none",
                cells["our_time"] or cells["their_time"],
                cells["key"],
                cells["their_reference"],
                cells["note"],
            )
        return table


def _lines(*, provider: str, first: date, last: date) -> Iterator[Line]:
    now = current_time()
    zone = _time_zone()
    since = datetime.combine(first, time.min, tzinfo=zone)
    until = datetime.combine(last + timedelta(days=1), time.min, tzinfo=zone)
    theirs = gateway(provider=provider)
    return reconcile(
        books=StoredBooks(provider=provider),
        ledger=theirs.ledger(since=since - BEYOND_THE_EDGES, until=until + BEYOND_THE_EDGES),
        is_there=lambda row: is_done_there(row=row, provider=theirs, now=now),
        since=since,
        until=until,
    )


def _time_zone() -> ZoneInfo:
    """The site's: a day is what it is there."""
    name = ParkingSite.objects.order_by("id").values_list("time_zone", flat=True).first()
    return ZoneInfo(name or "UTC")


def _cells(line: Line) -> dict[str, str]:
    ours, theirs = line.ours, line.theirs
    return {
        "verdict": line.verdict.value,
        "kind": ours.subject.value if ours else theirs.subject.value if theirs else "",
        "key": ours.key if ours else theirs.key if theirs else "",
        "our_reference": ours.reference if ours else "",
        "their_reference": theirs.reference if theirs else "",
        "our_amount": _amount(ours.amount_minor, ours.currency) if ours else "",
        "our_currency": ours.currency if ours else "",
        "their_amount": _amount(theirs.amount_minor, theirs.currency) if theirs else "",
        "their_currency": theirs.currency if theirs else "",
        "our_time": format_time(moment=ours.happened_at) if ours else "",
        "their_time": format_time(moment=theirs.happened_at) if theirs else "",
        "note": line.note,
    }


def _amount(amount_minor: int, currency: str) -> str:
    """In minor units if the provider names a currency that there is not."""
    try:
        return format_amount(amount_minor=amount_minor, currency=currency)
    except InvalidField:
        return f"{amount_minor} minor units"


def _rendered(table: Table) -> str:
    text = StringIO()
    Console(file=text, width=_WIDTH, highlight=False, markup=False).print(table)
    return text.getvalue()


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is no date, such as 2026-11-01") from None
