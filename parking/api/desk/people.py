"""People at the gate: finding a car, replacing its ticket, opening for it by hand."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from ninja import Router
from pydantic import BaseModel, Field, model_validator

from parking.api import documentation
from parking.api.callers import caller_of
from parking.api.documentation import BY_KEY
from parking.api.request_schemas import EXAMPLE_ID, IdText, strict
from parking.api.response_schemas import Amount, Answer, AnswerWithMessage, Code, Currency, Id, Moment
from parking.domain import errors
from parking.domain.money import format_amount
from parking.domain.permissions import Permission
from parking.domain.states import BookingStatus, OpeningOutcome, ScanType, SessionStatus
from parking.domain.times import format_time
from parking.edge.identifiers import booking_id_of, session_id_of
from parking.edge.moments import now_of
from parking.queries.desk import FoundStay, find_stays
from parking.services import ParkingService
from parking.services.openings import GateOpened
from parking.services.tickets import NewTicket

router = Router(tags=["Desk"])

_OF_A_TICKET = (
    errors.UnknownBooking,
    errors.AlreadyExited,
    errors.BookingCancelled,
    errors.PermitTicket,
    errors.HoldLapsed,
    errors.NoShow,
    errors.Busy,
)


class ReplaceTicket(BaseModel):
    """A new code for a booking, for nothing."""

    model_config = strict(example={"booking_id": EXAMPLE_ID, "reason": "Cannot be read"})

    booking_id: IdText
    reason: str


class LostTicket(BaseModel):
    """A new code for a car that is inside, and the tariff's fee for losing the old one."""

    model_config = strict(example={"session_id": EXAMPLE_ID, "reason": "Searched everywhere, plate checked"})

    session_id: IdText
    reason: str


class OpenGate(BaseModel):
    """A gate that is opened by hand. With a session, `close_stay` says whether its stay ends."""

    model_config = strict(
        example={
            "device_id": "EXIT_GATE_01",
            "direction": "EXIT",
            "session_id": EXAMPLE_ID,
            "reason": "Scanner out of order",
            "close_stay": True,
        }
    )

    device_id: str = Field(min_length=1, max_length=64, description="The scanner of the gate that opens.")
    direction: ScanType = Field(strict=False)
    session_id: IdText | None = Field(None, description="The car's, if it is known.")
    reason: str
    close_stay: bool | None = Field(
        None, description="With a session: true ends its stay, and what is due is not asked for any more."
    )

    @model_validator(mode="after")
    def _on_purpose(self) -> OpenGate:
        if self.session_id is not None and self.close_stay is None:
            raise ValueError("must say with close_stay what becomes of the session.")
        return self


class FoundStayItem(BaseModel):
    booking_id: Id
    session_id: Id | None = Field(description="Null before the car came in.")
    is_inside: bool
    vehicle_number: str
    owner_name: str
    zone_name: str
    slot_number: str | None
    booking_status: BookingStatus
    session_status: SessionStatus | None
    starts_at: Moment
    ends_at: Moment
    entry_time: Moment | None
    exit_time: Moment | None
    amount_due: Amount = Field(description="What leaving now would still cost.")
    currency: Currency


class FoundStaysAnswer(Answer):
    stays: list[FoundStayItem] = Field(description="Cars inside first, then live bookings, then the newest past ones.")


class TicketAnswer(AnswerWithMessage):
    booking_id: Id
    session_id: Id | None
    vehicle_number: str
    qr_code: Code = Field(description="The new one. The old one opens nothing any more.")
    fee_amount: Amount
    amount_due: Amount = Field(description="What leaving now would cost, the fee included.")
    currency: Currency


class GateOpenedAnswer(AnswerWithMessage):
    opening_id: int
    device_id: str
    direction: str
    outcome: OpeningOutcome
    session_id: Id | None
    booking_id: Id | None
    forgiven_amount: Amount | None = Field(description="What was due and is not asked for. Null without a session.")
    refund_amount: Amount | None = Field(description="What goes back for unused time.")
    amount_due: Amount | None = Field(description="What a stay that was left open owes now.")
    currency: Currency | None


@router.get(
    "search/",
    operation_id="find_stays",
    summary="Find a car",
    **documentation.query(answers={200: FoundStaysAnswer}, refusals=(*BY_KEY, errors.InvalidField)),
)
def search(request: HttpRequest, q: str = "") -> FoundStaysAnswer:
    """By plate, also in part (three characters or more), by code, also an old one, by phone number or by an id. At
    most 20."""
    caller_of(request).require(Permission.RECORD_VIEW)
    found = find_stays(text=q, phone_region=settings.PARKING_PHONE_REGION, now=now_of(request))
    return FoundStaysAnswer(stays=[_found(stay=stay) for stay in found])


