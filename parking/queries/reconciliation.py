"""Our charges and refunds held against a provider's books for a period (promise I15). Reads only.

The provider's entries are read as a stream and compared by the hundred, so that memory does not grow with them; of
our own rows only the ids of those that were found are kept. An entry is ours by the provider's reference, or by our
key. Edges: the books are read a little beyond the period, and a row whose entry is still not found is asked for
alone, so that what happened here a moment before midnight and there a moment after is not told as missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import islice
from typing import Final, Protocol

from parking.gateways.base import LedgerEntry, Subject

BEYOND_THE_EDGES: Final = timedelta(days=3)
"""So much later may a provider capture what was begun before, and so far are its books read beyond the period."""
_COMPARED_AT_ONCE: Final = 200


class Verdict(StrEnum):
    """How a line of the comparison came out; `matched` and `waiting` are as they should be."""

    MATCHED = "matched"
    WAITING = "waiting"
    MISSING_HERE = "missing here"
    MISSING_THERE = "missing there"
    DIFFERENT_AMOUNT = "different amount"
    DIFFERENT_CURRENCY = "different currency"
    NOT_RECORDED = "not recorded here"


GOOD: Final = frozenset({Verdict.MATCHED, Verdict.WAITING})


@dataclass(frozen=True, slots=True, kw_only=True)
class OurRow:
    """A payment or a refund as we have it. `is_settled`: captured, or processed. `happened_at`: then, or begun."""

    subject: Subject
    key: str
    reference: str
    amount_minor: int
    currency: str
    status: str
    is_settled: bool
    happened_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One charge or refund, with what each side says of it."""

    verdict: Verdict
    ours: OurRow | None
    theirs: LedgerEntry | None
    note: str = ""


class OurBooks(Protocol):
    """Our side, for one provider."""

    def belonging_to(self, *, entries: Sequence[LedgerEntry]) -> Sequence[OurRow]:
        """The rows that have the reference or the key of one of the entries, whenever they are from."""
        ...

    def settled_or_waiting(self, *, since: datetime, until: datetime) -> Iterable[OurRow]:
        """The rows that were captured or processed in the period, and those begun in it that wait."""
        ...


IsThere = Callable[[OurRow], bool]
"""Whether the provider, asked for this one row, says that it has done it."""


def reconcile(
    *, books: OurBooks, ledger: Iterable[LedgerEntry], is_there: IsThere, since: datetime, until: datetime
) -> Iterator[Line]:
    """Every line of the period: first the provider's entries as they come, then what only we have.

    `ledger` may reach beyond the period: what lies outside and is not ours in the period is left out.
    """
    comparison = _Comparison(since=since, until=until)
    entries = iter(ledger)
    while batch := list(islice(entries, _COMPARED_AT_ONCE)):
        yield from comparison.of_entries(entries=batch, rows=books.belonging_to(entries=batch))
    for row in books.settled_or_waiting(since=since, until=until):
        if (row.subject, row.key) not in comparison.found:
            yield _only_ours(row=row, is_there=is_there)


@dataclass(slots=True, kw_only=True)
class _Comparison:
    since: datetime
    until: datetime
    found: set[tuple[Subject, str]] = field(default_factory=set)

    def of_entries(self, *, entries: Iterable[LedgerEntry], rows: Sequence[OurRow]) -> Iterator[Line]:
        by_reference = {(row.subject, row.reference): row for row in rows if row.reference}
        by_key = {(row.subject, row.key): row for row in rows}
        for entry in entries:
            line = self._judge(entry, _row_of(entry, by_reference=by_reference, by_key=by_key))
            is_within = self._is_within(entry.happened_at)
            if is_within or (line.ours is not None and self._is_within(line.ours.happened_at)):
                yield line

    def _judge(self, entry: LedgerEntry, row: OurRow | None) -> Line:
        if row is None:
            note = "" if entry.key else "made without a key of ours"
            return Line(verdict=Verdict.MISSING_HERE, ours=None, theirs=entry, note=note)
        known_as = (row.subject, row.key)
        if known_as in self.found:
            return Line(verdict=Verdict.MISSING_HERE, ours=row, theirs=entry, note="a second time under one key")
        self.found.add(known_as)
        return _compare(row=row, entry=entry)

    def _is_within(self, moment: datetime) -> bool:
        return self.since <= moment < self.until


def _row_of(
    entry: LedgerEntry,
    *,
    by_reference: Mapping[tuple[Subject, str], OurRow],
    by_key: Mapping[tuple[Subject, str], OurRow],
) -> OurRow | None:
    row = by_reference.get((entry.subject, entry.reference))
    if row is not None:
        return row
    row = by_key.get((entry.subject, entry.key))
    # A row that was settled under another reference is that one's; this is money taken once more.
    return None if row is not None and row.is_settled and row.reference else row


def _compare(*, row: OurRow, entry: LedgerEntry) -> Line:
    if row.currency != entry.currency:
        return Line(verdict=Verdict.DIFFERENT_CURRENCY, ours=row, theirs=entry)
    if row.amount_minor != entry.amount_minor:
        return Line(verdict=Verdict.DIFFERENT_AMOUNT, ours=row, theirs=entry)
    if not row.is_settled:
        return Line(verdict=Verdict.NOT_RECORDED, ours=row, theirs=entry, note=f"{row.status} here")
    return Line(verdict=Verdict.MATCHED, ours=row, theirs=entry)


def _only_ours(*, row: OurRow, is_there: IsThere) -> Line:
    if not row.is_settled:
        return Line(verdict=Verdict.WAITING, ours=row, theirs=None)
    if is_there(row):
        return Line(verdict=Verdict.MATCHED, ours=row, theirs=None, note="asked for alone; amounts not compared")
    return Line(verdict=Verdict.MISSING_THERE, ours=row, theirs=None)
