from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from parking.models.constraints import amount_in_bounds
from parking.models.site import ParkingSite


class CashierShift(models.Model):
    """A cashier's time at the desk, from the float in the drawer to the count of it: expected against counted."""

    site = models.ForeignKey(ParkingSite, on_delete=models.PROTECT, related_name="shifts")
    cashier = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    currency = models.CharField(max_length=3)
    opened_at = models.DateTimeField()
    opening_float_minor = models.BigIntegerField()
    closed_at = models.DateTimeField(null=True, blank=True)
    expected_minor = models.BigIntegerField(null=True, blank=True)
    """The float, and the cash that was taken, less the cash that was handed back."""
    counted_minor = models.BigIntegerField(null=True, blank=True)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            amount_in_bounds(field="opening_float_minor", name="parking_shift_float"),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, expected_minor__isnull=True, counted_minor__isnull=True)
                | Q(
                    closed_at__isnull=False,
                    expected_minor__isnull=False,
                    counted_minor__isnull=False,
                    counted_minor__gte=0,
                ),
                name="parking_shift_closed_whole",
            ),
            models.UniqueConstraint(
                fields=["cashier"], condition=Q(closed_at__isnull=True), name="parking_shift_one_open"
            ),
        ]
        indexes = [models.Index(fields=["opened_at"], name="parking_shift_newest")]

    def __str__(self) -> str:
        return f"{self.cashier} since {self.opened_at:%Y-%m-%d %H:%M}"
