"""The append-only logs, row by row, and whether their seals still hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.db.models import Model

from parking.domain.seals import Link, make_link
from parking.models import AuditEvent, LogSeal, QRScanLog

_CHUNK: Final = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedLog:
    """A log and the columns that its seals cover; a column that is added later must not be added here."""

    model: type[Model]
    columns: Sequence[str]


LOGS: Final[Mapping[str, SealedLog]] = {
    "scans": SealedLog(
        model=QRScanLog,
        columns=(
            "id",
            "scan_type",
            "result",
            "reason",
            "qr_code",
            "booking_id",
            "device_id",
            "scanner_device_id",
            "scanner_location",
            "caller",
            "scanned_at",
            "device_time",
            "scan_id",
            "answer",
        ),
    ),
    "audit": SealedLog(model=AuditEvent, columns=("id", "at", "action", "caller", "booking_id", "data")),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenSeal:
    """A seal that its rows, or its neighbours, no longer bear out."""

    log: str
    first_id: int
    last_id: int
    problem: str


def link_of(*, log: str, previous_digest: str, after_id: int, last_id: int) -> Link:
    """The link that the rows above `after_id` and up to `last_id` make, as they are now. In flat memory."""
    rows: Iterator[Mapping[str, Any]] = (
        LOGS[log]
        .model._default_manager.filter(pk__gt=after_id, pk__lte=last_id)
        .order_by("pk")
        .values(*LOGS[log].columns)
        .iterator(chunk_size=_CHUNK)
    )
    return make_link(key=settings.SEAL_KEY.encode(), log=log, previous_digest=previous_digest, rows=rows)


def broken_seals(*, log: str) -> Iterator[BrokenSeal]:
    """Every seal of the log that a changed, added or missing row, or a missing seal, has broken.

    A link is compared with what the seal before it says, so that one changed row breaks one seal.
    """
    previous_digest, previous_last_id = "", 0
    for seal in LogSeal.objects.filter(log=log).order_by("first_id").iterator(chunk_size=_CHUNK):
        if seal.first_id != previous_last_id + 1:
            yield _broken(seal, f"the seal before it ends at {previous_last_id}: a seal is missing")
        else:
            link = link_of(log=log, previous_digest=previous_digest, after_id=previous_last_id, last_id=seal.last_id)
            if link.row_count != seal.row_count:
                yield _broken(seal, f"{seal.row_count} rows were sealed and {link.row_count} are there")
            elif link.digest != seal.digest:
                yield _broken(seal, "a row, or the seal itself, was changed")
        previous_digest, previous_last_id = seal.digest, seal.last_id


def _broken(seal: LogSeal, problem: str) -> BrokenSeal:
    return BrokenSeal(log=seal.log, first_id=seal.first_id, last_id=seal.last_id, problem=problem)
