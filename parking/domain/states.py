"""The states of everything that has states, and every transition there is (DESIGN section 2, promise I6).

The database refuses any other transition: `parking.db.guard_rules` builds its triggers from these tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class BookingStatus(StrEnum):
    CREATED = "CREATED"
    PAID = "PAID"
    USED = "USED"
    EXPIRED = "EXPIRED"
    CANCELLED = "CANCELLED"
    NO_SHOW = "NO_SHOW"


class SessionStatus(StrEnum):
    ACTIVE = "ACTIVE"
    AWAITING_PAYMENT = "AWAITING_PAYMENT"
    COMPLETED = "COMPLETED"


class PaymentStatus(StrEnum):
    PENDING = "PENDING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"


class PaymentKind(StrEnum):
    BOOKING = "BOOKING"
    ADDITIONAL = "ADDITIONAL"
    EXTENSION = "EXTENSION"


class PaymentMethod(StrEnum):
    ONLINE = "ONLINE"
    CARD = "CARD"
    UPI = "UPI"
    CASH = "CASH"


class RefundStatus(StrEnum):
    PENDING = "PENDING"
    PROCESSED = "PROCESSED"
    FAILED = "FAILED"


class RefundKind(StrEnum):
    BOOKING_CANCEL = "BOOKING_CANCEL"
    UNUSED_TIME = "UNUSED_TIME"
    SURPLUS = "SURPLUS"
    ZONE_FULL = "ZONE_FULL"
    MANUAL = "MANUAL"


class ScanType(StrEnum):
    ENTRY = "ENTRY"
    EXIT = "EXIT"


class ScanResult(StrEnum):
    SUCCESS = "SUCCESS"
    FAILED = "FAILED"
    DUPLICATE = "DUPLICATE"


class GateDirection(StrEnum):
    ENTRY = "ENTRY"
    EXIT = "EXIT"
    BOTH = "BOTH"


class VehicleClass(StrEnum):
    """What a zone may ask different prices for."""

    MOTORCYCLE = "MOTORCYCLE"
    CAR = "CAR"
    VAN = "VAN"
    TRUCK = "TRUCK"
    BUS = "BUS"


class AdjustmentKind(StrEnum):
    """Why a stay costs more or less than its tariff says."""

    LOST_TICKET = "LOST_TICKET"
    WAIVER = "WAIVER"
    GOODWILL = "GOODWILL"
    OPENED_BY_HAND = "OPENED_BY_HAND"
    VALIDATION = "VALIDATION"
    PERMIT = "PERMIT"


SURCHARGES: Final = frozenset({AdjustmentKind.LOST_TICKET})
"""These add to the price; all others take from it."""
DISCOUNTS: Final = frozenset({AdjustmentKind.VALIDATION, AdjustmentKind.PERMIT})
"""These are reckoned anew for as long as the stay goes on, and written down when it ends."""


class AdjustmentStatus(StrEnum):
    """Only what is approved counts."""

    PROPOSED = "PROPOSED"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"


class DiscountKind(StrEnum):
    """What a merchant's code gives: minutes of the stay, an amount, or a part of the price."""

    TIME = "TIME"
    AMOUNT = "AMOUNT"
    PERCENT = "PERCENT"


class OpeningOutcome(StrEnum):
    """What became of the stay when a gate was opened by hand."""

    CLOSED = "CLOSED"
    LEFT_OPEN = "LEFT_OPEN"
    NO_STAY = "NO_STAY"


class AntiPassback(StrEnum):
    """What an entry gate does with a vehicle that is inside already, as far as anybody knows."""

    OFF = "off"
    SOFT = "soft"
    HARD = "hard"


class ReleaseReason(StrEnum):
    """Why an allocation let go of its slot."""

    HOLD_LAPSED = "HOLD_LAPSED"
    CANCELLED = "CANCELLED"
    NO_SHOW = "NO_SHOW"
    MOVED = "MOVED"
    ZONE_FULL = "ZONE_FULL"
    EXITED = "EXITED"


BOOKING_TRANSITIONS: Final[Mapping[BookingStatus, frozenset[BookingStatus]]] = {
    BookingStatus.CREATED: frozenset({BookingStatus.PAID, BookingStatus.EXPIRED, BookingStatus.CANCELLED}),
    # Late money that found a slot again.
    BookingStatus.EXPIRED: frozenset({BookingStatus.PAID}),
    BookingStatus.PAID: frozenset({BookingStatus.USED, BookingStatus.CANCELLED, BookingStatus.NO_SHOW}),
    BookingStatus.USED: frozenset(),
    BookingStatus.CANCELLED: frozenset(),
    BookingStatus.NO_SHOW: frozenset(),
}

SESSION_TRANSITIONS: Final[Mapping[SessionStatus, frozenset[SessionStatus]]] = {
    SessionStatus.ACTIVE: frozenset({SessionStatus.AWAITING_PAYMENT, SessionStatus.COMPLETED}),
    SessionStatus.AWAITING_PAYMENT: frozenset({SessionStatus.COMPLETED}),
    # Only a car that paid and did not leave: no gate has opened for it, and `leave_by` is past.
    SessionStatus.COMPLETED: frozenset({SessionStatus.AWAITING_PAYMENT}),
}

PAYMENT_TRANSITIONS: Final[Mapping[PaymentStatus, frozenset[PaymentStatus]]] = {
    PaymentStatus.PENDING: frozenset({PaymentStatus.COMPLETED, PaymentStatus.FAILED}),
    # Late authorisation: a provider's "failed" is not final (DESIGN section 6).
    PaymentStatus.FAILED: frozenset({PaymentStatus.COMPLETED}),
    PaymentStatus.COMPLETED: frozenset(),
}

REFUND_TRANSITIONS: Final[Mapping[RefundStatus, frozenset[RefundStatus]]] = {
    RefundStatus.PENDING: frozenset({RefundStatus.PROCESSED, RefundStatus.FAILED}),
    # A retry, with the same key.
    RefundStatus.FAILED: frozenset({RefundStatus.PENDING}),
    RefundStatus.PROCESSED: frozenset(),
}

ADJUSTMENT_TRANSITIONS: Final[Mapping[AdjustmentStatus, frozenset[AdjustmentStatus]]] = {
    AdjustmentStatus.PROPOSED: frozenset({AdjustmentStatus.APPROVED, AdjustmentStatus.REJECTED}),
    AdjustmentStatus.APPROVED: frozenset(),
    AdjustmentStatus.REJECTED: frozenset(),
}
