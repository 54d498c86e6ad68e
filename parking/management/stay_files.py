"""A file of recorded stays, and what is told about its rows."""

from __future__ import annotations

from argparse import ArgumentTypeError
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from django.core.management.base import CommandError
from rich import box
from rich.table import Table

from parking.domain.stay_records import RowProblem, StayRecords, UnreadableHeaderError, read_stay_records

NAMED_ROWS: Final = 5
"""So many rejected rows of each kind are named by their line."""
Line = tuple[str, str, str]
"""What it is, how much, and what there is to say about it."""


def whole_number(least: int, most: int) -> Callable[[str], int]:
    """An argument that is a whole number in bounds."""

    def read(text: str) -> int:
        if not (text.isascii() and text.isdecimal() and least <= int(text[:12]) <= most):
            raise ArgumentTypeError(f"must be a whole number from {least} to {most}, not {text!r}")
        return int(text)

    return read


def read_stays(*, path: Path, limit: int | None) -> StayRecords:
    """Raises CommandError for a file that cannot be read at all."""
    try:
        with path.open(encoding="utf-8", errors="surrogateescape") as lines:
            return read_stay_records(lines=lines, limit=limit)
    except UnreadableHeaderError as error:
        raise CommandError(f"{path}: {error}") from error
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}") from error


def rows_as_json(*, records: StayRecords) -> dict[str, Any]:
    return {
        "read": records.rows_read,
        "used": len(records.stays),
        "out_of_order": records.rows_out_of_order,
        "rejected": {
            problem.value: {"count": count, "first": first}
            for problem, (count, first) in _rejected(records=records).items()
        },
    }


def row_lines(*, records: StayRecords) -> Iterator[Line]:
    yield "rows read", f"{records.rows_read:,}", ""
    yield "rows used", f"{len(records.stays):,}", ""
    yield "rows out of order", f"{records.rows_out_of_order:,}", ""
    yield "rows rejected", f"{len(records.rejected):,}", ""
    for problem, (count, first) in _rejected(records=records).items():
        more = ["..."] if count > len(first) else []
        yield f"  {problem.value}", f"{count:,}", "\n".join([*first, *more])


def table_of_rows(*, records: StayRecords) -> Table:
    table = Table(box=box.SIMPLE, show_header=False)
    table.add_column()
    table.add_column(justify="right")
    table.add_column(overflow="fold")
    for line in row_lines(records=records):
        table.add_row(*line)
    return table


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
