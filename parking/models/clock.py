from __future__ import annotations

from django.db import models
from django.db.models import Q


class SandboxClock(models.Model):
    """The test clock: one row that every process reads. Live mode has no way to move it and does not look."""

    offset_microseconds = models.BigIntegerField(default=0)
    frozen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="parking_clock_is_one")]

    def __str__(self) -> str:
        return f"frozen at {self.frozen_at}" if self.frozen_at else f"+{self.offset_microseconds} us"
