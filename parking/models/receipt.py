from __future__ import annotations

from django.db import models
from django.db.models import Q

from parking.models.booking import ParkingBooking
from parking.models.site import ParkingSite


class Receipt(models.Model):
    """The number under which a site accounts for a booking, with what a receipt must not change: who issued it, and
    at which rate of tax. Its amounts are those of the booking's payments and refunds. Never changed."""

    site = models.ForeignKey(ParkingSite, on_delete=models.PROTECT, related_name="receipts", db_index=False)
    number = models.PositiveBigIntegerField()
    booking = models.OneToOneField(ParkingBooking, on_delete=models.PROTECT, related_name="receipt")
    issuer_name = models.CharField(max_length=200)
    tax_basis_points = models.PositiveIntegerField()
    issued_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site", "number"], name="parking_receipt_number_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="parking_receipt_number_from_one"),
            models.CheckConstraint(condition=Q(tax_basis_points__lte=10_000), name="parking_receipt_tax_at_most_whole"),
        ]
        indexes = [models.Index(fields=["issued_at"], name="parking_receipt_newest")]

    def __str__(self) -> str:
        return str(self.number)
