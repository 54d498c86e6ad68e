from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q

from parking.domain.plates import MAX_PLATE_LENGTH
from parking.domain.states import SessionStatus
from parking.models.booking import ParkingBooking
from parking.models.constraints import choices, one_of
from parking.models.slot import ParkingSlot
from parking.models.vehicle import Vehicle
from parking.models.zone import ParkingZone


class ParkingSession(models.Model):
    """One stay, from the entry gate to the exit gate. The plate is the one that was read, whatever comes later."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    booking = models.OneToOneField(ParkingBooking, on_delete=models.PROTECT, related_name="session")
    zone = models.ForeignKey(ParkingZone, on_delete=models.PROTECT, related_name="sessions")
    slot = models.ForeignKey(ParkingSlot, on_delete=models.PROTECT, related_name="sessions", db_index=False)
    vehicle = models.ForeignKey(Vehicle, on_delete=models.PROTECT, related_name="sessions")
    plate = models.CharField(max_length=MAX_PLATE_LENGTH)
    status = models.CharField(max_length=16, choices=choices(SessionStatus), default=SessionStatus.ACTIVE)
    entry_time = models.DateTimeField()
    exit_time = models.DateTimeField(null=True, blank=True)
    billed_until = models.DateTimeField(null=True, blank=True)
    leave_by = models.DateTimeField(null=True, blank=True)
    gate_opened_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            one_of(field="status", states=SessionStatus, name="parking_session_status"),
            models.CheckConstraint(
                condition=Q(status=SessionStatus.COMPLETED, exit_time__isnull=False)
                | (~Q(status=SessionStatus.COMPLETED) & Q(exit_time__isnull=True)),
                name="parking_session_exit_time",
            ),
            models.CheckConstraint(
                condition=Q(exit_time__isnull=True)
                | Q(billed_until__isnull=False, billed_until__gte=F("entry_time"), exit_time__gte=F("entry_time")),
                name="parking_session_times_in_order",
            ),
            models.CheckConstraint(
                condition=Q(gate_opened_at__isnull=True)
                | Q(exit_time__isnull=False, gate_opened_at__gte=F("exit_time")),
                name="parking_session_gate_after_exit",
            ),
            models.UniqueConstraint(
                fields=["vehicle"], condition=Q(exit_time__isnull=True), name="parking_session_vehicle_once"
            ),
        ]
        indexes = [
            models.Index(fields=["entry_time"], name="parking_session_newest"),
            models.Index(fields=["zone"], condition=Q(exit_time__isnull=True), name="parking_session_inside"),
            # Covers the history of a zone: who was inside at some hour of the past.
            models.Index(
                fields=["zone", "exit_time", "entry_time"],
                condition=Q(exit_time__isnull=False),
                name="parking_session_over",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plate} since {self.entry_time:%Y-%m-%d %H:%M}"
