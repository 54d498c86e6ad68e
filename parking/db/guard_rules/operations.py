"""Guards of what people do: adjustments, tickets replaced, shifts, openings by hand, discounts, permits, outages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from parking.db.guard_rules.shapes import Guard, append_only, fixed, transitions
from parking.domain.states import ADJUSTMENT_TRANSITIONS, AdjustmentStatus

_BOOKING, _SESSION = "parking_parkingbooking", "parking_parkingsession"
_PAYMENT, _REFUND = "parking_payment", "parking_refund"
_ADJUSTMENT, _RETIRED, _SHIFT = "parking_adjustment", "parking_retiredcode", "parking_cashiershift"
_OUTAGE, _SLOT, _OPENING = "parking_outage", "parking_parkingslot", "parking_manualopening"
_DISCOUNT, _VALIDATION = "parking_discountcode", "parking_validation"
_PERMIT, _PERMIT_CAR = "parking_permit", "parking_permitcar"

OPERATIONS: Final[Sequence[Guard]] = (
    # I6, I12: an adjustment is decided once, and what it says never changes.
    *transitions(
        name="parking_adjustment",
        table=_ADJUSTMENT,
        first=AdjustmentStatus.PROPOSED,
        allowed=ADJUSTMENT_TRANSITIONS,
        or_born="NEW.status = 'APPROVED' AND NOT NEW.needs_second",
    ),
    *fixed(
        name="parking_adjustment",
        table=_ADJUSTMENT,
        columns=["id", "booking_id", "kind", "amount_minor", "currency", "needs_second", "proposed_by", "created_at"],
    ),
    Guard(
        name="parking_adjustment_one_booking",
        table=_ADJUSTMENT,
        event="INSERT",
        refuse_when=(
            f"NOT EXISTS (SELECT 1 FROM {_BOOKING} b WHERE b.id = NEW.booking_id AND b.currency = NEW.currency)"
            f" OR NEW.session_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {_SESSION} s"
            " WHERE s.id = NEW.session_id AND s.booking_id = NEW.booking_id)"
            f" OR NEW.payment_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {_PAYMENT} p"
            " WHERE p.id = NEW.payment_id AND p.booking_id = NEW.booking_id)"
        ),
    ),
    Guard(
        name="parking_adjustment_of_its_payment",
        table=_ADJUSTMENT,
        event="UPDATE OF payment_id",
        # Two that are both NULL are compared to NULL, which is no refusal.
        refuse_when=("(NEW.payment_id IS NULL) <> (OLD.payment_id IS NULL) OR NEW.payment_id <> OLD.payment_id"),
    ),
    # A code changes only together with its retirement, and is never handed out again.
    Guard(
        name="parking_booking_code_retired_first",
        table=_BOOKING,
        event="UPDATE OF qr_code",
        refuse_when=(
            "NEW.qr_code <> OLD.qr_code AND NOT EXISTS (SELECT 1 FROM "
            f"{_RETIRED} r WHERE r.code = OLD.qr_code AND r.booking_id = OLD.id)"
        ),
    ),
    *(
        Guard(
            name="parking_booking_code_never_again",
            table=_BOOKING,
            event=event,
            refuse_when=(
                f"EXISTS (SELECT 1 FROM {_RETIRED} r WHERE r.code = NEW.qr_code)"
                f" OR EXISTS (SELECT 1 FROM {_PERMIT_CAR} c WHERE c.qr_code = NEW.qr_code)"
            ),
        )
        for event in ("INSERT", "UPDATE OF qr_code")
    ),
    Guard(
        name="parking_permit_car_code_of_its_own",
        table=_PERMIT_CAR,
        event="INSERT",
        refuse_when=(
            f"EXISTS (SELECT 1 FROM {_RETIRED} r WHERE r.code = NEW.qr_code)"
            f" OR EXISTS (SELECT 1 FROM {_BOOKING} b WHERE b.qr_code = NEW.qr_code)"
        ),
    ),
    *append_only(name="parking_retired_code", table=_RETIRED),
    # The plate may change until the car has entered.
    Guard(
        name="parking_booking_vehicle_before_entry",
        table=_BOOKING,
        event="UPDATE OF vehicle_id, plate",
        refuse_when=(
            "NEW.vehicle_id <> OLD.vehicle_id AND OLD.status NOT IN ('CREATED', 'PAID') AND NEW.anonymised_at IS NULL"
        ),
    ),
    # Cash: taken in the cashier's own open shift, and a shift that was closed stays as it was counted.
    *fixed(
        name="parking_shift",
        table=_SHIFT,
        columns=["site_id", "cashier_id", "currency", "opened_at", "opening_float_minor"],
    ),
    Guard(
        name="parking_shift_final",
        table=_SHIFT,
        event="UPDATE",
        refuse_when="OLD.closed_at IS NOT NULL",
    ),
    *(
        Guard(
            name="parking_payment_cash_in_a_shift",
            table=_PAYMENT,
            event=event,
            refuse_when=(
                "NEW.method = 'CASH' AND NOT EXISTS (SELECT 1 FROM"
                f" {_SHIFT} s WHERE s.id = NEW.shift_id AND s.cashier_id = NEW.collected_by_id"
                " AND s.currency = NEW.currency AND s.closed_at IS NULL)"
            ),
        )
        for event in ("INSERT", "UPDATE OF shift_id, method, collected_by_id")
    ),
    Guard(
        name="parking_refund_cash_in_a_shift",
        table=_REFUND,
        event="UPDATE OF shift_id",
        refuse_when=(
            "NEW.shift_id IS NULL OR OLD.shift_id IS NOT NULL OR NOT EXISTS (SELECT 1 FROM"
            f" {_SHIFT} s WHERE s.id = NEW.shift_id AND s.closed_at IS NULL)"
        ),
    ),
    # A day that was closed stays as it was written down.
    *append_only(name="parking_day_close", table="parking_dayclose"),
    # Outages and what was counted.
    *fixed(name="parking_outage", table=_OUTAGE, columns=["zone_id", "starts_at", "reason", "made_by", "created_at"]),
    Guard(
        name="parking_outage_one_zone",
        table=_OUTAGE,
        event="INSERT",
        refuse_when=(
            "NEW.slot_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM"
            f" {_SLOT} s WHERE s.id = NEW.slot_id AND s.zone_id = NEW.zone_id)"
        ),
    ),
    Guard(
        name="parking_outage_of_its_slot",
        table=_OUTAGE,
        event="UPDATE OF slot_id",
        refuse_when="COALESCE(NEW.slot_id, 0) <> COALESCE(OLD.slot_id, 0)",
    ),
    *append_only(name="parking_correction", table="parking_occupancycorrection"),
    *append_only(name="parking_opening", table=_OPENING),
    Guard(
        name="parking_opening_one_booking",
        table=_OPENING,
        event="INSERT",
        refuse_when=(
            f"NEW.session_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {_SESSION} s"
            " WHERE s.id = NEW.session_id AND s.booking_id = NEW.booking_id)"
        ),
    ),
    # Discounts: what a code gives is fixed when it is made; one use is decided once.
    *fixed(
        name="parking_discount",
        table=_DISCOUNT,
        columns=["merchant_id", "code", "kind", "value", "at_most_minor", "currency", "valid_from", "created_at"],
    ),
    *fixed(
        name="parking_validation",
        table=_VALIDATION,
        columns=["discount_id", "session_id", "reserved_minor", "applied_by", "applied_at"],
    ),
    Guard(
        name="parking_validation_currency",
        table=_VALIDATION,
        event="INSERT",
        refuse_when=(
            f"NOT EXISTS (SELECT 1 FROM {_DISCOUNT} d JOIN {_SESSION} s ON s.id = NEW.session_id"
            f" JOIN {_BOOKING} b ON b.id = s.booking_id WHERE d.id = NEW.discount_id AND d.currency = b.currency)"
        ),
    ),
    # Permits: what was sold stays; a booking under one is of its zone.
    *fixed(
        name="parking_permit",
        table=_PERMIT,
        columns=["site_id", "zone_id", "cars_at_once", "valid_from", "created_at"],
    ),
    *fixed(name="parking_permit_car", table=_PERMIT_CAR, columns=["permit_id", "qr_code", "added_at"]),
    *(
        Guard(
            name="parking_booking_of_permit",
            table=_BOOKING,
            event=event,
            refuse_when=(
                f"NEW.permit_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {_PERMIT} p"
                " WHERE p.id = NEW.permit_id AND p.zone_id = NEW.zone_id)"
            ),
        )
        for event in ("INSERT", "UPDATE OF permit_id")
    ),
)
