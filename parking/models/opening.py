from __future__ import annotations

from django.db import models
from django.db.models import Q

from parking.domain.states import GateDirection, OpeningOutcome
from parking.models.booking import ParkingBooking
from parking.models.constraints import choices, one_of
from parking.models.device import GateDevice
from parking.models.session import ParkingSession


class ManualOpening(models.Model):
    """A gate that a person opened, with the reason, and what became of the stay on purpose. Never changed."""

    device = models.ForeignKey(GateDevice, on_delete=models.PROTECT, related_name="openings")
    direction = models.CharField(max_length=5, choices=choices(GateDirection))
    booking = models.ForeignKey(
        ParkingBooking, on_delete=models.PROTECT, related_name="openings", null=True, blank=True
    )
    session = models.ForeignKey(
        ParkingSession, on_delete=models.PROTECT, related_name="openings", null=True, blank=True
    )
    outcome = models.CharField(max_length=9, choices=choices(OpeningOutcome))
    reason = models.CharField(max_length=200)
    opened_by = models.CharField(max_length=100)
    opened_at = models.DateTimeField()

    class Meta:
        constraints = [
            one_of(field="direction", states=GateDirection, name="parking_opening_direction"),
            one_of(field="outcome", states=OpeningOutcome, name="parking_opening_outcome"),
            models.CheckConstraint(condition=~Q(reason=""), name="parking_opening_reason"),
            models.CheckConstraint(
                condition=Q(session__isnull=True, outcome=OpeningOutcome.NO_STAY)
                | (Q(session__isnull=False, booking__isnull=False) & ~Q(outcome=OpeningOutcome.NO_STAY)),
                name="parking_opening_of_a_stay",
            ),
        ]
        indexes = [models.Index(fields=["opened_at"], name="parking_opening_newest")]

    def __str__(self) -> str:
        return f"{self.device_id} {self.opened_at:%Y-%m-%d %H:%M} {self.outcome}"
