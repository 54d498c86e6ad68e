"""`manage.py demo_data`: the invented garage has something of everything, and keeps every promise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import StringIO
from random import Random
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Min
from django.test import override_settings

from parking.domain.states import (
    AdjustmentKind,
    AdjustmentStatus,
    BookingStatus,
    PaymentMethod,
    PaymentStatus,
    RefundKind,
    RefundStatus,
    ScanResult,
    SessionStatus,
)
from parking.management.commands import demo_data
from parking.models import (
    Adjustment,
    CashierShift,
    ManualOpening,
    Outage,
    ParkingBooking,
    ParkingSession,
    Payment,
    PermitCar,
    QRScanLog,
    Receipt,
    Refund,
    RetiredCode,
    Validation,
)
from parking.queries import outages
from parking.queries.auditor import audit
from parking.services import setup
from parking.services.demo.people import Town
from parking.services.demo.visits import Conduct, Planner

AT_NOON = datetime(2026, 11, 25, 6, 30, tzinfo=UTC)
AT_NIGHT = datetime(2026, 11, 25, 22, 30, tzinfo=UTC)
"""Four in the morning where the garage is."""


@pytest.fixture
def at(monkeypatch) -> Callable[[datetime], None]:
    return lambda now: monkeypatch.setattr(demo_data, "current_time", lambda: now)


def run(*arguments: str) -> str:
    printed = StringIO()
    call_command("demo_data", *arguments, stdout=printed)
    return printed.getvalue()


@pytest.mark.parametrize("now", [AT_NOON, AT_NIGHT])
@pytest.mark.django_db(transaction=True)
def test_there_is_something_of_everything_and_the_auditor_finds_nothing(at, now):
    at(now)
    told = run("--days", "2", "--cars", "20")
    assert "turned round" not in told
    assert set(ParkingBooking.objects.values_list("status", flat=True)) == set(BookingStatus)
    assert set(ParkingSession.objects.values_list("status", flat=True)) == set(SessionStatus)
    assert set(Payment.objects.values_list("status", flat=True)) == set(PaymentStatus)
    assert Payment.objects.filter(method=PaymentMethod.CASH).exists()
    assert {RefundKind.BOOKING_CANCEL, RefundKind.UNUSED_TIME, RefundKind.MANUAL} <= set(
        Refund.objects.values_list("kind", flat=True)
    )
    assert set(Refund.objects.values_list("status", flat=True)) == {RefundStatus.PENDING, RefundStatus.PROCESSED}
    assert set(QRScanLog.objects.values_list("result", flat=True)) == set(ScanResult)
    assert {
        "unknown_code",
        "payment_required",
        "too_early",
        "already_entered",
        "wrong_direction",
        "device_revoked",
        "unknown_device",
        "payment_due",
        "ticket_replaced",
    } <= set(QRScanLog.objects.exclude(result=ScanResult.SUCCESS).values_list("reason", flat=True))
    assert set(Adjustment.objects.values_list("status", flat=True)) >= {
        AdjustmentStatus.PROPOSED,
        AdjustmentStatus.APPROVED,
    }
    assert set(Adjustment.objects.values_list("kind", flat=True)) >= set(AdjustmentKind) - {
        AdjustmentKind.OPENED_BY_HAND
    }
    assert outages.between(start=now, end=now + timedelta(seconds=1)).count() == 2
    for model in (ManualOpening, Outage, PermitCar, Receipt, RetiredCode, Validation):
        assert model.objects.exists(), model
    assert CashierShift.objects.filter(closed_at=None).count() == 1
    assert CashierShift.objects.exclude(closed_at=None).exists()
    overstaying = ParkingSession.objects.filter(status=SessionStatus.ACTIVE, booking__ends_at__lt=now)
    assert overstaying.exists()
    report = audit()
    assert [finding for verdict in report.verdicts for finding in verdict.shown] == []


@pytest.mark.django_db(transaction=True)
def test_a_sandbox_that_was_set_up_before_is_filled_too(at):
    at(AT_NOON)
    setup.set_up(now=AT_NOON)
    run("--days", "1", "--cars", "10")
    assert audit().violations == 0


@pytest.mark.django_db(transaction=True)
def test_nothing_of_it_is_later_than_now_and_all_of_it_follows_the_first_day(at):
    at(AT_NOON)
    run("--days", "1", "--cars", "10")
    first = AT_NOON - timedelta(days=1, hours=12)
    assert ParkingBooking.objects.aggregate(first=Min("created_at"))["first"] >= first
    for model, field in ((ParkingBooking, "created_at"), (QRScanLog, "scanned_at"), (Payment, "created_at")):
        assert not model.objects.filter(**{f"{field}__gt": AT_NOON}).exists()


@pytest.mark.django_db
class TestWhenItDoesNothing:
    @pytest.fixture
    def _a_booking(self, garage):
        garage.book()

    @pytest.mark.usefixtures("_a_booking")
    def test_there_are_bookings(self):
        with pytest.raises(CommandError, match="setup_parking_system --reset"):
            run()
        assert run("--first-start") == ""
        assert ParkingBooking.objects.count() == 1

    def test_it_is_switched_off(self, settings, monkeypatch):
        monkeypatch.setattr(demo_data, "fill", pytest.fail)
        settings.ENVIRONMENT = replace(settings.ENVIRONMENT, demo_data=False)
        assert run("--first-start") == ""

    @override_settings(PARKING_MODE="live")
    def test_money_is_real(self):
        assert run("--first-start") == ""
        with pytest.raises(CommandError, match="sandbox only"):
            run()
        assert not ParkingBooking.objects.exists()


def plan(*, seed: int) -> list[object]:
    random = Random(seed)
    planner = Planner(
        random=random, town=Town(random=random), cars_a_day=60, time_zone=ZoneInfo(setup.DEFAULT_TIME_ZONE)
    )
    return list(planner.visits(days=[AT_NOON.date() + timedelta(days=number) for number in range(7)]))


def test_a_seed_is_a_garage():
    assert plan(seed=1) == plan(seed=1) != plan(seed=2)


def test_a_week_has_its_shape():
    """Offices by day, people in the evening, less at the weekend, and some of every conduct."""
    visits = plan(seed=1)
    zone = visits[0].arrives_at.tzinfo
    at_hour = [visit.arrives_at.astimezone(zone) for visit in visits if visit.arrives_at.weekday() < 5]
    assert sum(7 <= arrival.hour < 11 for arrival in at_hour) > sum(12 <= arrival.hour < 16 for arrival in at_hour)
    assert sum(17 <= arrival.hour < 21 for arrival in at_hour) > sum(12 <= arrival.hour < 16 for arrival in at_hour)
    assert not any(arrival.hour < 7 for arrival in at_hour)
    weekend = [visit for visit in visits if visit.arrives_at.weekday() >= 5]
    assert len(weekend) / 2 < (len(visits) - len(weekend)) / 5
    assert {visit.conduct for visit in visits} == set(Conduct)


def test_plates_are_of_no_registration_office():
    plates = {visit.driver.plate for visit in plan(seed=1)}
    assert {plate[:2] for plate in plates} == {"KA", "MH", "DL", "GA"}
    assert all(int(plate[2:4]) > 90 for plate in plates)
