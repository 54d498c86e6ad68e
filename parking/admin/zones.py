"""Zones with the room they have at this moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from parking.admin.base import RecordAdmin, RecordList
from parking.admin.columns import badge, link, links_to_lists, show_money, told, when
from parking.admin.operations import Operation, Tool, Values, said
from parking.admin.times import local_time, rendered
from parking.domain.callers import Caller
from parking.domain.permissions import Permission
from parking.edge.staff import caller_of, may
from parking.models import ParkingBooking, ParkingSession, ParkingSlot, ParkingZone
from parking.queries.clock import current_time
from parking.queries.zones import MAX_ZONES, ZoneStatus, get_zone_status, list_zones
from parking.services.zones import close_zone, open_zone


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A zone's slots as parts of a bar 100 wide: inside, held, and the rest free."""

    status: ZoneStatus

    @property
    def inside(self) -> float:
        return self._percent(self.status.occupied_slots)

    @property
    def held(self) -> float:
        return min(self._percent(self.status.held_slots), 100 - self.inside)

    def _percent(self, slots: int) -> float:
        return min(100.0, round(100 * slots / self.status.total_slots, 1)) if self.status.total_slots else 0.0

    def __str__(self) -> str:
        return render_to_string("admin/parking/bar.html", {"bar": self, "zone": self.status})


class ZoneList(RecordList):
    """Each zone of the page knows its room; all open ones are counted at once."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        now = current_time()
        known = {status.id: status for status in list_zones(now=now)}
        self.result_list = list(self.result_list)
        for zone in self.result_list:
            zone.room = known.get(zone.id) or get_zone_status(zone_id=zone.id, now=now)


def _number(name: str, label: str) -> Any:
    return told(name, label, lambda zone: str(getattr(_room(zone), name)))


def _room(zone: Any) -> ZoneStatus:
    if not hasattr(zone, "room"):
        zone.room = get_zone_status(zone_id=zone.id, now=current_time())
    room: ZoneStatus = zone.room
    return room


def _rate(zone: ParkingZone) -> str:
    return show_money(amount_minor=_room(zone).hourly_rate_minor, currency=_room(zone).currency)


def _is_open(zone: ParkingZone) -> str:
    return badge(value="open", text="Open") if zone.is_open else badge(value="closed", text="Closed")


def _open(caller: Caller, now: datetime, zone: ParkingZone, _: Values) -> str:
    open_zone(zone_id=zone.id, caller=caller, now=now)
    return f"{zone.name} is open."


def _close(caller: Caller, now: datetime, zone: ParkingZone, _: Values) -> str:
    close_zone(zone_id=zone.id, caller=caller, now=now)
    return f"{zone.name} is closed: it takes no new bookings."


_RECORDS = {"slots": ParkingSlot, "bookings": ParkingBooking, "sessions": ParkingSession}
_ROOM = (
    _number("total_slots", "Slots"),
    _number("occupied_slots", "Inside"),
    _number("held_slots", "Held"),
    _number("available_slots", "Free now"),
    told("occupancy", "Occupancy", lambda zone: Bar(status=_room(zone))),
)


@admin.register(ParkingZone)
class ParkingZoneAdmin(RecordAdmin):
    list_select_related = ("site", "tariff")
    ordering = ("id",)
    linked_by = ("site",)
    list_display_links = ("name",)
    list_display = ("name", told("is_open", "State", _is_open), *_ROOM, told("rate", "Per hour", _rate))
    page = (
        "name",
        told("is_open", "State", _is_open),
        *_ROOM,
        told("rate", "Per hour", _rate),
        link("site", "Site"),
        link("tariff", "Tariff"),
        link("policy", "Policy"),
        when("created_at", "Made"),
        told("records", "Its records", lambda row: links_to_lists(row=row, field="zone", models=_RECORDS)),
    )
    actions = (*RecordAdmin.actions, "open_zones", "close_zones")
    operations = (
        Operation(
            name="open",
            label="Open zone",
            explanation="The zone takes bookings again.",
            permission=Permission.SLOT_MANAGE,
            perform=_open,
            is_possible=lambda zone: not zone.is_open,
        ),
        Operation(
            name="close",
            label="Close zone",
            explanation="The zone takes no new bookings. Those that are there still enter and leave.",
            permission=Permission.SLOT_MANAGE,
            perform=_close,
            is_possible=lambda zone: zone.is_open,
        ),
    )

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.occupancy_view)
        return [path("occupancy/", view, name="parking_occupancy"), *super().get_urls()]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return ZoneList

    def list_tools(self, request: HttpRequest) -> list[Tool]:
        live = {"label": "Live occupancy", "url": reverse("admin:parking_occupancy")}
        return [live, *super().list_tools(request)]

    def occupancy_view(self, request: HttpRequest) -> HttpResponseBase:
        """Every zone, the open ones first, on a page that loads itself again and again unless told not to."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        now = current_time()
        closed = ParkingZone.objects.filter(is_open=False).order_by("id").values_list("id", flat=True)[:MAX_ZONES]
        zones = [*list_zones(now=now), *(get_zone_status(zone_id=zone_id, now=now) for zone_id in closed)]
        context = self.admin_site.each_context(request) | {
            "title": "Live occupancy",
            "opts": self.opts,
            "zones": [(zone, Bar(status=zone)) for zone in zones],
            "is_live": request.GET.get("live") != "0",
            "closed": set(closed),
            "now": now,
            "media": self.media,
        }
        with local_time():
            return rendered(TemplateResponse(request, "admin/parking/occupancy.html", context))

    def has_slots_permission(self, request: HttpRequest) -> bool:
        return may(request, Permission.SLOT_MANAGE)

    @admin.action(permissions=["slots"], description="Open zones")
    def open_zones(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self._each(request, queryset, perform=_open)

    @admin.action(permissions=["slots"], description="Close zones")
    def close_zones(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self._each(request, queryset, perform=_close)

    def _each(self, request: HttpRequest, zones: QuerySet[Any], *, perform: Any) -> None:
        for zone in zones:
            answer = said(request, partial(perform, caller_of(request), current_time(), zone, {}))
            if answer:
                self.message_user(request, answer)
