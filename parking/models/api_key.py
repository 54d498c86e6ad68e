from __future__ import annotations

from django.conf import settings
from django.db import models

from parking.models.constraints import hashed


class ApiKey(models.Model):
    """An integrator's key, or a person's own: shown once when it is made, and kept only as its hash."""

    name = models.CharField(max_length=100)
    key_prefix = models.CharField(max_length=16, unique=True)
    key_hash = models.CharField(max_length=64)
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    """A member of staff whose own key it is: then it may do what that person's roles may, and `scopes` is empty."""
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "API key"
        constraints = [hashed(field="key_hash", name="parking_api_key_hashed")]

    def __str__(self) -> str:
        return f"{self.name} ({self.key_prefix})"
