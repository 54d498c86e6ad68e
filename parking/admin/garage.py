"""Sites, slots and vehicles."""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings
from django.contrib import admin, messages
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from parking.admin.base import RecordAdmin
from parking.admin.columns import badge, link, link_to, links_to_lists, told, when
from parking.admin.filters import Zone, one_condition
from parking.admin.operations import said
from parking.domain.permissions import Permission
from parking.edge.staff import caller_of, may
from parking.models import (
    ParkingBooking,
    ParkingSession,
    ParkingSite,
    ParkingSlot,
    ParkingZone,
    SlotAllocation,
    Vehicle,
)
from parking.queries.clock import current_time
from parking.queries.search import find_bookings, find_vehicles
from parking.services import zones

MAX_SLOTS_AT_ONCE: Final = 500
MAX_HOLDERS_SHOWN: Final = 50


def _tax(site: ParkingSite) -> str:
    return f"{site.tax_basis_points / 100:g} %"


@admin.register(ParkingSite)
class ParkingSiteAdmin(RecordAdmin):
    list_display_links = ("name",)
    list_display = ("name", "time_zone", "currency", told("tax", "Tax", _tax))
    page = (
        "name",
        "legal_name",
        "time_zone",
        "currency",
        told("tax", "Tax", _tax),
        "next_receipt_number",
        when("created_at", "Made"),
        told("records", "Its zones", lambda row: links_to_lists(row=row, field="site", models={"zones": ParkingZone})),
    )


def _state(slot: Any) -> SafeString:
    """As `get_queryset` marked it."""
    if slot.has_car:
        return badge(value="inside", text="Car inside")
    if slot.is_held:
        return badge(value="held", text="Held")
    return badge(value="free", text="Free") if slot.in_service else badge(value="closed", text="Out of service")


def _holders(slot: ParkingSlot) -> SafeString:
    """The bookings that hold it now or later; few, for their times never overlap."""
    live = SlotAllocation.objects.select_related("booking").filter(slot=slot, released_at=None)
    bookings = [allocation.booking for allocation in live.order_by("occupies_from")[:MAX_HOLDERS_SHOWN]]
    return format_html_join(", ", "{}", [(link_to(row=one, text=f"{one.plate} {one.qr_code}"),) for one in bookings])


@admin.register(ParkingSlot)
class ParkingSlotAdmin(RecordAdmin):
    ordering = ("zone_id", "id")
    linked_by = ("zone",)
    search_fields = ("id",)
    search_help_text = "Slot number"
    list_select_related = ("zone",)
    list_filter = (
        Zone,
        one_condition(
            "service",
            {"in": ("In service", Q(in_service=True)), "out": ("Out of service", Q(in_service=False))},
            title="service",
        ),
    )
    list_display_links = ("number",)
    list_display = ("number", link("zone", "Zone"), told("now", "Now", _state), "in_service")
    page = (
        "number",
        link("zone", "Zone"),
        told("now", "Now", _state),
        "in_service",
        told("holders", "Held by", _holders),
    )
    actions = (*RecordAdmin.actions, "put_in_service", "take_out_of_service")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        now = current_time()
        live = SlotAllocation.objects.filter(slot=OuterRef("pk"), released_at=None)
        held_now = Q(parked_at=None, occupies_from__lte=now, lapses_at__gt=now)
        slots: QuerySet[Any] = super().get_queryset(request)
        marks = {"has_car": Exists(live.filter(parked_at__isnull=False)), "is_held": Exists(live.filter(held_now))}
        marked: QuerySet[Any] = slots.annotate(**marks)
        return marked

    def search(self, *, text: str) -> Q:
        return Q(number=text.upper())

    def has_slots_permission(self, request: HttpRequest) -> bool:
        return may(request, Permission.SLOT_MANAGE)

    @admin.action(permissions=["slots"], description="Put in service")
    def put_in_service(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        _set_in_service(request, queryset, in_service=True)

    @admin.action(permissions=["slots"], description="Take out of service")
    def take_out_of_service(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        _set_in_service(request, queryset, in_service=False)


def _set_in_service(request: HttpRequest, slots: QuerySet[Any], *, in_service: bool) -> None:
    ids = list(slots.values_list("id", flat=True)[: MAX_SLOTS_AT_ONCE + 1])
    if len(ids) > MAX_SLOTS_AT_ONCE:
        messages.error(request, f"Choose at most {MAX_SLOTS_AT_ONCE} slots at once. Nothing was changed.")
        return
    now = current_time()
    caller = caller_of(request)
    for slot_id in ids:
        changed = said(
            request,
            lambda slot_id=slot_id: zones.set_slot_in_service(  # type: ignore[misc]
                slot_id=slot_id, in_service=in_service, caller=caller, now=now
            ),
        )
        if changed and changed.holders and not in_service:
            messages.warning(request, f"{changed.number} takes no new bookings; who holds it now keeps it.")
    messages.success(request, f"{len(ids)} slots are {'in' if in_service else 'out of'} service.")


@admin.register(Vehicle)
class VehicleAdmin(RecordAdmin):
    search_fields = ("id",)
    list_display_links = ("number",)
    list_display = ("number", "owner_name", "phone_number", when("created_at", "First seen"))
    page = (
        "number",
        "owner_name",
        "phone_number",
        when("created_at", "First seen"),
        told(
            "records",
            "Its records",
            lambda row: links_to_lists(
                row=row, field="vehicle", models={"bookings": ParkingBooking, "sessions": ParkingSession}
            ),
        ),
    )

    def search(self, *, text: str) -> Q:
        bookings = find_bookings(text=text, phone_region=settings.PARKING_PHONE_REGION)
        of_bookings = ParkingBooking.objects.filter(id__in=bookings).values_list("vehicle_id", flat=True)
        return Q(id__in=[*find_vehicles(plate=text), *of_bookings])
