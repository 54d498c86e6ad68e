"""Every refusal the system can give, as one small tree.

Each error has a stable machine-readable ``code``, the HTTP status it is answered with, a message that is
safe to show to the person at the other end and says what to do next, and optional ``details`` that are
JSON-ready and become extra keys of the error body (DESIGN sections 2 and 7).

    ParkingError
    |- BadInput 422          |- Forbidden 403         |- Gone 410
    |- Unauthenticated 401   |- NotFound 404          |- Unavailable 503
    |- PaymentRequired 402   |- Conflict 409          |- TooManyGuesses 429
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import ClassVar


class ParkingError(Exception):
    """A command was refused, or could not be understood. Nothing was charged or given away."""

    default_code: ClassVar[str] = "error"
    default_status: ClassVar[int] = 500
    default_message: ClassVar[str] = "Something went wrong. Please try again."

    def __init__(
        self,
        message: str | None = None,
        *,
        code: str | None = None,
        status: int | None = None,
        details: Mapping[str, object] | None = None,
    ) -> None:
        self.message = message or self.default_message
        self.code = code or self.default_code
        self.status = status or self.default_status
        self.details: dict[str, object] = dict(details or {})
        super().__init__(f"{self.code}: {self.message}")


class BadInput(ParkingError):
    """The request was read, but a value in it cannot be used."""

    default_code = "invalid_input"
    default_status = 422
    default_message = "A value in the request cannot be used."


class InvalidField(BadInput):
    """One named field cannot be used; ``details["field"]`` names it."""

    default_code = "invalid_field"

    def __init__(self, *, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}", details={"field": field})


class InvalidTariff(BadInput):
    """A tariff's definition that is none; ``details["problems"]`` lists every problem with its path."""

    default_code = "invalid_tariff"
    default_message = "This definition is no tariff. Mend what is listed and send it again."

    def __init__(self, *, problems: Iterable[str]) -> None:
        listed = list(problems)
        super().__init__(f"{self.default_message} {'; '.join(listed)}", details={"problems": listed})


class BadEvent(ParkingError):
    """A provider's message that is forged, stale or unreadable; nothing came of it."""

    default_code = "bad_event"
    default_status = 400
    default_message = "This event cannot be believed or understood."


class IdempotencyKeyReused(BadInput):
    default_code = "idempotency_key_reused"
    default_message = "This Idempotency-Key was sent with another request. Give every request a key of its own."


class Unauthenticated(ParkingError):
    """The caller did not say, or could not prove, who it is."""

    default_code = "authentication_required"
    default_status = 401
    default_message = "Authentication is required."


class DeviceKeyRequired(Unauthenticated):
    default_code = "device_key_required"
    default_message = "This gate must show its key. Ask the operator for this gate's key."


class InvalidKey(Unauthenticated):
    default_code = "invalid_key"
    default_message = "This key is not valid, or no longer. Ask the operator for a new one."


class PaymentRequired(ParkingError):
    """Money is missing; the gate stays shut."""

    default_code = "payment_required"
    default_status = 402
    default_message = "This booking is not paid yet. Pay for it first, then scan again."


class PaymentDeclined(PaymentRequired):
    default_code = "payment_declined"
    default_message = "The payment was declined. Nothing was charged; try another way to pay."


class PaymentDue(PaymentRequired):
    default_code = "payment_due"
    default_message = "More time was used than paid for. Pay what is due, then scan again to leave."


class QuoteOutdated(PaymentRequired):
    default_code = "quote_outdated"
    default_message = "The amount has grown since it was quoted. Nothing was charged; pay the new amount."


class Forbidden(ParkingError):
    """The caller is known and may not do this."""

    default_code = "forbidden"
    default_status = 403
    default_message = "You are not allowed to do this."


class PermissionRequired(Forbidden):
    default_code = "permission_required"
    default_message = "You are not allowed to do this. Ask the operator for the permission."


class NotYourDevice(Forbidden):
    default_code = "not_your_device"
    default_message = "The scanner_device_id is not the one this key belongs to. Use the key of this scanner."


class UnknownDevice(Forbidden):
    default_code = "unknown_device"
    default_message = "This scanner is not registered. Ask the operator to register it."


class DeviceRevoked(Forbidden):
    default_code = "device_revoked"
    default_message = "This scanner has been revoked. Ask the operator for a new key."


class WrongDirection(Forbidden):
    default_code = "wrong_direction"
    default_message = "This scanner does not serve that direction. Use the other gate."


