"""Bookings with their whole story, the stays, and what held which slot."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest

from parking.admin.base import RecordAdmin
from parking.admin.columns import address_of, link, links_to_lists, money, show_money, state, told, when
from parking.admin.filters import Period, Zone, one_condition, one_of
from parking.admin.operations import Operation, Values
from parking.domain.callers import Caller
from parking.domain.permissions import Permission
from parking.domain.states import BookingStatus, SessionStatus
from parking.models import (
    AuditEvent,
    ParkingBooking,
    ParkingSession,
    Payment,
    QRScanLog,
    Quote,
    Receipt,
    SlotAllocation,
)
from parking.queries.bookings import BookingDetails, get_booking
from parking.queries.clock import current_time
from parking.queries.story import story_of
from parking.services import ParkingService
from parking.services.bookings import MAX_REASON_LENGTH


class ReasonForm(forms.Form):
    reason = forms.CharField(max_length=MAX_REASON_LENGTH, help_text="Goes into the audit trail and onto the refund.")


def _cancel(caller: Caller, now: datetime, booking: ParkingBooking, values: Values) -> str:
    closed = ParkingService.cancel_booking(booking_id=booking.id, reason=values["reason"], caller=caller, now=now)
    if not closed.refund_minor:
        return "The booking is cancelled. Nothing is refunded."
    amount = show_money(amount_minor=closed.refund_minor, currency=closed.currency)
    progress = "is refunded" if closed.refund_processed else "will be refunded, the provider is still at it"
    return f"The booking is cancelled; {amount} {progress}."


@admin.register(ParkingBooking)
class ParkingBookingAdmin(RecordAdmin):
    time_field = "created_at"
    date_hierarchy = "created_at"
    booking_path = "pk"
    linked_by = ("zone", "vehicle")
    search_fields = ("id",)
    change_form_template = "admin/parking/booking.html"
    list_select_related = ("zone", "vehicle")
    list_filter = (one_of("status", BookingStatus, title="state"), Zone, Period)
    list_display_links = ("plate",)
    list_display = (
        "plate",
        state("status"),
        link("zone", "Zone"),
        money("price_minor", "Price"),
        when("created_at", "Booked"),
        when("ends_at", "Until"),
        "qr_code",
    )
    page = (
        "id",
        "qr_code",
        link("vehicle", "Vehicle"),
        "owner_name",
        "phone_number",
        link("zone", "Zone"),
        link("tariff", "Tariff"),
        link("policy", "Policy"),
        when("expires_at", "To be paid by", with_seconds=True),
        when("paid_at", "Paid", with_seconds=True),
        when("closed_at", "Closed", with_seconds=True),
        told(
            "records",
            "Its records",
            lambda row: links_to_lists(
                row=row,
                field="booking",
                models={
                    "slots": SlotAllocation,
                    "session": ParkingSession,
                    "payments": Payment,
                    "scans": QRScanLog,
                    "receipt": Receipt,
                    "audit events": AuditEvent,
                },
            ),
        ),
    )
    operations = (
        Operation(
            name="cancel",
            label="Cancel booking",
            explanation="The slot is freed at once. Within the policy's time after payment all money goes back; "
            "later, none does. A car that has entered cannot be cancelled.",
            permission=Permission.BOOKING_CANCEL,
            form=ReasonForm,
            perform=_cancel,
            is_possible=lambda booking: booking.status in (BookingStatus.CREATED, BookingStatus.PAID),
        ),
    )

    def page_context(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        if not self.has_view_permission(request):
            return {}
        booking = get_booking(booking_id=row.id, now=current_time())
        told = story_of(booking=row)
        # Some records have no page of their own here.
        story = [(one, address_of(one.row) if self.admin_site.is_registered(type(one.row)) else "") for one in told]
        facts = {"booking": booking, "facts": _facts(booking=booking), "story": story}
        return super().page_context(request, row) | facts


def _facts(*, booking: BookingDetails) -> dict[str, object]:
    """What somebody on the phone asks first; money as it stands now."""

    def amount(amount_minor: int) -> str:
        return show_money(amount_minor=amount_minor, currency=booking.currency)

    facts: dict[str, object] = {
        "Slot": booking.slot_number or "none",
        "Price": amount(booking.amount_minor),
        "Paid": amount(booking.captured_minor),
        "Refunded": amount(booking.refunded_minor),
    }
    if booking.stay is not None:
        facts |= {"Due now": amount(booking.stay.due_minor)}
    return facts


@admin.register(ParkingSession)
class ParkingSessionAdmin(RecordAdmin):
    time_field = "entry_time"
    date_hierarchy = "entry_time"
    booking_path = "booking_id"
    linked_by = ("booking", "zone", "vehicle")
    search_fields = ("id",)
    list_select_related = ("booking", "zone", "slot")
    list_filter = (
        one_condition(
            "now",
            {
                "inside": ("Open: inside, or at the gate", Q(exit_time=None)),
                "awaiting": ("Must pay before it leaves", Q(exit_time=None, status=SessionStatus.AWAITING_PAYMENT)),
            },
            title="now",
        ),
        one_of("status", SessionStatus, title="state"),
        Zone,
        Period,
    )
    list_display_links = ("plate",)
    list_display = (
        "plate",
        state("status"),
        link("zone", "Zone"),
        link("slot", "Slot"),
        when("entry_time", "Drove in"),
        when("exit_time", "Closed"),
        link("booking", "Booking"),
    )
    page = (
        "id",
        link("booking", "Booking"),
        state("status"),
        "plate",
        link("vehicle", "Vehicle"),
        link("zone", "Zone"),
        link("slot", "Slot"),
        when("entry_time", "Drove in", with_seconds=True),
        when("billed_until", "Billed until", with_seconds=True),
        when("exit_time", "Closed", with_seconds=True),
        when("leave_by", "To leave by", with_seconds=True),
        when("gate_opened_at", "Gate opened", with_seconds=True),
        told(
            "records",
            "Its records",
            lambda row: links_to_lists(row=row, field="session", models={"payments": Payment, "quotes": Quote}),
        ),
    )


def _holder(allocation: SlotAllocation) -> str:
    if allocation.released_at:
        return f"Released: {allocation.get_release_reason_display().lower()}"
    return "Car inside" if allocation.parked_at else "Held"


@admin.register(SlotAllocation)
class SlotAllocationAdmin(RecordAdmin):
    booking_path = "booking_id"
    linked_by = ("booking",)
    search_fields = ("id",)
    list_select_related = ("booking", "zone", "slot")
    list_filter = (
        one_condition(
            "now",
            {
                "live": ("Not released", Q(released_at=None)),
                "inside": ("Car inside", Q(released_at=None, parked_at__isnull=False)),
                "held": ("Held", Q(released_at=None, parked_at=None)),
            },
            title="now",
        ),
        Zone,
    )
    list_display_links = ("id",)
    list_display = (
        "id",
        link("slot", "Slot"),
        link("zone", "Zone"),
        link("booking", "Booking"),
        told("holder", "State", _holder),
        when("occupies_from", "From"),
        when("occupies_until", "Until"),
        when("released_at", "Released"),
    )
    page = (
        "id",
        link("slot", "Slot"),
        link("zone", "Zone"),
        link("booking", "Booking"),
        told("holder", "State", _holder),
        when("occupies_from", "From", with_seconds=True),
        when("occupies_until", "Until", with_seconds=True),
        when("lapses_at", "Lapses by itself", with_seconds=True),
        when("parked_at", "Car parked", with_seconds=True),
        when("released_at", "Released", with_seconds=True),
    )
