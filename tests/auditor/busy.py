"""A garage in which everything has happened, all of it through the services: zone by zone, one story each.

The zones are small and many, so that no story depends on which slot another one was given by chance.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from django.db.models import Max

from parking.domain.callers import SYSTEM, device_caller, staff_caller
from parking.domain.errors import ParkingError
from parking.domain.permissions import Role, Scope
from parking.domain.states import GateDirection
from parking.gateways.base import GatewayTimeout
from parking.gateways.simulated import SimulatedGateway
from parking.models import ParkingSession, ParkingSite
from parking.queries.sealed_logs import LOGS
from parking.services import ParkingService, credentials, seals, slots
from parking.services.results import BookingCreated
from tests.auditor.at_the_desk import at_the_desk
from tests.auditor.desk_stories import (
    a_day_that_was_closed,
    a_slot_out_and_a_car_that_left_unseen,
    cash_in_a_drawer,
    somebody_who_was_forgotten,
)
from tests.auditor.discounted import merchants_and_permits
from tests.garage import ENTRY_GATE, EXIT_GATE, OPENING, Garage, at

ATTENDANT = staff_caller(name="ravi", roles=[Role.ATTENDANT])


@dataclass(kw_only=True)
class Busy:
    """The bookings of the stories, by the names that the corruptions know them by."""

    bookings: dict[str, BookingCreated] = field(default_factory=dict)

    def __getitem__(self, story: str) -> BookingCreated:
        return self.bookings[story]


def refused(action: Callable[[], object]) -> None:
    with pytest.raises(ParkingError):
        action()


def build_busy_garage() -> Busy:
    busy = Busy()
    for story in (_ordinary, _unpaid_and_cancelled, _overtime, _left_late, _full, _late_money, _gates):
        story(busy)
    at_the_desk(busy)
    merchants_and_permits()
    for desk_story in (
        cash_in_a_drawer,
        a_slot_out_and_a_car_that_left_unseen,
        a_day_that_was_closed,
        somebody_who_was_forgotten,
    ):
        desk_story(busy.bookings)
    with pytest.MonkeyPatch.context() as patch:
        # The real one waits for other transactions to end, and in a test there is one around everything.
        patch.setattr(seals, "complete_until", lambda *, model: model.objects.aggregate(last=Max("pk"))["last"])
        patch.setattr(seals, "MAX_ROWS", 40)
        assert seals.seal_logs(now=at(minutes=24 * 60)) > len(LOGS)
    _after_sealing(busy)
    return busy


def _ordinary(busy: Busy) -> None:
    """Stays within their hours, one after the other and side by side."""
    garage = Garage.build(slots=1, name="One slot")
    first = busy.bookings["first"] = garage.book_and_pay("KA01A1", hours=1)
    second = busy.bookings["second"] = garage.book_and_pay("KA01A2", now=at(minutes=1), starts_at=at(minutes=60))
    garage.enter(first, now=at(minutes=1))
    garage.leave(first, now=at(minutes=40))
    garage.enter(second, now=at(minutes=50))
    garage.leave(second, now=at(minutes=65))
    corner = Garage.build(slots=2, name="Corner")
    for name, plate, minutes in (("inside", "KA02A1", 0), ("also inside", "KA02A2", 5)):
        busy.bookings[name] = corner.book_and_pay(plate, hours=4, now=at(minutes=minutes))
        corner.enter(busy[name], now=at(minutes=minutes + 1), scan_id=f"scan-{plate}")
    pair = Garage.build(slots=2, name="Pair")
    for name, plate, minutes in (("left", "KA03A1", 0), ("also left", "KA03A2", 3)):
        busy.bookings[name] = pair.book_and_pay(plate, hours=3, now=at(minutes=minutes))
        pair.enter(busy[name], now=at(minutes=minutes + 1))
    for name in ("left", "also left"):
        pair.leave(busy[name], now=at(minutes=70), scan_id=f"out-{name}")
    future = Garage.build(slots=2, name="Future")
    for name, plate in (("tomorrow", "KA04A1"), ("also tomorrow", "KA04A2")):
        busy.bookings[name] = future.book_and_pay(plate, starts_at=at(minutes=24 * 60), now=at(minutes=2))


def _unpaid_and_cancelled(busy: Busy) -> None:
    garage = Garage.build(slots=6, name="Undecided")
    busy.bookings["unpaid"] = garage.book("KA10A1", hours=2)
    dropped = garage.book("KA10A2")
    busy.bookings["cancelled"] = garage.book_and_pay("KA10A3", hours=2)
    busy.bookings["cancelled too late"] = garage.book_and_pay("KA10A4", hours=2)
    busy.bookings["no-show"] = garage.book_and_pay("KA10A5", hours=1)
    declined = busy.bookings["declined"] = garage.book("KA10A6")
    garage.cancel(dropped, now=at(minutes=1))
    refused(lambda: garage.pay(declined, now=at(minutes=1), token="tok_declined"))
    garage.cancel(busy["cancelled"], now=at(minutes=5))
    garage.cancel(busy["cancelled too late"], now=at(minutes=5, seconds=1))
    slots.lapse_everywhere(now=at(minutes=70))
    busy.bookings["waits for payer"] = garage.book("KA10A7", now=at(minutes=80))
    garage.pay(busy["waits for payer"], now=at(minutes=81), token="tok_needs_action")
    busy.bookings["just declined"] = garage.book("KA10A8", now=at(minutes=80))
    refused(lambda: garage.pay(busy["just declined"], now=at(minutes=81), token="tok_declined"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SimulatedGateway, "refund", _lost)
        waiting = busy.bookings["refund waits"] = garage.book_and_pay("KA10A9", now=at(minutes=80))
        garage.cancel(waiting, now=at(minutes=81))


def _lost(*_: object, **__: object) -> None:
    raise GatewayTimeout


def _overtime(busy: Busy) -> None:
    garage = Garage.build(slots=4, name="Overtime")
    paid, on_foot, strolling, due = (garage.book_and_pay(f"KA20A{number}") for number in range(1, 5))
    sessions = [garage.enter(booking).session_id for booking in (paid, on_foot, strolling, due)]
    busy.bookings |= {"overtime": paid, "on foot": on_foot, "on foot, inside": strolling, "at the exit": due}
    garage.top_up(sessions[1], now=at(minutes=120))
    garage.top_up(sessions[2], now=at(minutes=120))
    garage.leave(on_foot, now=at(minutes=125))
    refused(lambda: garage.leave(paid, now=at(minutes=130)))
    refused(lambda: garage.leave(paid, now=at(minutes=131)))
    refused(lambda: garage.top_up(sessions[0], now=at(minutes=131), token="tok_declined"))
    garage.top_up(sessions[0], now=at(minutes=132))
    refused(lambda: garage.top_up(sessions[0], now=at(minutes=132)))
    garage.leave(paid, now=at(minutes=135))
    refused(lambda: garage.leave(paid, now=at(minutes=136)))
    refused(lambda: garage.leave(due, now=at(minutes=140)))


def _left_late(busy: Busy) -> None:
    """Paid at the exit, and did not leave: the slot is sold meanwhile, and the next scan asks again."""
    garage = Garage.build(slots=1, name="Left late")
    stays = busy.bookings["stands at the gate"] = garage.book_and_pay("KA30A1")
    session_id = garage.enter(stays).session_id
    refused(lambda: garage.leave(stays, now=at(minutes=120)))
    garage.top_up(session_id, now=at(minutes=121))
    garage.enter(garage.book_and_pay("KA30A2", now=at(minutes=122)), now=at(minutes=123))
    refused(lambda: garage.leave(stays, now=at(minutes=140)))
    roomy = Garage.build(slots=2, name="Left later")
    again = roomy.book_and_pay("KA31A1")
    gone = busy.bookings["paid, gate shut"] = roomy.book_and_pay("KA31A2")
    for booking in (again, gone):
        session_id = roomy.enter(booking).session_id
        refused(lambda booking=booking: roomy.leave(booking, now=at(minutes=120)))
        roomy.top_up(session_id, now=at(minutes=120))
    refused(lambda: roomy.leave(again, now=at(minutes=131)))
    session_id = ParkingSession.objects.get(booking_id=again.booking_id).id
    roomy.top_up(session_id, now=at(minutes=131))
    roomy.leave(again, now=at(minutes=132))


def _full(busy: Busy) -> None:
    """Cars that stay too long, and what that does to those who come: moved, exchanged, turned away."""
    one = Garage.build(slots=1, name="Full")
    one.enter(one.book_and_pay("KA40A1"))
    arriving = busy.bookings["turned away"] = one.book_and_pay(
        "KA40A2", hours=2, now=at(minutes=30), starts_at=at(minutes=60)
    )
    refused(lambda: one.enter(arriving, now=at(minutes=60)))
    two = Garage.build(slots=2, name="Exchanged")
    two.enter(two.book_and_pay("KA41A1", hours=1))
    arriving_two = [
        two.book_and_pay(f"KA41A{number}", now=at(minutes=30), starts_at=at(minutes=60)) for number in (2, 3)
    ]
    two.enter(arriving_two[0], now=at(minutes=75))
    refused(lambda: two.enter(arriving_two[1], now=at(minutes=76)))
    late_zone = Garage.build(slots=3, name="Late")
    late = late_zone.book_and_pay("KA42A1", hours=2)
    late_zone.zone.slots.exclude(number=late.slot_number).update(in_service=False)
    late_zone.book_and_pay("KA42A2", starts_at=at(minutes=120))
    late_zone.zone.slots.update(in_service=True)
    late_zone.enter(late, now=at(minutes=100))


def _late_money(busy: Busy) -> None:
    garage = Garage.build(slots=1, name="Late money")
    retaken = busy.bookings["retaken"] = garage.book("KA50A1")
    garage.pay(retaken, now=at(seconds=299), token="tok_settles_late")
    garage.cancel(garage.book("KA50A2", now=at(minutes=15)), now=at(minutes=16))
    garage.pay(retaken, now=at(minutes=20))
    other = Garage.build(slots=1, name="Too late money")
    surplus = busy.bookings["surplus"] = other.book("KA51A1")
    other.pay(surplus, now=at(seconds=299), token="tok_settles_late")
    other.book_and_pay("KA51A2", now=at(minutes=15))
    refused(lambda: other.pay(surplus, now=at(minutes=16)))


def _gates(busy: Busy) -> None:
    """Keys, devices of their own, staff at the gate, and every kind of refused scan."""
    garage = Garage.build(slots=4, name="Gates")
    site = ParkingSite.objects.get()
    start = OPENING - timedelta(hours=1)
    for device_id, direction in (("NORTH", GateDirection.BOTH), ("OLD", GateDirection.ENTRY)):
        credentials.register_device(
            site=site, device_id=device_id, direction=direction, zones=[garage.zone], caller=SYSTEM, now=start
        )
        credentials.make_device_key(device_id=device_id, caller=SYSTEM, now=start)
    credentials.make_api_key(name="App", scopes=[Scope.ZONES_READ], caller=SYSTEM, now=start)
    booking = busy.bookings["through the north gate"] = garage.book_and_pay("KA60A1")
    for scan_id in ("n-1", "n-1", "n-2"):
        _scan(garage, booking, "NORTH", scan_id=scan_id)
    attended = busy.bookings["let in by staff"] = garage.book_and_pay("KA60A2")
    ParkingService.scan_entry_qr(qr_code=attended.qr_code, scanner_device_id="OLD", caller=ATTENDANT, now=at(minutes=1))
    credentials.revoke_device(device_id="OLD", caller=SYSTEM, now=at(minutes=5))
    waiting = busy.bookings["refused at the gates"] = garage.book_and_pay("KA60A3")
    for device_id in ("OLD", "NOBODYS", EXIT_GATE.name):
        _scan(garage, waiting, device_id)
    _scan(garage, busy["tomorrow"], "NORTH")
    refused(lambda: garage.leave(waiting, now=at(minutes=7)))
    refused(
        lambda: ParkingService.scan_entry_qr(
            qr_code="not a code", scanner_device_id=ENTRY_GATE.name, caller=ENTRY_GATE, now=at(minutes=8)
        )
    )


def _scan(garage: Garage, booking: BookingCreated, device_id: str, *, scan_id: str | None = None) -> None:
    try:
        ParkingService.scan_entry_qr(
            qr_code=booking.qr_code,
            scanner_device_id=device_id,
            scan_id=scan_id,
            caller=device_caller(device_id=device_id),
            now=at(minutes=6),
        )
    except ParkingError:
        return


def _after_sealing(busy: Busy) -> None:
    """The tail of the logs, which no seal covers yet: a corruption of it breaks no seal."""
    garage = Garage.build(slots=4, name="Unsealed")
    day = 24 * 60
    stay = busy.bookings["unsealed stay"] = garage.book_and_pay("KA70A1", now=at(minutes=day + 1))
    cancelled = busy.bookings["unsealed cancellation"] = garage.book_and_pay("KA70A2", now=at(minutes=day + 1))
    session_id = garage.enter(stay, now=at(minutes=day + 2), scan_id="u-1").session_id
    ParkingService.cancel_booking(booking_id=cancelled.booking_id, reason="changed my mind", now=at(minutes=day + 2))
    refused(lambda: garage.leave(stay, now=at(minutes=day + 120), scan_id="u-2"))
    garage.top_up(session_id, now=at(minutes=day + 121))
    garage.leave(stay, now=at(minutes=day + 122), scan_id="u-3")
    refused(lambda: garage.leave(stay, now=at(minutes=day + 123)))
