"""What is done for one car at the desk. Each form has its reason, and is answered by the car's page with what came of
it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext

from parking.domain.callers import Caller
from parking.domain.errors import NotFound, ParkingError, UnknownSession
from parking.domain.money import parse_amount
from parking.domain.permissions import Permission
from parking.domain.states import AdjustmentKind, AdjustmentStatus, OpeningOutcome, PaymentStatus, ScanType
from parking.edge.identifiers import booking_id_of
from parking.edge.moments import now_of
from parking.queries.desk import FoundStay, StayAtDesk, get_stay
from parking.queries.gates import list_gates
from parking.services import ParkingService
from parking.services.openings import GateOpened
from parking.web import formats
from parking.web.attendant import paying
from parking.web.attendant.people import posted
from parking.web.attendant.wording import said
from parking.web.pages import View, show, staff_page


def _help(
    permission: Permission,
) -> Callable[[Callable[[HttpRequest, Caller, FoundStay], str | HttpResponse]], View[[str]]]:
    """A form on the car's page. The view says in words what was done; a refusal is said there too."""

    def decorate(view: Callable[[HttpRequest, Caller, FoundStay], str | HttpResponse]) -> View[[str]]:
        @posted(else_to="web:desk")
        @staff_page(permission)
        @wraps(view)
        def helped(request: HttpRequest, caller: Caller, /, booking: str) -> HttpResponse:
            found = get_stay(booking_id=booking_id_of(booking), now=now_of(request)).found
            try:
                done = view(request, caller, found)
            except NotFound:
                raise
            except ParkingError as refusal:
                messages.error(request, said(refusal))
                return redirect("web:desk-stay", found.booking_id)
            if isinstance(done, HttpResponse):
                return done
            messages.success(request, done)
            return redirect("web:desk-stay", found.booking_id)

        return helped

    return decorate


def shown_to_take(stay: StayAtDesk) -> str:
    """What the page asks the money for, and how much, for its form to bring back."""
    found = stay.found
    return f"stay:{found.due_minor}" if found.session_id is not None else f"booking:{stay.price_minor}"


@_help(Permission.CASH_COLLECT)
def take(request: HttpRequest, caller: Caller, stay: FoundStay) -> str | HttpResponse:
    """What is due for the stay, or the price of a booking that has not come in: as much as the page has shown."""
    if request.POST.get("shown") != shown_to_take(get_stay(booking_id=stay.booking_id, now=now_of(request))):
        messages.error(request, gettext("The amount has changed. Nothing was taken; this is what is due now."))
        return redirect("web:desk-stay", stay.booking_id)
    if stay.session_id is not None:
        payment = paying.take_for_stay(request, caller, session_id=stay.session_id)
    else:
        payment = paying.take_for_booking(request, caller, booking_id=stay.booking_id)
    amount = formats.money(payment.amount_minor, payment.currency)
    if payment.payment_status is PaymentStatus.PENDING:
        return gettext("%(amount)s is not confirmed yet. Look again in a few seconds.") % {"amount": amount}
    if stay.session_id is None:
        return gettext("%(amount)s is in. Scan the ticket at the entry.") % {"amount": amount}
    return gettext("%(amount)s is in. Scan the ticket at the exit.") % {"amount": amount}


@_help(Permission.TICKET_REPLACE)
def replace(request: HttpRequest, caller: Caller, stay: FoundStay) -> HttpResponse:
    ParkingService.replace_ticket(
        booking_id=stay.booking_id, reason=_reason(request), caller=caller, now=now_of(request)
    )
    messages.success(request, gettext("This is the new ticket. The old one opens nothing any more."))
    return redirect("web:desk-ticket", stay.booking_id)


@_help(Permission.TICKET_REPLACE)
def lose(request: HttpRequest, caller: Caller, stay: FoundStay) -> HttpResponse:
    new = ParkingService.report_lost_ticket(
        session_id=_session_id(stay), reason=_reason(request), caller=caller, now=now_of(request)
    )
    amounts = {"fee": formats.money(new.fee_minor, new.currency), "due": formats.money(new.due_minor, new.currency)}
    messages.success(
        request,
        gettext("This is the new ticket. The fee of %(fee)s was added; %(due)s is due to leave now.") % amounts,
    )
    return redirect("web:desk-ticket", stay.booking_id)


