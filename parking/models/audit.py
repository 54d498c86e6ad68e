from __future__ import annotations

from django.db import models

from parking.models.booking import ParkingBooking


class AuditEvent(models.Model):
    """What happened, when, and who did it: one row for each use case that changed something. Never changed."""

    at = models.DateTimeField()
    action = models.CharField(max_length=40)
    caller = models.CharField(max_length=100)
    booking = models.ForeignKey(ParkingBooking, on_delete=models.PROTECT, related_name="events", null=True, blank=True)
    data = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["at"], name="parking_audit_newest")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.action}"
