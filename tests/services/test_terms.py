"""Prices and policies as versions: what is published, which zones use it, and what was sold before."""

from __future__ import annotations

import pytest

from parking.domain.callers import SYSTEM, staff_caller
from parking.domain.errors import (
    AlreadyPaid,
    InvalidField,
    InvalidTariff,
    PaymentDue,
    PermissionRequired,
    UnknownPolicy,
    UnknownTariff,
    UnknownZone,
)
from parking.domain.permissions import Role
from parking.domain.states import BookingStatus, VehicleClass
from parking.domain.tariffs import hourly_definition
from parking.models import AuditEvent, ParkingSite, PolicyVersion, TariffVersion
from parking.queries.auditor import audit
from parking.queries.terms import get_tariff, list_policies, list_tariffs
from parking.services import ParkingService
from tests.garage import OPENING, at

pytestmark = pytest.mark.django_db

HALF_HOURS = {
    "kind": "rates",
    "rates": [{"name": "All day", "bands": [{"until": "1h", "total": "20.00"}, {"each": "30m", "adds": "15.00"}]}],
    "caps": [{"per": "24h", "at_most": "100.00"}],
}


def publish(definition=HALF_HOURS, *, name="City", caller=SYSTEM) -> TariffVersion:
    return ParkingService.publish_tariff(name=name, definition=definition, caller=caller, now=OPENING)


def use(garage, tariff: TariffVersion, **changes) -> None:
    ParkingService.set_zone_terms(zone_id=garage.zone.id, tariff_id=tariff.id, caller=SYSTEM, now=OPENING, **changes)


def test_a_new_price_touches_future_bookings_only(garage):
    before = garage.book_and_pay("KA01A1", hours=2)
    use(garage, publish())
    after = garage.book_and_pay("KA02B2", hours=2)
    assert (before.amount_minor, after.amount_minor) == (10000, 5000)
    garage.enter(before)
    garage.enter(after)
    assert garage.leave(before, now=at(minutes=60)).total_minor == 5000
    assert garage.leave(after, now=at(minutes=60)).total_minor == 2000
    assert audit().violated == []


def test_a_stay_under_bands_and_a_cap_is_billed_by_them(garage):
    use(garage, publish())
    booking = garage.book_and_pay(hours=24)
    assert booking.amount_minor == 10000
    garage.enter(booking)
    bill = garage.leave(booking, now=at(minutes=91))
    assert (bill.total_minor, bill.refund_minor) == (5000, 5000)
    assert audit().violated == []


FIRST_HOUR_FREE = {
    "kind": "rates",
    "rates": [{"name": "All day", "bands": [{"until": "1h", "adds": "0"}, {"each": "1h", "adds": "30.00"}]}],
    "tax": {"percent": "5", "included": True},
}


def test_a_booking_that_costs_nothing_is_paid_for_at_once(garage):
    use(garage, publish(FIRST_HOUR_FREE))
    booking = garage.book(hours=1)
    assert (booking.amount_minor, booking.status) == (0, BookingStatus.PAID)
    with pytest.raises(AlreadyPaid):
        garage.pay(booking)
    session_id = garage.enter(booking, now=at(minutes=10)).session_id
    with pytest.raises(PaymentDue):
        garage.leave(booking, now=at(minutes=100))
    garage.top_up(session_id, now=at(minutes=101))
    assert garage.leave(booking, now=at(minutes=102)).prepaid_minor == 3000
    receipt = ParkingService.get_receipt(booking_id=booking.booking_id, now=at(minutes=103))
    assert (receipt.tax_basis_points, receipt.kept.tax_minor) == (500, 143)
    assert audit().violated == []


def test_a_free_booking_that_nobody_uses_becomes_a_no_show(garage):
    use(garage, publish(FIRST_HOUR_FREE))
    booking = garage.book(hours=1)
    assert garage.look(booking, now=at(minutes=59)).status == BookingStatus.PAID
    assert garage.look(booking, now=at(minutes=60)).status == BookingStatus.NO_SHOW
    assert garage.cancel(garage.book("KA02B2", hours=1), now=at(minutes=1)).refund_minor == 0
    assert audit().violated == []


def test_each_version_stays_and_the_newest_comes_first(garage):
    first = publish()
    second = publish(hourly_definition(rate_minor=700))
    use(garage, second)
    city = [one for one in list_tariffs() if one.name == "City"]
    assert [(one.id, one.version, one.zones) for one in city] == [(second.id, 2, ("Test zone",)), (first.id, 1, ())]


