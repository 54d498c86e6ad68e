from __future__ import annotations

from django.db import models
from django.db.models import Q

from parking.models.constraints import hashed


class IdempotentRequest(models.Model):
    """A request that was sent under an `Idempotency-Key`, and its answer once there is one.

    The row is there before the request is carried out. It runs until `lease_until`, a time of the wall clock; after
    that, or if that is empty, its sender may try again. With `completed_at` the answer is final (promise I14).
    """

    scope = models.CharField(max_length=120)
    """Whose key it is: `parking.api.callers.key_scope`."""
    client_key = models.CharField(max_length=255)
    route = models.CharField(max_length=200)
    body_hash = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)
    answer_status = models.PositiveSmallIntegerField(null=True, blank=True)
    answer_headers = models.JSONField(null=True, blank=True)
    answer_body = models.BinaryField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scope", "client_key"], name="parking_idempotency_key_once"),
            hashed(field="body_hash", name="parking_idempotency_body_hashed"),
            models.CheckConstraint(
                condition=Q(
                    completed_at__isnull=True,
                    answer_status__isnull=True,
                    answer_headers__isnull=True,
                    answer_body__isnull=True,
                )
                | Q(
                    completed_at__isnull=False,
                    answer_status__isnull=False,
                    answer_status__gte=200,
                    answer_status__lt=500,
                    answer_headers__isnull=False,
                    answer_body__isnull=False,
                ),
                name="parking_idempotency_answered_whole",
            ),
        ]
        indexes = [models.Index(fields=["created_at"], name="parking_idempotency_oldest")]

    def __str__(self) -> str:
        return f"{self.route} {self.answer_status or 'without an answer'}"
