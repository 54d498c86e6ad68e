"""What a scan is answered, to be read at arm's length: a colour, two or three big words, the reason, what to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from parking.domain.errors import ParkingError, PaymentDue
from parking.domain.money import parse_amount
from parking.domain.states import PaymentStatus, ScanType
from parking.edge.identifiers import moment_of
from parking.queries.desk import FoundStay
from parking.services.results import EntryAdmitted, ExitBill, PaymentAnswer
from parking.web import formats
from parking.web.words import told

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


class Kind(StrEnum):
    """Colour, icon, sound and vibration follow from it. Only OPEN opens a gate."""

    OPEN = "open"
    PAY = "pay"
    PAID = "paid"
    STOP = "stop"


_ICONS: Final = {Kind.OPEN: "check", Kind.PAY: "card", Kind.PAID: "check", Kind.STOP: "cross"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer in the language of the page. `code` is the service's, `ok` for what is no refusal."""

    kind: Kind
    title: str
    reason: str
    todo: str = ""
    plate: str = ""
    slot: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    code: str = "ok"
    status: int = 200

    @property
    def icon(self) -> str:
        return _ICONS[self.kind]


def admitted(entry: EntryAdmitted, *, now: datetime) -> Answer:
    todo = gettext("It was still inside on another ticket. That stay was ended.") if entry.passback else ""
    return Answer(
        kind=Kind.OPEN,
        title=gettext("Welcome"),
        reason=gettext("Let the car in. Its place is %(slot)s.") % {"slot": entry.slot_number},
        todo=todo,
        plate=entry.vehicle_number,
        slot=entry.slot_number,
        facts=(
            (gettext("Zone"), entry.zone_name),
            (gettext("Paid until"), formats.day_and_clock(entry.paid_until, now=now)),
        ),
    )


def let_out(bill: ExitBill) -> Answer:
    todo = ""
    if bill.in_cash_minor:
        amount = formats.money(bill.in_cash_minor, bill.currency)
        todo = gettext("%(amount)s in cash goes back for unused time: a cashier hands it out.") % {"amount": amount}
    elif bill.refund_minor:
        amount = formats.money(bill.refund_minor, bill.currency)
        todo = gettext("%(amount)s goes back for unused time, the way it was paid.") % {"amount": amount}
    return Answer(
        kind=Kind.OPEN,
        title=gettext("Goodbye"),
        reason=gettext("Let the car out. Nothing is due."),
        todo=todo,
        plate=bill.vehicle_number,
        slot=bill.slot_number,
        facts=(
            (gettext("Parked"), formats.length(bill.total_minutes)),
            (gettext("Cost"), formats.money(bill.total_minor, bill.currency)),
        ),
    )


def refused(error: ParkingError, *, now: datetime) -> Answer:
    if error.code == PaymentDue.default_code:
        return _payment_due(error)
    plate = error.details.get("vehicle_number")
    return Answer(
        kind=Kind.STOP,
        title=gettext("Stop"),
        reason=str(_REASONS.get(error.code) or told(error)),
        todo=str(_TODO.get(error.code, "")),
        plate=plate if isinstance(plate, str) else "",
        facts=_times(error.details, now=now),
        code=error.code,
        status=error.status,
    )


def to_pay(stay: FoundStay, *, reason: str, error: ParkingError | None = None) -> Answer:
    """What a stay still costs, told again because paying it did not work, or has not been tried."""
    return Answer(
        kind=Kind.PAY,
        title=_pay(formats.money(stay.due_minor, stay.currency)),
        reason=reason,
        plate=stay.vehicle_number,
        slot=stay.slot_number or "",
        code=error.code if error else PaymentDue.default_code,
        status=error.status if error else PaymentDue.default_status,
    )


def paid(payment: PaymentAnswer, *, stay: FoundStay, now: datetime) -> Answer:
    """Money is in. The gate opens by the next scan only."""
    amount = formats.money(payment.amount_minor, payment.currency)
    if payment.payment_status is PaymentStatus.PENDING:
        return Answer(
            kind=Kind.PAY,
            title=gettext("Wait"),
            reason=gettext("%(amount)s is not confirmed yet.") % {"amount": amount},
            todo=gettext("Ask again in a few seconds. Nothing is charged twice."),
            plate=stay.vehicle_number,
            slot=stay.slot_number or "",
            code="payment_in_progress",
            status=202,
        )
    facts: tuple[tuple[str, str], ...] = ()
    if payment.leave_by is not None:
        facts = ((gettext("Out by"), formats.day_and_clock(payment.leave_by, now=now)),)
    return Answer(
        kind=Kind.PAID,
        title=gettext("Paid"),
        reason=gettext("%(amount)s is in. Now scan the ticket once more to open.") % {"amount": amount},
        plate=stay.vehicle_number,
        slot=stay.slot_number or "",
        facts=facts,
    )