class WrongZone(Forbidden):
    default_code = "wrong_zone"
    default_message = "This ticket is for another zone. Drive to the zone that is printed on it."


class SecondPersonRequired(Forbidden):
    default_code = "second_person_required"
    default_message = "This needs a second person: somebody other than who proposed it must approve."


class NotFound(ParkingError):
    """No such thing, or not yours to see."""

    default_code = "not_found"
    default_status = 404
    default_message = "Not found."


class UnknownZone(NotFound):
    default_code = "unknown_zone"
    default_message = "There is no such parking zone. List the zones to see which there are."


class UnknownBooking(NotFound):
    default_code = "unknown_booking"
    default_message = "There is no booking with this id. Check the id you were given at booking."


class UnknownSession(NotFound):
    default_code = "unknown_session"
    default_message = "There is no parking session with this id."


class UnknownProvider(NotFound):
    default_code = "unknown_provider"
    default_message = "There is no payment provider of that name here."


class UnknownCharge(NotFound):
    default_code = "unknown_charge"
    default_message = "Nothing here belongs to what this event tells. Send it again later."


class UnknownCode(NotFound):
    default_code = "unknown_code"
    default_message = "This QR code is not one of ours, or cannot be read. Scan again, or ask the attendant."


class UnknownAdjustment(NotFound):
    default_code = "unknown_adjustment"
    default_message = "There is no adjustment with this id."


class UnknownPayment(NotFound):
    default_code = "unknown_payment"
    default_message = "There is no payment with this id."


class UnknownDiscount(NotFound):
    default_code = "unknown_discount"
    default_message = "There is no such discount code. Check the code on your voucher."


class UnknownMerchant(NotFound):
    default_code = "unknown_merchant"
    default_message = "There is no merchant with this id."


class UnknownPermit(NotFound):
    default_code = "unknown_permit"
    default_message = "There is no permit with this id."


class UnknownPermitCar(NotFound):
    default_code = "unknown_permit_car"
    default_message = "This car is not on the permit."


class UnknownTariff(NotFound):
    default_code = "unknown_tariff"
    default_message = "There is no tariff of this name and version."


class UnknownPolicy(NotFound):
    default_code = "unknown_policy"
    default_message = "There is no policy with this id."


class UnknownOutage(NotFound):
    default_code = "unknown_outage"
    default_message = "There is no outage with this id."


class UnknownSlot(NotFound):
    default_code = "unknown_slot"
    default_message = "There is no slot of this number in the zone."


class UnknownRefund(NotFound):
    default_code = "unknown_refund"
    default_message = "There is no refund with this id."


class Conflict(ParkingError):
    """The thing exists, and is in a state in which this cannot be done."""

    default_code = "conflict"
    default_status = 409
    default_message = "This cannot be done in the present state."


class VehicleBusy(Conflict):
    default_code = "vehicle_busy"
    default_message = "This vehicle already has a booking, or is parked, at that time."


class VehicleInside(Conflict):
    default_code = "vehicle_inside"
    default_message = "This vehicle is already parked on another ticket. It must leave before it can enter again."


class ZoneFull(Conflict):
    default_code = "zone_full"
    default_message = "No slot is free in this zone for that time. Try another zone or another time."


class AlreadyPaid(Conflict):
    default_code = "already_paid"
    default_message = "This booking is already paid. Nothing was charged again."


class PaymentInProgress(Conflict):
    default_code = "payment_in_progress"
    default_message = "A payment is being processed. Wait a few seconds and ask for the booking's state."


class BookingCancelled(Conflict):
    default_code = "booking_cancelled"
    default_message = "This booking was cancelled. Make a new booking."


class AlreadyEntered(Conflict):
    default_code = "already_entered"
    default_message = "This ticket has already been used to enter."


class TooEarly(Conflict):
    default_code = "too_early"
    default_message = "This booking has not started yet. Come back when it does."


class NotEntered(Conflict):
    default_code = "not_entered"
    default_message = "This ticket was never scanned at an entry gate, so there is nothing to leave from."


class AlreadyExited(Conflict):
    default_code = "already_exited"
    default_message = "This ticket has already been used to leave."


class ScanIdReused(Conflict):
    default_code = "scan_id_reused"
    default_message = "This scan_id was used for another scan. Give every scan its own."


class NothingDue(Conflict):
    default_code = "nothing_due"
    default_message = "Nothing is due for this session. Nothing was charged."


