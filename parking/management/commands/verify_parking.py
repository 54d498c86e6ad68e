from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError, SystemCheckError
from django.db import DatabaseError

from parking.management.auditing import audit_with_progress, json_of, lines_of
from parking.queries.auditor import PROMISES, SHOWN

VIOLATED: Final = 1
COULD_NOT_CHECK: Final = 2
_MAX_SHOWN: Final = 10_000


class Command(BaseCommand):
    help = (
        "Check every promise of the design on the stored data. Reads one moment of the database, writes nothing, and"
        " ends with status 0 if all are kept, 1 if one is violated, 2 if it could not check."
    )
    requires_system_checks: list[str] = []  # noqa: RUF012 -- Django's; run in `handle`, where failing means status 2

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--promise",
            action="append",
            default=[],
            type=str.upper,
            choices=[promise.number for promise in PROMISES],
            metavar="NUMBER",
            help="check this one only, such as I12 (may be given again)",
        )
        parser.add_argument(
            "--limit",
            type=int,
            default=SHOWN,
            help=f"show so many violations of each promise (all are counted; default {SHOWN})",
        )
        parser.add_argument("--json", action="store_true", help="print JSON instead of text")

    def handle(self, *, promise: list[str], limit: int, **options: Any) -> None:
        if not 0 <= limit <= _MAX_SHOWN:
            raise CommandError(f"--limit must be from 0 to {_MAX_SHOWN}.", returncode=COULD_NOT_CHECK)
        try:
            self.check()
            report = audit_with_progress(numbers=promise, shown=limit)
        except (SystemCheckError, DatabaseError, ValueError, LookupError, TypeError) as error:
            raise CommandError(f"Could not check: {error}", returncode=COULD_NOT_CHECK) from error
        if options["json"]:
            self.stdout.write(json.dumps(json_of(report=report), indent=2))
        else:
            self.stdout.write("\n".join(lines_of(report=report)))
        if report.violations:
            raise SystemExit(VIOLATED)
