"""A season ticket, from the office that sells it to the gates that it opens."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from parking.domain.callers import SYSTEM, staff_caller
from parking.domain.errors import (
    AlreadyEntered,
    AlreadyExited,
    InvalidField,
    NotEntered,
    NotExtendable,
    ParkingError,
    PaymentDue,
    PermissionRequired,
    PermitFull,
    PermitOver,
    ScanIdReused,
    UnknownPermit,
    UnknownPermitCar,
    UnknownZone,
    VehicleBusy,
    VehicleInside,
    WrongZone,
    ZoneFull,
)
from parking.domain.permissions import Role
from parking.domain.states import BookingStatus, ScanResult, SessionStatus
from parking.models import (
    Adjustment,
    AuditEvent,
    GateDevice,
    ParkingBooking,
    ParkingSession,
    Payment,
    PermitCar,
    QRScanLog,
    SlotAllocation,
)
from parking.queries.auditor import audit
from parking.services import ParkingService, slots
from tests.garage import OPENING, Garage, at
from tests.services.merchant import PERCENT, new_code
from tests.services.permit import ALWAYS, OFFICE_HOURS, PermitCars, new_permit

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _the_books_are_right(db):
    yield
    report = audit()
    assert report.violations == 0, [verdict.shown for verdict in report.verdicts if verdict.violations]


def paid_by_permit() -> list[int]:
    return list(Adjustment.objects.filter(kind="PERMIT").order_by("created_at").values_list("amount_minor", flat=True))


def logged() -> list[tuple[str, str]]:
    return list(QRScanLog.objects.order_by("id").values_list("result", "reason"))


def revoke(permit: PermitCars, *, minutes: float = 0) -> None:
    ParkingService.revoke_permit(permit_id=permit.permit_id, caller=SYSTEM, now=at(minutes=minutes))


class TestInAndOut:
    def test_inside_its_hours_it_costs_nothing(self, garage):
        permit = new_permit(garage)
        entry = permit.enter()
        assert (entry.vehicle_number, entry.paid_until) == ("KA01A1", at(minutes=270))
        bill = permit.leave(now=at(minutes=240))
        assert (bill.price_minor, bill.discounts_minor, bill.total_minor) == (20_000, 20_000, 0)
        assert (bill.additional_minor, bill.refund_minor, bill.session_status) == (0, 0, SessionStatus.COMPLETED)
        assert paid_by_permit() == [-20_000]
        assert not Payment.objects.exists()

    def test_the_stay_has_a_booking_of_its_own(self, garage):
        permit = new_permit(garage)
        entry = permit.enter()
        booking = ParkingBooking.objects.get(id=entry.booking_id)
        assert (booking.status, booking.price_minor, booking.hours) == (BookingStatus.USED, 0, 24)
        assert (booking.permit_id, booking.owner_name) == (permit.permit_id, "Lotus Offices")
        assert booking.qr_code not in permit.codes
        actions = AuditEvent.objects.filter(booking=booking).order_by("id").values_list("action", flat=True)
        assert list(actions) == ["booking.created", "booking.permitted", "session.entered"]
        assert QRScanLog.objects.get().qr_code == permit.codes[0]
        assert QRScanLog.objects.get().booking_id == booking.id

    def test_day_after_day_on_one_code(self, garage):
        permit = new_permit(garage)
        for day in range(3):
            permit.enter(now=OPENING + timedelta(days=day))
            assert permit.leave(now=OPENING + timedelta(days=day, hours=2)).total_minor == 0
        assert ParkingSession.objects.count() == 3

    def test_what_is_outside_of_its_hours_costs_the_tariff(self, garage):
        """Seventy minutes after the end of the hours are two started hours."""
        permit = new_permit(garage)
        session_id = permit.enter().session_id
        with pytest.raises(PaymentDue) as due:
            permit.leave(now=at(minutes=270 + 70))
        assert due.value.details["additional_amount"] == "100.00"
        assert due.value.details["discount_amount"] == "200.00"
        garage.top_up(session_id, now=at(minutes=342))
        assert permit.leave(now=at(minutes=343)).total_minor == 10_000
        assert paid_by_permit() == [-20_000]

    def test_outside_of_its_hours_it_comes_in_and_pays(self, garage):
        permit = new_permit(garage)
        entry = permit.enter(now=at(minutes=400))
        assert entry.paid_until == entry.entry_time
        with pytest.raises(PaymentDue) as due:
            permit.leave(now=at(minutes=430))
        assert due.value.details["total_amount"] == "50.00"

    def test_a_stay_over_the_night_pays_for_the_night_alone(self, garage):
        """From 14:30 to 09:00: twelve hours are outside, and the tariff asks 50.00 for each."""
        permit = new_permit(garage)
        permit.enter()
        with pytest.raises(PaymentDue) as due:
            permit.leave(now=at(minutes=18.5 * 60))
        assert due.value.details["additional_amount"] == "600.00"

    def test_a_stay_of_days_goes_on_beyond_its_booking(self, garage):
        permit = new_permit(garage, weekly_hours=ALWAYS)
        permit.enter()
        assert permit.leave(now=OPENING + timedelta(days=4)).total_minor == 0

    def test_when_it_ends_during_a_stay_the_rest_costs_the_tariff(self, garage):
        permit = new_permit(garage, weekly_hours=ALWAYS, valid_until=at(minutes=60))
        permit.enter()
        with pytest.raises(PaymentDue) as due:
            permit.leave(now=at(minutes=90))
        assert due.value.details["additional_amount"] == "50.00"

    def test_when_it_is_revoked_during_a_stay_the_rest_costs_the_tariff(self, garage):
        permit = new_permit(garage, weekly_hours=ALWAYS)
        permit.enter()
        revoke(permit, minutes=60)
        with pytest.raises(PaymentDue) as due:
            permit.leave(now=at(minutes=90))
        assert due.value.details["additional_amount"] == "50.00"

    def test_a_merchant_pays_of_what_the_permit_has_left(self, garage):
        permit = new_permit(garage)
        booking = permit.enter()
        new_code(PERCENT, 5000)
        applied = ParkingService.apply_validation(booking_id=booking.booking_id, code="SHOP", now=at(minutes=340))
        assert (applied.gives_minor, applied.due_minor) == (5000, 5000)
        with pytest.raises(PaymentDue):
            permit.leave(now=at(minutes=340))
        garage.top_up(booking.session_id, now=at(minutes=341))
        assert permit.leave(now=at(minutes=342)).total_minor == 5000

    def test_a_car_that_paid_and_did_not_leave_pays_what_came_on_top(self, garage):
        permit = new_permit(garage)
        session_id = permit.enter().session_id
        with pytest.raises(PaymentDue):
            permit.leave(now=at(minutes=290))
        garage.top_up(session_id, now=at(minutes=291))
        with pytest.raises(PaymentDue) as due:
            permit.leave(now=at(minutes=350))
        assert due.value.details["additional_amount"] == "50.00"
        garage.top_up(session_id, now=at(minutes=351))
        assert permit.leave(now=at(minutes=352)).total_minor == 10_000
        assert sum(paid_by_permit()) == -20_000

    def test_a_car_that_paid_and_leaves_late_within_its_hours_owes_no_more(self, garage):
        permit = new_permit(garage, "KA01A1")
        before_its_hours = at(minutes=15 * 60)  # 05:30 in Kolkata
        session_id = permit.enter(now=before_its_hours).session_id
        at_work = at(minutes=17 * 60)
        with pytest.raises(PaymentDue):
            permit.leave(now=at_work)
        garage.top_up(session_id, now=at_work)
        assert permit.leave(now=at(minutes=20 * 60)).additional_minor == 0
        assert audit().violated == []

    def test_what_a_permit_pays_of_a_longer_stay_may_be_less(self, garage):
        """A cap per day: at first the permit has most of it, then the evening alone reaches it."""
        capped = {
            "kind": "rates",
            "rates": [{"name": "All day", "bands": [{"each": "1h", "adds": "50.00"}]}],
            "caps": [{"per": "24h", "at_most": "100.00"}],
        }
        tariff = ParkingService.publish_tariff(name="Capped", definition=capped, caller=SYSTEM, now=OPENING)
        ParkingService.set_zone_terms(zone_id=garage.zone.id, tariff_id=tariff.id, caller=SYSTEM, now=OPENING)
        permit = new_permit(garage)
        session_id = permit.enter().session_id
        with pytest.raises(PaymentDue):
            permit.leave(now=at(minutes=300))
        garage.top_up(session_id, now=at(minutes=301))
        assert paid_by_permit() == [-5000]
        with pytest.raises(PaymentDue):
            permit.leave(now=at(minutes=500))
        garage.top_up(session_id, now=at(minutes=501))
        assert permit.leave(now=at(minutes=502)).total_minor == 10_000
        assert paid_by_permit() == [-5000, 5000]


class TestManyCars:
    def test_no_more_inside_than_paid_for(self, garage):
        permit = new_permit(garage, "KA01A1", "KA01A2", "KA01A3", cars_at_once=2)
        permit.enter(0)
        permit.enter(1)
        with pytest.raises(PermitFull):
            permit.enter(2, now=at(minutes=1))
        assert logged()[-1] == (ScanResult.FAILED, "permit_full")
        permit.leave(0, now=at(minutes=2))
        permit.enter(2, now=at(minutes=3))

    def test_two_permits_count_alone(self, garage):
        first, second = new_permit(garage, "KA01A1"), new_permit(garage, "KA01A2")
        first.enter()
        second.enter()
        assert ParkingSession.objects.filter(exit_time=None).count() == 2

    def test_each_leaves_on_its_own_code(self, garage):
        permit = new_permit(garage, "KA01A1", "KA01A2", cars_at_once=2)
        permit.enter(0)
        permit.enter(1)
        assert permit.leave(1, now=at(minutes=5)).vehicle_number == "KA01A2"
        assert permit.leave(0, now=at(minutes=6)).vehicle_number == "KA01A1"


class TestRefusedAtTheGate:
    def test_a_car_that_is_inside_already(self, garage):
        permit = new_permit(garage, cars_at_once=2)
        permit.enter()
        with pytest.raises(AlreadyEntered):
            permit.enter(now=at(minutes=1))
        assert logged()[-1] == (ScanResult.DUPLICATE, "already_entered")

    def test_a_car_that_is_inside_on_another_ticket(self, garage):
        permit = new_permit(garage)
        garage.enter(garage.book_and_pay("KA01A1"))
        with pytest.raises(VehicleInside):
            permit.enter(now=at(minutes=1))

    @pytest.mark.parametrize("passback", ["soft", "off"])
    def test_where_anti_passback_is_not_hard_an_earlier_stay_is_ended_first(self, garage, passback):
        policy = ParkingService.publish_policy(
            name="Open", definition={"anti_passback": passback}, caller=SYSTEM, now=OPENING
        )
        ParkingService.set_zone_terms(zone_id=garage.zone.id, policy_id=policy.id, caller=SYSTEM, now=OPENING)
        permit = new_permit(garage)
        permit.enter()
        permit.enter(now=at(minutes=100))
        assert ParkingSession.objects.filter(exit_time=None).count() == 1
        with pytest.raises(VehicleInside, match="are due"):
            permit.enter(now=at(minutes=300))
        assert permit.leave(now=at(minutes=200)).total_minor == 0

    def test_a_car_that_has_a_booking_now(self, garage):
        permit = new_permit(garage)
        booking = garage.book_and_pay("KA01A1")
        with pytest.raises(VehicleBusy, match="Scan that ticket"):
            permit.enter(now=at(minutes=1))
        garage.enter(booking, now=at(minutes=2))

    def test_a_booking_whose_hold_has_lapsed_is_in_nobodys_way(self, garage):
        permit = new_permit(garage)
        lapsed = garage.book("KA01A1")
        entry = permit.enter(now=at(minutes=6))
        assert entry.booking_id != lapsed.booking_id
        assert garage.look(lapsed, now=at(minutes=6)).status == BookingStatus.EXPIRED

    def test_a_booking_later_in_the_day_shortens_the_window(self, garage):
        permit = new_permit(garage)
        garage.book_and_pay("KA01A1", starts_at=at(minutes=200))
        booking = ParkingBooking.objects.get(id=permit.enter(now=at(minutes=1)).booking_id)
        assert booking.hours == 3

    def test_slots_that_are_promised_shorten_the_window(self, garage):
        for number in range(3):
            garage.book_and_pay(f"KA09A{number}", starts_at=at(minutes=150))
        permit = new_permit(garage)
        assert ParkingBooking.objects.get(id=permit.enter().booking_id).hours == 2

    def test_a_zone_that_is_full(self):
        garage = Garage.build(slots=1)
        permit = new_permit(garage)
        garage.enter(garage.book_and_pay("KA09A1"))
        with pytest.raises(ZoneFull):
            permit.enter(now=at(minutes=1))
        assert (ParkingBooking.objects.count(), logged()[-1]) == (1, (ScanResult.FAILED, "zone_full"))

    @pytest.mark.parametrize(("minutes", "refused"), [(9, True), (10, False), (59, False), (60, True)])
    def test_outside_of_its_validity(self, garage, minutes, refused):
        permit = new_permit(garage, valid_from=at(minutes=10), valid_until=at(minutes=60))
        if refused:
            with pytest.raises(PermitOver):
                permit.enter(now=at(minutes=minutes))
            assert not ParkingBooking.objects.exists()
        else:
            permit.enter(now=at(minutes=minutes))

    def test_revoked(self, garage):
        permit = new_permit(garage)
        revoke(permit)
        revoke(permit)
        with pytest.raises(PermitOver, match="revoked"):
            permit.enter()
        assert AuditEvent.objects.filter(action="permit.revoked").count() == 1

    def test_a_car_that_was_taken_off_it(self, garage):
        permit = new_permit(garage, "KA01A1", "KA01A2", cars_at_once=2)
        permit.enter(0)
        for plate in ("KA01A1", "KA01A2"):
            ParkingService.remove_permit_car(
                permit_id=permit.permit_id, vehicle_number=plate, caller=SYSTEM, now=at(minutes=5)
            )
        with pytest.raises(PermitOver, match="no longer"):
            permit.enter(1, now=at(minutes=6))
        assert permit.leave(0, now=at(minutes=120)).total_minor == 0

    def test_a_code_that_was_lost_opens_nothing_after_there_is_a_new_one(self, garage):
        permit = new_permit(garage)
        permit.enter()
        permit.leave(now=at(minutes=10))
        change = {"permit_id": permit.permit_id, "vehicle_number": "KA01A1", "caller": SYSTEM, "now": at(minutes=20)}
        ParkingService.remove_permit_car(**change)
        new = PermitCars(
            permit_id=permit.permit_id, codes=(ParkingService.add_permit_car(**change).qr_code, *permit.codes)
        )
        new.enter(0, now=at(minutes=30))
        with pytest.raises(AlreadyExited):
            new.leave(1, now=at(minutes=31))
        with pytest.raises(PermitOver):
            new.enter(1, now=at(minutes=32))
        new.leave(0, now=at(minutes=33))

    def test_the_gate_of_another_zone(self, garage):
        permit = new_permit(garage)
        other = Garage.build(name="Other zone")
        GateDevice.objects.get(device_id="ENTRY_GATE_01").zones.set([other.zone])
        with pytest.raises(WrongZone):
            permit.enter()

    def test_leaving_before_coming_in(self, garage):
        with pytest.raises(NotEntered, match="never came in"):
            new_permit(garage).leave(now=at(minutes=1))

    def test_leaving_twice(self, garage):
        permit = new_permit(garage)
        permit.enter()
        permit.leave(now=at(minutes=10))
        with pytest.raises(AlreadyExited):
            permit.leave(now=at(minutes=11))
        assert logged()[-1] == (ScanResult.DUPLICATE, "already_exited")

    def test_more_hours_cannot_be_bought_for_it(self, garage):
        permit = new_permit(garage)
        garage.book_and_pay("KA01A1", starts_at=at(minutes=300))
        entry = permit.enter()
        with pytest.raises(NotExtendable):
            ParkingService.extend_booking(booking_id=entry.booking_id, hours=1, gateway_data={}, now=at(minutes=5))


class TestTheSameScanAgain:
    def test_it_gets_the_same_answer_and_is_logged_once(self, garage):
        permit = new_permit(garage)
        first = permit.enter(scan_id="s1")
        assert permit.enter(scan_id="s1", now=at(minutes=1)) == first
        out = permit.leave(scan_id="s2", now=at(minutes=10))
        assert permit.leave(scan_id="s2", now=at(minutes=11)) == out
        assert len(logged()) == 2

    def test_a_refusal_too(self, garage):
        permit = new_permit(garage, "KA01A1", "KA01A2")
        permit.enter(0)
        with pytest.raises(PermitFull):
            permit.enter(1, scan_id="s1", now=at(minutes=1))
        permit.leave(0, now=at(minutes=2))
        with pytest.raises(ParkingError, match="permit_full"):
            permit.enter(1, scan_id="s1", now=at(minutes=3))
        with pytest.raises(ScanIdReused):
            permit.enter(0, scan_id="s1", now=at(minutes=4))
        assert ParkingSession.objects.count() == 1


class TestSelling:
    def sell(self, garage: Garage, **changes: Any) -> int:
        arguments = {
            "zone_id": garage.zone.id,
            "holder": "Lotus Offices",
            "cars_at_once": 1,
            "weekly_hours": OFFICE_HOURS,
            "valid_from": OPENING,
            "valid_until": at(minutes=60),
            "caller": SYSTEM,
            "now": OPENING,
        }
        return ParkingService.sell_permit(**arguments | changes).permit_id

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"holder": " "}, "owner_name"),
            ({"cars_at_once": 0}, "cars_at_once"),
            ({"cars_at_once": 1001}, "cars_at_once"),
            ({"valid_until": OPENING}, "valid_until"),
            ({"valid_until": OPENING + timedelta(days=4000)}, "valid_until"),
            ({"weekly_hours": {}}, "weekly_hours"),
        ],
    )
    def test_a_permit_that_means_nothing(self, garage, changes, field):
        with pytest.raises(InvalidField) as refused:
            self.sell(garage, **changes)
        assert refused.value.details["field"] == field

    def test_what_there_is_not(self, garage):
        with pytest.raises(UnknownZone):
            self.sell(garage, zone_id=2**64)
        for change in (ParkingService.add_permit_car, ParkingService.remove_permit_car):
            with pytest.raises(UnknownPermit):
                change(permit_id=12345, vehicle_number="KA01A1", caller=SYSTEM, now=OPENING)
        with pytest.raises(UnknownPermit):
            ParkingService.revoke_permit(permit_id=-1, caller=SYSTEM, now=OPENING)
        with pytest.raises(UnknownPermitCar):
            ParkingService.remove_permit_car(
                permit_id=self.sell(garage), vehicle_number="KA01A1", caller=SYSTEM, now=OPENING
            )

    def test_a_car_is_on_it_once_and_gets_a_new_code_when_it_comes_back(self, garage):
        permit = new_permit(garage)
        add = {"permit_id": permit.permit_id, "vehicle_number": "ka-01 a1", "caller": SYSTEM, "now": at(minutes=1)}
        with pytest.raises(InvalidField, match="already"):
            ParkingService.add_permit_car(**add)
        ParkingService.remove_permit_car(**add)
        new = ParkingService.add_permit_car(**add)
        assert new.qr_code != permit.codes[0]
        assert PermitCar.objects.filter(removed_at=None).count() == 1

    def test_no_car_on_a_permit_that_is_over(self, garage):
        permit_id = self.sell(garage)
        with pytest.raises(PermitOver):
            ParkingService.add_permit_car(
                permit_id=permit_id, vehicle_number="KA01A1", caller=SYSTEM, now=at(minutes=60)
            )

    def test_who_may(self, garage):
        cashier = staff_caller(name="ravi", roles=[Role.CASHIER])
        with pytest.raises(PermissionRequired):
            self.sell(garage, caller=cashier)
        for change in (ParkingService.add_permit_car, ParkingService.remove_permit_car):
            with pytest.raises(PermissionRequired):
                change(permit_id=1, vehicle_number="KA01A1", caller=cashier, now=OPENING)
        with pytest.raises(PermissionRequired):
            ParkingService.revoke_permit(permit_id=1, caller=cashier, now=OPENING)


def test_the_slot_is_free_again_after_the_stay(garage):
    permit = new_permit(garage)
    permit.enter()
    permit.leave(now=at(minutes=10))
    slots.lapse_everywhere(now=OPENING + timedelta(days=2))
    assert not SlotAllocation.objects.filter(released_at=None).exists()
