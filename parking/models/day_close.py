from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from parking.models.constraints import amount_in_bounds
from parking.models.site import ParkingSite


class DayClose(models.Model):
    """The money of one business day as it stood when somebody closed the day. Never changed."""

    site = models.ForeignKey(ParkingSite, on_delete=models.PROTECT, related_name="day_closes", db_index=False)
    day = models.DateField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    currency = models.CharField(max_length=3)
    captured_minor = models.BigIntegerField()
    refunded_minor = models.BigIntegerField()
    totals = models.JSONField()
    """Line by line, as `parking.services.day_closes` writes it."""
    closed_by = models.CharField(max_length=100)
    closed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site", "day"], name="parking_day_close_once"),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at"), closed_at__gte=F("ends_at")), name="parking_day_close_over"
            ),
            amount_in_bounds(field="captured_minor", name="parking_day_close_captured"),
            amount_in_bounds(field="refunded_minor", name="parking_day_close_refunded"),
        ]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d}"
