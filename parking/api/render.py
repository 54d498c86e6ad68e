"""What the use cases and queries found, as the answers of the API: money as decimal strings, times in UTC."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from parking.api import response_schemas as answers
from parking.domain.money import format_amount
from parking.domain.states import PaymentStatus
from parking.domain.tariffs import PriceLine
from parking.domain.times import format_time
from parking.queries.availability import ZoneRoom
from parking.queries.bookings import AdjustmentLine, BookingDetails, StayDetails
from parking.queries.quotes import QuotedVisit
from parking.queries.zones import ZoneStatus
from parking.services.results import (
    BookingClosed,
    BookingCreated,
    BookingExtended,
    EntryAdmitted,
    ExitBill,
    PaymentAnswer,
    PlateChanged,
    bill_details,
)
from parking.services.sandbox_clock import ClockReading


def _amount(amount_minor: int, currency: str) -> str:
    return format_amount(amount_minor=amount_minor, currency=currency)


def _time(moment: datetime) -> str:
    return format_time(moment=moment)


def _time_if_any(moment: datetime | None) -> str | None:
    return None if moment is None else format_time(moment=moment)


def _spoken_time(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def booking_created(*, booking: BookingCreated) -> answers.BookingCreatedAnswer:
    amount = _amount(booking.amount_minor, booking.currency)
    return answers.BookingCreatedAnswer(
        booking_id=str(booking.booking_id),
        qr_code=booking.qr_code,
        vehicle_number=booking.vehicle_number,
        slot_number=booking.slot_number,
        zone_name=booking.zone_name,
        hours=booking.hours,
        amount=amount,
        currency=booking.currency,
        created_at=_time(booking.created_at),
        expires_at=_time(booking.expires_at),
        starts_at=_time(booking.starts_at),
        ends_at=_time(booking.ends_at),
        status=booking.status,
        message=_what_to_do(booking=booking, amount=amount),
    )


def _what_to_do(*, booking: BookingCreated, amount: str) -> str:
    if booking.amount_minor == 0:
        return f"Nothing to pay now. Slot {booking.slot_number} is yours until {_spoken_time(booking.ends_at)}."
    until = _spoken_time(booking.expires_at)
    return f"Pay {amount} {booking.currency} before {until} to keep slot {booking.slot_number}."


def booking_payment(*, payment: PaymentAnswer) -> answers.BookingPaymentAnswer:
    return answers.BookingPaymentAnswer(
        payment_id=str(payment.payment_id),
        booking_id=str(payment.booking_id),
        amount=_amount(payment.amount_minor, payment.currency),
        currency=payment.currency,
        payment_status=payment.payment_status,
        booking_status=payment.booking_status,
        next_action=dict(payment.next_action) or None,
        message=_payment_message(payment=payment, then="Scan the QR code at an entry gate."),
    )


def additional_payment(*, payment: PaymentAnswer) -> answers.AdditionalPaymentAnswer:
    if payment.session_id is None or payment.session_status is None:
        raise ValueError(f"payment {payment.payment_id} is of no session")
    then = "Scan the ticket at the exit gate to leave."
    if payment.leave_by is not None:
        then = f"Scan the ticket at the exit gate before {_spoken_time(payment.leave_by)} to leave."
    return answers.AdditionalPaymentAnswer(
        payment_id=str(payment.payment_id),
        session_id=str(payment.session_id),
        booking_id=str(payment.booking_id),
        amount=_amount(payment.amount_minor, payment.currency),
        currency=payment.currency,
        payment_status=payment.payment_status,
        session_status=payment.session_status,
        leave_by=_time_if_any(payment.leave_by),
        next_action=dict(payment.next_action) or None,
        message=_payment_message(payment=payment, then=then),
    )


def _payment_message(*, payment: PaymentAnswer, then: str) -> str:
    amount = f"{_amount(payment.amount_minor, payment.currency)} {payment.currency}"
    if payment.payment_status is not PaymentStatus.PENDING:
        return f"Paid {amount}. {then}"
    told = payment.next_action.get("instructions", "Send the same request again in a few seconds to see how it went.")
    return f"The payment of {amount} is not complete yet. {told}"


def booking_cancelled(*, booking: BookingClosed) -> answers.BookingCancelledAnswer:
    amount = _amount(booking.refund_minor, booking.currency)
    if booking.refund_minor == 0:
        message = "The booking is cancelled. Nothing is refunded."
    elif booking.refund_processed:
        message = f"The booking is cancelled. {amount} {booking.currency} were refunded."
    else:
        message = f"The booking is cancelled. The refund of {amount} {booking.currency} is on its way."
    message += _at_the_desk(booking.in_cash_minor, booking.currency)
    return answers.BookingCancelledAnswer(
        booking_id=str(booking.booking_id),
        refund_amount=amount,
        refund_processed=booking.refund_processed,
        currency=booking.currency,
        message=message,
    )


def _at_the_desk(in_cash_minor: int, currency: str) -> str:
    return f" {_amount(in_cash_minor, currency)} {currency} wait for you at the cash desk." if in_cash_minor else ""


def booking_extended(*, extended: BookingExtended) -> answers.BookingExtendedAnswer:
    payment = extended.payment
    until = f"The booking now has {extended.hours} hours, until {_spoken_time(extended.paid_until)}."
    return answers.BookingExtendedAnswer(
        booking_id=str(extended.booking_id),
        hours=extended.hours,
        paid_until=_time(extended.paid_until),
        slot_number=extended.slot_number,
        payment_id=str(payment.payment_id) if payment else None,
        amount=_amount(payment.amount_minor if payment else 0, extended.currency),
        currency=extended.currency,
        payment_status=payment.payment_status if payment else None,
        next_action=(dict(payment.next_action) or None) if payment else None,
        message=_payment_message(payment=payment, then=until) if payment else until,
    )


def plate_changed(*, changed: PlateChanged) -> answers.PlateChangedAnswer:
    return answers.PlateChangedAnswer(
        booking_id=str(changed.booking_id),
        vehicle_number=changed.vehicle_number,
        slot_number=changed.slot_number,
        message=f"{changed.vehicle_number} may use this booking now. The code is the same.",
    )


def quote(*, visit: QuotedVisit) -> answers.QuoteAnswer:
    bill, currency = visit.bill, visit.currency
    return answers.QuoteAnswer(
        zone_name=visit.zone_name,
        vehicle_class=visit.vehicle_class,
        starts_at=_time(visit.starts_at),
        ends_at=_time(bill.billed_until),
        total_minutes=bill.price.total_minutes,
        billable_minutes=bill.price.billable_minutes,
        price_amount=_amount(bill.price.amount_minor, currency),
        adjustments_amount=_amount(bill.adjusted_minor, currency),
        discount_amount=_amount(bill.discounts_minor, currency),
        total_amount=_amount(bill.total_minor, currency),
        prepaid_amount=_amount(bill.kept_minor, currency),
        additional_amount=_amount(bill.due_minor, currency),
        refund_amount=_amount(bill.refund_minor, currency),
        currency=currency,
        tariff=visit.tariff,
        lines=[_price_line(line=line, currency=currency) for line in bill.price.lines],
        notes=list(bill.price.notes),
    )


def _price_line(*, line: PriceLine, currency: str) -> answers.PriceLineAnswer:
    return answers.PriceLineAnswer(
        text=line.words,
        starts_at=_time(line.starts_at),
        ends_at=_time(line.ends_at),
        amount=_amount(line.amount_minor, currency),
    )


def adjustments(*, lines: Iterable[AdjustmentLine], currency: str) -> list[answers.AdjustmentSummary]:
    return [
        answers.AdjustmentSummary(kind=line.kind, amount=_amount(line.amount_minor, currency), time=_time(line.at))
        for line in lines
    ]


def entry_admitted(*, entry: EntryAdmitted) -> answers.EntryAnswer:
    return answers.EntryAnswer(
        session_id=str(entry.session_id),
        booking_id=str(entry.booking_id),
        vehicle_number=entry.vehicle_number,
        slot_number=entry.slot_number,
        zone_name=entry.zone_name,
        entry_time=_time(entry.entry_time),
        paid_until=_time(entry.paid_until),
        message=f"Welcome. Park in slot {entry.slot_number}; you have paid until {_spoken_time(entry.paid_until)}."
        + (" Your earlier stay, which no exit gate saw the end of, is closed." if entry.passback else ""),
    )


def exit_opened(*, bill: ExitBill) -> answers.ExitAnswer:
    message = "Nothing is due. Goodbye."
    if bill.refund_minor > 0:
        refund = f"{_amount(bill.refund_minor, bill.currency)} {bill.currency}"
        at_the_desk = _at_the_desk(bill.in_cash_minor, bill.currency)
        message = f"Nothing is due. {refund} for unused hours are refunded.{at_the_desk} Goodbye."
    return answers.ExitAnswer.model_validate({**bill_details(bill=bill), "message": message})


def booking(*, details: BookingDetails) -> answers.BookingAnswer:
    currency = details.currency
    stay = details.stay
    return answers.BookingAnswer(
        booking_id=str(details.booking_id),
        session_id=str(stay.session_id) if stay else None,
        status=details.status,
        qr_code=details.qr_code,
        vehicle_number=details.vehicle_number,
        zone_id=details.zone_id,
        zone_name=details.zone_name,
        slot_number=details.slot_number,
        hours=details.hours,
        created_at=_time(details.created_at),
        expires_at=_time(details.expires_at),
        starts_at=_time(details.starts_at),
        ends_at=_time(details.ends_at),
        paid_at=_time_if_any(details.paid_at),
        amount=_amount(details.amount_minor, currency),
        captured_amount=_amount(details.captured_minor, currency),
        refunded_amount=_amount(details.refunded_minor, currency),
        cancel_refund_amount=None
        if details.cancel_refund_minor is None
        else _amount(details.cancel_refund_minor, currency),
        adjustments=adjustments(lines=details.adjustments, currency=currency),
        currency=currency,
        vehicle_class=details.vehicle_class,
        session=_session(stay=stay, currency=currency) if stay else None,
    )


def _session(*, stay: StayDetails, currency: str) -> answers.SessionSummary:
    return answers.SessionSummary(
        session_id=str(stay.session_id),
        status=stay.status,
        entry_time=_time(stay.entry_time),
        exit_time=_time_if_any(stay.exit_time),
        billed_until=_time_if_any(stay.billed_until),
        leave_by=_time_if_any(stay.leave_by),
        gate_opened_at=_time_if_any(stay.gate_opened_at),
        amount_due=_amount(stay.due_minor, currency),
    )


def zone_summary(*, zone: ZoneStatus) -> answers.ZoneSummary:
    return answers.ZoneSummary(
        id=zone.id,
        name=zone.name,
        hourly_rate=_amount(zone.hourly_rate_minor, zone.currency),
        currency=zone.currency,
        total_slots=zone.total_slots,
        occupied_slots=zone.occupied_slots,
        available_slots=zone.available_slots,
        occupancy_percentage=zone.occupancy_percentage,
    )


def zone_status(*, zone: ZoneStatus) -> answers.ZoneStatusAnswer:
    return answers.ZoneStatusAnswer(
        zone_id=zone.id,
        zone_name=zone.name,
        hourly_rate=_amount(zone.hourly_rate_minor, zone.currency),
        currency=zone.currency,
        total_slots=zone.total_slots,
        occupied_slots=zone.occupied_slots,
        available_slots=zone.available_slots,
        out_of_service_slots=zone.out_of_service_slots,
        unaccounted_cars=zone.unaccounted_cars,
        active_sessions=zone.active_sessions,
        occupancy_percentage=zone.occupancy_percentage,
    )


def availability(*, found: ZoneRoom) -> answers.AvailabilityAnswer:
    steps = [
        answers.RoomStep(starts_at=_time(step.starts_at), ends_at=_time(step.ends_at), free_slots=step.free_slots)
        for step in found.room.steps
    ]
    return answers.AvailabilityAnswer(
        zone_id=found.zone_id,
        zone_name=found.zone_name,
        starts_at=_time(found.start),
        ends_at=_time(found.end),
        total_slots=found.total_slots,
        free_slots=found.room.free_slots,
        steps=steps,
        exact=found.room.is_exact,
    )


def health(*, now: datetime, zones_configured: int) -> answers.HealthAnswer:
    return answers.HealthAnswer(timestamp=_time(now), zones_configured=zones_configured)


def clock(*, reading: ClockReading) -> answers.ClockAnswer:
    return answers.ClockAnswer(now=_time(reading.now), frozen=reading.frozen, offset_seconds=reading.offset_seconds)
