from __future__ import annotations

from django.db import models

from parking.models.booking import ParkingBooking


class RetiredCode(models.Model):
    """The code of a ticket that was replaced. It opens nothing any more. Never changed."""

    code = models.CharField(max_length=17, unique=True)
    booking = models.ForeignKey(ParkingBooking, on_delete=models.PROTECT, related_name="retired_codes")
    reason = models.CharField(max_length=200)
    retired_by = models.CharField(max_length=100)
    retired_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.code
