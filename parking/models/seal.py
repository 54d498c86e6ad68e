from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class LogSeal(models.Model):
    """One link of the chain over an append-only log: the digest of its rows `first_id` to `last_id`, and of the
    link before. Who changes or removes a sealed row, or a seal, breaks the chain (promise I21)."""

    log = models.CharField(max_length=32)
    first_id = models.PositiveBigIntegerField()
    last_id = models.PositiveBigIntegerField()
    row_count = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    sealed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["log", "first_id"], name="parking_seal_once"),
            models.CheckConstraint(condition=Q(last_id__gte=F("first_id")), name="parking_seal_span"),
        ]

    def __str__(self) -> str:
        return f"{self.log} {self.first_id} to {self.last_id}"
