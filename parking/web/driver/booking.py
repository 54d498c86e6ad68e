"""Booking: what it costs first, then the hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect

from parking.domain.errors import InvalidField, ParkingError
from parking.domain.states import BookingStatus
from parking.edge.moments import now_of
from parking.queries.availability import ZoneRoom, get_room
from parking.queries.quotes import QuotedVisit, quote_visit
from parking.queries.zones import classes_with_prices, list_zones
from parking.services import ParkingService
from parking.web.driver.forms import NOW, WRONG_START, BookingForm, VisitForm
from parking.web.pages import page, show
from parking.web.words import told

_USUAL_HOURS: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class _Offer:
    """What a visit would cost, and whether there is room for it."""

    visit: QuotedVisit
    room: ZoneRoom


@page
def booking(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return _book(request)
    form = BookingForm(initial=_first_choice(request), **_choices(request))
    return show(request, "driver/booking.html", {"form": form, **_priced(request, _as_chosen(request, form))})


@page
def price(request: HttpRequest) -> HttpResponse:
    """The price alone, for a page whose choices have changed."""
    form = VisitForm(request.GET, **_choices(request))
    return show(request, "driver/price.html", {"form": form, **_priced(request, form)})


def _book(request: HttpRequest) -> HttpResponse:
    """Hold a slot, if the price is the one that the driver was shown; else show it first."""
    form = BookingForm(request.POST, **_choices(request))
    if request.POST.get("step") == "price":
        visit = VisitForm(request.POST, **_choices(request))
        # Nothing was booked yet, so what is still empty is not wrong yet.
        shown = BookingForm(initial=request.POST.dict(), **_choices(request))
        return show(request, "driver/booking.html", {"form": shown, **_priced(request, visit)})
    priced: dict[str, Any] = {}
    try:
        offer = _offer(request, form)
        if offer is not None:
            priced["offer"] = offer
        if offer is not None and form.is_valid():
            if _was_shown(request, offer):
                return _held(request, form)
            priced["is_new_price"] = True
    except ParkingError as refusal:
        form.refuse(refusal)
    status = 422 if form.errors else 200
    return show(request, "driver/booking.html", {"form": form, **priced}, status=status)


def _held(request: HttpRequest, form: BookingForm) -> HttpResponse:
    made = ParkingService.create_booking(
        vehicle_number=form.cleaned_data["plate"],
        owner_name=form.cleaned_data["owner"],
        phone_number=form.cleaned_data["phone"],
        **form.visit,
        now=now_of(request),
    )
    place = "web:pay" if made.status is BookingStatus.CREATED else "web:ticket"
    return redirect(place, made.booking_id)


def _priced(request: HttpRequest, form: VisitForm) -> dict[str, Any]:
    """The offer for what was chosen, or the words why there is none."""
    try:
        offer = _offer(request, form)
    except ParkingError as refusal:
        return {"no_offer": WRONG_START if isinstance(refusal, InvalidField) else told(refusal)}
    return {} if offer is None else {"offer": offer}


def _offer(request: HttpRequest, form: VisitForm) -> _Offer | None:
    """None if not enough is chosen yet. Raises InvalidField for a start that cannot be booked."""
    form.is_valid()
    if {"zone", "hours", "starts_at"} - form.cleaned_data.keys():
        return None
    now = now_of(request)
    visit = quote_visit(**form.visit, ends_at=None, now=now)
    room = get_room(zone_id=form.visit["zone_id"], start=visit.starts_at, end=visit.bill.billed_until, now=now)
    return _Offer(visit=visit, room=room)


def _was_shown(request: HttpRequest, offer: _Offer) -> bool:
    """Nobody is committed to a price that they have not seen, with JavaScript or without."""
    return request.POST.get("shown") == f"{offer.visit.bill.price.amount_minor}"


def _choices(request: HttpRequest) -> dict[str, Any]:
    return {"zones": list_zones(now=now_of(request)), "classes": classes_with_prices()}


def _first_choice(request: HttpRequest) -> dict[str, Any]:
    """What the address asks for, else the first zone with room."""
    zones = list_zones(now=now_of(request))
    with_room = next((zone for zone in zones if zone.available_slots), zones[0] if zones else None)
    asked = request.GET
    return {
        "zone": asked.get("zone") or (with_room.id if with_room else ""),
        "hours": asked.get("hours") or _USUAL_HOURS,
        "start": NOW,
        "vehicle_class": "CAR",
    }


def _as_chosen(request: HttpRequest, form: BookingForm) -> VisitForm:
    """The form's first choices as if they had been sent, so that a page never opens without a price."""
    data = QueryDict(mutable=True)
    data.update({name: str(value) for name, value in form.initial.items()})
    return VisitForm(data, **_choices(request))
