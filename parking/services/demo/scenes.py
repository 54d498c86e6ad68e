"""One of each state that a page can show, so that none has to be waited for: all of it around `now`."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from parking.domain.callers import Caller, device_caller
from parking.domain.errors import ParkingError
from parking.domain.states import AdjustmentKind, PaymentMethod, ScanType, VehicleClass
from parking.gateways.simulated import NEEDS_ACTION
from parking.services import ParkingService
from parking.services.demo.drivers import ENTRY_GATE, EXIT_GATE, Drivers
from parking.services.demo.office import ALONE_AT_MOST_MINOR, REVOKED_GATE
from parking.services.demo.people import Town
from parking.services.demo.staff import ATTENDANT, CASHIER, OPERATOR, SECOND_OPERATOR
from parking.services.demo.story import Story
from parking.services.results import BookingCreated

_MISREAD_CODE: Final = "PARK-0000DEM00000"
"""Well formed, and nobody's."""


@dataclass(frozen=True, kw_only=True)
class Scenes:
    """Each story says how many minutes before `now` its moments are."""

    town: Town
    drivers: Drivers
    now: datetime

    def stories(self) -> Iterator[Story]:
        yield self._unpaid_hold()
        yield self._hold_that_lapsed()
        yield self._payment_that_waits()
        yield self._expected_now()
        yield self._expected_tomorrow()
        yield self._cancelled_in_time()
        yield self._cancelled_late_and_forgiven()
        yield self._did_not_come()
        yield self._overstays()
        yield self._waits_at_the_exit()
        yield self._paid_and_still_here()
        yield self._cash_to_hand_back()
        yield self._waived()
        yield self._goodwill_that_waits_for_a_second_person()
        yield self._goodwill_that_two_agreed_on()
        yield self._ticket_replaced()
        yield self._ticket_lost()
        yield self._let_out_by_hand()
        yield self._gate_tried_by_hand()
        yield self._refused_at_the_gates()

    # Before entry

    def _unpaid_hold(self) -> Story:
        now = yield self._ago(1.5)
        self._book(zone="A", hours=2, now=now)

    def _hold_that_lapsed(self) -> Story:
        now = yield self._ago(22)
        self._book(zone="B", hours=1, now=now)

    def _payment_that_waits(self) -> Story:
        now = yield self._ago(1)
        booking = self._book(zone="A", hours=3, now=now)
        now = yield now + timedelta(seconds=50)
        self.drivers.pay_online(booking=booking, answer=NEEDS_ACTION, now=now)

    def _expected_now(self) -> Story:
        now = yield self._ago(12)
        self.drivers.pay_online(booking=self._book(zone="A", hours=2, now=now), now=now)

    def _expected_tomorrow(self) -> Story:
        now = yield self._ago(35)
        booking = self._book(zone="B", hours=9, starts_in_hours=20, now=now)
        self.drivers.pay_online(booking=booking, now=now)

    def _cancelled_in_time(self) -> Story:
        now = yield self._ago(50)
        booking = self._book(zone="A", hours=2, now=now)
        self.drivers.pay_online(booking=booking, now=now)
        now = yield now + timedelta(minutes=3)
        ParkingService.cancel_booking(booking_id=booking.booking_id, reason="Wrong day", now=now)

    def _cancelled_late_and_forgiven(self) -> Story:
        now = yield self._ago(120)
        booking = self._book(zone="B", hours=3, now=now)
        self.drivers.pay_online(booking=booking, now=now)
        now = yield now + timedelta(minutes=25)
        ParkingService.cancel_booking(booking_id=booking.booking_id, reason="The car broke down", now=now)
        now = yield now + timedelta(minutes=40)
        ParkingService.propose_goodwill(
            booking_id=booking.booking_id,
            amount_minor=6_000,
            reason="Towed from the drive, showed the bill",
            caller=OPERATOR,
            now=now,
        )

    def _did_not_come(self) -> Story:
        now = yield self._ago(150)
        self.drivers.pay_online(booking=self._book(zone="C", hours=2, now=now), now=now)

    # Inside, and at the exit

    def _overstays(self) -> Story:
        yield from self._inside(zone="A", hours=2, minutes_ago=215)

    def _waits_at_the_exit(self) -> Story:
        booking, _ = yield from self._inside(zone="A", hours=1, minutes_ago=110)
        now = yield self._ago(3)
        self._try_to_leave(booking=booking, now=now)

    def _paid_and_still_here(self) -> Story:
        booking, session_id = yield from self._inside(zone="B", hours=1, minutes_ago=130)
        now = yield self._ago(4)
        self._try_to_leave(booking=booking, now=now)
        now = yield now + timedelta(seconds=70)
        ParkingService.process_additional_payment(session_id=session_id, gateway_data={}, now=now)

    def _cash_to_hand_back(self) -> Story:
        now = yield self._ago(80)
        booking = self._book(zone="B", hours=4, now=now)
        ParkingService.process_booking_payment(
            booking_id=booking.booking_id, gateway_data={}, method=PaymentMethod.CASH, caller=CASHIER, now=now
        )
        now = yield now + timedelta(minutes=4)
        ParkingService.cancel_booking(booking_id=booking.booking_id, reason="Found a space in the street", now=now)

    # At the desk

    def _waived(self) -> Story:
        booking, session_id = yield from self._inside(zone="A", hours=1, minutes_ago=190)
        now = yield self._ago(45)
        self._try_to_leave(booking=booking, now=now)
        now = yield now + timedelta(minutes=2)
        ParkingService.propose_adjustment(
            session_id=session_id,
            kind=AdjustmentKind.WAIVER,
            amount_minor=10_000,
            reason="The lift was out of order",
            caller=ATTENDANT,
            now=now,
        )
        now = yield now + timedelta(minutes=1)
        self._try_to_leave(booking=booking, now=now)

    def _goodwill_that_waits_for_a_second_person(self) -> Story:
        _, session_id = yield from self._inside(zone="A", hours=5, minutes_ago=240)
        now = yield self._ago(20)
        self._goodwill(session_id=session_id, reason="A tile fell on the bonnet", caller=OPERATOR, now=now)

    def _goodwill_that_two_agreed_on(self) -> Story:
        _, session_id = yield from self._inside(zone="A", hours=5, minutes_ago=300)
        now = yield self._ago(60)
        proposed = self._goodwill(session_id=session_id, reason="Water from the ceiling", caller=ATTENDANT, now=now)
        now = yield now + timedelta(minutes=8)
        ParkingService.decide_adjustment(adjustment_id=proposed, approve=True, caller=SECOND_OPERATOR, now=now)

    def _ticket_replaced(self) -> Story:
        booking, _ = yield from self._inside(zone="C", hours=5, minutes_ago=95)
        now = yield self._ago(40)
        ParkingService.replace_ticket(booking_id=booking.booking_id, reason="Phone broken", caller=ATTENDANT, now=now)
        now = yield self._ago(38)
        self._try_to_leave(booking=booking, now=now)

    def _ticket_lost(self) -> Story:
        """A motorcycle's: its tariff has a fee for that."""
        _, session_id = yield from self._inside(
            zone="C", hours=3, minutes_ago=100, vehicle_class=VehicleClass.MOTORCYCLE
        )
        now = yield self._ago(15)
        ParkingService.report_lost_ticket(
            session_id=session_id, reason="Searched every pocket", caller=ATTENDANT, now=now
        )

    def _let_out_by_hand(self) -> Story:
        _, session_id = yield from self._inside(zone="B", hours=2, minutes_ago=105)
        now = yield self._ago(10)
        ParkingService.open_gate(
            device_id=EXIT_GATE.name,
            direction=ScanType.EXIT,
            session_id=session_id,
            reason="The reader did not light up",
            close_stay=True,
            caller=ATTENDANT,
            now=now,
        )

    def _gate_tried_by_hand(self) -> Story:
        now = yield self._ago(65)
        ParkingService.open_gate(
            device_id=ENTRY_GATE.name,
            direction=ScanType.ENTRY,
            reason="Fire brigade",
            caller=ATTENDANT,
            now=now,
        )

    # Refused

    def _refused_at_the_gates(self) -> Story:
        """A code that nobody has, an unpaid ticket, one for tomorrow, a used one, a wrong gate, a revoked one."""
        now = yield self._ago(34)
        self._scan(code=_MISREAD_CODE, now=now)
        unpaid = self._book(zone="A", hours=1, now=now)
        now = yield self._ago(33)
        self._scan(code=unpaid.qr_code, now=now)
        tomorrow = self._book(zone="C", hours=4, starts_in_hours=22, now=now)
        now = yield self._ago(32)
        self.drivers.pay_online(booking=tomorrow, now=now)
        self._scan(code=tomorrow.qr_code, now=now)
        inside, _ = yield from self._inside(zone="C", hours=4, minutes_ago=30)
        now = yield self._ago(26)
        self._scan(code=inside.qr_code, now=now)
        for device_id in (EXIT_GATE.name, REVOKED_GATE, "NOBODYS_GATE"):
            self._scan(code=inside.qr_code, device_id=device_id, now=now)

    # The means

    def _inside(
        self, *, zone: str, hours: int, minutes_ago: float, vehicle_class: VehicleClass = VehicleClass.CAR
    ) -> Generator[datetime, datetime, tuple[BookingCreated, UUID]]:
        """Booked on the spot, paid and driven in by so many minutes ago."""
        now = yield self._ago(minutes_ago + 6)
        booking = self._book(zone=zone, hours=hours, vehicle_class=vehicle_class, now=now)
        now = yield now + timedelta(seconds=50)
        self.drivers.pay_online(booking=booking, now=now)
        now = yield self._ago(minutes_ago)
        return booking, self.drivers.come_in(booking=booking, now=now)

    def _book(
        self,
        *,
        zone: str,
        hours: int,
        now: datetime,
        starts_in_hours: float | None = None,
        vehicle_class: VehicleClass = VehicleClass.CAR,
    ) -> BookingCreated:
        driver = self.town.driver()
        return ParkingService.create_booking(
            vehicle_number=driver.plate,
            owner_name=driver.name,
            phone_number=driver.phone,
            zone_id=self.drivers.zone_ids[zone],
            hours=hours,
            starts_at=None if starts_in_hours is None else now + timedelta(hours=starts_in_hours),
            vehicle_class=vehicle_class,
            now=now,
        )

    def _try_to_leave(self, *, booking: BookingCreated, now: datetime) -> None:
        with suppress(ParkingError):
            self.drivers.ask_to_leave(booking=booking, now=now)

    def _scan(self, *, code: str, device_id: str = ENTRY_GATE.name, now: datetime) -> None:
        with suppress(ParkingError):
            ParkingService.scan_entry_qr(
                qr_code=code, scanner_device_id=device_id, caller=device_caller(device_id=device_id), now=now
            )

    def _goodwill(self, *, session_id: UUID, reason: str, caller: Caller, now: datetime) -> UUID:
        """Above what one person may give alone."""
        return ParkingService.propose_adjustment(
            session_id=session_id,
            kind=AdjustmentKind.GOODWILL,
            amount_minor=ALONE_AT_MOST_MINOR + 3_000,
            reason=reason,
            caller=caller,
            now=now,
        ).adjustment_id

    def _ago(self, minutes: float) -> datetime:
        return self.now - timedelta(minutes=minutes)
