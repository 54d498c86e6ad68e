from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from parking.domain.states import RefundKind, RefundStatus
from parking.models.constraints import amount_in_bounds, choices, one_of
from parking.models.payment import Payment
from parking.models.shift import CashierShift


class Refund(models.Model):
    """Money that goes back on one payment. Its id is the key under which the provider knows it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refunds")
    kind = models.CharField(max_length=14, choices=choices(RefundKind))
    status = models.CharField(max_length=9, choices=choices(RefundStatus), default=RefundStatus.PENDING)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    reason = models.CharField(max_length=200, blank=True)
    provider_reference = models.CharField(max_length=128, blank=True)
    failure_code = models.CharField(max_length=64, blank=True)
    shift = models.ForeignKey(CashierShift, on_delete=models.PROTECT, related_name="refunds", null=True, blank=True)
    """Out of whose drawer it was handed back, if it was cash."""
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    processed_at = models.DateTimeField(null=True, blank=True)
    next_attempt_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            one_of(field="status", states=RefundStatus, name="parking_refund_status"),
            one_of(field="kind", states=RefundKind, name="parking_refund_kind"),
            amount_in_bounds(field="amount_minor", name="parking_refund_amount", minimum=1),
            models.CheckConstraint(
                condition=Q(status=RefundStatus.PROCESSED, processed_at__isnull=False)
                | (~Q(status=RefundStatus.PROCESSED) & Q(processed_at__isnull=True)),
                name="parking_refund_processed_at",
            ),
            models.UniqueConstraint(
                fields=["payment", "kind"],
                condition=~Q(kind=RefundKind.MANUAL),
                name="parking_refund_kind_once",
            ),
        ]
        indexes = [
            models.Index(fields=["created_at"], name="parking_refund_newest"),
            models.Index(
                fields=["processed_at"], condition=Q(processed_at__isnull=False), name="parking_refund_settled"
            ),
            models.Index(
                fields=["created_at"], condition=Q(processed_at__isnull=True), name="parking_refund_unsettled"
            ),
            models.Index(
                fields=["next_attempt_at"],
                condition=Q(next_attempt_at__isnull=False),
                name="parking_refund_waiting",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount_minor} {self.currency} {self.status}"
