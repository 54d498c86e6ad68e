from __future__ import annotations

from django.db import models

from parking.domain.states import VehicleClass
from parking.models.constraints import choices, one_of
from parking.models.terms import TariffVersion
from parking.models.zone import ParkingZone


class ZoneTariff(models.Model):
    """A zone's tariff for one class of vehicles; a class without one pays the zone's own."""

    zone = models.ForeignKey(ParkingZone, on_delete=models.PROTECT, related_name="class_tariffs")
    vehicle_class = models.CharField(max_length=10, choices=choices(VehicleClass))
    tariff = models.ForeignKey(TariffVersion, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            one_of(field="vehicle_class", states=VehicleClass, name="parking_zone_tariff_class"),
            models.UniqueConstraint(fields=["zone", "vehicle_class"], name="parking_zone_tariff_once"),
        ]

    def __str__(self) -> str:
        return f"{self.zone} {self.vehicle_class}: {self.tariff}"
