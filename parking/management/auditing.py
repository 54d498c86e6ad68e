"""The auditor's verdicts for those who read them: a bar while it works, then lines or JSON."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from parking.queries.auditor import PROMISES, SHOWN, AuditReport, Promise, Verdict, audit


class _Bars:
    """One bar for each promise, for whoever watches at a terminal."""

    def __init__(self, *, progress: Progress) -> None:
        self._progress = progress
        self._bar = TaskID(0)
        self._rows = 0

    def begins(self, promise: Promise) -> None:
        self._rows = 0
        self._bar = self._progress.add_task(promise.number, total=len(promise.questions), rows="")

    def has_read(self, rows: int) -> None:
        self._rows += rows
        self._progress.update(self._bar, rows=f"{self._rows:,} rows")

    def has_answered_a_question(self) -> None:
        self._progress.advance(self._bar)

    def ends(self, verdict: Verdict) -> None:
        self._progress.stop_task(self._bar)


@contextmanager
def _progress() -> Iterator[_Bars]:
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description:>3}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[rows]}"),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as progress:
        yield _Bars(progress=progress)


def audit_with_progress(*, numbers: Collection[str] = (), shown: int = SHOWN) -> AuditReport:
    """Check, showing how far it is where somebody watches."""
    with _progress() as watcher:
        return audit(numbers=numbers, shown=shown, watcher=watcher)


def lines_of(*, report: AuditReport) -> Iterator[str]:
    """Every promise with its verdict, and the summary as the last line."""
    for verdict in report.verdicts:
        promise = verdict.promise
        state = f"{verdict.violations:,} VIOLATED" if verdict.violations else "kept"
        yield f"{promise.number:<4}{state:<13} {promise.says}"
        for finding in verdict.shown:
            ids = ", ".join(f"{name} {value}" for name, value in finding.ids.items())
            yield f"     {finding.problem} ({ids})"
        if verdict.violations > len(verdict.shown) > 0:
            yield f"     and {verdict.violations - len(verdict.shown):,} more"
    for promise in report.not_checked:
        yield f"{promise.number:<4}{'not checked':<13} {promise.says}: {promise.not_seen}"
    yield report.summary


def json_of(*, report: AuditReport) -> dict[str, Any]:
    """The same for a program."""
    promises = {
        verdict.promise.number: {
            "says": verdict.promise.says,
            "checked": True,
            "not_seen": verdict.promise.not_seen,
            "violations": verdict.violations,
            "shown": [{"problem": finding.problem, "ids": dict(finding.ids)} for finding in verdict.shown],
            "rows_read": verdict.rows_read,
            "seconds": round(verdict.seconds, 3),
        }
        for verdict in report.verdicts
    }
    not_checked = {
        promise.number: {"says": promise.says, "checked": False, "not_seen": promise.not_seen}
        for promise in report.not_checked
    }
    told = promises | not_checked
    return {
        "violations": report.violations,
        "violated": report.violated,
        "promises": {promise.number: told[promise.number] for promise in PROMISES if promise.number in told},
        "summary": report.summary,
    }
