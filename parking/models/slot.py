from __future__ import annotations

from django.db import models

from parking.models.zone import ParkingZone


class ParkingSlot(models.Model):
    """One parking space. Whether it is taken is nowhere but in its allocations (promise I5)."""

    zone = models.ForeignKey(ParkingZone, on_delete=models.PROTECT, related_name="slots", db_index=False)
    number = models.CharField(max_length=16)
    in_service = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["zone", "number"], name="parking_slot_number_once"),
        ]
        indexes = [models.Index(fields=["zone", "id"], name="parking_slot_search")]

    def __str__(self) -> str:
        return self.number
