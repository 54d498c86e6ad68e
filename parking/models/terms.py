"""The terms that a booking is sold under: price and times. A version never changes once it is written."""

from __future__ import annotations

from django.db import models

from parking.models.site import ParkingSite


class TariffVersion(models.Model):
    """One version of a tariff. `definition` is read by `parking.domain.tariffs.read_tariff`."""

    site = models.ForeignKey(ParkingSite, on_delete=models.PROTECT, related_name="tariffs")
    name = models.CharField(max_length=100)
    version = models.PositiveIntegerField()
    currency = models.CharField(max_length=3)
    definition = models.JSONField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site", "name", "version"], name="parking_tariff_version_once"),
        ]

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"


class PolicyVersion(models.Model):
    """One version of the operator's times. `definition` holds the fields of `parking.domain.policy.Policy`."""

    site = models.ForeignKey(ParkingSite, on_delete=models.PROTECT, related_name="policies")
    name = models.CharField(max_length=100)
    version = models.PositiveIntegerField()
    definition = models.JSONField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site", "name", "version"], name="parking_policy_version_once"),
        ]

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"
