"""The terms that bookings are sold under. A version never changes once it is written."""

from __future__ import annotations

from django.contrib import admin

from parking.admin.base import RecordAdmin
from parking.admin.columns import link, show_money, told, when
from parking.models import PolicyVersion, TariffVersion
from parking.queries.snapshots import tariff_of


def _rate(version: TariffVersion) -> str:
    return show_money(amount_minor=tariff_of(version=version).hourly_rate_minor, currency=version.currency)


@admin.register(TariffVersion)
class TariffVersionAdmin(RecordAdmin):
    list_select_related = ("site",)
    list_display_links = ("name",)
    list_display = (
        "name",
        "version",
        told("rate", "Price per hour", _rate),
        link("site", "Site"),
        when("created_at", "Made"),
    )
    page = (
        "name",
        "version",
        told("rate", "Price per hour", _rate),
        link("site", "Site"),
        when("created_at", "Made"),
        "definition",
    )


@admin.register(PolicyVersion)
class PolicyVersionAdmin(RecordAdmin):
    list_select_related = ("site",)
    list_display_links = ("name",)
    list_display = ("name", "version", link("site", "Site"), when("created_at", "Made"))
    page = ("name", "version", link("site", "Site"), when("created_at", "Made"), "definition")
