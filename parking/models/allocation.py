from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from parking.domain.states import ReleaseReason
from parking.models.booking import ParkingBooking
from parking.models.constraints import NoOverlap, choices
from parking.models.slot import ParkingSlot
from parking.models.zone import ParkingZone


class SlotAllocation(models.Model):
    """The one thing that holds a slot, be it an unpaid hold, a paid booking or a parked car.

    It is live until `released_at`. A hold ends by itself at `lapses_at` (None once the car is inside), whether or
    not anybody has written that down yet (promise I4).
    """

    slot = models.ForeignKey(ParkingSlot, on_delete=models.PROTECT, related_name="allocations", db_index=False)
    zone = models.ForeignKey(ParkingZone, on_delete=models.PROTECT, related_name="+", db_index=False)
    booking = models.ForeignKey(ParkingBooking, on_delete=models.PROTECT, related_name="allocations")
    occupies_from = models.DateTimeField()
    occupies_until = models.DateTimeField()
    lapses_at = models.DateTimeField(null=True, blank=True)
    parked_at = models.DateTimeField(null=True, blank=True)
    released_at = models.DateTimeField(null=True, blank=True)
    release_reason = models.CharField(max_length=11, choices=choices(ReleaseReason), blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(occupies_until__gt=F("occupies_from")), name="parking_allocation_span"),
            models.CheckConstraint(
                condition=Q(released_at__isnull=True) | Q(lapses_at__isnull=True),
                name="parking_allocation_released_never_lapses",
            ),
            models.CheckConstraint(
                condition=Q(parked_at__isnull=True) | Q(lapses_at__isnull=True),
                name="parking_allocation_parked_never_lapses",
            ),
            models.UniqueConstraint(
                fields=["booking"],
                condition=Q(released_at__isnull=True),
                name="parking_allocation_booking_once",
            ),
            models.UniqueConstraint(
                fields=["slot"],
                condition=Q(released_at__isnull=True, parked_at__isnull=False),
                name="parking_allocation_one_car_a_slot",
            ),
            NoOverlap(
                owner="slot",
                start="occupies_from",
                end="occupies_until",
                condition=Q(released_at__isnull=True),
                name="parking_allocation_slot_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["slot", "occupies_from"],
                condition=Q(released_at__isnull=True),
                name="parking_allocation_live",
            ),
            models.Index(
                fields=["zone"],
                condition=Q(released_at__isnull=True),
                name="parking_allocation_of_zone",
            ),
            models.Index(
                fields=["zone", "lapses_at"],
                condition=Q(lapses_at__isnull=False),
                name="parking_allocation_lapsing",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.slot_id}: {self.occupies_from:%Y-%m-%d %H:%M} to {self.occupies_until:%Y-%m-%d %H:%M}"
