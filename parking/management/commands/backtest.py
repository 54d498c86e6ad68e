from __future__ import annotations

import json
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.core.management.base import BaseCommand, CommandError

from parking.domain.backtest import MAX_TARIFFS, Backtest, NamedTariff, backtest
from parking.domain.stay_records import StayRecords
from parking.domain.tariffs import RatesTariff
from parking.management.backtest_plot import plot
from parking.management.backtest_report import as_json, tables_of
from parking.management.stay_files import read_stays, rows_as_json, table_of_rows, whole_number
from parking.management.tables import Money, text_of
from parking.management.tariff_files import DEFAULT_CURRENCY, DEFAULT_RATE, TariffFile, hourly_at, read_tariff_files


class Command(BaseCommand):
    help = (
        "Price a CSV of real stays (bay,arrived_utc,departed_utc) under one or several tariffs, and hold each against"
        " another: revenue, distribution of charges, who pays more and who less. No database is read or written."
    )
    requires_system_checks = []  # noqa: RUF012 -- Django reads it so

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path, help="the CSV file; times in ISO 8601 with Z or an offset")
        parser.add_argument(
            "--tariff",
            type=Path,
            action="append",
            required=True,
            dest="tariffs",
            help=f"a JSON definition, see docs/tariffs.md; up to {MAX_TARIFFS} times",
        )
        against = parser.add_mutually_exclusive_group()
        against.add_argument("--against", type=Path, help="the definition to compare with (the hourly tariff)")
        against.add_argument("--rate", help=f"price per started hour of the hourly tariff ({DEFAULT_RATE})")
        parser.add_argument(
            "--time-zone", help="says which day it was, and is that of definitions without one (the first tariff's)"
        )
        parser.add_argument("--limit", type=whole_number(1, 10**9), help="read only so many rows of the file")
        parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
        parser.add_argument("--plot", type=Path, help="draw the charges and the revenue, as this SVG file")

    def handle(self, *, path: Path, tariffs: list[Path], **options: Any) -> None:
        picture = _checked_picture(path=options["plot"])
        time_zone = _checked_time_zone(name=options["time_zone"])
        files, against = _read_tariffs(
            paths=tariffs, against=options["against"], rate=options["rate"], time_zone=time_zone or "UTC"
        )
        zone = ZoneInfo(time_zone) if time_zone else _zone_of(files=[*files, against])
        records = read_stays(path=path, limit=options["limit"])
        against_named, *named = _named(files=[against, *files])
        found = backtest(stays=records.stays, tariffs=named, against=against_named, zone=zone)
        money = Money(currency=against.currency)
        if picture is not None:
            _draw(path=picture, drawing=plot(backtest=found, money=money, name=path.name))
        if options["json"]:
            answer = {"rows": rows_as_json(records=records), "time_zone": zone.key}
            self.stdout.write(json.dumps(answer | as_json(backtest=found, money=money), indent=2))
        else:
            self._write_text(name=path.name, records=records, found=found, money=money, zone=zone)

    def _write_text(self, *, name: str, records: StayRecords, found: Backtest, money: Money, zone: ZoneInfo) -> None:
        days = sorted(stay.arrived_at.astimezone(zone).date() for stay in records.stays)
        period = f" from {days[0]} to {days[-1]}" if days else ""
        self.stdout.write(f"{name}: {len(records.stays):,} stays that arrived{period}, {zone.key}")
        for table in (table_of_rows(records=records), *tables_of(backtest=found, money=money)):
            self.stdout.write(f"\n{text_of(table)}\n")


def _read_tariffs(
    *, paths: Sequence[Path], against: Path | None, rate: str | None, time_zone: str
) -> tuple[list[TariffFile], TariffFile]:
    """The tariffs, and the one to hold them against. Raises CommandError."""
    if len(paths) > MAX_TARIFFS:
        raise CommandError(f"At most {MAX_TARIFFS} tariffs can be compared at once, not {len(paths)}.")
    if against is not None:
        *files, last = read_tariff_files(paths=[*paths, against], time_zone=time_zone)
        return files, last
    files = read_tariff_files(paths=paths, time_zone=time_zone)
    currency = files[0].currency
    if rate is None and currency != DEFAULT_CURRENCY:
        raise CommandError(
            f"The tariffs are in {currency}, and the hourly tariff at {DEFAULT_RATE} is in {DEFAULT_CURRENCY}:"
            f" say what to compare with by --against FILE or --rate, an hourly price in {currency}."
        )
    return files, hourly_at(rate=rate or DEFAULT_RATE, currency=currency)


def _named(*, files: Sequence[TariffFile]) -> list[NamedTariff]:
    """With the names of the files where two tariffs have one name."""
    counts = Counter(file.name for file in files)
    return [
        NamedTariff(
            name=f"{file.name} ({file.path.stem})" if counts[file.name] > 1 and file.path else file.name,
            tariff=file.tariff,
        )
        for file in files
    ]


def _zone_of(*, files: Sequence[TariffFile]) -> ZoneInfo:
    return next((file.tariff.zone for file in files if isinstance(file.tariff, RatesTariff)), ZoneInfo("UTC"))


def _checked_time_zone(*, name: str | None) -> str | None:
    if name is not None and name not in available_timezones():
        raise CommandError(f"--time-zone {name}: there is no such time zone. Write it as Europe/Berlin.")
    return name


def _checked_picture(*, path: Path | None) -> Path | None:
    """Asked for before the work, so that it is not in vain."""
    if path is None:
        return None
    if path.suffix.lower() != ".svg":
        raise CommandError(f"--plot {path}: pictures are drawn as SVG, which every browser shows. Name it .svg.")
    if not path.parent.is_dir():
        raise CommandError(f"--plot {path}: {path.parent} is no folder. Make it first.")
    return path


def _draw(*, path: Path, drawing: str) -> None:
    try:
        path.write_text(drawing, encoding="utf-8")
    except OSError as error:
        raise CommandError(f"--plot {path} cannot be written: {error.strerror}") from error
