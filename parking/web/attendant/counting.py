"""Counting the cars of a zone by foot, beside what is known."""

from __future__ import annotations

from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext, ngettext

from parking.domain.callers import Caller
from parking.domain.errors import InvalidField, ParkingError
from parking.domain.permissions import Permission
from parking.edge.identifiers import zone_id_of
from parking.edge.moments import now_of
from parking.queries.zones import list_zones
from parking.services import ParkingService
from parking.services.occupancy import OccupancyCorrected
from parking.web.attendant.wording import said
from parking.web.pages import show, staff_page

_MAX_DIGITS: Final = 6


@staff_page(Permission.OCCUPANCY_CORRECT)
def count(request: HttpRequest, caller: Caller) -> HttpResponse:
    if request.method != "POST":
        return show(request, "attendant/count.html", {"zones": list_zones(now=now_of(request))})
    try:
        corrected = ParkingService.correct_occupancy(
            zone_id=zone_id_of(request.POST.get("zone", "")),
            counted_inside=_whole(request.POST.get("counted", "")),
            reason=request.POST.get("reason", ""),
            caller=caller,
            now=now_of(request),
        )
    except ParkingError as refusal:
        messages.error(request, said(refusal))
    else:
        messages.success(request, _said(corrected))
    return redirect("web:desk-count")


def _whole(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or len(text) > _MAX_DIGITS:
        raise InvalidField(field="counted_inside", problem="must be a whole number.")
    return int(text)


def _said(corrected: OccupancyCorrected) -> str:
    zone, difference = {"zone": corrected.zone.name}, corrected.difference
    if difference > 0:
        said = ngettext(
            "Written down. %(count)s car more than known: it takes a place of %(zone)s until the next count.",
            "Written down. %(count)s cars more than known: they take places of %(zone)s until the next count.",
            difference,
        )
        return said % {"count": difference, **zone}
    if difference < 0:
        said = ngettext(
            "Written down. %(count)s car fewer than known: look in %(zone)s for the stay that is over.",
            "Written down. %(count)s cars fewer than known: look in %(zone)s for the stays that are over.",
            -difference,
        )
        return said % {"count": -difference, **zone}
    return gettext("Written down. %(zone)s is as known.") % zone
