"""The drivers' stories: from the booking to the gate that opens for the last time, or to where they give up."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Final
from uuid import UUID

from parking.domain.callers import device_caller
from parking.domain.errors import (
    DiscountRefused,
    NoOpenShift,
    NotExtendable,
    NothingDue,
    PaymentDeclined,
    PaymentDue,
    ZoneFull,
)
from parking.domain.states import PaymentMethod
from parking.gateways.simulated import DECLINED
from parking.services import ParkingService
from parking.services.demo.staff import CASHIER
from parking.services.demo.story import Story
from parking.services.demo.visits import Conduct, Visit
from parking.services.results import BookingCreated

ENTRY_GATE: Final = device_caller(device_id="ENTRY_GATE_02")
EXIT_GATE: Final = device_caller(device_id="EXIT_GATE_02")
"""A pair of its own: the gates of the specification may have been set up today, and none opens before it is there."""

_PAYS_IN_CASH: Final = 0.08
_USES_A_CODE: Final = 0.25
_STAYS_LONGER: Final = 0.06
_PAYS_ON_FOOT: Final = 0.4
"""So many of those with overtime pay it before they drive to the exit."""
_IS_DECLINED: Final = 0.04
_WANTS_A_RECEIPT: Final = 0.12


@dataclass(frozen=True, kw_only=True)
class Drivers:
    """`zone_ids` by the letter that plans know a zone by; `code` is what the merchant in zone A gives customers."""

    random: Random
    zone_ids: Mapping[str, int]
    code: str

    def visit(self, visit: Visit) -> Story:
        """What this driver makes of the day."""
        now = yield visit.booked_at
        booking = self.book(visit=visit, now=now)
        if visit.conduct is Conduct.NEVER_PAYS:
            return
        now = yield now + self._moment(20, 150)
        now = yield from self._pay(booking=booking, now=now)
        if visit.conduct is Conduct.CANCELS_IN_TIME:
            now = yield now + self._moment(30, 280)
            ParkingService.cancel_booking(booking_id=booking.booking_id, reason="Plans changed", now=now)
        elif visit.conduct is Conduct.CANCELS_LATE:
            now = yield now + self._moment(400, 1500)
            ParkingService.cancel_booking(booking_id=booking.booking_id, reason="Came by train", now=now)
        elif visit.conduct is Conduct.STAYS:
            yield from self._stay(booking=booking, visit=visit, now=now)

    def book(self, *, visit: Visit, now: datetime) -> BookingCreated:
        return ParkingService.create_booking(
            vehicle_number=visit.driver.plate,
            owner_name=visit.driver.name,
            phone_number=visit.driver.phone,
            zone_id=self.zone_ids[visit.zone],
            hours=visit.hours,
            starts_at=visit.starts_at,
            now=now,
        )

    def come_in(self, *, booking: BookingCreated, now: datetime) -> UUID:
        return ParkingService.scan_entry_qr(
            qr_code=booking.qr_code, scanner_device_id=ENTRY_GATE.name, caller=ENTRY_GATE, now=now
        ).session_id

    def ask_to_leave(self, *, booking: BookingCreated, now: datetime) -> None:
        """Raises PaymentDue while the gate stays shut."""
        ParkingService.scan_exit_qr(
            qr_code=booking.qr_code, scanner_device_id=EXIT_GATE.name, caller=EXIT_GATE, now=now
        )

    def _pay(self, *, booking: BookingCreated, now: datetime) -> Generator[datetime, datetime, datetime]:
        """Most by card at once, a few at the desk; some cards are declined first. Returns when it was paid."""
        if self._happens(_PAYS_IN_CASH):
            with suppress(NoOpenShift):
                ParkingService.process_booking_payment(
                    booking_id=booking.booking_id,
                    gateway_data={},
                    method=PaymentMethod.CASH,
                    caller=CASHIER,
                    now=now,
                )
                return now
        if self._happens(_IS_DECLINED):
            with suppress(PaymentDeclined):
                self.pay_online(booking=booking, answer=DECLINED, now=now)
            now = yield now + self._moment(20, 50)
        self.pay_online(booking=booking, now=now)
        return now

    def pay_online(self, *, booking: BookingCreated, answer: str = "", now: datetime) -> None:
        """`answer` is the sandbox's test token for what the provider makes of it."""
        data = {"token": answer} if answer else {}
        ParkingService.process_booking_payment(booking_id=booking.booking_id, gateway_data=data, now=now)

    def _stay(self, *, booking: BookingCreated, visit: Visit, now: datetime) -> Story:
        now = yield max(visit.arrives_at, now + self._moment(60, 120))
        session_id = self.come_in(booking=booking, now=now)
        is_long = visit.leaves_at - now > timedelta(minutes=40)
        if visit.zone == "A" and is_long and self._happens(_USES_A_CODE):
            now = yield now + self._moment(900, 1800)
            with suppress(DiscountRefused):
                ParkingService.apply_validation(code=self.code, session_id=session_id, now=now)
        paid_until = now + timedelta(hours=booking.hours)
        if is_long and self._happens(_STAYS_LONGER):
            now = yield max(now, min(paid_until, visit.leaves_at) - self._moment(600, 1500))
            with suppress(ZoneFull, NotExtendable):
                ParkingService.extend_booking(booking_id=booking.booking_id, hours=1, gateway_data={}, now=now)
                paid_until += timedelta(hours=1)
        now = yield max(visit.leaves_at, now + self._moment(120, 300))
        if now > paid_until + timedelta(minutes=10) and self._happens(_PAYS_ON_FOOT):
            with suppress(NothingDue):
                ParkingService.process_additional_payment(session_id=session_id, gateway_data={}, now=now)
            now = yield now + self._moment(90, 400)
        yield from self._drive_out(booking=booking, session_id=session_id, now=now)
        if self._happens(_WANTS_A_RECEIPT):
            now = yield now + self._moment(700, 5000)
            ParkingService.get_receipt(booking_id=booking.booking_id, now=now)

    def _drive_out(self, *, booking: BookingCreated, session_id: UUID, now: datetime) -> Story:
        try:
            self.ask_to_leave(booking=booking, now=now)
        except PaymentDue:
            now = yield now + self._moment(25, 100)
            ParkingService.process_additional_payment(session_id=session_id, gateway_data={}, now=now)
            now = yield now + self._moment(10, 60)
            self.ask_to_leave(booking=booking, now=now)

    def _moment(self, shortest_seconds: int, longest_seconds: int) -> timedelta:
        return timedelta(seconds=self.random.uniform(shortest_seconds, longest_seconds))

    def _happens(self, share: float) -> bool:
        return self.random.random() < share
