from __future__ import annotations

from django.db import models
from django.db.models import Q

from parking.domain.states import GateDirection
from parking.models.constraints import choices, hashed, one_of
from parking.models.site import ParkingSite
from parking.models.zone import ParkingZone


class GateDevice(models.Model):
    """A scanner at a gate: which way it lets cars through, and into or out of which zones (none named: all)."""

    site = models.ForeignKey(ParkingSite, on_delete=models.PROTECT, related_name="devices")
    device_id = models.CharField(max_length=64, unique=True)
    direction = models.CharField(max_length=5, choices=choices(GateDirection))
    zones = models.ManyToManyField(ParkingZone, related_name="devices", blank=True)
    key_prefix = models.CharField(max_length=16, blank=True)
    key_hash = models.CharField(max_length=64, blank=True)
    key_made_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            one_of(field="direction", states=GateDirection, name="parking_device_direction"),
            models.UniqueConstraint(fields=["key_prefix"], condition=~Q(key_prefix=""), name="parking_device_key_once"),
            hashed(field="key_hash", name="parking_device_key_hashed", or_empty=True),
        ]

    def __str__(self) -> str:
        return self.device_id
