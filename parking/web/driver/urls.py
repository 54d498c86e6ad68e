"""The driver's addresses."""

from __future__ import annotations

from django.urls import path

from parking.web.driver import start

urlpatterns = [
    path("", start.start, name="start"),
    path("zones/", start.zones, name="zones"),
    path("parking/booking/", start.start, name="booking"),
]
