"""Closing a business day: when it is over and its drawers are counted, once, and as it stays for good."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest

from parking.domain.callers import SYSTEM, staff_caller
from parking.domain.day_closes import SETTLING
from parking.domain.errors import DayClosed, DayNotOver, InvalidField, PermissionRequired, ShiftsOpen
from parking.domain.permissions import Role
from parking.models import AuditEvent, DayClose
from parking.queries.auditor import audit
from parking.queries.day_closes import MAX_LISTED, days_to_close, get_closed_day, list_closed_days
from parking.queries.day_money import money_of_day
from parking.queries.sites import business_day, desk_site
from parking.services import ParkingService
from tests.garage import Garage, at
from tests.queries.cash import CARLA, open_shift, pay_in_cash
from tests.services.desk import OLGA, RAVI

pytestmark = pytest.mark.django_db

TODAY = date(2026, 1, 5)
MIDNIGHT = 9 * 60 + 30
"""The garage opens at 14:30 in India: so many minutes later the day is over."""
LATER = MIDNIGHT + 10


@pytest.fixture(autouse=True)
def _the_auditor_is_content_afterwards(db):
    yield
    assert [finding for verdict in audit().verdicts for finding in verdict.shown] == []


def close(day: date = TODAY, *, minutes: float = LATER, caller=OLGA):
    return ParkingService.close_day(day=day, caller=caller, now=at(minutes=minutes))


def a_day(garage: Garage) -> None:
    open_shift(now=at())
    pay_in_cash(garage.book("KA01A1").booking_id, now=at(minutes=1))
    booking = garage.book_and_pay("KA01A2", hours=2)
    garage.enter(booking)
    garage.leave(booking, now=at(minutes=30))
    ParkingService.get_receipt(booking_id=booking.booking_id, now=at(minutes=31))


def test_the_day_is_written_down_line_by_line(garage):
    a_day(garage)
    ParkingService.close_shift(counted_minor=14900, note="One coin short", caller=CARLA, now=at(minutes=60))
    closed = close()
    assert (closed.captured_minor, closed.refunded_minor, closed.kept_minor) == (15000, 5000, 10000)
    assert (closed.closed_by, closed.closed_at, closed.currency) == ("staff:olga", at(minutes=LATER), "INR")
    totals = closed.totals
    assert [(line["kind"], line["method"], line["cashier"], line["captured_minor"]) for line in totals["captured"]] == [
        ("BOOKING", "CASH", "carla", 5000),
        ("BOOKING", "ONLINE", "", 10000),
    ]
    assert [(line["kind"], line["refunded_minor"]) for line in totals["refunded"]] == [("UNUSED_TIME", 5000)]
    assert totals["shifts"][0] | {"shift_id": 0} == {
        "shift_id": 0,
        "cashier": "carla",
        "opened_at": "2026-01-05T09:00:00.000000Z",
        "closed_at": "2026-01-05T10:00:00.000000Z",
        "expected_minor": 15000,
        "counted_minor": 14900,
    }
    assert (totals["first_receipt_number"], totals["last_receipt_number"]) == (1, 1)
    assert totals["refunds_waiting"] == {"refunds": 0, "amount_minor": 0}
    assert json.loads(json.dumps(totals)) == totals
    event = AuditEvent.objects.get(action="day.closed")
    assert (event.caller, event.data["day"], event.data["captured_minor"]) == ("staff:olga", "2026-01-05", 15000)


def test_what_was_written_down_is_what_the_day_says_for_itself(garage):
    a_day(garage)
    ParkingService.close_shift(counted_minor=15000, caller=CARLA, now=at(minutes=60))
    closed = close()
    site = desk_site()
    money = money_of_day(site=site, day=business_day(site=site, day=TODAY))
    assert (money.captured_minor, money.refunded_minor) == (closed.captured_minor, closed.refunded_minor)
    assert closed.totals["tax_minor"] == money.tax_minor
    assert get_closed_day(site=site, day=TODAY) == closed
    assert get_closed_day(site=site, day=TODAY - timedelta(days=1)) is None


@pytest.mark.parametrize(("minutes", "refused"), [(MIDNIGHT - 1, True), (LATER - 0.1, True), (LATER, False)])
def test_not_before_it_is_over_and_all_of_it_has_settled(garage, minutes, refused):
    assert timedelta(minutes=10) == SETTLING
    if refused:
        with pytest.raises(DayNotOver) as refusal:
            close(minutes=minutes)
        assert refusal.value.details == {"closes_from": "2026-01-05T18:40:00.000000Z"}
        assert not DayClose.objects.exists()
    else:
        close(minutes=minutes)


def test_not_while_a_drawer_of_the_day_is_not_counted(garage):
    """A night shift is counted in the morning, and belongs to the next day too."""
    open_shift(now=at(minutes=MIDNIGHT - 60))
    with pytest.raises(ShiftsOpen, match="carla") as refusal:
        close()
    assert refusal.value.details == {"cashiers": ["carla"]}
    ParkingService.close_shift(counted_minor=10000, caller=CARLA, now=at(minutes=MIDNIGHT + 360))
    close(minutes=MIDNIGHT + 361)


def test_a_shift_of_the_next_day_keeps_nobody_waiting(garage):
    open_shift(now=at(minutes=MIDNIGHT + 5))
    assert close().totals["shifts"] == []


def test_once(garage):
    close()
    with pytest.raises(DayClosed):
        close(minutes=LATER + 60)
    assert DayClose.objects.count() == 1


def test_no_day_before_there_was_a_site(garage):
    with pytest.raises(InvalidField):
        close(date(2026, 1, 3))
    close(date(2026, 1, 4))


def test_who_may(garage):
    auditor = staff_caller(name="arun", roles=[Role.AUDITOR])
    for caller in (RAVI, CARLA, auditor):
        with pytest.raises(PermissionRequired):
            close(caller=caller)


def test_days_that_wait_to_be_closed(garage):
    site = desk_site()
    assert days_to_close(site=site, now=at(minutes=LATER - 1)) == [date(2026, 1, 4)]
    assert days_to_close(site=site, now=at(minutes=LATER)) == [date(2026, 1, 4), TODAY]
    close()
    assert days_to_close(site=site, now=at(minutes=LATER)) == [date(2026, 1, 4)]
    assert len(days_to_close(site=site, now=at(minutes=LATER + 60 * 24 * 60))) == 31


def test_closed_days_page_by_page(garage):
    now = LATER + 40 * 24 * 60
    for ago in range(MAX_LISTED + 2):
        ParkingService.close_day(day=TODAY + timedelta(days=ago), caller=SYSTEM, now=at(minutes=now))
    site = desk_site()
    first = list_closed_days(site=site)
    second = list_closed_days(site=site, before=first.older)
    days = [one.day for one in (*first.days, *second.days)]
    assert (len(first.days), len(second.days), second.older) == (MAX_LISTED, 2, None)
    assert days == sorted(set(days), reverse=True)