def nothing_due(error: ParkingError, *, stay: FoundStay) -> Answer:
    return Answer(
        kind=Kind.PAID,
        title=gettext("Paid up"),
        reason=told(error),
        todo=gettext("Scan the ticket once more to open."),
        plate=stay.vehicle_number,
        slot=stay.slot_number or "",
        code=error.code,
        status=error.status,
    )


def _payment_due(error: ParkingError) -> Answer:
    """The bill as the gate got it, whether now or for the same scan before."""
    told_of = error.details
    currency = str(told_of["currency"])

    def amount(name: str) -> str:
        return formats.money(parse_amount(text=str(told_of[name]), currency=currency), currency)

    minutes = told_of["total_minutes"]
    return Answer(
        kind=Kind.PAY,
        title=_pay(amount("additional_amount")),
        reason=gettext("It stayed longer than it paid for. The gate stays shut until this is paid."),
        plate=str(told_of.get("vehicle_number", "")),
        slot=str(told_of["slot_number"]),
        facts=(
            (gettext("Parked"), formats.length(minutes if isinstance(minutes, int) else 0)),
            (gettext("Cost"), amount("total_amount")),
            (gettext("Paid before"), amount("prepaid_amount")),
        ),
        code=error.code,
        status=error.status,
    )


def _pay(amount: str) -> str:
    return gettext("Pay %(amount)s") % {"amount": amount}


def _times(details: Mapping[str, object], *, now: datetime) -> tuple[tuple[str, str], ...]:
    entry_from = details.get("entry_from")
    if not isinstance(entry_from, str):
        return ()
    return ((gettext("May enter from"), formats.day_and_clock(moment_of(entry_from), now=now)),)


TITLES: Final[Mapping[ScanType, _StrPromise]] = {ScanType.ENTRY: _("Entry"), ScanType.EXIT: _("Exit")}

_REASONS: Final[Mapping[str, _StrPromise]] = {
    "unknown_code": _("This is no ticket of ours, or it cannot be read."),
    "ticket_replaced": _("This ticket was replaced by a newer one."),
    "device_revoked": _("This scanner has been revoked."),
}
"""Where the service's own words are for the driver, who is told to ask the attendant."""

_TODO: Final[Mapping[str, _StrPromise]] = {
    "payment_required": _("The driver pays on the ticket's page, or a cashier takes the money at the desk."),
    "too_early": _("Ask the driver to wait outside. The place is kept."),
    "already_entered": _("Look the ticket up at the desk: perhaps it was shown to another car."),
    "vehicle_inside": _("Look the plate up at the desk: has the car left without a scan?"),
    "vehicle_busy": _("Look the plate up at the desk."),
    "booking_cancelled": _("The driver can book again on the phone, in a minute."),
    "hold_lapsed": _("The driver can book again on the phone, in a minute."),
    "no_show": _("The driver can book again on the phone, in a minute."),
    "zone_full": _("Send the car to another zone. It can be booked on the phone."),
    "unknown_code": _("Hold the ticket still and in the light, or type the code below it."),
    "ticket_replaced": _("Ask for the newest ticket, or look the plate up at the desk."),
    "wrong_zone": _("Show the driver the way to the zone on the ticket."),
    "wrong_direction": _("Choose the gate that you stand at, or scan the other way."),
    "unknown_device": _("Choose the gate that you stand at."),
    "device_revoked": _("Nobody may be let through with this scanner. Call the operator."),
    "not_entered": _("Look the plate up at the desk: perhaps it came in on another ticket."),
    "already_exited": _("Look the plate up at the desk: perhaps this is an old ticket."),
    "permit_full": _("Another car of the same permit must leave first."),
    "permit_over": _("The driver can book like anybody else, on the phone."),
    "busy": _("Scan once more."),
    "scan_id_reused": _("Scan once more."),
    "too_many_guesses": _("Wait for a few minutes, or use another scanner."),
}
"""What the person at the gate does next, by the service's code."""
