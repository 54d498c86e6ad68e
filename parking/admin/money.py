"""Payments, refunds, quotes and receipts: to be read, never to be written here."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import Q

from parking.admin.base import RecordAdmin
from parking.admin.columns import link, links_to_lists, money, state, told, when
from parking.admin.filters import Period, one_condition, one_of
from parking.domain.states import PaymentKind, PaymentMethod, PaymentStatus, RefundKind, RefundStatus
from parking.models import Payment, Quote, Receipt, Refund

_booking = link("booking", "Booking", text=lambda booking: booking.plate)


def _tax(receipt: Receipt) -> str:
    return f"{receipt.tax_basis_points / 100:g} %"


@admin.register(Payment)
class PaymentAdmin(RecordAdmin):
    time_field = "created_at"
    date_hierarchy = "created_at"
    booking_path = "booking_id"
    linked_by = ("booking", "session")
    search_fields = ("id",)
    not_exported = ("provider_token", "lease_until")
    list_select_related = ("booking",)
    list_filter = (
        one_condition(
            "now",
            {
                "pending": ("Waiting for the provider", Q(completed_at=None, failed_at=None)),
                "surplus": ("Surplus, taken and not needed", Q(surplus_minor__gt=0)),
            },
            title="attention",
        ),
        one_of("status", PaymentStatus, title="state"),
        one_of("kind", PaymentKind, title="kind"),
        one_of("method", PaymentMethod, title="method"),
        Period,
    )
    list_display_links = ("short_id",)
    list_display = (
        "short_id",
        state("status"),
        money("amount_minor", "Amount"),
        state("kind", "Kind"),
        when("created_at", "Begun"),
        when("completed_at", "Taken"),
        _booking,
    )
    page = (
        "id",
        link("booking", "Booking"),
        link("session", "Session"),
        link("quote", "Quote"),
        state("status"),
        state("kind", "Kind"),
        state("method", "Method"),
        money("amount_minor", "Amount"),
        money("captured_minor", "Taken"),
        money("surplus_minor", "Of which surplus"),
        "provider",
        "provider_reference",
        "failure_code",
        "collected_by",
        when("created_at", "Begun", with_seconds=True),
        when("completed_at", "Taken at", with_seconds=True),
        when("failed_at", "Failed", with_seconds=True),
        told(
            "records",
            "Its records",
            lambda row: links_to_lists(row=row, field="payment", models={"refunds": Refund}),
        ),
    )

    @admin.display(description="Payment")
    def short_id(self, payment: Payment) -> str:
        return str(payment.id)[:8]


@admin.register(Refund)
class RefundAdmin(RecordAdmin):
    time_field = "created_at"
    date_hierarchy = "created_at"
    booking_path = "payment__booking_id"
    linked_by = ("payment",)
    search_fields = ("id",)
    list_select_related = ("payment", "payment__booking")
    list_filter = (
        one_condition("now", {"waiting": ("Not settled yet", Q(next_attempt_at__isnull=False))}, title="attention"),
        one_of("status", RefundStatus, title="state"),
        one_of("kind", RefundKind, title="kind"),
        Period,
    )
    list_display_links = ("short_id",)
    list_display = (
        "short_id",
        state("status"),
        money("amount_minor", "Amount"),
        state("kind", "Kind"),
        when("created_at", "Ordered"),
        when("processed_at", "Settled"),
        "attempts",
        told("booking", "Booking", lambda row: _booking(row.payment)),
    )
    page = (
        "id",
        told("booking", "Booking", lambda row: _booking(row.payment)),
        link("payment", "Payment"),
        state("status"),
        state("kind", "Kind"),
        money("amount_minor", "Amount"),
        "reason",
        "provider_reference",
        "failure_code",
        "attempts",
        when("created_at", "Ordered", with_seconds=True),
        when("processed_at", "Settled", with_seconds=True),
        when("next_attempt_at", "Next attempt", with_seconds=True),
    )

    @admin.display(description="Refund")
    def short_id(self, refund: Refund) -> str:
        return str(refund.id)[:8]


@admin.register(Quote)
class QuoteAdmin(RecordAdmin):
    booking_path = "session__booking_id"
    linked_by = ("session",)
    search_fields = ("id",)
    list_select_related = ("session", "session__booking")
    list_display_links = ("id",)
    list_display = (
        "id",
        money("amount_minor", "Amount"),
        when("as_of", "Told"),
        when("valid_until", "Valid until"),
        when("paid_at", "Paid"),
        link("session", "Session"),
        told("booking", "Booking", lambda row: _booking(row.session)),
    )
    page = (
        "id",
        link("session", "Session"),
        told("booking", "Booking", lambda row: _booking(row.session)),
        money("amount_minor", "Amount"),
        when("as_of", "For the stay up to", with_seconds=True),
        when("valid_until", "Valid until", with_seconds=True),
        when("paid_at", "Paid", with_seconds=True),
    )


@admin.register(Receipt)
class ReceiptAdmin(RecordAdmin):
    time_field = "issued_at"
    date_hierarchy = "issued_at"
    booking_path = "booking_id"
    search_fields = ("id",)
    linked_by = ("booking",)
    list_select_related = ("site", "booking")
    list_filter = (Period,)
    list_display_links = ("number",)
    list_display = (
        "number",
        link("site", "Site"),
        when("issued_at", "Issued"),
        _booking,
        "issuer_name",
        told("tax", "Tax", _tax),
    )
    page = (
        "number",
        link("site", "Site"),
        when("issued_at", "Issued", with_seconds=True),
        link("booking", "Booking"),
        "issuer_name",
        told("tax", "Tax", _tax),
    )
