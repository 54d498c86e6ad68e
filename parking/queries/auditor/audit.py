"""The auditor's run: one moment of the database, promise by promise."""

from __future__ import annotations

import time
from collections.abc import Collection
from typing import Final, Protocol

from parking.db.moments import read_only_moment
from parking.queries.auditor.findings import AuditReport, Finding, Promise, Verdict
from parking.queries.auditor.promises import PROMISES
from parking.queries.auditor.reading import Reader, prepare_for_whole_tables

SHOWN: Final = 10
"""So many violations of each promise are shown if nobody says otherwise; all are counted."""


class Watcher(Protocol):
    """Whoever wants to see how far it is."""

    def begins(self, promise: Promise) -> None: ...

    def has_read(self, rows: int) -> None: ...

    def has_answered_a_question(self) -> None: ...

    def ends(self, verdict: Verdict) -> None: ...


class Unwatched:
    """Implements `Watcher` for nobody."""

    def begins(self, promise: Promise) -> None: ...

    def has_read(self, rows: int) -> None: ...

    def has_answered_a_question(self) -> None: ...

    def ends(self, verdict: Verdict) -> None: ...


def audit(*, numbers: Collection[str] = (), shown: int = SHOWN, watcher: Watcher | None = None) -> AuditReport:
    """Check the promises of these numbers (none: all) on one moment of the database. It writes nothing.

    Raises KeyError for a number that there is not, and DatabaseError if the database cannot be read.
    """
    watcher = watcher or Unwatched()
    wanted = _wanted(numbers=numbers)
    with read_only_moment():
        prepare_for_whole_tables()
        verdicts = [_judge(promise=promise, shown=shown, watcher=watcher) for promise in wanted if promise.questions]
    return AuditReport(verdicts=verdicts, not_checked=[promise for promise in wanted if not promise.questions])


def _wanted(*, numbers: Collection[str]) -> list[Promise]:
    if unknown := set(numbers) - {promise.number for promise in PROMISES}:
        raise KeyError(min(unknown))
    return [promise for promise in PROMISES if not numbers or promise.number in numbers]


def _judge(*, promise: Promise, shown: int, watcher: Watcher) -> Verdict:
    watcher.begins(promise)
    began, rows, violations = time.monotonic(), 0, 0
    first: list[Finding] = []

    def count(new: int) -> None:
        nonlocal rows
        rows += new
        watcher.has_read(new)

    read = Reader(on_rows=count)
    for question in promise.questions:
        for finding in question(read):
            violations += 1
            if len(first) < shown:
                first.append(finding)
        watcher.has_answered_a_question()
    verdict = Verdict(
        promise=promise, violations=violations, shown=first, rows_read=rows, seconds=time.monotonic() - began
    )
    watcher.ends(verdict)
    return verdict