@_help(Permission.ADJUSTMENT_PROPOSE)
def adjust(request: HttpRequest, caller: Caller, stay: FoundStay) -> str:
    """Take something off: what is due, or in goodwill of all that it costs."""
    amount_minor = parse_amount(text=request.POST.get("amount", "").strip(), currency=stay.currency)
    if stay.session_id is None:
        made = ParkingService.propose_goodwill(
            booking_id=stay.booking_id,
            amount_minor=amount_minor,
            reason=_reason(request),
            caller=caller,
            now=now_of(request),
        )
    else:
        is_waiver = request.POST.get("kind") == AdjustmentKind.WAIVER
        made = ParkingService.propose_adjustment(
            session_id=stay.session_id,
            kind=AdjustmentKind.WAIVER if is_waiver else AdjustmentKind.GOODWILL,
            amount_minor=amount_minor,
            reason=_reason(request),
            caller=caller,
            now=now_of(request),
        )
    amount = {"amount": formats.money(made.amount_minor, made.currency)}
    if made.status is AdjustmentStatus.PROPOSED:
        return gettext("%(amount)s is above your limit. It waits until somebody else approves it.") % amount
    if made.refund_minor > 0:
        return gettext("%(amount)s goes back the way it was paid.") % amount
    return gettext("%(amount)s was taken off.") % amount


@_help(Permission.GATE_OPEN)
def open_for(request: HttpRequest, caller: Caller, stay: FoundStay) -> str:
    """The exit, for this car, with what becomes of its stay."""
    opened = ParkingService.open_gate(
        device_id=_gate(request),
        direction=ScanType.EXIT,
        session_id=_session_id(stay),
        reason=_reason(request),
        close_stay=request.POST.get("close_stay") == "yes",
        caller=caller,
        now=now_of(request),
    )
    return _opened(opened)


@_help(Permission.PASSBACK_RESET)
def has_left(request: HttpRequest, caller: Caller, stay: FoundStay) -> str:
    """The car is gone, and no gate saw it."""
    ended = ParkingService.reset_passback(
        vehicle_number=stay.vehicle_number, reason=_reason(request), caller=caller, now=now_of(request)
    )
    return gettext("The stay of %(plate)s is over. It may come in again.") % {"plate": ended.vehicle_number}


@staff_page(Permission.GATE_OPEN)
def open_gate(request: HttpRequest, caller: Caller) -> HttpResponse:
    """A gate for no car that is known: an ambulance, a delivery, a scanner that is broken."""
    if request.method != "POST":
        return show(request, "attendant/open.html", {"gates": list_gates()})
    is_exit = request.POST.get("direction") == ScanType.EXIT
    try:
        opened = ParkingService.open_gate(
            device_id=_gate(request),
            direction=ScanType.EXIT if is_exit else ScanType.ENTRY,
            reason=_reason(request),
            caller=caller,
            now=now_of(request),
        )
    except ParkingError as refusal:
        messages.error(request, said(refusal))
        return redirect("web:desk-open")
    messages.success(request, _opened(opened))
    return redirect("web:desk")


def _opened(opened: GateOpened) -> str:
    if opened.outcome is OpeningOutcome.NO_STAY:
        return gettext("Open the gate now. It is written down, with your reason.")
    currency = opened.currency or ""
    if opened.outcome is OpeningOutcome.LEFT_OPEN:
        amount = formats.money(opened.due_minor, currency)
        return gettext("Open the gate now. The stay goes on, and owes %(amount)s.") % {"amount": amount}
    if opened.forgiven_minor > 0:
        amount = formats.money(opened.forgiven_minor, currency)
        return gettext("Open the gate now. The stay is closed; %(amount)s is not asked for.") % {"amount": amount}
    return gettext("Open the gate now. The stay is closed.")


def _session_id(stay: FoundStay) -> UUID:
    if stay.session_id is None:
        raise UnknownSession
    return stay.session_id


def _reason(request: HttpRequest) -> str:
    return request.POST.get("reason", "")


def _gate(request: HttpRequest) -> str:
    """As the form names it; one that cannot be stored is none of ours."""
    return request.POST.get("device_id", "").replace("\0", "")
