from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate


class ParkingConfig(AppConfig):
    name = "parking"
    verbose_name = "Smart Parking"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from parking import checks  # noqa: F401 -- registers the start-up checks
        from parking.db import guards

        # The only signals: Django rebuilds tables on SQLite, stumbles over triggers that read them, and drops their
        # own without a word.
        pre_migrate.connect(guards.remove_before_migrate, sender=self)
        post_migrate.connect(guards.install_after_migrate, sender=self)
