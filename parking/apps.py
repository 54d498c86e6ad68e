from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ParkingConfig(AppConfig):
    name = "parking"
    verbose_name = "Smart Parking"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from parking import checks  # noqa: F401 -- registers the start-up checks
        from parking.db import guards

        # The one signal: Django rebuilds tables on SQLite and drops their triggers without a word.
        post_migrate.connect(guards.install_after_migrate, sender=self)
