"""The exit gate: quote, pay, open, in that order."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from parking.db import writing
from parking.db.tickets import Ticket
from parking.domain.callers import Caller
from parking.domain.errors import AlreadyExited, NotEntered, ParkingError, PaymentDue
from parking.domain.states import RefundKind, ScanType, SessionStatus
from parking.domain.stays import AskForPayment, Bill, OpenGate, decide_exit
from parking.domain.times import not_before
from parking.models import ParkingBooking, ParkingSession, Quote
from parking.queries import snapshots
from parking.services import audit, collection, discounting, refunds, scans, slots
from parking.services.results import ExitBill, bill_details


def scan_exit_qr(
    *,
    qr_code: str,
    scanner_device_id: str,
    scanner_location: str = "",
    scan_id: str | None = None,
    device_time: datetime | None = None,
    caller: Caller,
    now: datetime,
) -> ExitBill:
    """Open the exit gate if nothing is due; otherwise tell what is (specification, "Exit Flow").

    Unused hours are refunded, once, when the stay ends. Raises UnknownDevice and its kin, UnknownCode,
    NotEntered, AlreadyExited, and PaymentDue with the whole bill in its details. Every attempt is logged.
    """
    scan = scans.Scan(
        scan_type=ScanType.EXIT,
        qr_code=qr_code,
        scanner_device_id=scanner_device_id,
        scanner_location=scanner_location,
        scan_id=scan_id,
        device_time=device_time,
        caller=caller,
        scanned_at=now,
    )
    return scans.carry_out(scan=scan, answer_type=ExitBill, decide=lambda ticket: _leave(scan=scan, ticket=ticket))


def _leave(*, scan: scans.Scan, ticket: Ticket) -> scans.Outcome[ExitBill]:
    booking, session = ticket.booking, ticket.session
    if session is None:
        return scans.Outcome(answer=NotEntered())
    now = not_before(scan.scanned_at, session.entry_time, session.exit_time, session.billed_until)
    quote = snapshots.unpaid(quote=ticket.newest_quote)
    money = snapshots.money_of_ticket(ticket=ticket)
    decision = decide_exit(
        stay=snapshots.stay_snapshot(booking=booking, session=session, quote=quote, money=money),
        tariff=snapshots.tariff_of(version=booking.tariff),
        now=now,
    )
    match decision:
        case OpenGate():
            refund_ids = _open_gate(scan=scan, ticket=ticket, session=session, decision=decision, now=now)
            bill = _bill(
                booking=booking,
                session=session,
                bill=decision.bill,
                money=money,
                in_cash_minor=refunds.waiting_in_cash(refund_ids=refund_ids),
            )
            return scans.Outcome(answer=bill, refund_ids=refund_ids)
        case AskForPayment():
            refusal = _ask(
                scan=scan, booking=booking, session=session, decision=decision, quote=quote, money=money, now=now
            )
            return scans.Outcome(answer=refusal)
        case ParkingError():
            return scans.Outcome(answer=decision)


def _open_gate(
    *, scan: scans.Scan, ticket: Ticket, session: ParkingSession, decision: OpenGate, now: datetime
) -> list[UUID]:
    """Let the car out, and give back the hours that were paid for and not used. Returns the refunds ordered."""
    booking, bill = ticket.booking, decision.bill
    session.billed_until = bill.billed_until
    if decision.completes:
        collection.complete(booking=booking, session=session, bill=bill, now=now, allocation=ticket.allocation)
    else:
        # It left later than it said, and owes no more: a permit may have paid for that time too.
        discounting.record_granted(booking=booking, session=session, bill=bill, now=now)
    session.gate_opened_at = now
    writing.update(session, "status", "exit_time", "billed_until", "gate_opened_at")
    audit.record(
        action="session.left",
        caller=scan.caller,
        at=now,
        booking_id=booking.id,
        data={
            "session_id": str(session.id),
            "total_minor": bill.total_minor,
            "refund_minor": bill.refund_minor,
        },
    )
    return refunds.order(
        booking=booking,
        amount_minor=bill.refund_minor,
        kind=RefundKind.UNUSED_TIME,
        reason="unused hours",
        now=now,
    )


def _ask(
    *,
    scan: scans.Scan,
    booking: ParkingBooking,
    session: ParkingSession,
    decision: AskForPayment,
    quote: Quote | None,
    money: snapshots.Money,
    now: datetime,
) -> ParkingError:
    """The gate stays shut and the slot taken. The amount stands for as long as the policy says."""
    if decision.reopens:
        if ParkingSession.objects.filter(vehicle_id=booking.vehicle_id, exit_time=None).exists():
            # The car has come in again on another ticket, so it did leave on this one.
            return AlreadyExited()
        slots.park_again(booking=booking, slot_id=session.slot_id, now=now)
    if quote is None or decision.is_new_quote:
        quote = collection.tell(booking=booking, session=session, bill=decision.bill, now=now)
    if session.status != SessionStatus.AWAITING_PAYMENT:
        session.status = SessionStatus.AWAITING_PAYMENT
        session.exit_time = None
        session.save(update_fields=["status", "exit_time"])
    audit.record(
        action="session.payment_due",
        caller=scan.caller,
        at=now,
        booking_id=booking.id,
        data={
            "session_id": str(session.id),
            "due_minor": decision.bill.due_minor,
            "reopened": decision.reopens,
        },
    )
    bill = _bill(booking=booking, session=session, bill=decision.bill, money=money, quote=quote)
    return PaymentDue(details=bill_details(bill=bill) | {"message": PaymentDue.default_message})


def _bill(
    *,
    booking: ParkingBooking,
    session: ParkingSession,
    bill: Bill,
    money: snapshots.Money,
    quote: Quote | None = None,
    in_cash_minor: int = 0,
) -> ExitBill:
    tariff = snapshots.tariff_of(version=booking.tariff)
    return ExitBill(
        session_id=session.id,
        booking_id=booking.id,
        vehicle_number=session.plate,
        zone_name=booking.zone.name,
        slot_number=session.slot.number,
        entry_time=session.entry_time,
        exit_time=session.exit_time,
        billed_until=bill.billed_until,
        total_minutes=bill.price.total_minutes,
        billable_minutes=bill.price.billable_minutes,
        billable_hours=bill.price.billable_hours,
        hourly_rate_minor=tariff.hourly_rate_minor,
        total_minor=bill.total_minor,
        adjusted_minor=bill.adjusted_minor,
        discounts_minor=bill.discounts_minor,
        prepaid_minor=money.captured_minor,
        additional_minor=bill.due_minor,
        refund_minor=bill.refund_minor,
        currency=booking.currency,
        session_status=SessionStatus(session.status),
        quote_valid_until=quote.valid_until if quote else None,
        in_cash_minor=in_cash_minor,
    )
