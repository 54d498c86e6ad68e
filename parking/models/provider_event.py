from __future__ import annotations

from django.db import models


class ProviderEvent(models.Model):
    """A message of a payment provider that was applied, in the same transaction as its effect (promise I17)."""

    provider = models.CharField(max_length=32)
    event_id = models.CharField(max_length=128)
    subject = models.CharField(max_length=8)
    key = models.CharField(max_length=64, blank=True)
    applied_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "event_id"], name="parking_provider_event_once"),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.event_id}"
