"""Records as spreadsheets: CSV in a stream, XLSX through a file on disk, both in flat memory."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from itertools import islice
from typing import IO, Any, Final, cast

from django.db.models import Model, Q, QuerySet
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from parking.db.transactions import use_case
from parking.domain.callers import Caller
from parking.domain.errors import BadInput
from parking.domain.permissions import Permission
from parking.services import audit

Cell = str | int | Decimal | bool | None

MAX_XLSX_ROWS: Final = 50_000
"""Excel's own limit is a million; a request must end, and CSV has no limit."""
_CHUNK: Final = 2000
_LONGEST_FILTER_KEPT: Final = 200
_FORMULA_BEGINNINGS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001 -- full width


class FileFormat(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"


def begin_export(
    *, records: QuerySet[Any], chosen_by: str, file_format: FileFormat, caller: Caller, now: datetime
) -> None:
    """Write down who takes which records out of the system. Raises PermissionRequired, BadInput if too many."""
    caller.require(Permission.RECORD_EXPORT)
    if file_format is FileFormat.XLSX and records.order_by()[MAX_XLSX_ROWS : MAX_XLSX_ROWS + 1].exists():
        raise BadInput(f"More than {MAX_XLSX_ROWS:,} rows are too many for XLSX. Export CSV, or fewer rows.")
    with use_case():
        audit.record(
            action="record.exported",
            caller=caller,
            at=now,
            data={
                "records": records.model._meta.model_name or "",
                "format": file_format.value,
                "chosen_by": chosen_by[:_LONGEST_FILTER_KEPT],
            },
        )


def rows_of(*, records: QuerySet[Any], time_field: str | None) -> Iterator[Model]:
    """The records, newest first, in chunks that each begin where the one before ended.

    By key and not by offset: a chunk costs the same wherever it is. Rows added meanwhile are newer and left out.
    """
    keys = [time_field, "pk"] if time_field else ["pk"]
    records = records.order_by(*(f"-{key}" for key in keys))
    after = Q()
    while True:
        chunk = list(records.filter(after)[:_CHUNK])
        yield from chunk
        if len(chunk) < _CHUNK:
            return
        after = Q(pk__lt=chunk[-1].pk)
        if time_field:
            at = getattr(chunk[-1], time_field)
            # The first condition alone would do; the second lets the database begin in its index.
            after = (Q(**{f"{time_field}__lt": at}) | after) & Q(**{f"{time_field}__lte": at})


def csv_stream(*, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """With a byte order mark: without it Excel takes UTF-8 for something else and spoils every Hindi name."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(header)
    yield "\ufeff".encode()
    remaining = iter(rows)
    while True:
        for row in islice(remaining, _CHUNK):
            writer.writerow([neutral(cell=cell) for cell in row])
        if not (text := buffer.getvalue()):
            return
        yield text.encode()
        buffer.seek(0)
        buffer.truncate()


def xlsx_file(*, header: Sequence[str], rows: Iterable[Sequence[Cell]], title: str) -> IO[bytes]:
    """A temporary file, open at its beginning; it is gone once it is closed."""
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet(title=title[:31])
    sheet.freeze_panes = "A2"

    def cell_of(cell: Cell) -> object:
        if isinstance(cell, Decimal):
            shown = WriteOnlyCell(sheet, value=cast("float", cell))  # what it takes, its stubs forget
            shown.number_format = f"0.{'0' * -int(cell.as_tuple().exponent)}".rstrip(".")
            return shown
        safe = neutral(cell=cell)
        return ILLEGAL_CHARACTERS_RE.sub("\ufffd", safe) if isinstance(safe, str) else safe

    sheet.append(list(header))
    for row in rows:
        sheet.append([cell_of(cell) for cell in row])
    file = tempfile.TemporaryFile()  # noqa: SIM115 -- whoever sends it closes it
    workbook.save(file)
    file.seek(0)
    return file


def neutral(*, cell: Cell) -> Cell:
    """The cell, but text that a spreadsheet would run as a formula gets an apostrophe in front. Numbers stay."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA_BEGINNINGS) else cell
