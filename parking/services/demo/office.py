"""What the people of the garage do day by day: the cash desk, a permit's cars, a merchant's code, prices, repairs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Final
from zoneinfo import ZoneInfo

from parking.domain.errors import PermitFull
from parking.domain.states import DiscountKind, GateDirection, VehicleClass
from parking.models import ParkingSite
from parking.services import ParkingService
from parking.services.demo.drivers import ENTRY_GATE, EXIT_GATE
from parking.services.demo.people import Town
from parking.services.demo.staff import ATTENDANT, CASHIER, OPERATOR
from parking.services.demo.story import Story
from parking.services.demo.visits import SATURDAY

CODE: Final = "BOOKS-1H"
REVOKED_GATE: Final = "OLD_GATE_03"
_GATES: Final = {
    ENTRY_GATE.name: GateDirection.ENTRY,
    EXIT_GATE.name: GateDirection.EXIT,
    REVOKED_GATE: GateDirection.BOTH,
}
ALONE_AT_MOST_MINOR: Final = 15_000
"""What one person alone may take off a stay here; the default is more than most stays cost."""
_FLOAT_MINOR: Final = 50_000
_TODAYS_SHIFT_HOURS: Final = 4
_VALID_FOR: Final = timedelta(days=60)
_MOTORCYCLES: Final = {
    "kind": "rates",
    "name": "Motorcycles",
    "description": "10 per started hour by day, 20 for a night, at most 60 a day; 100 for a lost ticket",
    "rates": [
        {"name": "Day", "when": {"from": "07:00", "to": "21:00"}, "bands": [{"each": "1h", "adds": "10"}]},
        {"name": "Night", "when": {"from": "21:00", "to": "07:00"}, "bands": [{"adds": "20"}]},
    ],
    "caps": [{"per": "24h", "at_most": "60"}],
    "lost_ticket": {"fee": "100"},
}


@dataclass(frozen=True, kw_only=True)
class Office:
    """Everything before `now`, from `beginning` on."""

    random: Random
    town: Town
    zone_ids: Mapping[str, int]
    site: ParkingSite
    beginning: datetime
    now: datetime

    def open(self) -> None:
        """What must be there before anybody comes."""
        merchant = ParkingService.create_merchant(name="Lotus Book House", caller=OPERATOR, now=self.beginning)
        ParkingService.create_discount_code(
            merchant_id=merchant.merchant_id,
            gives=DiscountKind.TIME,
            value=60,
            at_most_minor=5_000,
            budget_minor=2_000_000,
            valid_from=self.beginning,
            valid_until=self.now + _VALID_FOR,
            code=CODE,
            caller=OPERATOR,
            now=self.beginning,
        )
        tariff = ParkingService.publish_tariff(
            name="Motorcycles", definition=_MOTORCYCLES, caller=OPERATOR, now=self.beginning
        )
        ParkingService.set_zone_terms(
            zone_id=self.zone_ids["C"],
            tariff_id=tariff.id,
            vehicle_class=VehicleClass.MOTORCYCLE,
            caller=OPERATOR,
            now=self.beginning,
        )
        policy = ParkingService.publish_policy(
            name="Standard",
            definition={"adjustment_limit_minor": ALONE_AT_MOST_MINOR},
            caller=OPERATOR,
            now=self.beginning,
        )
        for zone_id in self.zone_ids.values():
            ParkingService.set_zone_terms(zone_id=zone_id, policy_id=policy.id, caller=OPERATOR, now=self.beginning)
        for device_id, direction in _GATES.items():
            ParkingService.register_device(
                site=self.site, device_id=device_id, direction=direction, caller=OPERATOR, now=self.beginning
            )

    def stories(self, *, days: Sequence[date]) -> Iterator[Story]:
        for day in days:
            yield self._cash_desk(day=day)
        yield self._todays_cash_desk()
        yield from self._permit(days=days)
        yield self._old_gate()
        yield self._painting()
        yield self._evening_rounds(days=days)

    def _cash_desk(self, *, day: date) -> Story:
        """From eight to eight; what waits for its owners is handed back towards the end, and the drawer is counted."""
        opens_at = self._at(day=day, hour=8)
        closes_at = opens_at + timedelta(hours=12)
        if opens_at < self.beginning or closes_at > self._todays_opening():
            return
        now = yield opens_at
        ParkingService.open_shift(opening_float_minor=_FLOAT_MINOR, caller=CASHIER, now=now)
        now = yield closes_at - timedelta(minutes=10)
        for refund in ParkingService.cash_to_hand_back(caller=CASHIER):
            ParkingService.hand_back_cash(refund_id=refund.refund_id, caller=CASHIER, now=now)
        now = yield closes_at
        expected_minor = ParkingService.current_shift(caller=CASHIER).drawer.expected_minor
        missing_minor = self.random.choice([0, 0, 0, 0, 500, 1000])
        ParkingService.close_shift(
            counted_minor=expected_minor - missing_minor,
            note="A coin short, looked everywhere" if missing_minor else "",
            caller=CASHIER,
            now=now,
        )

    def _todays_cash_desk(self) -> Story:
        """Whatever the hour is, the desk is open."""
        now = yield self._todays_opening()
        ParkingService.open_shift(opening_float_minor=_FLOAT_MINOR, caller=CASHIER, now=now)

    def _todays_opening(self) -> datetime:
        return self.now - timedelta(hours=_TODAYS_SHIFT_HOURS)

    def _permit(self, *, days: Sequence[date]) -> Iterator[Story]:
        """Five cars of an office, four of them at once: whoever comes last on a busy morning is turned away."""
        permit = ParkingService.sell_permit(
            zone_id=self.zone_ids["B"],
            holder="Lotus Offices",
            cars_at_once=4,
            weekly_hours={"hours": [{"days": ["mon", "tue", "wed", "thu", "fri"], "from": "07:00", "to": "20:00"}]},
            valid_from=self.beginning,
            valid_until=self.now + _VALID_FOR,
            caller=OPERATOR,
            now=self.beginning,
        )
        codes = [
            ParkingService.add_permit_car(
                permit_id=permit.permit_id,
                vehicle_number=self.town.driver().plate,
                caller=OPERATOR,
                now=self.beginning,
            ).qr_code
            for _ in range(5)
        ]
        for day in days:
            if day.weekday() < SATURDAY:
                for code in self.random.sample(codes, self.random.choice([3, 4, 4, 5])):
                    yield self._permit_car(code=code, day=day)

    def _permit_car(self, *, code: str, day: date) -> Story:
        now = yield self._at(day=day, hour=self.random.uniform(8, 10))
        with suppress(PermitFull):
            ParkingService.scan_entry_qr(qr_code=code, scanner_device_id=ENTRY_GATE.name, caller=ENTRY_GATE, now=now)
            now = yield self._at(day=day, hour=self.random.uniform(16.5, 19.5))
            ParkingService.scan_exit_qr(qr_code=code, scanner_device_id=EXIT_GATE.name, caller=EXIT_GATE, now=now)

    def _old_gate(self) -> Story:
        now = yield self.beginning + (self.now - self.beginning) / 2
        ParkingService.revoke_device(device_id=REVOKED_GATE, caller=OPERATOR, now=now)

    def _painting(self) -> Story:
        """One slot that was out last week, one that is out now, and one that will be."""
        now = yield self.now - (self.now - self.beginning) / 3
        lamp = self._outage(zone="C", slot_number="C007", reason="Lamp", starts_at=now, hours=None, now=now)
        now = yield now + timedelta(hours=5)
        ParkingService.end_outage(outage_id=lamp, caller=OPERATOR, now=now)
        now = yield self.now - timedelta(hours=2)
        self._outage(zone="B", slot_number="B042", reason="Painting the lines", starts_at=now, hours=6, now=now)
        self._outage(zone="A", slot_number="A050", reason="Broken sensor", starts_at=now, hours=None, now=now)
        tomorrow = now + timedelta(hours=24)
        self._outage(zone="B", slot_number="B043", reason="Painting the lines", starts_at=tomorrow, hours=8, now=now)

    def _outage(
        self, *, zone: str, slot_number: str, reason: str, starts_at: datetime, hours: int | None, now: datetime
    ) -> int:
        return ParkingService.plan_outage(
            zone_id=self.zone_ids[zone],
            slot_number=slot_number,
            starts_at=starts_at,
            ends_at=None if hours is None else starts_at + timedelta(hours=hours),
            reason=reason,
            caller=OPERATOR,
            now=now,
        ).outage.outage_id

    def _evening_rounds(self, *, days: Sequence[date]) -> Story:
        """Zone C is counted by foot at night, and the count agrees."""
        for day in days:
            moment = self._at(day=day, hour=22)
            if self.beginning < moment < self.now:
                now = yield moment
                inside = ParkingService.get_zone_status(zone_id=self.zone_ids["C"], now=now).active_sessions
                ParkingService.correct_occupancy(
                    zone_id=self.zone_ids["C"],
                    counted_inside=inside,
                    reason="Evening round",
                    caller=ATTENDANT,
                    now=now,
                )

    def _at(self, *, day: date, hour: float) -> datetime:
        return datetime.combine(day, time(), tzinfo=ZoneInfo(self.site.time_zone)) + timedelta(hours=hour)
