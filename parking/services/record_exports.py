"""Records of some days as a file, for the office and its programs: in flat memory, however many there are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import IO, Any, Final

from django.db.models import Model, QuerySet

from parking.domain.callers import Caller
from parking.domain.errors import InvalidField
from parking.domain.permissions import Permission
from parking.models import (
    CashierShift,
    DayClose,
    ParkingBooking,
    ParkingSession,
    Payment,
    QRScanLog,
    Receipt,
    Refund,
)
from parking.queries.sites import business_day, desk_site, time_zone_of
from parking.services import exports
from parking.services.export_columns import columns_of
from parking.services.exports import FileFormat

MAX_DAYS: Final = 366
_CONTENT_TYPES: Final = {
    FileFormat.CSV: "text/csv; charset=utf-8",
    FileFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class Records(StrEnum):
    """What can be taken out."""

    BOOKINGS = "bookings"
    STAYS = "stays"
    PAYMENTS = "payments"
    REFUNDS = "refunds"
    SCANS = "scans"
    RECEIPTS = "receipts"
    SHIFTS = "shifts"
    DAY_CLOSES = "day-closes"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    """Where the records are, the indexed time by which their days go, and what of them is nobody's business outside."""

    model: type[Model]
    time_field: str
    left_out: tuple[str, ...] = ()
    named: tuple[str, ...] = ()


_SOURCES: Final[Mapping[Records, _Source]] = {
    Records.BOOKINGS: _Source(model=ParkingBooking, time_field="created_at", left_out=("qr_code",), named=("zone",)),
    Records.STAYS: _Source(model=ParkingSession, time_field="entry_time", named=("zone", "slot")),
    Records.PAYMENTS: _Source(
        model=Payment, time_field="created_at", left_out=("provider_token", "lease_until"), named=("collected_by",)
    ),
    Records.REFUNDS: _Source(model=Refund, time_field="created_at"),
    Records.SCANS: _Source(model=QRScanLog, time_field="scanned_at", left_out=("answer",)),
    Records.RECEIPTS: _Source(model=Receipt, time_field="issued_at"),
    Records.SHIFTS: _Source(model=CashierShift, time_field="opened_at", named=("cashier",)),
    Records.DAY_CLOSES: _Source(model=DayClose, time_field="starts_at"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportFile:
    """A file to be sent as it comes: `content` yields its bytes, and is read once. An XLSX is a file that is open at
    its beginning, and gone once it is closed."""

    name: str
    content_type: str
    content: Iterator[bytes] | IO[bytes]


def export_records(
    *,
    records: Records,
    first_day: date,
    last_day: date,
    file_format: FileFormat = FileFormat.CSV,
    caller: Caller,
    now: datetime,
) -> ExportFile:
    """The records of these days at the site, both included, the newest first; who takes them out is written down.

    Raises PermissionRequired; InvalidField for days in the wrong order, and for more than a year; BadInput for more
    rows than XLSX can have.
    """
    caller.require(Permission.RECORD_EXPORT)
    if last_day < first_day:
        raise InvalidField(field="to", problem="is before the first day.")
    if (last_day - first_day).days >= MAX_DAYS:
        raise InvalidField(field="to", problem=f"is too far from the first day: at most {MAX_DAYS} days.")
    source, site = _SOURCES[records], desk_site()
    rows = _rows(
        source=source,
        since=business_day(site=site, day=first_day).starts_at,
        until=business_day(site=site, day=last_day).ends_at,
    )
    exports.begin_export(
        records=rows, chosen_by=f"{first_day} to {last_day}", file_format=file_format, caller=caller, now=now
    )
    columns = columns_of(model=source.model, zone=time_zone_of(site=site), left_out=source.left_out, named=source.named)
    found = exports.rows_of(records=rows, time_field=source.time_field)
    return ExportFile(
        name=f"{records}-{first_day.isoformat()}-{last_day.isoformat()}.{file_format}",
        content_type=_CONTENT_TYPES[file_format],
        content=_content(
            header=[name for name, _ in columns],
            rows=([value(row) for _, value in columns] for row in found),
            title=str(records),
            file_format=file_format,
        ),
    )


def _rows(*, source: _Source, since: datetime, until: datetime) -> QuerySet[Any]:
    span = {f"{source.time_field}__gte": since, f"{source.time_field}__lt": until}
    return source.model._default_manager.filter(**span).select_related(*source.named)


def _content(
    *, header: list[str], rows: Iterable[list[exports.Cell]], title: str, file_format: FileFormat
) -> Iterator[bytes] | IO[bytes]:
    if file_format is FileFormat.XLSX:
        return exports.xlsx_file(header=header, rows=rows, title=title)
    return exports.csv_stream(header=header, rows=rows)
