from __future__ import annotations

from django.db import models
from django.db.models import Q

from parking.domain.states import ScanResult, ScanType
from parking.models.booking import ParkingBooking
from parking.models.constraints import choices, one_of
from parking.models.device import GateDevice


class QRScanLog(models.Model):
    """One attempt at a gate, refused ones too. Written once, in the transaction it describes; never changed."""

    scan_type = models.CharField(max_length=5, choices=choices(ScanType))
    result = models.CharField(max_length=9, choices=choices(ScanResult))
    reason = models.CharField(max_length=32)
    """`ok`, or the code of the error that the scanner was answered with."""
    qr_code = models.CharField(max_length=64)
    booking = models.ForeignKey(ParkingBooking, on_delete=models.PROTECT, related_name="scans", null=True, blank=True)
    device = models.ForeignKey(GateDevice, on_delete=models.PROTECT, related_name="scans", null=True, blank=True)
    scanner_device_id = models.CharField(max_length=64)
    scanner_location = models.CharField(max_length=100, blank=True)
    caller = models.CharField(max_length=100)
    scanned_at = models.DateTimeField()
    device_time = models.DateTimeField(null=True, blank=True)
    scan_id = models.CharField(max_length=64, null=True, blank=True)  # noqa: DJ001 -- unique when given
    answer = models.JSONField(null=True, blank=True)
    """What a scan with a `scan_id` was answered, so that its repeat gets the same."""

    class Meta:
        verbose_name = "QR scan"
        constraints = [
            one_of(field="scan_type", states=ScanType, name="parking_scan_type"),
            one_of(field="result", states=ScanResult, name="parking_scan_result"),
            models.CheckConstraint(
                condition=Q(scan_id__isnull=True) | Q(answer__isnull=False), name="parking_scan_answer"
            ),
            models.UniqueConstraint(fields=["scanner_device_id", "scan_id"], name="parking_scan_once"),
        ]
        indexes = [
            models.Index(fields=["scanned_at"], name="parking_scan_newest"),
            models.Index(fields=["id"], condition=~Q(result=ScanResult.SUCCESS), name="parking_scan_refused"),
        ]

    def __str__(self) -> str:
        return f"{self.scan_type} {self.result} {self.reason}"
