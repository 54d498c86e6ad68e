"""What drivers do at the same moment before they arrive: book, pay, cancel."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from itertools import count

from parking.domain.states import BookingStatus, PaymentStatus, RefundKind, RefundStatus
from parking.models import ParkingBooking, Payment, Refund, SlotAllocation
from parking.services.results import BookingCreated
from tests.garage import OPENING, Garage, at
from tests.races.bank import new_bank
from tests.races.crowd import Crowd, Verdict, judge, winners

Story = Callable[[Crowd, int], Verdict]

_PRICE_MINOR = 5000
_numbers = count(1)


def new_garage(*, slots: int) -> Garage:
    return Garage.build(slots=slots, name=f"Zone {next(_numbers)}")


def new_plate() -> str:
    return f"RACE{next(_numbers):06}"


def one_last_slot(crowd: Crowd, people: int) -> Verdict:
    garage = new_garage(slots=1)
    outcomes = crowd.rush([partial(garage.book, new_plate()) for _ in range(people)])
    return judge(
        outcomes=outcomes,
        refusals={"zone_full"},
        facts={
            "drivers told that the slot is theirs": (winners(outcomes), 1),
            "bookings": (ParkingBooking.objects.filter(zone=garage.zone).count(), 1),
            "holds on the slot": (_holds(garage), 1),
        },
    )


def the_slots_of_lapsed_holds(crowd: Crowd, people: int) -> Verdict:
    """Every slot was held, and nobody paid in time. Those who come next tidy up, all at once, and get the slots."""
    slots = max(2, people // 4)
    garage = new_garage(slots=slots)
    for _ in range(slots):
        garage.book(new_plate())
    outcomes = crowd.rush([partial(garage.book, new_plate(), now=at(minutes=6)) for _ in range(people)])
    return judge(
        outcomes=outcomes,
        refusals={"zone_full"},
        facts={"drivers told that a slot is theirs": (winners(outcomes), slots), "holds": (_holds(garage), slots)},
    )


def drivers_whose_holds_lapsed(crowd: Crowd, people: int) -> Verdict:
    """They book again elsewhere, while others, who want their old slots, write their old bookings off."""
    old_garage, new = new_garage(slots=people), new_garage(slots=people)
    plates = [new_plate() for _ in range(people // 4)]
    for plate in plates:
        old_garage.book(plate)
    again = [partial(new.book, plate, now=at(minutes=6)) for plate in plates]
    others = [partial(old_garage.book, new_plate(), now=at(minutes=6)) for _ in plates]
    outcomes = crowd.rush([action for pair in zip(again, others, strict=True) for action in pair])
    return judge(
        outcomes=outcomes,
        refusals=set(),
        facts={"drivers told that a slot is theirs": (winners(outcomes), 2 * len(plates))},
    )


def one_new_vehicle(crowd: Crowd, people: int) -> Verdict:
    return _one_vehicle(crowd, people, plate=new_plate())


def one_known_vehicle(crowd: Crowd, people: int) -> Verdict:
    """It has been here before, so nobody waits for its row to be made."""
    plate, garage = new_plate(), new_garage(slots=1)
    garage.cancel(garage.book(plate), now=OPENING)
    return _one_vehicle(crowd, people, plate=plate)


def _one_vehicle(crowd: Crowd, people: int, *, plate: str) -> Verdict:
    """In two zones with room for all, for different times that have the last minutes of the first hour in common."""
    garages = [new_garage(slots=people) for _ in range(2)]
    outcomes = crowd.rush(
        [
            partial(garages[n % 2].book, plate, hours=1 + n % 3, starts_at=at(minutes=n) if n else None)
            for n in range(people)
        ]
    )
    bookings = ParkingBooking.objects.filter(vehicle__number=plate, closed_at=None)
    return judge(
        outcomes=outcomes,
        refusals={"vehicle_busy"},
        facts={
            "bookings confirmed": (winners(outcomes), 1),
            "live bookings of the vehicle": (bookings.count(), 1),
            "slots held for it": (sum(_holds(garage) for garage in garages), 1),
        },
    )


def one_payment(crowd: Crowd, people: int) -> Verdict:
    garage = new_garage(slots=1)
    booking = garage.book(new_plate())
    with new_bank() as bank:
        outcomes = crowd.rush([partial(garage.pay, booking)] * people)
    return judge(
        outcomes=outcomes,
        refusals={"already_paid", "payment_in_progress"},
        facts={
            "payments confirmed": (winners(outcomes), 1),
            "charges at the bank": (len(bank.charges), 1),
            "payments captured": (_captured(booking), [(_PRICE_MINOR, 0)]),
            "payments of any kind": (Payment.objects.filter(booking_id=booking.booking_id).count(), 1),
            "the booking": (_status(booking), BookingStatus.PAID),
        },
    )


def one_cancellation(crowd: Crowd, people: int) -> Verdict:
    garage = new_garage(slots=1)
    booking = garage.book_and_pay(new_plate())
    with new_bank() as bank:
        outcomes = crowd.rush([partial(garage.cancel, booking, now=at(minutes=1))] * people)
    return judge(
        outcomes=outcomes,
        refusals={"booking_cancelled"},
        facts={
            "cancellations confirmed": (winners(outcomes), 1),
            "refunds at the bank": (len(bank.refunds), 1),
            "refunds": (refunds_of(booking), [(RefundKind.BOOKING_CANCEL, RefundStatus.PROCESSED, _PRICE_MINOR)]),
            "the booking": (_status(booking), BookingStatus.CANCELLED),
            "holds on the slot": (_holds(garage), 0),
        },
    )


def paying_against_cancelling(crowd: Crowd, people: int) -> Verdict:
    """One cancels, whoever comes first. A payment before it, or on its way, goes back whole."""
    garage = new_garage(slots=1)
    booking = garage.book(new_plate())
    pay, cancel = partial(garage.pay, booking), partial(garage.cancel, booking, now=OPENING)
    with new_bank() as bank:
        outcomes = crowd.rush([pay, cancel] * (people // 2))
    captured = _captured(booking)
    returned = [amount for _, status, amount in refunds_of(booking) if status == RefundStatus.PROCESSED]
    return judge(
        outcomes=outcomes,
        refusals={"booking_cancelled", "payment_in_progress", "already_paid"},
        facts={
            "cancellations confirmed": (winners(outcomes[1::2]), 1),
            "payments confirmed, at most one": (winners(outcomes[0::2]) > 1, False),
            "charges at the bank": (len(bank.charges), len(captured)),
            "payments captured, at most one": (len(captured) > 1, False),
            "money that went back": (returned, [amount for amount, _ in captured]),
            "refunds at the bank": (len(bank.refunds), len(captured)),
            "the booking": (_status(booking), BookingStatus.CANCELLED),
            "holds on the slot": (_holds(garage), 0),
        },
    )


def paying_against_the_end_of_the_hold(crowd: Crowd, people: int) -> Verdict:
    """The driver pays in the last second; others want the slot in the next one, and are served at the same time.

    Either the payment was seen first, and the slot stays; or it is somebody else's, and nothing was charged.
    """
    garage = new_garage(slots=1)
    booking = garage.book(new_plate())
    last_second, too_late = (booking.expires_at + timedelta(seconds=seconds) for seconds in (-1, 1))
    payers = [partial(garage.pay, booking, now=last_second)] * (people // 2)
    others = [partial(garage.book, new_plate(), now=too_late) for _ in range(people // 2)]
    with new_bank() as bank:
        outcomes = crowd.rush([action for pair in zip(payers, others, strict=True) for action in pair])
    kept = winners(outcomes[0::2]) > 0
    live = SlotAllocation.objects.filter(zone=garage.zone, released_at=None)
    return judge(
        outcomes=outcomes,
        refusals={"hold_lapsed", "zone_full", "payment_in_progress", "already_paid"},
        facts={
            "drivers told that the slot is theirs": (winners(outcomes), 1),
            "holds on the slot": (live.count(), 1),
            "the slot is the payer's": (live.filter(booking_id=booking.booking_id).exists(), kept),
            "the payer's booking": (_status(booking), BookingStatus.PAID if kept else BookingStatus.EXPIRED),
            "payments captured": (_captured(booking), [(_PRICE_MINOR, 0)] if kept else []),
            "charges at the bank": (len(bank.charges), int(kept)),
        },
    )


def refunds_of(booking: BookingCreated) -> list[tuple[str, str, int]]:
    rows = Refund.objects.filter(payment__booking_id=booking.booking_id).order_by("created_at", "id")
    return list(rows.values_list("kind", "status", "amount_minor"))


def _captured(booking: BookingCreated) -> list[tuple[int, int]]:
    """Of each completed payment, its amount and how much of it was not needed."""
    rows = Payment.objects.filter(booking_id=booking.booking_id, status=PaymentStatus.COMPLETED)
    return list(rows.values_list("captured_minor", "surplus_minor"))


def _status(booking: BookingCreated) -> str:
    return ParkingBooking.objects.values_list("status", flat=True).get(id=booking.booking_id)


def _holds(garage: Garage) -> int:
    return SlotAllocation.objects.filter(zone=garage.zone, released_at=None).count()