class RefundChanged(Conflict):
    default_code = "refund_changed"
    default_message = "Less would go back by now than you were shown. Nothing was cancelled."


class NotExtendable(Conflict):
    default_code = "not_extendable"
    default_message = "Only a booking that is paid, and whose car has not asked to leave, can be extended."


class LostTicketCharged(Conflict):
    default_code = "lost_ticket_charged"
    default_message = "The fee for a lost ticket was already charged for this stay."


class AdjustmentTooLarge(Conflict):
    default_code = "adjustment_too_large"
    default_message = "More than this stay costs cannot be taken off. Propose less."


class NotRefundable(Conflict):
    """The payment is known, and nothing of it can go back by hand; the message says why, and what to do instead."""

    default_code = "not_refundable"
    default_message = "Nothing of this payment can be refunded by hand."


class PermitTicket(Conflict):
    default_code = "permit_ticket"
    default_message = (
        "This car came in on a permit, and its ticket is the permit's code. Take the car off the permit and put it on "
        "again: that gives it a new code."
    )


class AdjustmentDecided(Conflict):
    default_code = "adjustment_decided"
    default_message = "This adjustment was already approved or rejected."


class NoOpenShift(Conflict):
    default_code = "no_open_shift"
    default_message = "You have no open shift. Open one before you take or give cash."


class ShiftOpen(Conflict):
    default_code = "shift_open"
    default_message = "You already have an open shift. Close it first."


class PersonStillNeeded(Conflict):
    """The message says what must end first; ``details["obstacles"]`` names each with its booking."""

    default_code = "person_still_needed"
    default_message = "This person cannot be forgotten yet: something of theirs is not over. Nothing was erased."


class DayNotOver(Conflict):
    default_code = "day_not_over"
    default_message = "This day is not over. Close it tomorrow."


class ShiftsOpen(Conflict):
    default_code = "shifts_open"
    default_message = "Shifts of this day are open. Their cashiers must count their drawers first."


class DayClosed(Conflict):
    default_code = "day_closed"
    default_message = "This day was already closed. Nothing was written again."


class NothingToHandBack(Conflict):
    default_code = "nothing_to_hand_back"
    default_message = "This cash was already handed back. Give nothing again."


class DiscountRefused(Conflict):
    """The code is known and gives nothing here; the message says why."""

    default_code = "discount_refused"
    default_message = "This discount code cannot be used for this stay."


class PermitFull(Conflict):
    default_code = "permit_full"
    default_message = "As many cars are inside as this permit is paid for. One of them must leave first."


class SlotInOutage(Conflict):
    default_code = "slot_in_outage"
    default_message = "This slot or zone is already out of service at that time."


class NothingPaid(Conflict):
    default_code = "nothing_paid"
    default_message = "Nothing has been paid for this booking yet, so there is no receipt."


class IdempotencyInProgress(Conflict):
    default_code = "idempotency_in_progress"
    default_message = "The first request with this Idempotency-Key is still running. Send the same again in a moment."


class ClockBackwards(Conflict):
    default_code = "clock_backwards"
    default_message = "The test clock only goes forward. Choose a later time."


class Busy(Conflict):
    """Two callers wanted the same thing at once and this one lost; the same call may succeed now."""

    default_code = "busy"
    default_message = "Somebody else was just served. Please try again."


class TooManyGuesses(ParkingError):
    """Only wrong guesses count: unknown codes and ids, and keys that are not valid."""

    default_code = "too_many_guesses"
    default_status = 429
    default_message = "Too many wrong codes, ids or keys came from here. Wait before you try again."


class Gone(ParkingError):
    """It was there, and its time is over."""

    default_code = "gone"
    default_status = 410
    default_message = "This is over."


class HoldLapsed(Gone):
    default_code = "hold_lapsed"
    default_message = "The time to pay for this booking is over and its slot was released. Book again."


class NoShow(Gone):
    default_code = "no_show"
    default_message = "This booking's time ended before the vehicle entered. Book again."


class TicketReplaced(Gone):
    default_code = "ticket_replaced"
    default_message = "This ticket was replaced by a new one. Use the new ticket, or ask the attendant."


class PermitOver(Gone):
    default_code = "permit_over"
    default_message = "This permit is not valid today. Ask the operator to renew it."


class Unavailable(ParkingError):
    """We cannot answer now; the same call may succeed later."""

    default_code = "unavailable"
    default_status = 503
    default_message = "The service is not available just now. Please try again in a moment."
