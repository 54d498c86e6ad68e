"""The append-only logs, scans and audit events, and the seals over them."""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.contrib import admin
from django.db.models import Q

from parking.admin.base import RecordAdmin
from parking.admin.columns import link, state, when
from parking.admin.filters import Period, one_condition, one_of
from parking.domain.states import ScanResult, ScanType
from parking.models import AuditEvent, LogSeal, QRScanLog
from parking.queries.search import find_bookings

_SCANNED: Final = when("scanned_at", "Scanned", with_seconds=True)


@admin.register(QRScanLog)
class QRScanLogAdmin(RecordAdmin):
    time_field = "scanned_at"
    date_hierarchy = "scanned_at"
    linked_by = ("booking", "device")
    search_fields = ("id",)
    search_help_text = "Plate, QR code (unknown ones too), booking id, phone number, or payment reference"
    list_select_related = ("booking", "device")
    list_filter = (
        one_of("result", ScanResult, title="result"),
        one_of("scan_type", ScanType, title="direction"),
        one_condition("code", {"unknown": ("Not one of our codes", Q(booking=None))}, title="code"),
        Period,
    )
    list_display_links = (_SCANNED,)
    list_display = (
        _SCANNED,
        state("scan_type", "Direction"),
        state("result", "Result"),
        "reason",
        link("booking", "Booking", text=lambda booking: booking.plate),
        "scanner_device_id",
        "qr_code",
    )
    page = (
        "id",
        _SCANNED,
        when("device_time", "Time on the device", with_seconds=True),
        state("scan_type", "Direction"),
        state("result", "Result"),
        "reason",
        "qr_code",
        link("booking", "Booking"),
        "scanner_device_id",
        link("device", "Device"),
        "scanner_location",
        "caller",
        "scan_id",
    )

    def search(self, *, text: str) -> Q:
        """Codes that are not ours have no booking; those scans are few, and found by that."""
        bookings = find_bookings(text=text, phone_region=settings.PARKING_PHONE_REGION)
        return Q(booking_id__in=bookings) | Q(booking_id=None, qr_code=text[:64])


@admin.register(AuditEvent)
class AuditEventAdmin(RecordAdmin):
    time_field = "at"
    date_hierarchy = "at"
    booking_path = "booking_id"
    linked_by = ("booking",)
    search_fields = ("id",)
    list_select_related = ("booking",)
    list_filter = (
        one_condition(
            "about",
            {
                "booking": ("A booking", Q(booking__isnull=False)),
                "garage": ("The garage: devices, keys, zones, exports", Q(booking=None)),
            },
            title="subject",
        ),
        Period,
    )
    list_display_links = ("id",)
    list_display = (
        "id",
        when("at", "When", with_seconds=True),
        "action",
        "caller",
        link("booking", "Booking", text=lambda booking: booking.plate),
    )
    page = ("id", when("at", "When", with_seconds=True), "action", "caller", link("booking", "Booking"), "data")


@admin.register(LogSeal)
class LogSealAdmin(RecordAdmin):
    list_display_links = ("id",)
    list_display = ("id", "log", "first_id", "last_id", "row_count", when("sealed_at", "Sealed"), "digest")
    page = ("id", "log", "first_id", "last_id", "row_count", when("sealed_at", "Sealed", with_seconds=True), "digest")
