"""What the states, kinds and reasons of our records are called on the operator's pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from parking.domain.states import (
    AdjustmentKind,
    AdjustmentStatus,
    AntiPassback,
    BookingStatus,
    PaymentKind,
    PaymentMethod,
    RefundKind,
    RefundStatus,
    ScanResult,
    ScanType,
    SessionStatus,
    VehicleClass,
)
from parking.queries.slot_plan import SlotState

if TYPE_CHECKING:
    from enum import StrEnum

    from django.utils.functional import _StrPromise

_LABELS: Final[Mapping[type[StrEnum], Mapping[StrEnum, _StrPromise]]] = {
    BookingStatus: {
        BookingStatus.CREATED: _("Held, not paid"),
        BookingStatus.PAID: _("Paid"),
        BookingStatus.USED: _("Used"),
        BookingStatus.EXPIRED: _("Lapsed"),
        BookingStatus.CANCELLED: _("Cancelled"),
        BookingStatus.NO_SHOW: _("Did not come"),
    },
    SessionStatus: {
        SessionStatus.ACTIVE: _("Inside"),
        SessionStatus.AWAITING_PAYMENT: _("At the exit, money due"),
        SessionStatus.COMPLETED: _("Left"),
    },
    PaymentKind: {
        PaymentKind.BOOKING: _("Booking"),
        PaymentKind.ADDITIONAL: _("Overtime"),
        PaymentKind.EXTENSION: _("More hours"),
    },
    PaymentMethod: {
        PaymentMethod.ONLINE: _("Online"),
        PaymentMethod.CARD: _("Card"),
        PaymentMethod.UPI: _("UPI"),
        PaymentMethod.CASH: _("Cash"),
    },
    RefundKind: {
        RefundKind.BOOKING_CANCEL: _("Cancellation"),
        RefundKind.UNUSED_TIME: _("Unused hours"),
        RefundKind.SURPLUS: _("Paid twice"),
        RefundKind.ZONE_FULL: _("No slot was left"),
        RefundKind.MANUAL: _("By hand"),
    },
    RefundStatus: {
        RefundStatus.PENDING: _("On its way"),
        RefundStatus.PROCESSED: _("Given back"),
        RefundStatus.FAILED: _("Failed, is tried again"),
    },
    AdjustmentKind: {
        AdjustmentKind.LOST_TICKET: _("Lost ticket"),
        AdjustmentKind.WAIVER: _("Waiver"),
        AdjustmentKind.GOODWILL: _("Goodwill"),
        AdjustmentKind.OPENED_BY_HAND: _("Let out by hand"),
        AdjustmentKind.VALIDATION: _("Merchant's code"),
        AdjustmentKind.PERMIT: _("Permit"),
    },
    AdjustmentStatus: {
        AdjustmentStatus.PROPOSED: _("Waits for a second person"),
        AdjustmentStatus.APPROVED: _("Approved"),
        AdjustmentStatus.REJECTED: _("Rejected"),
    },
    ScanType: {ScanType.ENTRY: _("Entry"), ScanType.EXIT: _("Exit")},
    ScanResult: {
        ScanResult.SUCCESS: _("Let through"),
        ScanResult.FAILED: _("Refused"),
        ScanResult.DUPLICATE: _("Used already"),
    },
    SlotState: {
        SlotState.FREE: pgettext_lazy("slot", "Free"),
        SlotState.HELD: _("Held"),
        SlotState.PAID: _("Paid for, expected"),
        SlotState.INSIDE: _("Car inside"),
        SlotState.OVERSTAYING: _("Staying too long"),
        SlotState.OUT: _("Out of service"),
    },
    VehicleClass: {
        VehicleClass.MOTORCYCLE: _("Motorcycle"),
        VehicleClass.CAR: _("Car"),
        VehicleClass.VAN: _("Van"),
        VehicleClass.TRUCK: _("Truck"),
        VehicleClass.BUS: _("Bus"),
    },
    AntiPassback: {
        AntiPassback.HARD: _("Refuse it"),
        AntiPassback.SOFT: _("Let it in, and mark it"),
        AntiPassback.OFF: _("Let it in"),
    },
}

TONES: Final[Mapping[StrEnum, str]] = {
    BookingStatus.CREATED: "wait",
    BookingStatus.PAID: "good",
    BookingStatus.USED: "calm",
    BookingStatus.NO_SHOW: "wait",
    SessionStatus.ACTIVE: "calm",
    SessionStatus.AWAITING_PAYMENT: "wait",
    SessionStatus.COMPLETED: "grey",
}
"""The colour of a badge; what is not here is grey. The words beside it say the same."""

_REASONS: Final[Mapping[str, _StrPromise]] = {
    "already_entered": _("Ticket was used to enter already"),
    "already_exited": _("Ticket was used to leave already"),
    "booking_cancelled": _("Booking was cancelled"),
    "device_key_required": _("Gate without its key"),
    "device_revoked": _("Scanner was revoked"),
    "hold_lapsed": _("Hold had lapsed"),
    "invalid_key": _("Wrong key"),
    "no_show": _("Came after its time"),
    "not_entered": _("Never came in"),
    "not_your_device": _("Key of another scanner"),
    "payment_due": _("Money was due"),
    "payment_in_progress": _("Payment was on its way"),
    "payment_required": _("Not paid"),
    "permit_full": _("All places of the permit taken"),
    "permit_over": _("Permit is not valid"),
    "ticket_replaced": _("Ticket was replaced"),
    "too_early": _("Came too early"),
    "unknown_code": _("Unknown code"),
    "unknown_device": _("Unknown scanner"),
    "vehicle_busy": _("Car has another booking"),
    "vehicle_inside": _("Car is inside already"),
    "wrong_direction": _("Gate of the other direction"),
    "wrong_zone": _("Ticket of another zone"),
    "zone_full": _("No slot was left"),
}

WAITING: Final[Mapping[str, _StrPromise]] = {
    "due_at_the_exit": _("Due at the exit"),
    "payments_pending": _("Payments on their way"),
    "refunds_pending": _("Refunds on their way"),
    "refunds_failed": _("Refunds that failed"),
    "cash_to_hand_back": _("Cash to hand back"),
    "second_person": _("Waiting for a second person"),
}
"""What money may wait for, by the fields of `MoneyWaiting`."""


def label(value: StrEnum) -> str:
    """What a state or kind is called."""
    return str(_LABELS[type(value)][value])


def choices(kind: type[StrEnum]) -> list[tuple[str, _StrPromise]]:
    """All of a kind, for a form."""
    return [(value.value, words) for value, words in _LABELS[kind].items()]


def tone(value: StrEnum) -> str:
    return TONES.get(value, "grey")


def reason(code: str) -> str:
    """Why a scan was refused. A code that is new here is told as it is."""
    known = _REASONS.get(code)
    return str(known) if known is not None else code.replace("_", " ")
