"""A random month in a small garage: everything that people do there, in any order, and time that passes.

Each step is one use case at the moment the clock shows. It may be refused; it may not fail otherwise.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final
from uuid import UUID

from parking import jobs
from parking.domain.callers import SYSTEM, Caller, staff_caller
from parking.domain.errors import ParkingError
from parking.domain.permissions import Role
from parking.domain.states import AdjustmentKind, AdjustmentStatus, PaymentMethod, ScanType
from parking.domain.tariffs import hourly_definition
from parking.models import Adjustment, DiscountCode, ParkingBooking, ParkingSession, ParkingZone
from parking.services import ParkingService
from tests.garage import ENTRY_GATE, EXIT_GATE, OPENING

PLATES: Final = [f"KA{number:02}MO{number:04}" for number in range(14)]
TOKENS: Final = ["", "", "", "", "tok_declined", "tok_needs_action", "tok_timeout_after_charge", "tok_settles_late"]
TARIFFS: Final[list[dict[str, Any]]] = [
    hourly_definition(rate_minor=5000),
    {
        "kind": "rates",
        "rates": [{"name": "Any time", "bands": [{"until": "1h", "total": "40.00"}, {"each": "30m", "adds": "15.00"}]}],
        "caps": [{"per": "24h", "at_most": "200.00"}],
        "grace": {"start": "10m", "end": "5m"},
        "lost_ticket": {"fee": "100.00", "total_at_most": "300.00"},
    },
    {
        "kind": "rates",
        "rates": [
            {"name": "Day", "when": {"from": "08:00", "to": "20:00"}, "bands": [{"each": "1h", "adds": "30.00"}]},
            {"name": "Night", "when": {"from": "20:00", "to": "08:00"}, "bands": [{"adds": "25.00"}]},
        ],
        "lost_ticket": {"fee": "50.00"},
    },
    {
        "kind": "rates",
        "rates": [{"name": "Any time", "bands": [{"until": "1h", "adds": "0"}, {"each": "1h", "adds": "20.00"}]}],
        "tax": {"percent": "18", "included": False},
    },
]


POLICIES: Final[list[dict[str, Any]]] = [
    {},
    {"cancellation": "none", "anti_passback": "soft"},
    {
        "cancellation": "before_start",
        "cancellation_tiers": [
            {"seconds_before_start": 3600, "percent": 100},
            {"seconds_before_start": 0, "percent": 50},
        ],
        "anti_passback": "off",
        "adjustment_limit_minor": 2000,
    },
]
ATTENDANT: Final = staff_caller(name="asha", roles=[Role.ATTENDANT])
CASHIER: Final = staff_caller(name="meera", roles=[Role.CASHIER])
OPERATORS: Final = [staff_caller(name=name, roles=[Role.OPERATOR]) for name in ("olga", "omar")]


@dataclass(kw_only=True)
class Month:
    """The garage, its clock, and what came of each kind of step."""

    random: Random
    zones: list[ParkingZone]
    merchant_id: int
    permit_codes: list[str]
    now: datetime = OPENING
    done: Counter[str] = field(default_factory=Counter)
    refused: Counter[tuple[str, str]] = field(default_factory=Counter)

    def run(self, *, steps: int) -> None:
        names = sorted(STEPS)
        weights = [STEPS[name][0] for name in names]
        for name in self.random.choices(names, weights=weights, k=steps):
            try:
                STEPS[name][1](self)
            except ParkingError as error:
                self.refused[name, error.code] += 1
            else:
                self.done[name] += 1

    def a_zone(self) -> ParkingZone:
        return self.random.choice(self.zones)

    def a_booking(self, *statuses: str) -> ParkingBooking:
        """Any booking of these statuses (as stored), the newest more often. Raises Nothing if there is none."""
        rows = ParkingBooking.objects.order_by("-created_at", "plate")
        newest = list((rows.filter(status__in=statuses) if statuses else rows)[:12])
        if not newest:
            raise NothingThereError
        return self.random.choice(newest)

    def a_stay(self, *, is_inside: bool = True) -> ParkingSession:
        rows = ParkingSession.objects.select_related("booking").order_by("-entry_time", "plate")
        some = list(rows.filter(gate_opened_at=None) if is_inside else rows)[:12]
        if not some:
            raise NothingThereError
        return self.random.choice(some)

    def somebody(self) -> Caller:
        return self.random.choice([ATTENDANT, *OPERATORS])

    def a_token(self) -> dict[str, str]:
        token = self.random.choice(TOKENS)
        return {"token": token} if token else {}


class NothingThereError(ParkingError):
    """The step found nothing to do it to."""

    default_code = "nothing_there"


Step = Callable[[Month], object]
STEPS: Final[dict[str, tuple[int, Step]]] = {}


def step(*, weight: int) -> Callable[[Step], Step]:
    """The decorated function is one of the things that happen; the heavier, the more often."""

    def remember(function: Step) -> Step:
        STEPS[function.__name__] = (weight, function)
        return function

    return remember


@step(weight=20)
def time_passes(month: Month) -> None:
    minutes = month.random.choice([1, 3, 5, 6, 10, 20, 45, 60, 90, 240, 700])
    month.now += timedelta(minutes=minutes, seconds=month.random.randrange(60))


@step(weight=4)
def the_jobs_run(month: Month) -> None:
    jobs.run_all(now=month.now)


@step(weight=14)
def book(month: Month) -> UUID:
    ahead = month.random.choice([0, 0, 0, 0, 30, 120, 1440])
    booking = ParkingService.create_booking(
        vehicle_number=month.random.choice(PLATES),
        owner_name="Asha Rao",
        zone_id=month.a_zone().id,
        hours=month.random.choice([1, 1, 2, 3, 8, 24]),
        starts_at=month.now + timedelta(minutes=ahead) if ahead else None,
        now=month.now,
    )
    return booking.booking_id


@step(weight=12)
def book_and_pay(month: Month) -> None:
    booking_id = book(month)
    ParkingService.process_booking_payment(booking_id=booking_id, gateway_data={}, now=month.now)


@step(weight=8)
def pay(month: Month) -> None:
    booking = month.a_booking("CREATED", "EXPIRED", "PAID")
    ParkingService.process_booking_payment(booking_id=booking.id, gateway_data=month.a_token(), now=month.now)


@step(weight=4)
def cancel(month: Month) -> None:
    ParkingService.cancel_booking(booking_id=month.a_booking("CREATED", "PAID").id, now=month.now)


@step(weight=5)
def extend(month: Month) -> None:
    ParkingService.extend_booking(
        booking_id=month.a_booking("PAID", "USED").id,
        hours=month.random.choice([1, 1, 2, 5]),
        gateway_data=month.a_token(),
        now=month.now,
    )


@step(weight=3)
def change_the_plate(month: Month) -> None:
    ParkingService.change_plate(
        booking_id=month.a_booking("CREATED", "PAID").id,
        vehicle_number=month.random.choice(PLATES),
        now=month.now,
    )


@step(weight=16)
def come_in(month: Month) -> None:
    ParkingService.scan_entry_qr(
        qr_code=month.a_booking("PAID").qr_code, scanner_device_id=ENTRY_GATE.name, caller=ENTRY_GATE, now=month.now
    )


@step(weight=16)
def go_out(month: Month) -> None:
    ParkingService.scan_exit_qr(
        qr_code=month.a_stay().booking.qr_code, scanner_device_id=EXIT_GATE.name, caller=EXIT_GATE, now=month.now
    )


@step(weight=10)
def pay_more(month: Month) -> None:
    ParkingService.process_additional_payment(session_id=month.a_stay().id, gateway_data=month.a_token(), now=month.now)


@step(weight=1)
def change_the_price(month: Month) -> None:
    tariff = ParkingService.publish_tariff(
        name="Changing", definition=month.random.choice(TARIFFS), caller=SYSTEM, now=month.now
    )
    ParkingService.set_zone_terms(zone_id=month.a_zone().id, tariff_id=tariff.id, caller=SYSTEM, now=month.now)


@step(weight=1)
def change_the_rules(month: Month) -> None:
    policy = ParkingService.publish_policy(
        name="Changing", definition=month.random.choice(POLICIES), caller=SYSTEM, now=month.now
    )
    ParkingService.set_zone_terms(zone_id=month.a_zone().id, policy_id=policy.id, caller=SYSTEM, now=month.now)


@step(weight=3)
def a_discount_code_is_used(month: Month) -> None:
    code = month.random.choice(list(DiscountCode.objects.order_by("code").values_list("code", flat=True)))
    ParkingService.apply_validation(code=code, session_id=month.a_stay().id, now=month.now)


@step(weight=6)
def a_permit_car_comes_in(month: Month) -> None:
    ParkingService.scan_entry_qr(
        qr_code=month.random.choice(month.permit_codes),
        scanner_device_id=ENTRY_GATE.name,
        caller=ENTRY_GATE,
        now=month.now,
    )


@step(weight=6)
def a_permit_car_goes_out(month: Month) -> None:
    ParkingService.scan_exit_qr(
        qr_code=month.random.choice(month.permit_codes),
        scanner_device_id=EXIT_GATE.name,
        caller=EXIT_GATE,
        now=month.now,
    )


@step(weight=4)
def something_is_waived_or_given_back(month: Month) -> None:
    ParkingService.propose_adjustment(
        session_id=month.a_stay(is_inside=month.random.random() < 0.7).id,
        kind=month.random.choice([AdjustmentKind.WAIVER, AdjustmentKind.GOODWILL]),
        amount_minor=month.random.choice([500, 1500, 3000, 6000]),
        reason="The lift was out of order",
        caller=month.somebody(),
        now=month.now,
    )


@step(weight=2)
def goodwill_for_who_never_came(month: Month) -> None:
    ParkingService.propose_goodwill(
        booking_id=month.a_booking("NO_SHOW", "CANCELLED").id,
        amount_minor=month.random.choice([500, 2500, 5000]),
        reason="A train was cancelled",
        caller=month.somebody(),
        now=month.now,
    )


@step(weight=4)
def a_second_person_decides(month: Month) -> None:
    waiting = list(Adjustment.objects.filter(status=AdjustmentStatus.PROPOSED).order_by("created_at", "amount_minor"))
    if not waiting:
        raise NothingThereError
    ParkingService.decide_adjustment(
        adjustment_id=month.random.choice(waiting).id,
        approve=month.random.random() < 0.7,
        caller=month.random.choice(OPERATORS),
        now=month.now,
    )


@step(weight=2)
def a_ticket_is_lost(month: Month) -> None:
    ParkingService.report_lost_ticket(
        session_id=month.a_stay().id, reason="Gone with the wind", caller=ATTENDANT, now=month.now
    )


@step(weight=2)
def a_ticket_is_replaced(month: Month) -> None:
    ParkingService.replace_ticket(
        booking_id=month.a_booking("CREATED", "PAID", "USED").id, reason="Wet", caller=ATTENDANT, now=month.now
    )


@step(weight=3)
def a_gate_is_opened_by_hand(month: Month) -> None:
    ParkingService.open_gate(
        device_id=EXIT_GATE.name,
        direction=ScanType.EXIT,
        session_id=month.a_stay().id,
        reason="The reader is broken",
        close_stay=month.random.random() < 0.6,
        caller=month.somebody(),
        now=month.now,
    )


@step(weight=3)
def a_car_has_left_unseen(month: Month) -> None:
    ParkingService.reset_passback(
        vehicle_number=month.a_stay().plate, reason="Seen outside", caller=OPERATORS[0], now=month.now
    )


@step(weight=3)
def a_shift_begins(month: Month) -> None:
    ParkingService.open_shift(opening_float_minor=10000, caller=CASHIER, now=month.now)


@step(weight=1)
def a_shift_ends(month: Month) -> None:
    ParkingService.close_shift(counted_minor=month.random.randrange(50000), caller=CASHIER, now=month.now)


@step(weight=5)
def somebody_pays_in_cash(month: Month) -> None:
    if month.random.random() < 0.5:
        ParkingService.process_booking_payment(
            booking_id=month.a_booking("CREATED").id,
            gateway_data={},
            method=PaymentMethod.CASH,
            caller=CASHIER,
            now=month.now,
        )
    else:
        ParkingService.process_additional_payment(
            session_id=month.a_stay().id, gateway_data={}, method=PaymentMethod.CASH, caller=CASHIER, now=month.now
        )


@step(weight=3)
def cash_is_handed_back(month: Month) -> None:
    waiting = ParkingService.cash_to_hand_back(caller=CASHIER)
    if not waiting:
        raise NothingThereError
    ParkingService.hand_back_cash(refund_id=waiting[0].refund_id, caller=CASHIER, now=month.now)


@step(weight=2)
def a_slot_or_zone_goes_out_of_service(month: Month) -> None:
    zone = month.a_zone()
    numbers = list(zone.slots.order_by("number").values_list("number", flat=True))
    starts_at = month.now + timedelta(minutes=month.random.choice([0, 60]))
    ParkingService.plan_outage(
        zone_id=zone.id,
        slot_number=month.random.choice([*numbers, None]),
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=month.random.choice([1, 3])),
        reason="Paint",
        caller=OPERATORS[0],
        now=month.now,
    )


@step(weight=2)
def somebody_counts_the_cars(month: Month) -> None:
    ParkingService.correct_occupancy(
        zone_id=month.a_zone().id,
        counted_inside=month.random.randrange(6),
        reason="Evening round",
        caller=ATTENDANT,
        now=month.now,
    )
