"""Another plate, what a cancellation would give back, and prices by class of vehicle."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from parking.domain.errors import (
    AlreadyEntered,
    BookingCancelled,
    HoldLapsed,
    InvalidField,
    NoShow,
    RefundChanged,
    UnknownBooking,
    VehicleBusy,
)
from parking.domain.policy import CancellationBasis, CancellationTier, Policy, policy_definition
from parking.domain.states import VehicleClass
from parking.domain.tariffs import hourly_definition
from parking.models import ParkingBooking, PolicyVersion, TariffVersion, Vehicle, ZoneTariff
from parking.queries.auditor import audit
from parking.services import ParkingService
from tests.garage import OPENING, at

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _every_promise_is_kept_in_the_end(db):
    yield
    assert audit().violated == []


def change(booking, plate, *, now=OPENING):
    return ParkingService.change_plate(booking_id=booking.booking_id, vehicle_number=plate, now=now)


class TestPlate:
    def test_another_car_comes_with_the_same_code_and_money(self, garage):
        booking = garage.book_and_pay("KA01A1", hours=1)
        changed = change(booking, "ka 02 b 2")
        assert (changed.vehicle_number, changed.slot_number) == ("KA02B2", booking.slot_number)
        entry = garage.enter(booking, now=at(minutes=1))
        assert entry.vehicle_number == "KA02B2"

    def test_the_first_car_is_free_for_another_booking(self, garage):
        booking = garage.book_and_pay("KA01A1", hours=1)
        with pytest.raises(VehicleBusy):
            garage.book("KA01A1")
        change(booking, "KA02B2")
        garage.book("KA01A1")
        with pytest.raises(VehicleBusy):
            change(booking, "KA01A1")

    def test_a_stranger_s_contact_is_not_rewritten(self, garage):
        garage.cancel(garage.book("KA02B2"), now=at(seconds=1))
        Vehicle.objects.filter(number="KA02B2").update(owner_name="Ravi")
        change(garage.book_and_pay("KA01A1"), "KA02B2", now=at(seconds=2))
        assert Vehicle.objects.get(number="KA02B2").owner_name == "Ravi"

    def test_not_to_a_car_that_is_parked(self, garage):
        garage.enter(garage.book_and_pay("KA02B2", hours=1))
        with pytest.raises(VehicleBusy):
            change(garage.book_and_pay("KA01A1", hours=1), "KA02B2", now=at(minutes=1))

    def test_the_same_plate_again_changes_nothing(self, garage):
        booking = garage.book_and_pay("KA01A1")
        assert change(booking, "KA-01-A1").vehicle_number == "KA01A1"

    def test_not_after_entry_nor_when_it_is_over(self, garage):
        inside = garage.book_and_pay("KA01A1")
        garage.enter(inside)
        with pytest.raises(AlreadyEntered, match="no longer be changed"):
            change(inside, "KA09X9")
        cancelled = garage.book_and_pay("KA02B2")
        garage.cancel(cancelled, now=at(seconds=1))
        with pytest.raises(BookingCancelled):
            change(cancelled, "KA09X9", now=at(seconds=2))
        lapsed, missed = garage.book("KA03C3"), garage.book_and_pay("KA04D4")
        with pytest.raises(HoldLapsed):
            change(lapsed, "KA09X9", now=at(minutes=5))
        with pytest.raises(NoShow):
            change(missed, "KA09X9", now=at(minutes=60))
        with pytest.raises(UnknownBooking):
            ParkingService.change_plate(booking_id=uuid4(), vehicle_number="KA09X9", now=OPENING)

    @pytest.mark.parametrize("plate", ["", "K", "KA01A1KA01A1X", "\u041a\u041001\u04101", "KA01\n"])
    def test_only_a_plate_that_is_one(self, garage, plate):
        booking = garage.book_and_pay("KA05E5")
        with pytest.raises(InvalidField):
            change(booking, plate)
        assert ParkingBooking.objects.get().plate == "KA05E5"


def sell_under(garage, policy: Policy) -> None:
    version = PolicyVersion.objects.create(
        site=garage.zone.site, name="Own", version=1, definition=policy_definition(policy=policy), created_at=OPENING
    )
    garage.zone.policy = version
    garage.zone.save(update_fields=["policy"])


TIERS = Policy(
    cancellation=CancellationBasis.BEFORE_START,
    cancellation_tiers=(
        CancellationTier(seconds_before_start=86400, percent=100),
        CancellationTier(seconds_before_start=3600, percent=50),
    ),
)


class TestCancellation:
    @pytest.mark.parametrize(("hours_before", "refund"), [(30, 5000), (24, 5000), (23, 2500), (1, 2500), (0.5, 0)])
    def test_tiers_before_the_start(self, garage, hours_before, refund):
        sell_under(garage, TIERS)
        starts_at = at(minutes=48 * 60)
        booking = garage.book_and_pay(hours=1, starts_at=starts_at)
        now = starts_at - timedelta(hours=hours_before)
        assert garage.look(booking, now=now).cancel_refund_minor == refund
        assert garage.cancel(booking, now=now).refund_minor == refund

    def test_a_zone_may_give_nothing_back(self, garage):
        sell_under(garage, Policy(cancellation=CancellationBasis.NONE))
        booking = garage.book_and_pay(hours=1)
        assert garage.look(booking, now=at(seconds=1)).cancel_refund_minor == 0
        assert garage.cancel(booking, now=at(seconds=1)).refund_minor == 0

    def test_a_new_policy_touches_no_booking_that_was_sold(self, garage):
        booking = garage.book_and_pay(hours=1)
        sell_under(garage, Policy(cancellation=CancellationBasis.NONE))
        assert garage.cancel(booking, now=at(seconds=1)).refund_minor == 5000

    def test_who_was_shown_more_than_goes_back_by_now_keeps_the_booking(self, garage):
        booking = garage.book_and_pay(hours=1)
        shown = garage.look(booking, now=at(minutes=5))
        assert shown.cancel_refund_minor == 5000

        def cancel(now):
            return ParkingService.cancel_booking(booking_id=booking.booking_id, expected_refund="50.00", now=now)

        with pytest.raises(RefundChanged) as refusal:
            cancel(at(minutes=5, seconds=1))
        assert refusal.value.details["refund_amount"] == "0.00"
        assert garage.look(booking, now=at(minutes=6)).status == "PAID"
        garage.cancel(booking, now=at(minutes=6))

    def test_what_cannot_be_cancelled_shows_no_amount(self, garage):
        booking = garage.book_and_pay(hours=1)
        garage.enter(booking)
        assert garage.look(booking, now=at(minutes=1)).cancel_refund_minor is None


class TestVehicleClass:
    def test_a_motorcycle_pays_its_own_tariff_and_a_truck_the_zone_s(self, garage):
        version = TariffVersion.objects.create(
            site=garage.zone.site,
            name="Motorcycles",
            version=1,
            currency="INR",
            definition=hourly_definition(rate_minor=1000),
            created_at=OPENING,
        )
        ZoneTariff.objects.create(zone=garage.zone, vehicle_class=VehicleClass.MOTORCYCLE, tariff=version)

        def price(plate, vehicle_class):
            booking = ParkingService.create_booking(
                vehicle_number=plate,
                owner_name="Asha",
                zone_id=garage.zone.id,
                hours=2,
                vehicle_class=vehicle_class,
                now=OPENING,
            )
            return booking.amount_minor

        assert price("KA01A1", VehicleClass.MOTORCYCLE) == 2000
        assert price("KA02B2", VehicleClass.TRUCK) == 10000
