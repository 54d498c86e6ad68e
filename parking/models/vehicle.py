from __future__ import annotations

from django.db import models
from django.db.models import Q

from parking.domain.contacts import MAX_NAME_LENGTH
from parking.domain.plates import MAX_PLATE_LENGTH


class Vehicle(models.Model):
    """A car by its canonical plate. The contact of a stay is the booking's; this one is the first that was seen."""

    number = models.CharField(max_length=MAX_PLATE_LENGTH, unique=True)
    owner_name = models.CharField(max_length=MAX_NAME_LENGTH, blank=True)
    phone_number = models.CharField(max_length=16, blank=True)
    created_at = models.DateTimeField()
    anonymised_at = models.DateTimeField(null=True, blank=True)
    """Since when this stands for the vehicle of a booking that was anonymised, and for no car (promise I23)."""

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(number__regex=r"\A[A-Z0-9]{2,12}\Z"), name="parking_vehicle_canonical"),
            models.CheckConstraint(
                condition=Q(anonymised_at__isnull=True) | Q(owner_name="", phone_number=""),
                name="parking_vehicle_anonymised",
            ),
        ]

    def __str__(self) -> str:
        return self.number
