from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from parking.models.slot import ParkingSlot
from parking.models.zone import ParkingZone


class Outage(models.Model):
    """A slot, or (none named) a whole zone, that takes no new booking for a time."""

    zone = models.ForeignKey(ParkingZone, on_delete=models.PROTECT, related_name="outages")
    slot = models.ForeignKey(ParkingSlot, on_delete=models.PROTECT, related_name="outages", null=True, blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    """None: until somebody ends it."""
    reason = models.CharField(max_length=200)
    made_by = models.CharField(max_length=100)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gte=F("starts_at")), name="parking_outage_span"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="parking_outage_reason"),
        ]
        indexes = [models.Index(fields=["zone", "ends_at"], name="parking_outage_of_zone")]

    def __str__(self) -> str:
        return f"{self.slot or self.zone} from {self.starts_at:%Y-%m-%d %H:%M}"


class OccupancyCorrection(models.Model):
    """What somebody counted in a zone, beside what was known. It closes no stay and frees no slot. Never changed."""

    zone = models.ForeignKey(ParkingZone, on_delete=models.PROTECT, related_name="corrections")
    at = models.DateTimeField()
    counted_inside = models.PositiveIntegerField()
    known_inside = models.PositiveIntegerField()
    reason = models.CharField(max_length=200)
    made_by = models.CharField(max_length=100)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="parking_correction_reason")]
        indexes = [models.Index(fields=["zone", "at"], name="parking_correction_newest")]

    def __str__(self) -> str:
        return f"{self.zone}: {self.counted_inside} counted, {self.known_inside} known"
