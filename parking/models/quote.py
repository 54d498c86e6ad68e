from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from parking.models.constraints import amount_in_bounds
from parking.models.session import ParkingSession


class Quote(models.Model):
    """An amount that was told to a driver: due for the stay up to `as_of`, and good until `valid_until`."""

    session = models.ForeignKey(ParkingSession, on_delete=models.PROTECT, related_name="quotes")
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    as_of = models.DateTimeField()
    valid_until = models.DateTimeField()
    paid_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            amount_in_bounds(field="amount_minor", name="parking_quote_amount", minimum=1),
            models.CheckConstraint(condition=Q(valid_until__gte=F("as_of")), name="parking_quote_span"),
        ]

    def __str__(self) -> str:
        return f"{self.amount_minor} {self.currency} as of {self.as_of:%Y-%m-%d %H:%M}"
