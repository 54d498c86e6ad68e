"""The desk: find a car by what its driver has in hand, and see what can be done for it."""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from parking.domain.callers import Caller
from parking.domain.errors import InvalidField
from parking.domain.permissions import Permission
from parking.domain.states import BookingStatus, ScanType, SessionStatus
from parking.edge.identifiers import booking_id_of
from parking.edge.moments import now_of
from parking.queries.desk import MIN_PART_OF_PLATE, FoundStay, StayAtDesk, find_stays, get_stay
from parking.queries.gates import list_gates
from parking.web.attendant import paying
from parking.web.attendant.helping import shown_to_take
from parking.web.attendant.wording import said
from parking.web.pages import show, staff_page

_ACTIONS: Final = {
    "take": Permission.CASH_COLLECT,
    "ticket": Permission.TICKET_REPLACE,
    "adjust": Permission.ADJUSTMENT_PROPOSE,
    "open": Permission.GATE_OPEN,
    "reset": Permission.PASSBACK_RESET,
    "count": Permission.OCCUPANCY_CORRECT,
}
_STILL_TO_COME: Final = (BookingStatus.CREATED, BookingStatus.PAID)


def what_may(caller: Caller) -> dict[str, bool]:
    """What the page offers. The services decide anew."""
    return {name: permission in caller.permissions for name, permission in _ACTIONS.items()}


@staff_page(Permission.GATE_SCAN)
def desk(request: HttpRequest, caller: Caller) -> HttpResponse:
    """Search. What names one car leads straight to it."""
    caller.require(Permission.RECORD_VIEW)
    text = request.GET.get("q", "").strip()
    found: list[FoundStay] | None = None
    if text:
        try:
            found = find_stays(text=text, phone_region=settings.PARKING_PHONE_REGION, now=now_of(request))
        except InvalidField as error:
            messages.error(request, said(error))
        if found is not None and len(found) == 1:
            return redirect("web:desk-stay", found[0].booking_id)
    shown = {"q": text, "found": found, "least": MIN_PART_OF_PLATE, "may": what_may(caller)}
    return show(request, "attendant/desk.html", shown)


@staff_page(Permission.GATE_SCAN)
def stay(request: HttpRequest, caller: Caller, booking: str) -> HttpResponse:
    """One car: where it stands, what it owes, what can be done."""
    caller.require(Permission.RECORD_VIEW)
    one = get_stay(booking_id=booking_id_of(booking), now=now_of(request))
    shown = {
        "one": one,
        "stay": one.found,
        "may": what_may(caller),
        "can": _possible(one),
        "to_take": shown_to_take(one),
        "gates": [gate for gate in list_gates() if gate.serves(ScanType.EXIT)],
        **paying.offer(request, booking_id=one.found.booking_id, session_id=one.found.session_id),
    }
    return show(request, "attendant/stay.html", shown)


@staff_page(Permission.TICKET_REPLACE)
def ticket(request: HttpRequest, caller: Caller, booking: str) -> HttpResponse:
    """The code that opens the gates now, large, for the driver to take a picture of."""
    one = get_stay(booking_id=booking_id_of(booking), now=now_of(request))
    return show(request, "attendant/ticket.html", {"one": one, "stay": one.found, "qr": paying.drawn(one.qr_code)})


def _possible(one: StayAtDesk) -> dict[str, Any]:
    """What makes sense as the booking stands, so that the page is short. The services decide anew."""
    found = one.found
    is_open = found.is_inside or found.due_minor > 0
    has_ticket = found.booking_status in _STILL_TO_COME or is_open or _may_still_leave(found)
    return {
        "pay_stay": found.session_id is not None and found.due_minor > 0,
        "pay_booking": found.booking_status is BookingStatus.CREATED and one.price_minor > 0,
        "replace": has_ticket and not one.is_permit,
        "lose": one.lost_ticket_fee_minor is not None,
        "adjust": found.session_id is not None
        or found.booking_status in (BookingStatus.NO_SHOW, BookingStatus.CANCELLED),
        "waive": found.due_minor > 0,
        "open": found.session_id is not None and (is_open or _may_still_leave(found)),
        "reset": found.is_inside,
    }


def _may_still_leave(found: FoundStay) -> bool:
    """Paid, and no gate has opened for it yet: then nothing has ended its ticket."""
    return found.session_status is SessionStatus.COMPLETED and not found.has_left
