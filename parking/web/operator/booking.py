"""A booking's whole page: its story, its money, and what this person may do about it."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from parking.domain.callers import Caller
from parking.domain.money import format_amount
from parking.domain.permissions import Permission
from parking.domain.states import AdjustmentKind, AdjustmentStatus, SessionStatus
from parking.edge.identifiers import booking_id_of
from parking.edge.moments import now_of
from parking.queries.bookings import BookingDetails, get_booking
from parking.queries.refundable import refundable_payments
from parking.queries.search import search_bookings
from parking.queries.story import story_by_id
from parking.services import ParkingService
from parking.services.adjustments import AdjustmentMade
from parking.web import formats
from parking.web.operator import booking_forms
from parking.web.operator.answers import answer
from parking.web.operator.office import office
from parking.web.operator.telling import told_story
from parking.web.pages import staff_page


@staff_page(Permission.RECORD_VIEW)
def find(request: HttpRequest, caller: Caller) -> HttpResponse:
    """By plate, code, phone, receipt or id. What only one booking answers to leads straight there."""
    sought = request.GET.get("q", "").strip()
    found = search_bookings(text=sought, phone_region=settings.PARKING_PHONE_REGION, now=now_of(request))
    if len(found) == 1:
        return redirect("web:office-booking", found[0].booking_id)
    return office(request, "found.html", {"found": found, "sought": sought}, caller=caller, here="")


@staff_page(Permission.RECORD_VIEW)
def booking(request: HttpRequest, caller: Caller, booking_id: str) -> HttpResponse:
    return _page(request, caller, booking_id_of(booking_id))


@require_POST
@staff_page(Permission.BOOKING_CANCEL)
def cancel(request: HttpRequest, caller: Caller, booking_id: str) -> HttpResponse:
    number = booking_id_of(booking_id)
    currency = get_booking(booking_id=number, now=now_of(request)).currency
    form = booking_forms.CancelForm(request.POST)

    def act() -> str:
        closed = ParkingService.cancel_booking(
            booking_id=number,
            reason=form.cleaned_data["reason"],
            expected_refund=form.cleaned_data["expected_refund"] or None,
            caller=caller,
            now=now_of(request),
        )
        if not closed.refund_minor:
            return gettext("The booking is cancelled. Nothing goes back.")
        return gettext("The booking is cancelled, and %(amount)s goes back.") % {
            "amount": formats.money(closed.refund_minor, currency)
        }

    return _answer(request, caller, number, name="cancel", form=form, act=act)


@require_POST
@staff_page(Permission.TICKET_REPLACE)
def replace_ticket(request: HttpRequest, caller: Caller, booking_id: str) -> HttpResponse:
    number = booking_id_of(booking_id)
    form = booking_forms.TicketForm(request.POST)

    def act() -> str:
        ticket = ParkingService.replace_ticket(
            booking_id=number, reason=form.cleaned_data["reason"], caller=caller, now=now_of(request)
        )
        return gettext("The new code is %(code)s. The old one opens no gate any more.") % {"code": ticket.qr_code}

    return _answer(request, caller, number, name="replace", form=form, act=act)


@require_POST
@staff_page(Permission.ADJUSTMENT_PROPOSE)
def adjust(request: HttpRequest, caller: Caller, booking_id: str) -> HttpResponse:
    """Let go of what is due, or give goodwill."""
    number = booking_id_of(booking_id)
    details = get_booking(booking_id=number, now=now_of(request))
    form = booking_forms.AdjustForm(request.POST, currency=details.currency, has_stay=details.stay is not None)

    def act() -> str:
        given = form.cleaned_data
        shared = {
            "amount_minor": given["amount"],
            "reason": given["reason"],
            "caller": caller,
            "now": now_of(request),
        }
        if details.stay is None:
            return _made_words(ParkingService.propose_goodwill(booking_id=number, **shared))
        kind = AdjustmentKind(given["kind"])
        return _made_words(ParkingService.propose_adjustment(session_id=details.stay.session_id, kind=kind, **shared))

    return _answer(request, caller, number, name="adjust", form=form, act=act)


@require_POST
@staff_page(Permission.REFUND_BY_HAND)
def refund(request: HttpRequest, caller: Caller, booking_id: str) -> HttpResponse:
    number = booking_id_of(booking_id)
    form = booking_forms.RefundForm(request.POST, refundable=refundable_payments(booking_id=number))

    def act() -> str:
        given = form.cleaned_data
        return _made_words(
            ParkingService.refund_payment(
                payment_id=given["payment"],
                amount_minor=given["amount"],
                reason=given["reason"],
                caller=caller,
                now=now_of(request),
            )
        )

    return _answer(request, caller, number, name="refund", form=form, act=act)


def _answer(
    request: HttpRequest, caller: Caller, booking_id: UUID, *, name: str, form: forms.Form, act: Callable[[], str]
) -> HttpResponse:
    def again(form: forms.Form, status: int) -> HttpResponse:
        return _page(request, caller, booking_id, wrong={name: form}, status=status)

    done = reverse("web:office-booking", args=[booking_id])
    return answer(request, form=form, act=act, done=done, again=again)


def _page(
    request: HttpRequest,
    caller: Caller,
    booking_id: UUID,
    *,
    wrong: dict[str, forms.Form] | None = None,
    status: int = 200,
) -> HttpResponse:
    now = now_of(request)
    details = get_booking(booking_id=booking_id, now=now)
    found = search_bookings(text=str(booking_id), phone_region=settings.PARKING_PHONE_REGION, now=now)
    shown = {
        "booking": details,
        "contact": next(iter(found), None),
        "kept_minor": details.captured_minor - details.refunded_minor,
        **told_story(events=story_by_id(booking_id=booking_id), now=now),
        "actions": {**_actions(caller, details), **(wrong or {})},
        "wrong": next(iter(wrong or {}), ""),
    }
    return office(request, "booking.html", shown, caller=caller, here="", status=status)


def _actions(caller: Caller, details: BookingDetails) -> dict[str, forms.Form]:
    """The forms of what this person may do, and what there is to do."""
    offered: dict[str, forms.Form] = {}
    may = caller.permissions
    is_inside = details.stay is not None and details.stay.status is not SessionStatus.COMPLETED
    if Permission.BOOKING_CANCEL in may and details.cancel_refund_minor is not None:
        shown = format_amount(amount_minor=details.cancel_refund_minor, currency=details.currency)
        offered["cancel"] = booking_forms.CancelForm(initial={"expected_refund": shown})
    if Permission.TICKET_REPLACE in may and (is_inside or details.cancel_refund_minor is not None):
        offered["replace"] = booking_forms.TicketForm()
    if Permission.ADJUSTMENT_PROPOSE in may and _can_be_adjusted(details):
        offered["adjust"] = booking_forms.AdjustForm(currency=details.currency, has_stay=details.stay is not None)
    if Permission.REFUND_BY_HAND in may:
        refundable = refundable_payments(booking_id=details.booking_id)
        if any(line.most_minor for line in refundable.payments):
            offered["refund"] = booking_forms.RefundForm(refundable=refundable)
    return offered


def _can_be_adjusted(details: BookingDetails) -> bool:
    if details.stay is not None:
        return details.captured_minor > details.refunded_minor or details.stay.due_minor > 0
    return details.cancel_refund_minor is None and details.captured_minor > details.refunded_minor


def _made_words(made: AdjustmentMade) -> str:
    amount = formats.money(made.amount_minor, made.currency)
    if made.status is AdjustmentStatus.PROPOSED:
        return gettext("%(amount)s waits for a second person, who must agree.") % {"amount": amount}
    if made.refund_minor:
        return gettext("%(amount)s goes back the way it was paid.") % {"amount": amount}
    return gettext("%(amount)s was taken off. %(due)s is still due.") % {
        "amount": amount,
        "due": formats.money(made.due_minor, made.currency),
    }
