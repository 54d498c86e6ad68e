"""The clock's address. Live mode does not have it."""

from __future__ import annotations

from django.conf import settings
from django.urls import URLPattern, path

from parking.web.sandbox_clock.views import move

urlpatterns: list[URLPattern] = []
if settings.PARKING_MODE == "sandbox":
    urlpatterns.append(path("clock/", move, name="move-clock"))
