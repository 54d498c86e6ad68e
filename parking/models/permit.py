"""Season tickets: the hours of a week that are paid for, for so many cars at once."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from parking.models.site import ParkingSite
from parking.models.vehicle import Vehicle
from parking.models.zone import ParkingZone


class Permit(models.Model):
    """A holder's right to park in a zone in the hours that were paid for; what is outside of them costs the tariff."""

    site = models.ForeignKey(ParkingSite, on_delete=models.PROTECT, related_name="permits")
    zone = models.ForeignKey(ParkingZone, on_delete=models.PROTECT, related_name="permits")
    holder = models.CharField(max_length=100, blank=True)
    """Empty once its cars were anonymised."""
    cars_at_once = models.PositiveSmallIntegerField()
    weekly_hours = models.JSONField()
    """Read by `parking.domain.permits`."""
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField()
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(cars_at_once__gte=1), name="parking_permit_cars"),
            models.CheckConstraint(condition=Q(valid_until__gt=F("valid_from")), name="parking_permit_validity"),
        ]

    def __str__(self) -> str:
        return f"{self.holder} ({self.zone})"


class PermitCar(models.Model):
    """A car of a permit, with a ticket of its own that opens the gates for as long as the permit holds."""

    permit = models.ForeignKey(Permit, on_delete=models.PROTECT, related_name="cars")
    vehicle = models.ForeignKey(Vehicle, on_delete=models.PROTECT, related_name="permit_cars")
    qr_code = models.CharField(max_length=17, unique=True)
    added_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["permit", "vehicle"], condition=Q(removed_at__isnull=True), name="parking_permit_car_once"
            ),
        ]

    def __str__(self) -> str:
        return self.qr_code
