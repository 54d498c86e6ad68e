from __future__ import annotations

from django.db import models


class GuessCount(models.Model):
    """How many wrong guesses came from one place within one window of time; all processes count here."""

    source = models.CharField(max_length=100)
    window_starts_at = models.DateTimeField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "window_starts_at"], name="parking_guess_window_once"),
        ]

    def __str__(self) -> str:
        return f"{self.source}: {self.count}"
