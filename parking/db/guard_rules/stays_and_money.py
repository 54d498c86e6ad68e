"""Guards of what is parked and what is paid: inventory, states, money, records (promises I1 to I21)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from parking.db.guard_rules.shapes import Guard, append_only, fixed, overlap, transitions
from parking.domain.states import (
    BOOKING_TRANSITIONS,
    PAYMENT_TRANSITIONS,
    REFUND_TRANSITIONS,
    SESSION_TRANSITIONS,
    BookingStatus,
    PaymentStatus,
    RefundStatus,
    SessionStatus,
)

_BOOKING, _SESSION = "parking_parkingbooking", "parking_parkingsession"
_PAYMENT, _REFUND = "parking_payment", "parking_refund"
_QUOTE = "parking_quote"
_SITE, _ZONE, _RECEIPT = "parking_parkingsite", "parking_parkingzone", "parking_receipt"
_IDEMPOTENT = "parking_idempotentrequest"
_ALLOCATION, _SLOT = "parking_slotallocation", "parking_parkingslot"

STAYS_AND_MONEY: Final[Sequence[Guard]] = (
    # I1, I2: on PostgreSQL these are exclusion constraints.
    *overlap(
        name="parking_allocation_slot_once",
        table=_ALLOCATION,
        owner="slot_id",
        start="occupies_from",
        end="occupies_until",
        live="released_at",
    ),
    *overlap(
        name="parking_booking_vehicle_once",
        table=_BOOKING,
        owner="vehicle_id",
        start="starts_at",
        end="ends_at",
        live="closed_at",
    ),
    # I3: slot, booking and session are of one zone, and none of them changes it.
    Guard(
        name="parking_allocation_one_zone",
        table=_ALLOCATION,
        event="INSERT",
        refuse_when=(
            f"NOT EXISTS (SELECT 1 FROM {_SLOT} s WHERE s.id = NEW.slot_id AND s.zone_id = NEW.zone_id)"
            f" OR NOT EXISTS (SELECT 1 FROM {_BOOKING} b WHERE b.id = NEW.booking_id AND b.zone_id = NEW.zone_id)"
        ),
    ),
    Guard(
        name="parking_session_one_zone",
        table=_SESSION,
        event="INSERT",
        refuse_when=(
            f"NOT EXISTS (SELECT 1 FROM {_SLOT} s WHERE s.id = NEW.slot_id AND s.zone_id = NEW.zone_id)"
            f" OR NOT EXISTS (SELECT 1 FROM {_BOOKING} b WHERE b.id = NEW.booking_id"
            " AND b.zone_id = NEW.zone_id AND b.vehicle_id = NEW.vehicle_id)"
        ),
    ),
    Guard(
        name="parking_slot_zone_fixed",
        table=_SLOT,
        event="UPDATE OF zone_id",
        refuse_when="NEW.zone_id <> OLD.zone_id",
    ),
    *fixed(name="parking_allocation", table=_ALLOCATION, columns=["slot_id", "zone_id", "booking_id"]),
    # I6: states.
    *transitions(name="parking_booking", table=_BOOKING, first=BookingStatus.CREATED, allowed=BOOKING_TRANSITIONS),
    *transitions(
        name="parking_session",
        table=_SESSION,
        first=SessionStatus.ACTIVE,
        allowed=SESSION_TRANSITIONS,
        only_if="(OLD.status <> 'COMPLETED' OR OLD.gate_opened_at IS NULL)",
    ),
    *transitions(
        name="parking_payment",
        table=_PAYMENT,
        first=PaymentStatus.PENDING,
        allowed=PAYMENT_TRANSITIONS,
        # A capture that nobody here had asked for is written down as what it is.
        or_born="NEW.status = 'COMPLETED' AND NEW.surplus_minor = NEW.amount_minor",
    ),
    *transitions(name="parking_refund", table=_REFUND, first=RefundStatus.PENDING, allowed=REFUND_TRANSITIONS),
    # I7, I8: a session is born of a paid booking.
    Guard(
        name="parking_session_paid",
        table=_SESSION,
        event="INSERT",
        refuse_when=f"NOT EXISTS (SELECT 1 FROM {_BOOKING} b WHERE b.id = NEW.booking_id AND b.status = 'USED')",
    ),
    # I9, I10, I21: money is written once.
    *fixed(
        name="parking_booking",
        table=_BOOKING,
        columns=[
            "zone_id",
            "tariff_id",
            "policy_id",
            "currency",
            "created_at",
            "expires_at",
        ],
    ),
    *fixed(
        name="parking_session",
        table=_SESSION,
        columns=["booking_id", "zone_id", "slot_id", "entry_time"],
    ),
    *fixed(
        name="parking_payment",
        table=_PAYMENT,
        columns=["id", "booking_id", "kind", "amount_minor", "currency", "provider", "created_at"],
    ),
    *fixed(
        name="parking_refund",
        table=_REFUND,
        columns=["id", "payment_id", "kind", "amount_minor", "currency", "created_at"],
    ),
    Guard(
        name="parking_payment_currency",
        table=_PAYMENT,
        event="INSERT",
        refuse_when=(
            f"NOT EXISTS (SELECT 1 FROM {_BOOKING} b WHERE b.id = NEW.booking_id AND b.currency = NEW.currency)"
        ),
    ),
    Guard(
        name="parking_payment_one_booking",
        table=_PAYMENT,
        event="INSERT",
        refuse_when=(
            f"NEW.session_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {_SESSION} s"
            " WHERE s.id = NEW.session_id AND s.booking_id = NEW.booking_id)"
            f" OR NEW.quote_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {_QUOTE} q WHERE q.id = NEW.quote_id"
            " AND q.session_id = NEW.session_id AND q.amount_minor = NEW.amount_minor AND q.currency = NEW.currency)"
        ),
    ),
    *fixed(name="parking_quote", table=_QUOTE, columns=["session_id", "amount_minor", "currency", "as_of"]),
    *(
        Guard(
            name="parking_refund_at_most_captured",
            table=_REFUND,
            event=event,
            refuse_when=(
                "NEW.status <> 'FAILED' AND NEW.amount_minor + (SELECT COALESCE(SUM(r.amount_minor), 0)"
                f" FROM {_REFUND} r WHERE r.payment_id = NEW.payment_id AND r.status <> 'FAILED' AND r.id <> NEW.id)"
                # Without the zero, a payment in another currency would be NULL, and a comparison with NULL no refusal.
                f" > COALESCE((SELECT p.captured_minor FROM {_PAYMENT} p"
                " WHERE p.id = NEW.payment_id AND p.currency = NEW.currency), 0)"
            ),
        )
        for event in ("INSERT", "UPDATE OF status")
    ),
    # I21: what was written down stays.
    *append_only(name="parking_scan", table="parking_qrscanlog"),
    *append_only(name="parking_audit", table="parking_auditevent"),
    *append_only(name="parking_seal", table="parking_logseal"),
    *append_only(name="parking_provider_event", table="parking_providerevent"),
    *append_only(name="parking_tariff", table="parking_tariffversion"),
    *append_only(name="parking_policy", table="parking_policyversion"),
    # I14: a key belongs to one request, and its answer is final. Old rows may go: a trigger has no clock to judge by.
    Guard(
        name="parking_idempotency_fixed",
        table=_IDEMPOTENT,
        event="UPDATE OF scope, client_key, route, body_hash, created_at",
        refuse_when=(
            "NEW.scope <> OLD.scope OR NEW.client_key <> OLD.client_key OR NEW.route <> OLD.route"
            " OR NEW.body_hash <> OLD.body_hash OR NEW.created_at <> OLD.created_at"
        ),
    ),
    Guard(
        name="parking_idempotency_final",
        table=_IDEMPOTENT,
        event="UPDATE",
        refuse_when="OLD.completed_at IS NOT NULL",
    ),
    # Receipts: of money that was captured, numbered without a gap within their site.
    *append_only(name="parking_receipt", table=_RECEIPT),
    Guard(
        name="parking_receipt_paid",
        table=_RECEIPT,
        event="INSERT",
        refuse_when=(
            f"NOT EXISTS (SELECT 1 FROM {_PAYMENT} p WHERE p.booking_id = NEW.booking_id AND p.captured_minor > 0)"
        ),
    ),
    Guard(
        name="parking_receipt_one_site",
        table=_RECEIPT,
        event="INSERT",
        refuse_when=(
            f"NOT EXISTS (SELECT 1 FROM {_BOOKING} b JOIN {_ZONE} z ON z.id = b.zone_id"
            " WHERE b.id = NEW.booking_id AND z.site_id = NEW.site_id)"
        ),
    ),
    Guard(
        name="parking_receipt_unbroken",
        table=_RECEIPT,
        event="INSERT",
        refuse_when=(
            f"NEW.number <> COALESCE((SELECT MAX(r.number) + 1 FROM {_RECEIPT} r WHERE r.site_id = NEW.site_id),"
            f" (SELECT s.next_receipt_number FROM {_SITE} s WHERE s.id = NEW.site_id))"
        ),
    ),
    Guard(
        name="parking_site_receipts_unbroken",
        table=_SITE,
        event="UPDATE OF next_receipt_number",
        refuse_when=(
            "NEW.next_receipt_number <> COALESCE((SELECT MAX(r.number) + 1"
            f" FROM {_RECEIPT} r WHERE r.site_id = NEW.id), NEW.next_receipt_number)"
        ),
    ),
)
