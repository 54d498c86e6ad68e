"""What happens at one moment to what many share: the places of a permit, and the uses of a merchant's code."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from parking.models import DiscountCode, ParkingSession, SlotAllocation, Validation
from parking.services import ParkingService
from parking.services.results import BookingCreated
from tests.garage import at
from tests.races.booking_stories import new_garage, new_plate
from tests.races.crowd import Crowd, Verdict, judge, winners
from tests.services.merchant import AMOUNT, new_code
from tests.services.permit import new_permit

_USE_MINOR = 1000


def cars_of_one_permit(crowd: Crowd, people: int) -> Verdict:
    """All of them at the gate at once. A crowd has a permit for two cars, a pair has one for one."""
    places = max(1, people // 16)
    garage = new_garage(slots=people)
    permit = new_permit(garage, *(new_plate() for _ in range(people)), cars_at_once=places)
    outcomes = crowd.rush([partial(permit.enter, number, now=at(minutes=1)) for number in range(people)])
    inside = ParkingSession.objects.filter(booking__permit_id=permit.permit_id, exit_time=None)
    return judge(
        outcomes=outcomes,
        refusals={"permit_full"},
        facts={
            "gates opened": (winners(outcomes), places),
            "cars inside": (inside.count(), places),
            "cars in the slots": (_parked(zone_id=garage.zone.id), places),
        },
    )


def one_car_of_a_permit(crowd: Crowd, people: int) -> Verdict:
    garage = new_garage(slots=2)
    permit = new_permit(garage, new_plate(), cars_at_once=2)
    outcomes = crowd.rush([partial(permit.enter, now=at(minutes=1))] * people)
    return judge(
        outcomes=outcomes,
        refusals={"already_entered"},
        facts={
            "gates opened": (winners(outcomes), 1),
            "cars in the slots": (_parked(zone_id=garage.zone.id), 1),
        },
    )


def one_car_of_a_permit_in_and_out(crowd: Crowd, people: int) -> Verdict:
    """It is inside; half of the scans are at the exit and half at the entry. Whatever comes of it is in order."""
    garage = new_garage(slots=people)
    permit = new_permit(garage, new_plate())
    permit.enter()
    scans = [partial(permit.leave, now=at(minutes=5)), partial(permit.enter, now=at(minutes=5))]
    outcomes = crowd.rush(scans * (people // 2))
    inside = ParkingSession.objects.filter(booking__permit_id=permit.permit_id, exit_time=None).count()
    came, left = 1 + winners(outcomes[1::2]), winners(outcomes[::2])
    return judge(
        outcomes=outcomes,
        refusals={"already_entered", "already_exited", "busy"},
        facts={
            "cars inside": (inside, came - left),
            "cars in the slots": (_parked(zone_id=garage.zone.id), came - left),
            "at most one": (came - left in (0, 1), True),
        },
    )


def one_code_for_one_use(crowd: Crowd, people: int) -> Verdict:
    garage = new_garage(slots=people)
    stays = [garage.book_and_pay(new_plate()) for _ in range(people)]
    for booking in stays:
        garage.enter(booking)
    code = new_code(AMOUNT, _USE_MINOR, code=new_plate(), at_most_minor=None, max_uses=1).codes[0]
    outcomes = crowd.rush([partial(_use, booking, code, now=at(minutes=2)) for booking in stays])
    discount = DiscountCode.objects.get(code=code)
    return judge(
        outcomes=outcomes,
        refusals={"discount_refused"},
        facts={
            "stays it was used for": (Validation.objects.filter(discount=discount).count(), 1),
            "drivers told so": (winners(outcomes), 1),
            "uses and money": ((discount.uses, discount.spent_minor), (1, _USE_MINOR)),
        },
    )


def _use(booking: BookingCreated, code: str, *, now: datetime) -> object:
    return ParkingService.apply_validation(booking_id=booking.booking_id, code=code, now=now)


def _parked(*, zone_id: int) -> int:
    return SlotAllocation.objects.filter(zone_id=zone_id, released_at=None, parked_at__isnull=False).count()
