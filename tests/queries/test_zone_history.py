"""A zone's past by the hour and by the day, against a reckoning of its own."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from parking.domain.days import BusinessDay, day_of, zone_of
from parking.domain.errors import InvalidField, UnknownZone
from parking.queries.zone_history import occupancy_history, revenue_history
from tests.garage import OPENING, Garage, at

pytestmark = pytest.mark.django_db

WEEK = 7 * 24 * 60


def stay(garage: Garage, plate: str, *, start: float, minutes: float) -> None:
    """A car that books enough, and stays so many minutes from `start` on."""
    hours = max(1, -(-int(minutes) // 60))
    booking = garage.book_and_pay(plate, hours=hours, now=at(minutes=start))
    garage.enter(booking, now=at(minutes=start))
    garage.leave(booking, now=at(minutes=start + minutes))


class TestOccupancy:
    def test_today_beside_the_same_weekday_of_the_weeks_before(self, garage):
        """It opens at 14:30 in India. A car is counted at the full hours that it sees."""
        stay(garage, "KA01A1", start=0, minutes=120)  # 15:00 and 16:00
        stay(garage, "KA01A2", start=30, minutes=60)  # 15:00, and gone at 16:00
        stay(garage, "KA01A3", start=WEEK, minutes=45)  # a week later: 15:00
        today = garage.book_and_pay("KA01A4", hours=8, now=at(minutes=2 * WEEK))
        garage.enter(today, now=at(minutes=2 * WEEK))
        found = occupancy_history(zone_id=garage.zone.id, now=at(minutes=2 * WEEK + 100), weeks=2)
        assert (found.today.day, [day.day for day in found.before]) == (
            date(2026, 1, 19),
            [date(2026, 1, 12), date(2026, 1, 5)],
        )
        assert found.today.cars[14:18] == (0, 1, 1, None)
        assert found.before[0].cars[14:18] == (0, 1, 0, 0)
        assert found.before[1].cars[14:18] == (0, 2, 1, 0)
        assert found.usual[14:18] == (0.0, 1.5, 0.5, 0.0)
        assert found.total_slots == 3

    def test_a_car_that_stays_for_days_is_there_at_every_hour(self, garage):
        booking = garage.book_and_pay("KA01A1", hours=1)
        garage.enter(booking)
        found = occupancy_history(zone_id=garage.zone.id, now=at(minutes=WEEK + 5), weeks=1)
        assert found.before[0].cars == (*[0] * 15, *[1] * 9)
        assert found.today.cars == (*[1] * 15, *[None] * 9)

    @pytest.mark.parametrize("weeks", [0, 9])
    def test_so_many_weeks_and_no_more(self, garage, weeks):
        with pytest.raises(InvalidField):
            occupancy_history(zone_id=garage.zone.id, now=OPENING, weeks=weeks)

    def test_a_zone_that_there_is_not(self, garage):
        for zone_id in (0, garage.zone.id + 1, 2**70):
            with pytest.raises(UnknownZone):
                occupancy_history(zone_id=zone_id, now=OPENING)

    @pytest.mark.parametrize("stays", [1, 3])
    def test_the_statements_do_not_grow(self, garage, django_assert_num_queries, stays):
        for n in range(stays):
            stay(garage, f"KA01A{n}", start=0, minutes=50)
        with django_assert_num_queries(4):
            occupancy_history(zone_id=garage.zone.id, now=at(minutes=60), weeks=4)


class TestRevenue:
    def test_each_day_has_what_moved_on_it(self, garage):
        stay(garage, "KA01A1", start=0, minutes=55)  # 50.00
        booking = garage.book_and_pay("KA01A2", hours=2)  # 100.00, of which 50.00 go back the next day
        garage.enter(booking)
        garage.leave(booking, now=at(minutes=30))
        midnight = 9 * 60 + 30  # 14:30 and so long is midnight in India
        late = garage.book_and_pay("KA01A3", now=at(minutes=midnight))
        garage.cancel(late, now=at(minutes=midnight + 1))
        found = revenue_history(zone_id=garage.zone.id, now=at(minutes=midnight + 5), days=3)
        assert [(day.day, day.captured_minor, day.refunded_minor, day.kept_minor) for day in found.days] == [
            (date(2026, 1, 4), 0, 0, 0),
            (date(2026, 1, 5), 15000, 5000, 10000),
            (date(2026, 1, 6), 5000, 5000, 0),
        ]

    def test_another_zones_money_is_not_in_it(self, garage):
        other = Garage.build(name="Other zone")
        stay(other, "KA01A1", start=0, minutes=55)
        assert revenue_history(zone_id=garage.zone.id, now=at(minutes=60), days=1).days[0].captured_minor == 0
        assert revenue_history(zone_id=other.zone.id, now=at(minutes=60), days=1).days[0].captured_minor == 5000

    def test_one_statement_for_a_quarter_of_a_year(self, garage, django_assert_num_queries):
        with django_assert_num_queries(2):  # and one for the zone
            assert len(revenue_history(zone_id=garage.zone.id, now=OPENING, days=92).days) == 92
        with pytest.raises(InvalidField):
            revenue_history(zone_id=garage.zone.id, now=OPENING, days=93)


class TestBusinessDays:
    def test_a_day_is_from_midnight_to_midnight_where_the_garage_stands(self):
        day = day_of(moment=datetime(2026, 1, 5, 18, 30, tzinfo=UTC), time_zone=zone_of(name="Asia/Kolkata"))
        assert day.day == date(2026, 1, 6)
        assert (day.starts_at, day.ends_at) == (
            datetime(2026, 1, 5, 18, 30, tzinfo=UTC),
            datetime(2026, 1, 6, 18, 30, tzinfo=UTC),
        )

    @pytest.mark.parametrize(
        ("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 1, 5), 24)]
    )
    def test_a_day_on_which_clocks_are_changed_is_shorter_or_longer(self, day, hours):
        one = BusinessDay(day=day, time_zone=zone_of(name="Europe/Berlin"))
        assert one.ends_at - one.starts_at == timedelta(hours=hours)

    def test_a_name_that_is_no_zone_is_utc(self):
        assert str(zone_of(name="Mars/Olympus")) == "UTC"
        assert str(zone_of(name="../etc/passwd")) == "UTC"
