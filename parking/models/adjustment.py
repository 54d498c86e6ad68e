from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q

from parking.domain.money import MAX_AMOUNT_MINOR
from parking.domain.states import DISCOUNTS, SURCHARGES, AdjustmentKind, AdjustmentStatus
from parking.models.booking import ParkingBooking
from parking.models.constraints import choices, one_of
from parking.models.payment import Payment
from parking.models.session import ParkingSession


class Adjustment(models.Model):
    """What a stay costs more or less than its tariff says, who said so, and why. It counts once it is approved."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    booking = models.ForeignKey(ParkingBooking, on_delete=models.PROTECT, related_name="adjustments")
    session = models.ForeignKey(
        ParkingSession, on_delete=models.PROTECT, related_name="adjustments", null=True, blank=True
    )
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="adjustments", null=True, blank=True)
    """The one payment that it goes back on: a refund by hand. None: whichever the money came by."""
    kind = models.CharField(max_length=14, choices=choices(AdjustmentKind))
    status = models.CharField(max_length=8, choices=choices(AdjustmentStatus), default=AdjustmentStatus.PROPOSED)
    amount_minor = models.BigIntegerField()
    """Added to the price: above zero for a surcharge, and where a stay that went on has less of a discount."""
    currency = models.CharField(max_length=3)
    reason = models.CharField(max_length=200)
    needs_second = models.BooleanField(default=False)
    """Above the policy's limit: nobody approves what they proposed themselves."""
    proposed_by = models.CharField(max_length=100)
    decided_by = models.CharField(max_length=100, blank=True)
    created_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            one_of(field="kind", states=AdjustmentKind, name="parking_adjustment_kind"),
            one_of(field="status", states=AdjustmentStatus, name="parking_adjustment_status"),
            models.CheckConstraint(
                condition=Q(kind__in=sorted(SURCHARGES), amount_minor__gt=0, amount_minor__lte=MAX_AMOUNT_MINOR)
                | (~Q(kind__in=sorted(SURCHARGES)) & Q(amount_minor__lt=0, amount_minor__gte=-MAX_AMOUNT_MINOR))
                | Q(kind__in=sorted(DISCOUNTS), amount_minor__gt=0, amount_minor__lte=MAX_AMOUNT_MINOR),
                name="parking_adjustment_amount",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="parking_adjustment_reason"),
            models.CheckConstraint(
                condition=Q(status=AdjustmentStatus.PROPOSED, decided_at__isnull=True, decided_by="")
                | (~Q(status=AdjustmentStatus.PROPOSED) & Q(decided_at__isnull=False) & ~Q(decided_by="")),
                name="parking_adjustment_decided",
            ),
            models.CheckConstraint(
                condition=~Q(status=AdjustmentStatus.APPROVED, needs_second=True) | ~Q(decided_by=F("proposed_by")),
                name="parking_adjustment_four_eyes",
            ),
            models.UniqueConstraint(
                fields=["session"],
                condition=Q(kind=AdjustmentKind.LOST_TICKET) & ~Q(status=AdjustmentStatus.REJECTED),
                name="parking_adjustment_lost_ticket_once",
            ),
        ]
        indexes = [
            models.Index(fields=["created_at"], name="parking_adjustment_newest"),
            models.Index(
                fields=["created_at"],
                condition=Q(status=AdjustmentStatus.PROPOSED),
                name="parking_adjustment_waiting",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount_minor} {self.currency} {self.status}"
