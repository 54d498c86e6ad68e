"""The entities: fields and constraints, nothing clever. The eight of the specification, and what holds them."""

from parking.models.adjustment import Adjustment
from parking.models.allocation import SlotAllocation
from parking.models.api_key import ApiKey
from parking.models.audit import AuditEvent
from parking.models.booking import ParkingBooking
from parking.models.clock import SandboxClock
from parking.models.day_close import DayClose
from parking.models.device import GateDevice
from parking.models.guess import GuessCount
from parking.models.idempotency import IdempotentRequest
from parking.models.opening import ManualOpening
from parking.models.outage import OccupancyCorrection, Outage
from parking.models.payment import Payment
from parking.models.permit import Permit, PermitCar
from parking.models.provider_event import ProviderEvent
from parking.models.quote import Quote
from parking.models.receipt import Receipt
from parking.models.refund import Refund
from parking.models.retired_code import RetiredCode
from parking.models.scan import QRScanLog
from parking.models.seal import LogSeal
from parking.models.session import ParkingSession
from parking.models.shift import CashierShift
from parking.models.site import ParkingSite
from parking.models.slot import ParkingSlot
from parking.models.terms import PolicyVersion, TariffVersion
from parking.models.validation import DiscountCode, Merchant, Validation
from parking.models.vehicle import Vehicle
from parking.models.zone import ParkingZone
from parking.models.zone_tariff import ZoneTariff

__all__ = [
    "Adjustment",
    "ApiKey",
    "AuditEvent",
    "CashierShift",
    "DayClose",
    "DiscountCode",
    "GateDevice",
    "GuessCount",
    "IdempotentRequest",
    "LogSeal",
    "ManualOpening",
    "Merchant",
    "OccupancyCorrection",
    "Outage",
    "ParkingBooking",
    "ParkingSession",
    "ParkingSite",
    "ParkingSlot",
    "ParkingZone",
    "Payment",
    "Permit",
    "PermitCar",
    "PolicyVersion",
    "ProviderEvent",
    "QRScanLog",
    "Quote",
    "Receipt",
    "Refund",
    "RetiredCode",
    "SandboxClock",
    "SlotAllocation",
    "TariffVersion",
    "Validation",
    "Vehicle",
    "ZoneTariff",
]
