"""Who may do what: every use case names one permission, and every kind of caller holds some of them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Permission(StrEnum):
    ZONE_VIEW = "zone.view"
    BOOKING_CREATE = "booking.create"
    BOOKING_VIEW = "booking.view"
    BOOKING_PAY = "booking.pay"
    BOOKING_CANCEL = "booking.cancel"
    BOOKING_CHANGE = "booking.change"
    STAY_PAY = "stay.pay"
    CASH_COLLECT = "cash.collect"
    GATE_SCAN = "gate.scan"
    ADJUSTMENT_PROPOSE = "adjustment.propose"
    ADJUSTMENT_APPROVE = "adjustment.approve"
    REFUND_BY_HAND = "refund.by_hand"
    TICKET_REPLACE = "ticket.replace"
    GATE_OPEN = "gate.open"
    PASSBACK_RESET = "passback.reset"
    OCCUPANCY_CORRECT = "occupancy.correct"
    VALIDATION_APPLY = "validation.apply"
    TERMS_VIEW = "terms.view"
    TERMS_MANAGE = "terms.manage"
    MERCHANT_MANAGE = "merchant.manage"
    PERMIT_MANAGE = "permit.manage"
    SLOT_MANAGE = "slot.manage"
    DEVICE_MANAGE = "device.manage"
    API_KEY_MANAGE = "api_key.manage"
    DAY_CLOSE = "day.close"
    PERSON_ANONYMISE = "person.anonymise"
    RECORD_VIEW = "record.view"
    RECORD_EXPORT = "record.export"


DRIVER_PERMISSIONS: Final = frozenset(
    {
        Permission.ZONE_VIEW,
        Permission.BOOKING_CREATE,
        Permission.BOOKING_VIEW,
        Permission.BOOKING_PAY,
        Permission.BOOKING_CANCEL,
        Permission.BOOKING_CHANGE,
        Permission.STAY_PAY,
        Permission.VALIDATION_APPLY,
    }
)
"""What anybody may do, given the id of the booking: knowing it is the right to it (DESIGN section 7)."""

DEVICE_PERMISSIONS: Final = frozenset({Permission.ZONE_VIEW, Permission.GATE_SCAN})


class Scope(StrEnum):
    """What an integrator's API key may be given."""

    ZONES_READ = "zones:read"
    BOOKINGS_READ = "bookings:read"
    BOOKINGS_WRITE = "bookings:write"
    PAYMENTS_WRITE = "payments:write"
    VALIDATIONS_WRITE = "validations:write"


SCOPES: Final[Mapping[Scope, frozenset[Permission]]] = {
    Scope.ZONES_READ: frozenset({Permission.ZONE_VIEW}),
    Scope.BOOKINGS_READ: frozenset({Permission.BOOKING_VIEW}),
    Scope.BOOKINGS_WRITE: frozenset({Permission.BOOKING_CREATE, Permission.BOOKING_CANCEL, Permission.BOOKING_CHANGE}),
    Scope.PAYMENTS_WRITE: frozenset({Permission.BOOKING_PAY, Permission.STAY_PAY}),
    Scope.VALIDATIONS_WRITE: frozenset({Permission.VALIDATION_APPLY}),
}


class Role(StrEnum):
    """What a member of staff may be; a person may be several."""

    ATTENDANT = "attendant"
    CASHIER = "cashier"
    OPERATOR = "operator"
    AUDITOR = "auditor"


_ATTENDANT: Final = DRIVER_PERMISSIONS - {Permission.BOOKING_PAY, Permission.STAY_PAY} | {
    Permission.GATE_SCAN,
    Permission.RECORD_VIEW,
    Permission.ADJUSTMENT_PROPOSE,
    Permission.TICKET_REPLACE,
    Permission.GATE_OPEN,
    Permission.OCCUPANCY_CORRECT,
    Permission.TERMS_VIEW,
}

ROLES: Final[Mapping[Role, frozenset[Permission]]] = {
    Role.ATTENDANT: _ATTENDANT,
    Role.CASHIER: _ATTENDANT | {Permission.BOOKING_PAY, Permission.STAY_PAY, Permission.CASH_COLLECT},
    Role.OPERATOR: frozenset(Permission),
    Role.AUDITOR: frozenset(
        {
            Permission.ZONE_VIEW,
            Permission.BOOKING_VIEW,
            Permission.RECORD_VIEW,
            Permission.RECORD_EXPORT,
            Permission.TERMS_VIEW,
        }
    ),
}
