from __future__ import annotations

from django.db import models

from parking.models.site import ParkingSite
from parking.models.terms import PolicyVersion, TariffVersion


class ParkingZone(models.Model):
    """A parking area with its price and its times; new bookings are sold under the versions named here."""

    site = models.ForeignKey(ParkingSite, on_delete=models.PROTECT, related_name="zones")
    name = models.CharField(max_length=100)
    tariff = models.ForeignKey(TariffVersion, on_delete=models.PROTECT, related_name="zones")
    policy = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="zones")
    is_open = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site", "name"], name="parking_zone_name_once"),
        ]

    def __str__(self) -> str:
        return self.name
