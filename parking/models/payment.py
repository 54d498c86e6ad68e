from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from parking.domain.states import PaymentKind, PaymentMethod, PaymentStatus
from parking.models.booking import ParkingBooking
from parking.models.constraints import amount_in_bounds, choices, one_of
from parking.models.quote import Quote
from parking.models.session import ParkingSession
from parking.models.shift import CashierShift


class Payment(models.Model):
    """One attempt to take money. Its id is the key under which the provider knows it, so a repeat is harmless."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    booking = models.ForeignKey(ParkingBooking, on_delete=models.PROTECT, related_name="payments")
    session = models.ForeignKey(
        ParkingSession, on_delete=models.PROTECT, related_name="payments", null=True, blank=True
    )
    quote = models.ForeignKey(Quote, on_delete=models.PROTECT, related_name="payments", null=True, blank=True)
    kind = models.CharField(max_length=10, choices=choices(PaymentKind))
    status = models.CharField(max_length=9, choices=choices(PaymentStatus), default=PaymentStatus.PENDING)
    method = models.CharField(max_length=6, choices=choices(PaymentMethod), default=PaymentMethod.ONLINE)
    amount_minor = models.BigIntegerField()
    captured_minor = models.BigIntegerField(default=0)
    surplus_minor = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3)
    provider = models.CharField(max_length=32)
    provider_reference = models.CharField(max_length=128, null=True, blank=True)  # noqa: DJ001 -- unique when known
    provider_token = models.CharField(max_length=64, blank=True)
    """What the client named to pay with: a provider's token, never card data (promise I22)."""
    failure_code = models.CharField(max_length=64, blank=True)
    collected_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    shift = models.ForeignKey(CashierShift, on_delete=models.PROTECT, related_name="payments", null=True, blank=True)
    extra_hours = models.PositiveSmallIntegerField(null=True, blank=True)
    """The whole hours that an extension buys."""
    created_at = models.DateTimeField()
    completed_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    """Until then one process is talking to the provider about it; nobody else may."""
    next_attempt_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            one_of(field="status", states=PaymentStatus, name="parking_payment_status"),
            one_of(field="kind", states=PaymentKind, name="parking_payment_kind"),
            amount_in_bounds(field="amount_minor", name="parking_payment_amount", minimum=1),
            models.CheckConstraint(
                condition=Q(kind=PaymentKind.EXTENSION, extra_hours__isnull=False, extra_hours__range=(1, 24))
                | (~Q(kind=PaymentKind.EXTENSION) & Q(extra_hours__isnull=True)),
                name="parking_payment_extra_hours",
            ),
            models.CheckConstraint(
                condition=Q(captured_minor=0) | Q(captured_minor=F("amount_minor")),
                name="parking_payment_captured_whole",
            ),
            models.CheckConstraint(
                condition=Q(surplus_minor=0) | Q(surplus_minor=F("captured_minor")),
                name="parking_payment_surplus_whole",
            ),
            models.CheckConstraint(
                condition=Q(status=PaymentStatus.COMPLETED, completed_at__isnull=False, captured_minor__gt=0)
                | (~Q(status=PaymentStatus.COMPLETED) & Q(completed_at__isnull=True, captured_minor=0)),
                name="parking_payment_completed",
            ),
            models.UniqueConstraint(
                fields=["booking"],
                condition=Q(kind=PaymentKind.BOOKING, completed_at__isnull=False, surplus_minor=0),
                name="parking_payment_booking_once",
            ),
            models.UniqueConstraint(
                fields=["quote"],
                condition=Q(completed_at__isnull=False, surplus_minor=0),
                name="parking_payment_quote_once",
            ),
            models.UniqueConstraint(
                fields=["booking"],
                condition=Q(completed_at__isnull=True, failed_at__isnull=True),
                name="parking_payment_one_pending",
            ),
            models.UniqueConstraint(fields=["provider", "provider_reference"], name="parking_payment_reference_once"),
        ]
        indexes = [
            models.Index(fields=["created_at"], name="parking_payment_newest"),
            models.Index(
                fields=["completed_at"], condition=Q(completed_at__isnull=False), name="parking_payment_captured"
            ),
            models.Index(
                fields=["next_attempt_at"], condition=Q(next_attempt_at__isnull=False), name="parking_payment_waiting"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount_minor} {self.currency} {self.status}"
