"""Forgetting a person: what would be erased, what is in the way, and doing it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from parking.domain.anonymity import Obstacle
from parking.domain.callers import Caller
from parking.domain.errors import ParkingError
from parking.domain.permissions import Permission
from parking.edge.moments import now_of
from parking.queries.people import find_person
from parking.services import ParkingService
from parking.web.operator.office import office
from parking.web.pages import staff_page
from parking.web.words import told

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

_OBSTACLES: Final[dict[Obstacle, _StrPromise]] = {
    Obstacle.LIVE: _("A booking or stay is not over."),
    Obstacle.MONEY_ON_ITS_WAY: _("A payment is on its way."),
    Obstacle.REFUND_WAITING: _("A refund waits."),
    Obstacle.SECOND_PERSON_WAITING: _("Something waits for a second person."),
    Obstacle.PERMIT: _("The car is on a permit."),
}


@staff_page(Permission.PERSON_ANONYMISE)
def forget(request: HttpRequest, caller: Caller) -> HttpResponse:
    """By the plate of their car; a page between, because it cannot be undone."""
    plate = (request.POST if request.method == "POST" else request.GET).get("plate", "").strip()
    if request.method == "POST":
        return _forget(request, caller, plate)
    person = find_person(
        vehicle_number=plate, phone_number=None, phone_region=settings.PARKING_PHONE_REGION, now=now_of(request)
    )
    in_the_way = [{"words": _OBSTACLES[one.obstacle], "booking_id": one.booking_id} for one in person.in_the_way]
    shown = {"plate": plate, "person": person, "in_the_way": in_the_way}
    return office(request, "forget.html", shown, caller=caller, here="")


def _forget(request: HttpRequest, caller: Caller, plate: str) -> HttpResponse:
    try:
        ParkingService.anonymise_person(vehicle_number=plate, caller=caller, now=now_of(request))
    except ParkingError as refusal:
        messages.error(request, told(refusal))
        return redirect(f"{reverse('web:forget')}?plate={plate}")
    messages.success(request, gettext("They are forgotten. Nothing here names them any more."))
    return redirect("web:today")
