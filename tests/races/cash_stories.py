"""What happens at the desk at the same moment: cash comes in while the drawer is counted."""

from __future__ import annotations

from functools import partial

from django.contrib.auth import get_user_model

from parking.domain.callers import Caller, staff_caller
from parking.domain.permissions import Role
from parking.domain.states import PaymentMethod, PaymentStatus
from parking.models import CashierShift, Payment, Refund
from parking.queries.cash import drawer_of
from parking.services import ParkingService
from tests.garage import OPENING, at
from tests.races.booking_stories import new_garage, new_plate
from tests.races.crowd import Crowd, Verdict, judge, winners

_FLOAT_MINOR = 50000


def closing_against_cash(crowd: Crowd, people: int) -> Verdict:
    """Half pay in cash, each a booking; half close the shift. What was taken is in the count, or was not taken."""
    garage = new_garage(slots=people)
    cashier = _new_cashier()
    bookings = [garage.book(new_plate()) for _ in range(people // 2)]
    pay = [partial(_pay, booking_id=booking.booking_id, cashier=cashier) for booking in bookings]
    close = partial(ParkingService.close_shift, counted_minor=0, caller=cashier, now=at(minutes=1))
    outcomes = crowd.rush([*pay, *[close] * (people // 2)])
    paid, closed = winners(outcomes[: len(pay)]), winners(outcomes[len(pay) :])
    shift = CashierShift.objects.get(cashier__username=cashier.name)
    taken = Payment.objects.filter(shift=shift, status=PaymentStatus.COMPLETED)
    return judge(
        outcomes=outcomes,
        refusals={"no_open_shift", "payment_in_progress"},
        facts={
            "shifts closed": (closed, int(shift.closed_at is not None)),
            "what is expected in the drawer": (
                shift.expected_minor,
                drawer_of(shift=shift).expected_minor if closed else None,
            ),
            "payments into the drawer": (taken.count(), paid),
            "payments left on their way": (Payment.objects.filter(shift=shift).exclude(id__in=taken).count(), 0),
        },
    )


def one_hand_back(crowd: Crowd, people: int) -> Verdict:
    """Cashiers at their own drawers, and one refund."""
    garage = new_garage(slots=1)
    cashiers = [_new_cashier() for _ in range(people)]
    booking = garage.book(new_plate())
    _pay(booking_id=booking.booking_id, cashier=cashiers[0])
    garage.cancel(booking, now=OPENING)
    refund = Refund.objects.get(payment__booking_id=booking.booking_id)
    hand_back = partial(ParkingService.hand_back_cash, refund_id=refund.id, now=at(minutes=1))
    outcomes = crowd.rush([partial(hand_back, caller=cashier) for cashier in cashiers])
    names = [cashier.name for cashier in cashiers]
    shifts = CashierShift.objects.filter(cashier__username__in=names)
    return judge(
        outcomes=outcomes,
        refusals={"nothing_to_hand_back"},
        facts={
            "told to give the money": (winners(outcomes), 1),
            "out of all drawers": (sum(drawer_of(shift=one).handed_back_minor for one in shifts), 5000),
        },
    )


def _new_cashier() -> Caller:
    """With an open shift."""
    user = get_user_model().objects.create_user(f"cashier {new_plate()}")
    cashier = staff_caller(name=user.get_username(), roles=[Role.CASHIER])
    ParkingService.open_shift(opening_float_minor=_FLOAT_MINOR, caller=cashier, now=OPENING)
    return cashier


def _pay(*, booking_id, cashier: Caller) -> object:
    return ParkingService.process_booking_payment(
        booking_id=booking_id, gateway_data={}, method=PaymentMethod.CASH, caller=cashier, now=OPENING
    )