@router.post(
    "ticket/replace/",
    operation_id="replace_ticket",
    summary="Replace a ticket",
    **documentation.command(answers={200: TicketAnswer}, refusals=(*BY_KEY, *_OF_A_TICKET)),
)
def replace_ticket(request: HttpRequest, body: ReplaceTicket) -> TicketAnswer:
    """The old code is dead at once: a scan of it is answered `ticket_replaced`."""
    ticket = ParkingService.replace_ticket(
        booking_id=booking_id_of(body.booking_id), reason=body.reason, caller=caller_of(request), now=now_of(request)
    )
    return _ticket(ticket=ticket)


@router.post(
    "ticket/lost/",
    operation_id="report_lost_ticket",
    summary="Charge for a lost ticket and replace it",
    **documentation.command(
        answers={200: TicketAnswer},
        refusals=(*BY_KEY, *_OF_A_TICKET, errors.UnknownSession, errors.AlreadyPaid, errors.LostTicketCharged),
    ),
)
def report_lost_ticket(request: HttpRequest, body: LostTicket) -> TicketAnswer:
    """Search first. The fee is the tariff's, once a stay, and less where the tariff caps stay and fee together."""
    ticket = ParkingService.report_lost_ticket(
        session_id=session_id_of(body.session_id), reason=body.reason, caller=caller_of(request), now=now_of(request)
    )
    return _ticket(ticket=ticket)


@router.post(
    "gate/open/",
    operation_id="open_gate",
    summary="Open a gate by hand",
    **documentation.command(
        answers={200: GateOpenedAnswer},
        refusals=(
            *BY_KEY,
            errors.UnknownSession,
            errors.UnknownDevice,
            errors.DeviceRevoked,
            errors.WrongDirection,
            errors.WrongZone,
            errors.AlreadyExited,
            errors.SecondPersonRequired,
            errors.Busy,
        ),
    ),
)
def open_gate(request: HttpRequest, body: OpenGate) -> GateOpenedAnswer:
    """Recorded with its reason. A stay that is closed is paid, refunded or let go as far as the policy's limit; one
    that is left open goes on and owes what it owes. At an entry no stay begins."""
    opened = ParkingService.open_gate(
        device_id=body.device_id,
        direction=body.direction,
        session_id=session_id_of(body.session_id) if body.session_id is not None else None,
        reason=body.reason,
        close_stay=body.close_stay or False,
        caller=caller_of(request),
        now=now_of(request),
    )
    return _opened(opened=opened)


def _found(*, stay: FoundStay) -> FoundStayItem:
    return FoundStayItem(
        booking_id=str(stay.booking_id),
        session_id=str(stay.session_id) if stay.session_id else None,
        is_inside=stay.is_inside,
        vehicle_number=stay.vehicle_number,
        owner_name=stay.owner_name,
        zone_name=stay.zone_name,
        slot_number=stay.slot_number,
        booking_status=stay.booking_status,
        session_status=stay.session_status,
        starts_at=format_time(moment=stay.starts_at),
        ends_at=format_time(moment=stay.ends_at),
        entry_time=format_time(moment=stay.entry_time) if stay.entry_time else None,
        exit_time=format_time(moment=stay.exit_time) if stay.exit_time else None,
        amount_due=format_amount(amount_minor=stay.due_minor, currency=stay.currency),
        currency=stay.currency,
    )


def _ticket(*, ticket: NewTicket) -> TicketAnswer:
    fee = format_amount(amount_minor=ticket.fee_minor, currency=ticket.currency)
    due = format_amount(amount_minor=ticket.due_minor, currency=ticket.currency)
    message = "Hand out the new ticket. The old one opens nothing any more."
    if ticket.fee_minor > 0:
        message = f"{message} The fee of {fee} {ticket.currency} was added; {due} {ticket.currency} are due now."
    return TicketAnswer(
        booking_id=str(ticket.booking_id),
        session_id=str(ticket.session_id) if ticket.session_id else None,
        vehicle_number=ticket.vehicle_number,
        qr_code=ticket.qr_code,
        fee_amount=fee,
        amount_due=due,
        currency=ticket.currency,
        message=message,
    )


def _opened(*, opened: GateOpened) -> GateOpenedAnswer:
    def amount(amount_minor: int) -> str | None:
        return format_amount(amount_minor=amount_minor, currency=opened.currency) if opened.currency else None

    return GateOpenedAnswer(
        opening_id=opened.opening_id,
        device_id=opened.device_id,
        direction=opened.direction,
        outcome=opened.outcome,
        session_id=str(opened.session_id) if opened.session_id else None,
        booking_id=str(opened.booking_id) if opened.booking_id else None,
        forgiven_amount=amount(opened.forgiven_minor),
        refund_amount=amount(opened.refund_minor),
        amount_due=amount(opened.due_minor),
        currency=opened.currency,
        message=_MESSAGES[opened.outcome],
    )


_MESSAGES = {
    OpeningOutcome.CLOSED: "Open the gate. The stay is closed.",
    OpeningOutcome.LEFT_OPEN: "Open the gate. The stay is left open and goes on.",
    OpeningOutcome.NO_STAY: "Open the gate. No stay was named.",
}
