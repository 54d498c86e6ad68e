"""Forgetting a person: what would be erased, what is in the way, and doing it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from parking.domain.anonymity import Obstacle
from parking.domain.callers import Caller
from parking.domain.errors import ParkingError
from parking.domain.permissions import Permission
from parking.edge.identifiers import booking_id_of
from parking.edge.moments import now_of
from parking.queries.bookings import get_booking
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
def forget(request: HttpRequest, caller: Caller, booking_id: str) -> HttpResponse:
    """Whoever drives the booking's car: a plate in an address would be kept in logs. A page between, because it cannot
    be undone."""
    number = booking_id_of(booking_id)
    plate = get_booking(booking_id=number, now=now_of(request)).vehicle_number
    if request.method == "POST":
        return _forget(request, caller, plate=plate, booking_id=number)
    person = find_person(
        vehicle_number=plate, phone_number=None, phone_region=settings.PARKING_PHONE_REGION, now=now_of(request)
    )
    in_the_way = [{"words": _OBSTACLES[one.obstacle], "booking_id": one.booking_id} for one in person.in_the_way]
    shown = {"plate": plate, "person": person, "in_the_way": in_the_way}
    return office(request, "forget.html", shown, caller=caller, here="")


def _forget(request: HttpRequest, caller: Caller, *, plate: str, booking_id: UUID) -> HttpResponse:
    try:
        ParkingService.anonymise_person(vehicle_number=plate, caller=caller, now=now_of(request))
    except ParkingError as refusal:
        messages.error(request, told(refusal))
        return redirect("web:forget", booking_id)
    messages.success(request, gettext("They are forgotten. Nothing here names them any more."))
    return redirect("web:today")
