"""The ordinary request of each route: on an object that is there, and in the right state for it.

A route that needs no more than its zone in the address has no entry here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from parking.domain.tariffs import hourly_definition
from tests.garage import Garage


@dataclass(frozen=True, kw_only=True)
class Request:
    """What stands in the address, and the body (of a GET: the query)."""

    address: dict[str, Any] = field(default_factory=dict)
    body: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Scene:
    """Where the request is made."""

    garage: Garage
    now: datetime
    device_id: str


Maker = Callable[[Scene], Request]
_MAKERS: dict[str, Maker] = {}


def request_of(*routes: str) -> Callable[[Maker], Maker]:
    """The request that the decorated function makes is the ordinary one of these routes."""

    def remember(make: Maker) -> Maker:
        for route in routes:
            _MAKERS[route] = make
        return make

    return remember


def request_for(route: str, *, garage: Garage, now: datetime, device_id: str) -> Request:
    make = _MAKERS.get(route)
    if make is None:
        return Request(address={"zone_id": garage.zone.id})
    return make(Scene(garage=garage, now=now, device_id=device_id))


@request_of("POST api/booking/create/")
def a_new_booking(scene: Scene) -> Request:
    return Request(body={"vehicle_number": "KA01X1", "owner_name": "Asha", "zone_id": scene.garage.zone.id, "hours": 1})


@request_of("POST api/booking/payment/", "GET api/booking/<booking_id>/")
def an_unpaid_booking(scene: Scene) -> Request:
    booking_id = str(scene.garage.book(now=scene.now).booking_id)
    return Request(address={"booking_id": booking_id}, body={"booking_id": booking_id})


@request_of("POST api/booking/cancel/", "GET api/booking/<booking_id>/receipt/")
def a_paid_booking(scene: Scene) -> Request:
    booking_id = str(scene.garage.book_and_pay(now=scene.now).booking_id)
    return Request(address={"booking_id": booking_id}, body={"booking_id": booking_id})


@request_of("POST api/booking/extend/", "POST api/booking/plate/")
def a_change_of_a_paid_booking(scene: Scene) -> Request:
    booking = scene.garage.book_and_pay(now=scene.now)
    return Request(body={"booking_id": str(booking.booking_id), "hours": 1, "vehicle_number": "KA09X9"})


@request_of("POST api/quote/")
def a_question_for_a_price(scene: Scene) -> Request:
    return Request(body={"zone_id": scene.garage.zone.id, "hours": 2})


@request_of("POST api/payment/additional/")
def a_car_inside(scene: Scene) -> Request:
    entry = scene.garage.enter(scene.garage.book_and_pay(now=scene.now), now=scene.now)
    return Request(body={"session_id": str(entry.session_id)})


@request_of("POST api/operator/tariffs/", "POST api/operator/tariffs/preview/")
def a_new_tariff(_: Scene) -> Request:
    return Request(body={"name": "Cheap", "definition": hourly_definition(rate_minor=100)})


@request_of("POST api/operator/policies/")
def a_new_policy(_: Scene) -> Request:
    return Request(body={"name": "Patient", "definition": {"hold_seconds": 900}})


@request_of("GET api/operator/tariffs/<tariff_id>/", "POST api/operator/zone/<zone_id>/terms/")
def a_tariff_and_a_zone(scene: Scene) -> Request:
    zone = scene.garage.zone
    address = {"tariff_id": zone.tariff_id, "zone_id": zone.id}
    return Request(address=address, body={"tariff_id": zone.tariff_id})


@request_of("POST api/scan/entry/")
def a_ticket_at_the_entry(scene: Scene) -> Request:
    booking = scene.garage.book_and_pay(now=scene.now)
    return Request(body={"qr_code": booking.qr_code, "scanner_device_id": scene.device_id})


@request_of("POST api/scan/exit/")
def a_ticket_at_the_exit(scene: Scene) -> Request:
    booking = scene.garage.book_and_pay(now=scene.now)
    scene.garage.enter(booking, now=scene.now)
    return Request(body={"qr_code": booking.qr_code, "scanner_device_id": scene.device_id})


@request_of("POST api/sandbox/clock/")
def a_clock_that_stays(_: Scene) -> Request:
    return Request(body={"advance_seconds": 0})
