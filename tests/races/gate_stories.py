"""What happens at the gates at the same moment: scans, repeated scans, and paying what is due."""

from __future__ import annotations

from collections import Counter
from functools import partial

import pytest

from parking.domain.errors import PaymentDue
from parking.domain.states import BookingStatus, PaymentKind, RefundKind, RefundStatus, ScanResult, SessionStatus
from parking.models import ParkingBooking, ParkingSession, Payment, QRScanLog, SlotAllocation
from parking.services import ParkingService
from parking.services.results import BookingCreated
from tests.garage import ENTRY_GATE, OPENING, Garage, at
from tests.races.bank import new_bank
from tests.races.booking_stories import new_garage, new_plate, refunds_of
from tests.races.crowd import Crowd, Outcome, Verdict, judge, winners

_RATE_MINOR = 5000


def cancelling_against_entering(crowd: Crowd, people: int) -> Verdict:
    garage = new_garage(slots=1)
    booking = garage.book_and_pay(new_plate())
    cancel, enter = partial(garage.cancel, booking, now=at(minutes=1)), partial(_enter, garage, booking)
    with new_bank() as bank:
        outcomes = crowd.rush([cancel, enter] * (people // 2))
    entered = winners(outcomes[1::2]) > 0
    refund = (RefundKind.BOOKING_CANCEL, RefundStatus.PROCESSED, _RATE_MINOR)
    return judge(
        outcomes=outcomes,
        refusals={"already_entered"} if entered else {"booking_cancelled"},
        facts={
            "cancellations and entries confirmed": (winners(outcomes), 1),
            "sessions": (_sessions(booking), int(entered)),
            "refunds": (refunds_of(booking), [] if entered else [refund]),
            "refunds at the bank": (len(bank.refunds), int(not entered)),
            "the booking": (_status(booking), BookingStatus.USED if entered else BookingStatus.CANCELLED),
            "cars in the slot": (_parked(garage), int(entered)),
        },
    )


def one_entry(crowd: Crowd, people: int) -> Verdict:
    """Half of the scans have an id, each its own."""
    garage = new_garage(slots=2)
    booking = garage.book_and_pay(new_plate())
    outcomes = crowd.rush([partial(_enter, garage, booking, scan_id=_scan_id(n)) for n in range(people)])
    return judge(
        outcomes=outcomes,
        refusals={"already_entered"},
        facts={
            "gates opened": (winners(outcomes), 1),
            "sessions": (_sessions(booking), 1),
            "cars in the slots": (_parked(garage), 1),
            "scans logged": (_logged(booking), {"SUCCESS": 1, "refused": people - 1}),
        },
    )


def one_entry_scan_delivered_again_and_again(crowd: Crowd, people: int) -> Verdict:
    garage = new_garage(slots=2)
    booking = garage.book_and_pay(new_plate())
    outcomes = crowd.rush([partial(_enter, garage, booking, scan_id=f"again {booking.qr_code}")] * people)
    return judge(
        outcomes=outcomes,
        refusals=set(),
        facts={
            "different answers": (_different(outcomes), 1),
            "sessions": (_sessions(booking), 1),
            "scans logged": (_logged(booking), {"SUCCESS": 1}),
        },
    )


def one_entry_scan_of_an_unknown_code_delivered_again_and_again(crowd: Crowd, people: int) -> Verdict:
    """There is no ticket to lock, and still one answer: not one of ours."""
    new_garage(slots=1)
    scan_id = f"unknown {new_plate()}"
    scan = partial(
        ParkingService.scan_entry_qr,
        qr_code="PARK-000000000000",
        scanner_device_id=ENTRY_GATE.name,
        scan_id=scan_id,
        caller=ENTRY_GATE,
        now=OPENING,
    )
    outcomes = crowd.rush([scan] * people)
    return judge(
        outcomes=[],
        refusals=set(),
        facts={
            "answers": ({outcome.code for outcome in outcomes}, {"unknown_code"}),
            "scans logged": (QRScanLog.objects.filter(scan_id=scan_id).count(), 1),
        },
    )


def one_scan_id_for_two_tickets(crowd: Crowd, people: int) -> Verdict:
    """A device that counts wrongly: the ticket that came first is served, the other is told and logged."""
    garage = new_garage(slots=2)
    bookings = [garage.book_and_pay(new_plate()) for _ in range(2)]
    scan_id = f"both {bookings[0].qr_code}"
    enter = [partial(_enter, garage, booking, scan_id=scan_id) for booking in bookings]
    outcomes = crowd.rush(enter * (people // 2))
    served = [outcome for outcome in outcomes if outcome.won]
    return judge(
        outcomes=outcomes,
        refusals={"scan_id_reused"},
        facts={
            "scans served": (len(served), people // 2),
            "different answers": (_different(served), 1),
            "sessions": (sum(_sessions(booking) for booking in bookings), 1),
            "refusals logged": (
                QRScanLog.objects.filter(booking_id__in=[b.booking_id for b in bookings], result="FAILED").count(),
                people // 2,
            ),
        },
    )


def one_exit(crowd: Crowd, people: int) -> Verdict:
    """Two hours were paid and one was used, so one goes back: once."""
    garage = new_garage(slots=1)
    booking = garage.book_and_pay(new_plate(), hours=2)
    garage.enter(booking)
    leave = [partial(garage.leave, booking, now=at(minutes=30), scan_id=_scan_id(n)) for n in range(people)]
    with new_bank() as bank:
        outcomes = crowd.rush(leave)
    return judge(
        outcomes=outcomes,
        refusals={"already_exited"},
        facts={
            "gates opened": (winners(outcomes), 1),
            "refunds": (refunds_of(booking), [(RefundKind.UNUSED_TIME, RefundStatus.PROCESSED, _RATE_MINOR)]),
            "refunds at the bank": (len(bank.refunds), 1),
            "the session": (_session_status(booking), SessionStatus.COMPLETED),
            "cars in the slot": (_parked(garage), 0),
            "scans logged": (_logged(booking, scan_type="EXIT"), {"SUCCESS": 1, "refused": people - 1}),
        },
    )


def one_top_up(crowd: Crowd, people: int) -> Verdict:
    """One hour was paid and two are due; the car stands at the exit."""
    garage = new_garage(slots=1)
    booking = garage.book_and_pay(new_plate())
    session = garage.enter(booking)
    with pytest.raises(PaymentDue):
        garage.leave(booking, now=at(minutes=90))
    with new_bank() as bank:
        outcomes = crowd.rush([partial(garage.top_up, session.session_id, now=at(minutes=91))] * people)
    top_ups = Payment.objects.filter(booking_id=booking.booking_id, kind=PaymentKind.ADDITIONAL)
    return judge(
        outcomes=outcomes,
        refusals={"nothing_due", "payment_in_progress"},
        facts={
            "payments confirmed": (winners(outcomes), 1),
            "charges at the bank": (len(bank.charges), 1),
            "payments captured": (list(top_ups.values_list("captured_minor", "surplus_minor")), [(_RATE_MINOR, 0)]),
            "the session": (_session_status(booking), SessionStatus.COMPLETED),
            "cars in the slot": (_parked(garage), 0),
        },
    )


def one_vehicle_at_two_gates(crowd: Crowd, people: int) -> Verdict:
    """It has two paid bookings one after the other, and both may enter now: one late, one early."""
    garage, plate = new_garage(slots=4), new_plate()
    bookings = [garage.book_and_pay(plate), garage.book_and_pay(plate, starts_at=at(minutes=60))]
    enter = [partial(garage.enter, booking, now=at(minutes=50)) for booking in bookings]
    outcomes = crowd.rush(enter * (people // 2))
    return judge(
        outcomes=outcomes,
        refusals={"vehicle_inside", "already_entered"},
        facts={
            "gates opened": (winners(outcomes), 1),
            "sessions": (sum(_sessions(booking) for booking in bookings), 1),
            "cars in the slots": (_parked(garage), 1),
            "scans logged": (sum(sum(_logged(booking).values()) for booking in bookings), people),
        },
    )


def _enter(garage: Garage, booking: BookingCreated, scan_id: str | None = None) -> object:
    return garage.enter(booking, now=at(minutes=1), scan_id=scan_id)


def _scan_id(n: int) -> str | None:
    return f"scan {new_plate()}" if n % 2 else None


def _different(outcomes: list[Outcome]) -> int:
    return len({outcome.answer or str(outcome.error) for outcome in outcomes})


def _logged(booking: BookingCreated, *, scan_type: str = "ENTRY") -> dict[str, int]:
    rows = QRScanLog.objects.filter(booking_id=booking.booking_id, scan_type=scan_type)
    results = rows.values_list("result", flat=True)
    return dict(Counter(result if result == ScanResult.SUCCESS else "refused" for result in results))


def _sessions(booking: BookingCreated) -> int:
    return ParkingSession.objects.filter(booking_id=booking.booking_id).count()


def _session_status(booking: BookingCreated) -> str:
    return ParkingSession.objects.values_list("status", flat=True).get(booking_id=booking.booking_id)


def _status(booking: BookingCreated) -> str:
    return ParkingBooking.objects.values_list("status", flat=True).get(id=booking.booking_id)


def _parked(garage: Garage) -> int:
    return SlotAllocation.objects.filter(zone=garage.zone, released_at=None, parked_at__isnull=False).count()
