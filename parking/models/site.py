"""The place as a business: where it is, whose money it takes, how its receipts are numbered."""

from __future__ import annotations

from django.db import models


class ParkingSite(models.Model):
    """One garage or city operator. Zones belong to a site; one is made by default."""

    name = models.CharField(max_length=100, unique=True)
    legal_name = models.CharField(max_length=200, blank=True)
    time_zone = models.CharField(max_length=64, default="Asia/Kolkata")
    currency = models.CharField(max_length=3, default="INR")
    tax_basis_points = models.PositiveIntegerField(default=0)
    next_receipt_number = models.PositiveBigIntegerField(default=1)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(tax_basis_points__lte=10_000), name="parking_site_tax_at_most_whole"
            ),
        ]

    def __str__(self) -> str:
        return self.name
