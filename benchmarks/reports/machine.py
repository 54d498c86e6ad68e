"""Where and of what a measurement was made."""

from __future__ import annotations

import os
import platform
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from django.db import connection

from benchmarks.city import Plan
from benchmarks.options import Options
from benchmarks.server import ROOT


def machine_lines(*, options: Options, plan: Plan) -> list[str]:
    """The machine, the versions, the commit and the sizes, as a list in Markdown."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    quick = " This was a quick run: its city is small and its times are short." if options.is_quick else ""
    return [
        f"- machine: {os.cpu_count()} x {_processor()}, {memory:.0f} GiB, Linux {platform.release()}; load,"
        " web server and database share it",
        f"- Python {platform.python_version()}, {_database_version()}; {_durability()}",
        f"- commit {_commit()}, {datetime.now(UTC):%Y-%m-%d}, seed {plan.seed}",
        f"- city: {plan.zones} zones, {plan.slots:,} slots, {plan.sessions:,} past sessions.{quick}",
    ]


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _database_version() -> str:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SHOW server_version")
            return f"PostgreSQL {cursor.fetchone()[0]}"
        cursor.execute("SELECT sqlite_version()")
        return f"SQLite {cursor.fetchone()[0]}"


def _durability() -> str:
    names = ("fsync", "synchronous_commit", "full_page_writes")
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            cursor.execute("PRAGMA synchronous")
            return f"synchronous={cursor.fetchone()[0]} (2 is FULL), WAL, on disk"
        told = []
        for name in names:
            cursor.execute(f"SHOW {name}")
            told.append(f"{name} {cursor.fetchone()[0]}")
        return ", ".join(told) + ", on disk"


def _commit() -> str:
    def git(*words: str) -> str:
        command = ["git", *words]
        return subprocess.run(  # noqa: S603 -- our own words
            command, cwd=ROOT, capture_output=True, text=True, check=False
        ).stdout.strip()

    changed = ", with changes on top" if git("status", "--porcelain", "parking", "config", "benchmarks") else ""
    return (git("rev-parse", "--short", "HEAD") or "unknown") + changed
