"""Scans that opened no gate: how many for which reason, and each of them, the newest first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Count, QuerySet

from parking.domain.states import ScanResult, ScanType
from parking.models import QRScanLog

MAX_LISTED: Final = 50
_MAX_ID: Final = 2**63 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedScan:
    scan_log_id: int
    scanned_at: datetime
    scan_type: ScanType
    result: ScanResult
    reason: str
    scanner_device_id: str
    scanner_location: str
    qr_code: str
    booking_id: UUID | None
    vehicle_number: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedScans:
    """One page. `older` is what to ask for the next with, None on the last."""

    scans: tuple[RefusedScan, ...]
    older: int | None


def count_refused_scans(*, since: datetime, until: datetime) -> Mapping[str, int]:
    """How many scans of that time were refused, by reason, the most frequent first."""
    of_that_time = _refused().filter(scanned_at__gte=since, scanned_at__lt=until)
    return dict(of_that_time.values_list("reason").annotate(n=Count("pk")).order_by("-n", "reason"))


def list_refused_scans(*, before: int | None = None) -> RefusedScans:
    """50 refused scans, the newest first; those that are older than the row `before`."""
    rows = _refused().filter(id__lt=min(before, _MAX_ID)) if before is not None else _refused()
    found = list(rows.select_related("booking").order_by("-id")[: MAX_LISTED + 1])
    shown = found[:MAX_LISTED]
    return RefusedScans(
        scans=tuple(_refused_scan(row) for row in shown), older=shown[-1].id if len(found) > MAX_LISTED else None
    )


def _refused() -> QuerySet[QRScanLog]:
    return QRScanLog.objects.exclude(result=ScanResult.SUCCESS)


def _refused_scan(row: QRScanLog) -> RefusedScan:
    return RefusedScan(
        scan_log_id=row.id,
        scanned_at=row.scanned_at,
        scan_type=ScanType(row.scan_type),
        result=ScanResult(row.result),
        reason=row.reason,
        scanner_device_id=row.scanner_device_id,
        scanner_location=row.scanner_location,
        qr_code=row.qr_code,
        booking_id=row.booking_id,
        vehicle_number=row.booking.plate if row.booking else None,
    )