def test_a_definition_stands_for_itself_in_the_site_s_currency_and_time_zone(garage):
    version = publish()
    ParkingSite.objects.update(time_zone="Europe/Berlin")
    assert (version.definition["currency"], version.definition["time_zone"]) == ("INR", "Asia/Kolkata")
    told = get_tariff(tariff_id=version.id, entered_at=OPENING).told
    assert told.words
    assert told.curve[:3] == ((0, 2000), (65, 3500), (95, 5000))
    assert told.curve[-1][1] == 20000


@pytest.mark.parametrize(
    ("definition", "problem"),
    [
        ({}, "kind"),
        ({"kind": "rates"}, "rates"),
        ({**HALF_HOURS, "currency": "USD"}, "currency"),
        ({**HALF_HOURS, "caps": [{"per": "24h", "at_most": 5}]}, "caps[0].at_most"),
        ({"kind": "hourly", "rate_minor": -1, "grace_minutes": 5, "minimum_hours": 1}, "rate_minor"),
    ],
)
def test_what_is_no_tariff_is_refused_with_its_path(garage, definition, problem):
    with pytest.raises(InvalidTariff) as refusal:
        publish(definition)
    assert any(one.startswith(problem) for one in refusal.value.details["problems"])
    assert not TariffVersion.objects.filter(name="City").exists()


def test_a_policy_is_complete_and_used_by_the_zones_it_is_given_to(garage):
    policy = ParkingService.publish_policy(name="Patient", definition={"hold_seconds": 900}, caller=SYSTEM, now=OPENING)
    ParkingService.set_zone_terms(zone_id=garage.zone.id, policy_id=policy.id, caller=SYSTEM, now=OPENING)
    assert garage.book().expires_at == at(minutes=15)
    told = next(one for one in list_policies() if one.name == "Patient")
    assert (told.zones, told.definition["leave_seconds"]) == (("Test zone",), 600)


def test_one_class_of_vehicles_may_have_a_price_of_its_own(garage):
    use(garage, publish(hourly_definition(rate_minor=100)), vehicle_class=VehicleClass.MOTORCYCLE)
    use(garage, publish(hourly_definition(rate_minor=200)), vehicle_class=VehicleClass.MOTORCYCLE)
    motorcycle = ParkingService.create_booking(
        vehicle_number="KA01A1",
        owner_name="Asha",
        zone_id=garage.zone.id,
        hours=1,
        vehicle_class=VehicleClass.MOTORCYCLE,
        now=OPENING,
    )
    assert (motorcycle.amount_minor, garage.book("KA02B2").amount_minor) == (200, 5000)
    newest = next(one for one in list_tariffs() if one.version == 2)
    assert newest.zones == ("Test zone (MOTORCYCLE)",)


def test_what_there_is_not_cannot_be_given_to_a_zone(garage):
    tariff = publish()
    with pytest.raises(UnknownZone):
        ParkingService.set_zone_terms(zone_id=10**30, tariff_id=tariff.id, caller=SYSTEM, now=OPENING)
    with pytest.raises(UnknownTariff):
        ParkingService.set_zone_terms(zone_id=garage.zone.id, tariff_id=0, caller=SYSTEM, now=OPENING)
    with pytest.raises(UnknownPolicy):
        ParkingService.set_zone_terms(zone_id=garage.zone.id, policy_id=10**6, caller=SYSTEM, now=OPENING)
    with pytest.raises(InvalidField):
        ParkingService.set_zone_terms(zone_id=garage.zone.id, caller=SYSTEM, now=OPENING)


@pytest.mark.parametrize("name", ["", " City", "a" * 101, "a\nb"])
def test_a_name_is_short_and_printable(garage, name):
    with pytest.raises(InvalidField, match="name"):
        publish(name=name)


@pytest.mark.parametrize("role", [Role.ATTENDANT, Role.CASHIER, Role.AUDITOR])
def test_only_the_operator_sets_prices(garage, role):
    with pytest.raises(PermissionRequired):
        publish(caller=staff_caller(name="ravi", roles=[role]))


def test_it_is_written_down_who_changed_what(garage):
    use(garage, publish())
    actions = list(AuditEvent.objects.order_by("id").values_list("action", flat=True))
    assert actions[-2:] == ["tariff.published", "zone.terms_set"]
    assert PolicyVersion.objects.count() == 1
