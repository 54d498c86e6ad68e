"""Changing a booking: cancel, more hours, another plate. What it costs or gives back is shown before the click."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext

from parking.domain.errors import ParkingError, PaymentInProgress
from parking.domain.money import format_amount
from parking.edge.identifiers import booking_id_of
from parking.edge.moments import now_of
from parking.queries.bookings import get_booking
from parking.queries.quotes import QuotedExtension, quote_extension
from parking.services import ParkingService
from parking.web import formats
from parking.web.driver.forms import HoursForm, PlateForm
from parking.web.driver.paying import after_payment, gateway_data, refused, ways_to_pay
from parking.web.pages import guessable, page, show
from parking.web.words import told


@page
@guessable
def cancel(request: HttpRequest, ticket: str) -> HttpResponse:
    booking_id = booking_id_of(ticket)
    if request.method == "POST":
        return _cancel(request, booking_id)
    details = get_booking(booking_id=booking_id, now=now_of(request))
    if details.cancel_refund_minor is None:
        return redirect("web:ticket", booking_id)
    expected = format_amount(amount_minor=details.cancel_refund_minor, currency=details.currency)
    return show(request, "driver/cancel.html", {"booking": details, "expected": expected})


def _cancel(request: HttpRequest, booking_id: UUID) -> HttpResponse:
    try:
        closed = ParkingService.cancel_booking(
            booking_id=booking_id, expected_refund=request.POST.get("expected", ""), now=now_of(request)
        )
    except ParkingError as refusal:
        return refused(request, refusal, back_to="web:cancel", booking_id=booking_id)
    amount = {"amount": formats.money(closed.refund_minor, closed.currency)}
    if closed.refund_minor == 0:
        words = gettext("Your booking is cancelled. Nothing is refunded.")
    elif closed.in_cash_minor:
        words = gettext("Your booking is cancelled. %(amount)s wait for you at the cash desk.") % amount
    elif closed.refund_processed:
        words = gettext("Your booking is cancelled. %(amount)s were refunded.") % amount
    else:
        words = gettext("Your booking is cancelled. The refund of %(amount)s is on its way.") % amount
    messages.success(request, words)
    return redirect("web:ticket", booking_id)


@page
@guessable
def plate(request: HttpRequest, ticket: str) -> HttpResponse:
    booking_id = booking_id_of(ticket)
    details = get_booking(booking_id=booking_id, now=now_of(request))
    form = PlateForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            changed = ParkingService.change_plate(
                booking_id=booking_id, vehicle_number=form.cleaned_data["plate"], now=now_of(request)
            )
        except ParkingError as refusal:
            form.add_error("plate", told(refusal))
        else:
            told_plate = {"plate": changed.vehicle_number}
            messages.success(request, gettext("%(plate)s may use this ticket now. The code is the same.") % told_plate)
            return redirect("web:ticket", booking_id)
    return show(request, "driver/plate.html", {"booking": details, "form": form}, status=422 if form.errors else 200)


@page
@guessable
def extend(request: HttpRequest, ticket: str) -> HttpResponse:
    """More hours: the price of those first, then the payment."""
    booking_id = booking_id_of(ticket)
    details = get_booking(booking_id=booking_id, now=now_of(request))
    form = HoursForm(request.POST or request.GET or {"hours": 1})
    offer = _offer(request, booking_id, form)
    if request.method == "POST" and request.POST.get("step") == "buy" and offer is not None:
        if request.POST.get("shown") == _seal(offer):
            return _extend(request, booking_id, hours=form.cleaned_data["hours"], until=offer.until)
        words = gettext(
            "Nothing was charged: the hours or your booking have changed since. This is the new end and price."
        )
        messages.warning(request, words)
    shown = {"booking": details, "form": form, "offer": offer, "shown": _seal(offer), **ways_to_pay()}
    return show(request, "driver/extend.html", shown, status=422 if form.errors else 200)


@page
@guessable
def extension_price(request: HttpRequest, ticket: str) -> HttpResponse:
    """The price alone, for a page whose hours have changed."""
    form = HoursForm(request.GET)
    offer = _offer(request, booking_id_of(ticket), form)
    return show(request, "driver/extension_price.html", {"form": form, "offer": offer, "shown": _seal(offer)})


def _seal(offer: QuotedExtension | None) -> str:
    """What the form was shown for: the end too, as each hour of a flat tariff costs the same. A form that comes again
    after its hours were bought names an end that is past."""
    return f"{offer.amount_minor}:{offer.until.isoformat()}" if offer else ""


def _offer(request: HttpRequest, booking_id: UUID, form: HoursForm) -> QuotedExtension | None:
    if not form.is_valid():
        return None
    try:
        return quote_extension(booking_id=booking_id, hours=form.cleaned_data["hours"], now=now_of(request))
    except ParkingError as refusal:
        if refusal.status == 404:
            raise
        words = gettext("A booking has at most 24 hours in all.") if refusal.code == "invalid_field" else told(refusal)
        form.add_error("hours", words)
        return None


def _extend(request: HttpRequest, booking_id: UUID, *, hours: int, until: datetime) -> HttpResponse:
    try:
        extended = ParkingService.extend_booking(
            booking_id=booking_id,
            hours=hours,
            gateway_data=gateway_data(request),
            expected_until=until,
            now=now_of(request),
        )
    except PaymentInProgress:
        return redirect("web:waiting", booking_id)
    except ParkingError as refusal:
        return refused(request, refusal, back_to="web:extend", booking_id=booking_id)
    words = gettext("Your place is yours until %(time)s now.") % {
        "time": formats.day_and_clock(extended.paid_until, now=now_of(request))
    }
    if extended.payment is None:
        messages.success(request, words)
        return redirect("web:ticket", booking_id)
    return after_payment(request, extended.payment, words)
