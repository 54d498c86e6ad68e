from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q

from parking.domain.contacts import MAX_NAME_LENGTH
from parking.domain.plates import MAX_PLATE_LENGTH
from parking.domain.states import BookingStatus, VehicleClass
from parking.models.constraints import NoOverlap, amount_in_bounds, choices, one_of
from parking.models.permit import Permit
from parking.models.terms import PolicyVersion, TariffVersion
from parking.models.vehicle import Vehicle
from parking.models.zone import ParkingZone


class ParkingBooking(models.Model):
    """A prepaid window of time in a zone, sold under one version of tariff and policy."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    zone = models.ForeignKey(ParkingZone, on_delete=models.PROTECT, related_name="bookings")
    vehicle = models.ForeignKey(Vehicle, on_delete=models.PROTECT, related_name="bookings")
    vehicle_class = models.CharField(max_length=10, choices=choices(VehicleClass), default=VehicleClass.CAR)
    plate = models.CharField(max_length=MAX_PLATE_LENGTH)
    owner_name = models.CharField(max_length=MAX_NAME_LENGTH, blank=True)
    phone_number = models.CharField(max_length=16, blank=True)
    qr_code = models.CharField(max_length=17, unique=True)
    status = models.CharField(max_length=9, choices=choices(BookingStatus), default=BookingStatus.CREATED)
    hours = models.PositiveSmallIntegerField()
    tariff = models.ForeignKey(TariffVersion, on_delete=models.PROTECT, related_name="+", db_index=False)
    policy = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="+", db_index=False)
    permit = models.ForeignKey(Permit, on_delete=models.PROTECT, related_name="bookings", null=True, blank=True)
    price_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    created_at = models.DateTimeField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    """When it stopped counting for its vehicle: expired, cancelled, not shown up, or driven out."""
    anonymised_at = models.DateTimeField(null=True, blank=True)
    """When name, phone and plate were erased (promise I23)."""

    class Meta:
        constraints = [
            one_of(field="status", states=BookingStatus, name="parking_booking_status"),
            one_of(field="vehicle_class", states=VehicleClass, name="parking_booking_vehicle_class"),
            amount_in_bounds(field="price_minor", name="parking_booking_price"),
            models.CheckConstraint(condition=Q(hours__gte=1, hours__lte=24), name="parking_booking_hours"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="parking_booking_window"),
            models.CheckConstraint(
                condition=~Q(status__in=[BookingStatus.PAID, BookingStatus.USED]) | Q(paid_at__isnull=False),
                name="parking_booking_paid_at",
            ),
            models.CheckConstraint(
                condition=Q(status__in=[BookingStatus.CREATED, BookingStatus.PAID, BookingStatus.USED])
                | Q(closed_at__isnull=False),
                name="parking_booking_closed_at",
            ),
            models.CheckConstraint(
                condition=Q(anonymised_at__isnull=True) | Q(closed_at__isnull=False, owner_name="", phone_number=""),
                name="parking_booking_anonymised",
            ),
            NoOverlap(
                owner="vehicle",
                start="starts_at",
                end="ends_at",
                condition=Q(closed_at__isnull=True),
                name="parking_booking_vehicle_once",
            ),
        ]
        indexes = [
            models.Index(fields=["created_at"], name="parking_booking_newest"),
            models.Index(fields=["phone_number"], name="parking_booking_phone"),
            models.Index(
                fields=["closed_at"],
                condition=Q(closed_at__isnull=False, anonymised_at__isnull=True),
                name="parking_booking_to_anonymise",
            ),
        ]
        # No index names `status`: so a change of status stays a cheap update (PERFORMANCE, "Traps").

    def __str__(self) -> str:
        return self.qr_code
