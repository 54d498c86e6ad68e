"""Stays that somebody recorded, read from lines of CSV: which of them can be used, and what is wrong with the rest.

Real feeds are dirty. A row that makes no sense is set aside with its line number and the reason; only a file
without the header ``bay,arrived_utc,departed_utc`` cannot be read at all.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

COLUMNS: Final = ("bay", "arrived_utc", "departed_utc")
EARLIEST: Final = datetime(1970, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(2100, 1, 1, tzinfo=UTC)
MAX_STAY: Final = timedelta(days=366)
"""At the highest price there may be, a longer stay would cost more than any amount may be."""
_SHOWN_LENGTH: Final = 40


class RowProblem(StrEnum):
    """Why a row was set aside."""

    UNREADABLE_LINE = "unreadable_line"
    MISSING_COLUMN = "missing_column"
    EXTRA_COLUMN = "extra_column"
    EMPTY_BAY = "empty_bay"
    UNREADABLE_TIME = "unreadable_time"
    NAIVE_TIME = "naive_time"
    TIME_OUT_OF_RANGE = "time_out_of_range"
    NOT_AFTER_ARRIVAL = "departure_not_after_arrival"
    TOO_LONG = "longer_than_a_year"
    OVERLAP = "overlap"


class UnreadableHeaderError(ValueError):
    """The first line does not name the columns; the text says what it should be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedStay:
    """One car in one bay, from its line of the file."""

    line: int
    bay: str
    arrived_at: datetime
    departed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectedRow:
    """A row that cannot have happened, or cannot be read."""

    line: int
    problem: RowProblem
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StayRecords:
    """What a file holds: `stays` in order of arrival, `rejected` in order of line."""

    rows_read: int
    rows_out_of_order: int
    """Rows that can be read and arrive before a row further up."""
    stays: tuple[RecordedStay, ...]
    rejected: tuple[RejectedRow, ...]


def read_stay_records(*, lines: Iterable[str], limit: int | None = None) -> StayRecords:
    """Read the header and at most `limit` rows. One row is one line, so that a stray quote costs one row only.

    Times are ISO 8601 with an offset or Z. Empty lines are no rows. Of two stays that overlap in one bay the
    one that arrived first is kept. Raises UnreadableHeaderError.
    """
    numbered = enumerate(lines, start=1)
    header = _header(text=next(numbered, (1, ""))[1])
    rows: list[RecordedStay | RejectedRow] = []
    for line, text in numbered:
        if limit is not None and len(rows) >= limit:
            break
        if text.strip():
            rows.append(_read_row(line=line, text=text, header=header))
    readable = [row for row in rows if isinstance(row, RecordedStay)]
    stays, overlapping = _without_overlaps(stays=readable)
    broken = [row for row in rows if isinstance(row, RejectedRow)]
    return StayRecords(
        rows_read=len(rows),
        rows_out_of_order=_count_out_of_order(stays=readable),
        stays=tuple(stays),
        rejected=tuple(sorted([*broken, *overlapping], key=lambda row: row.line)),
    )


def _header(*, text: str) -> list[str]:
    fields = _fields(text=text.removeprefix("\ufeff")) or []
    header = [field.strip() for field in fields]
    missing = [column for column in COLUMNS if header.count(column) != 1]
    if missing:
        raise UnreadableHeaderError(
            f"The first line must name the columns {','.join(COLUMNS)}, each once; see: {', '.join(missing)}."
        )
    return header


def _fields(*, text: str) -> list[str] | None:
    """The fields of one line; None if it is not UTF-8 or no CSV."""
    try:
        text.encode()  # what could not be decoded is here as lone surrogates
        return next(csv.reader([text], strict=True))
    except (UnicodeEncodeError, csv.Error):
        return None


def _read_row(*, line: int, text: str, header: Sequence[str]) -> RecordedStay | RejectedRow:
    def rejected(problem: RowProblem, detail: str) -> RejectedRow:
        return RejectedRow(line=line, problem=problem, detail=detail)

    fields = _fields(text=text)
    if fields is None:
        return rejected(RowProblem.UNREADABLE_LINE, _shown(text))
    if len(fields) != len(header):
        few = len(fields) < len(header)
        problem = RowProblem.MISSING_COLUMN if few else RowProblem.EXTRA_COLUMN
        return rejected(problem, f"{len(fields)} of {len(header)} columns")
    row = {column: field.strip() for column, field in zip(header, fields, strict=True)}
    if not row["bay"]:
        return rejected(RowProblem.EMPTY_BAY, "")
    arrived_at, departed_at = (_moment(text=row[column]) for column in COLUMNS[1:])
    if isinstance(arrived_at, RowProblem):
        return rejected(arrived_at, f"arrived_utc {_shown(row['arrived_utc'])}")
    if isinstance(departed_at, RowProblem):
        return rejected(departed_at, f"departed_utc {_shown(row['departed_utc'])}")
    if departed_at <= arrived_at:
        return rejected(RowProblem.NOT_AFTER_ARRIVAL, " then ".join(_shown(row[column]) for column in COLUMNS[1:]))
    if departed_at - arrived_at > MAX_STAY:
        return rejected(RowProblem.TOO_LONG, f"{(departed_at - arrived_at).days} days")
    return RecordedStay(line=line, bay=row["bay"], arrived_at=arrived_at, departed_at=departed_at)


def _moment(*, text: str) -> datetime | RowProblem:
    """In UTC. A time without an offset could be any of forty moments, so it is none."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return RowProblem.UNREADABLE_TIME
    if moment.tzinfo is None:
        return RowProblem.NAIVE_TIME
    if not EARLIEST <= moment < LATEST:
        return RowProblem.TIME_OUT_OF_RANGE
    return moment.astimezone(UTC)


def _count_out_of_order(*, stays: Sequence[RecordedStay]) -> int:
    count, latest = 0, EARLIEST
    for stay in stays:
        count += stay.arrived_at < latest
        latest = max(latest, stay.arrived_at)
    return count


def _without_overlaps(*, stays: Iterable[RecordedStay]) -> tuple[list[RecordedStay], list[RejectedRow]]:
    """In order of arrival. A bay holds one car: who comes while it is taken was not there, or the other was not."""
    kept: list[RecordedStay] = []
    rejected: list[RejectedRow] = []
    last_in: dict[str, RecordedStay] = {}
    for stay in sorted(stays, key=lambda stay: (stay.arrived_at, stay.line)):
        before = last_in.get(stay.bay)
        if before is not None and stay.arrived_at < before.departed_at:
            detail = f"overlaps line {before.line} in bay {_shown(stay.bay)}"
            rejected.append(RejectedRow(line=stay.line, problem=RowProblem.OVERLAP, detail=detail))
        else:
            kept.append(stay)
            last_in[stay.bay] = stay
    return kept, rejected


def _shown(text: str) -> str:
    """Harmless on any terminal, and not too long."""
    short = text if len(text) <= _SHOWN_LENGTH else text[:_SHOWN_LENGTH] + "..."
    return ascii(short.rstrip("\r\n"))
