"""The ordinary request of each route: on an object that is there, and in the right state for it.

A route that needs no more than its zone in the address has no entry here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from parking.domain.callers import SYSTEM, staff_caller
from parking.domain.permissions import Role
from parking.domain.states import AdjustmentKind, PaymentMethod, ScanType
from parking.domain.tariffs import hourly_definition
from parking.models import ParkingSession, Payment, Refund
from parking.services import ParkingService
from tests.garage import Garage
from tests.services.desk import propose, with_limit
from tests.services.merchant import AMOUNT, merchant_id, new_code
from tests.services.permit import ALWAYS, new_permit


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


@request_of("POST api/validation/")
def a_code_for_a_car_inside(scene: Scene) -> Request:
    entry = scene.garage.enter(scene.garage.book_and_pay(now=scene.now), now=scene.now)
    new_code(AMOUNT, 1000, valid_until=scene.now + timedelta(days=1))
    return Request(body={"session_id": str(entry.session_id), "code": "SHOP"})


@request_of("POST api/operator/merchants/", "GET api/operator/merchants/")
def a_new_merchant(_: Scene) -> Request:
    return Request(body={"name": "Book shop"})


@request_of(
    "POST api/operator/merchants/<merchant_id>/close/",
    "POST api/operator/merchants/<merchant_id>/codes/",
    "GET api/operator/merchants/<merchant_id>/codes/",
)
def a_code_for_a_merchant(scene: Scene) -> Request:
    terms = {"minutes": 60, "at_most_amount": "50.00", "valid_until": (scene.now + timedelta(days=9)).isoformat()}
    return Request(address={"merchant_id": merchant_id()}, body=terms)


@request_of("POST api/operator/merchants/<merchant_id>/codes/close/")
def a_code_that_a_merchant_has(scene: Scene) -> Request:
    new_code(AMOUNT, 1000, valid_until=scene.now + timedelta(days=1))
    return Request(address={"merchant_id": merchant_id()}, body={"code": "SHOP"})


@request_of("POST api/operator/permits/", "GET api/operator/permits/")
def a_new_permit(scene: Scene) -> Request:
    body = {
        "zone_id": scene.garage.zone.id,
        "holder": "Lotus Offices",
        "cars_at_once": 1,
        "weekly_hours": ALWAYS,
        "valid_from": scene.now.isoformat(),
        "valid_until": (scene.now + timedelta(days=30)).isoformat(),
    }
    return Request(body=body)


@request_of(
    "GET api/operator/permits/<permit_id>/",
    "POST api/operator/permits/<permit_id>/revoke/",
    "POST api/operator/permits/<permit_id>/cars/remove/",
)
def a_permit_with_a_car(scene: Scene) -> Request:
    permit = new_permit(scene.garage, "KA01A1", valid_until=scene.now + timedelta(days=30))
    return Request(address={"permit_id": permit.permit_id}, body={"vehicle_number": "KA01A1"})


@request_of("POST api/operator/permits/<permit_id>/cars/")
def another_car_for_a_permit(scene: Scene) -> Request:
    permit = new_permit(scene.garage, "KA01A1", valid_until=scene.now + timedelta(days=30))
    return Request(address={"permit_id": permit.permit_id}, body={"vehicle_number": "KA01A2"})


@request_of("GET api/zone/<zone_id>/availability/")
def a_zone_for_the_next_hours(scene: Scene) -> Request:
    times = {"from": scene.now.isoformat(), "to": (scene.now + timedelta(hours=3)).isoformat()}
    return Request(address={"zone_id": scene.garage.zone.id}, body=times)


@request_of("POST api/desk/shift/open/")
def a_drawer_with_a_float(_: Scene) -> Request:
    return Request(body={"opening_float": "500.00"})


@request_of("POST api/desk/shift/close/", "GET api/desk/shift/", "GET api/desk/cash/refunds/")
def a_drawer_that_is_counted(scene: Scene) -> Request:
    _open_shifts(scene)
    return Request(body={"counted_amount": "500.00"})


@request_of("POST api/desk/cash/booking/")
def a_driver_with_cash(scene: Scene) -> Request:
    _open_shifts(scene)
    return Request(body={"booking_id": str(scene.garage.book(now=scene.now).booking_id)})


@request_of("POST api/desk/cash/stay/")
def a_car_inside_for_too_long_and_cash(scene: Scene) -> Request:
    _open_shifts(scene)
    came_at = scene.now - timedelta(hours=2)
    entry = scene.garage.enter(scene.garage.book_and_pay(now=came_at), now=came_at)
    return Request(body={"session_id": str(entry.session_id)})


@request_of("POST api/desk/cash/hand-back/")
def cash_that_goes_back(scene: Scene) -> Request:
    _open_shifts(scene)
    booking = scene.garage.book(now=scene.now)
    ParkingService.process_booking_payment(
        booking_id=booking.booking_id,
        gateway_data={},
        method=PaymentMethod.CASH,
        caller=staff_caller(name=Role.CASHIER, roles=[Role.CASHIER]),
        now=scene.now,
    )
    scene.garage.cancel(booking, now=scene.now)
    return Request(body={"refund_id": str(Refund.objects.get().id)})


def _open_shifts(scene: Scene) -> None:
    for role in (Role.CASHIER, Role.OPERATOR):
        caller = staff_caller(name=role, roles=[role])
        ParkingService.open_shift(opening_float_minor=50000, caller=caller, now=scene.now)


@request_of("POST api/desk/passback/reset/")
def a_car_that_left_unseen(scene: Scene) -> Request:
    scene.garage.enter(scene.garage.book_and_pay("KA07X7", now=scene.now), now=scene.now)
    return Request(body={"vehicle_number": "KA07X7", "reason": "Seen on the street"})


@request_of("POST api/operator/outages/", "POST api/operator/occupancy/")
def a_zone_that_somebody_walked_through(scene: Scene) -> Request:
    zone_id = scene.garage.zone.id
    return Request(body={"zone_id": zone_id, "slot_number": "T001", "counted_inside": 1, "reason": "Evening round"})


@request_of("POST api/operator/outages/end/")
def a_zone_that_is_out(scene: Scene) -> Request:
    planned = ParkingService.plan_outage(zone_id=scene.garage.zone.id, reason="Painting", caller=SYSTEM, now=scene.now)
    return Request(body={"outage_id": planned.outage.outage_id})


@request_of("GET api/desk/search/", "GET api/desk/adjustment/waiting/")
def a_plate_to_look_for(_: Scene) -> Request:
    return Request(body={"q": "DL01"})


@request_of("POST api/desk/ticket/replace/")
def a_ticket_that_is_torn(scene: Scene) -> Request:
    booking = scene.garage.book_and_pay(now=scene.now)
    return Request(body={"booking_id": str(booking.booking_id), "reason": "Torn"})


@request_of("POST api/desk/ticket/lost/", "POST api/desk/adjustment/", "POST api/desk/gate/open/")
def a_car_inside_and_somebody_at_the_desk(scene: Scene) -> Request:
    entry = scene.garage.enter(scene.garage.book_and_pay(now=scene.now), now=scene.now)
    gate = {"device_id": scene.device_id, "direction": "EXIT", "close_stay": False}
    grant = {"kind": "GOODWILL", "amount": "1.00"}
    return Request(body={"session_id": str(entry.session_id), "reason": "Rain", **gate, **grant})


@request_of("POST api/desk/adjustment/decide/")
def goodwill_that_waits_for_a_second_person(scene: Scene) -> Request:
    with_limit(scene.garage, minor=0)
    entry = scene.garage.enter(scene.garage.book_and_pay(now=scene.now), now=scene.now)
    made = propose(entry.session_id, AdjustmentKind.GOODWILL, 100, now=scene.now)
    return Request(body={"adjustment_id": str(made.adjustment_id), "approve": True})


@request_of("GET api/operator/booking/<booking_id>/refundable/", "POST api/operator/refunds/")
def a_payment_of_a_stay_that_is_over(scene: Scene) -> Request:
    booking = scene.garage.book_and_pay(now=scene.now)
    scene.garage.enter(booking, now=scene.now)
    ParkingService.open_gate(
        device_id=scene.device_id,
        direction=ScanType.EXIT,
        session_id=ParkingSession.objects.get(booking_id=booking.booking_id).id,
        reason="Rain",
        close_stay=True,
        caller=SYSTEM,
        now=scene.now,
    )
    payment = Payment.objects.get(booking_id=booking.booking_id)
    body = {"payment_id": str(payment.id), "amount": "1.00", "reason": "Rain"}
    return Request(address={"booking_id": str(booking.booking_id)}, body=body)


@request_of("POST api/operator/people/find/", "POST api/operator/people/anonymise/")
def somebody_who_cancelled(scene: Scene) -> Request:
    scene.garage.cancel(scene.garage.book("KA08X8", now=scene.now), now=scene.now)
    return Request(body={"vehicle_number": "KA08X8"})


@request_of("GET api/operator/exports/<records>/")
def the_bookings_of_a_week(_: Scene) -> Request:
    return Request(address={"records": "bookings"}, body={"from": "2026-01-05", "to": "2026-01-11"})


@request_of("GET api/operator/days/")
def the_days_that_were_closed(_: Scene) -> Request:
    return Request()


@request_of("GET api/operator/days/<day>/", "POST api/operator/days/")
def a_day_that_is_over(scene: Scene) -> Request:
    day = (scene.now - timedelta(days=2)).date().isoformat()
    return Request(address={"day": day}, body={"day": day})


@request_of("POST api/sandbox/clock/")
def a_clock_that_stays(_: Scene) -> Request:
    return Request(body={"advance_seconds": 0})
