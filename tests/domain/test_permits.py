from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from parking.domain.errors import AlreadyEntered, PermitFull, PermitOver, VehicleInside
from parking.domain.permits import (
    HoursProblem,
    PermitDiscount,
    PermitSnapshot,
    read_weekly_hours,
    refusal_of_permit,
)
from parking.domain.tariffs import HourlyTariff

BERLIN = ZoneInfo("Europe/Berlin")
WEEKDAYS = ["mon", "tue", "wed", "thu", "fri"]
TARIFF = HourlyTariff(rate_minor=5000)


def hours(*stretches: tuple[list[str], str, str]) -> dict[str, object]:
    return {
        "time_zone": "Europe/Berlin",
        "hours": [{"days": days, "from": start, "to": end} for days, start, end in stretches],
    }


OFFICE = hours((WEEKDAYS, "07:00", "19:00"))
NIGHT = hours((["fri"], "20:00", "06:00"))


def local(day: int, time: str, *, month: int = 1) -> datetime:
    """A wall time in Berlin; the 5th of January 2026 is a Monday."""
    hour, minute = map(int, time.split(":"))
    return datetime(2026, month, day, hour, minute, tzinfo=BERLIN).astimezone(UTC)


def permit(definition: object = OFFICE, *, valid_from: datetime | None = None, valid_until: datetime | None = None):
    return PermitDiscount(
        hours=read_weekly_hours(definition=definition),
        valid_from=valid_from or local(1, "00:00"),
        valid_until=valid_until or local(1, "00:00", month=12),
    )


def outside(start: datetime, end: datetime, *definition: object, **changes: datetime) -> list[tuple[str, str]]:
    spans = permit(*definition, **changes).outside(entered_at=start, until=end)
    return [(f"{a.astimezone(BERLIN):%d %H:%M}", f"{b.astimezone(BERLIN):%d %H:%M}") for a, b in spans]


class TestOutsideOfItsHours:
    def test_within_them_nothing_is(self):
        assert outside(local(5, "07:00"), local(5, "19:00")) == []

    def test_before_and_after(self):
        assert outside(local(5, "06:30"), local(5, "20:00")) == [("05 06:30", "05 07:00"), ("05 19:00", "05 20:00")]

    def test_the_nights_of_a_long_stay(self):
        spans = outside(local(5, "12:00"), local(7, "12:00"))
        assert spans == [("05 19:00", "06 07:00"), ("06 19:00", "07 07:00")]

    def test_a_weekend(self):
        assert outside(local(9, "18:00"), local(12, "08:00")) == [("09 19:00", "12 07:00")]

    def test_over_midnight(self):
        assert outside(local(9, "21:00"), local(10, "05:00"), NIGHT) == []
        assert outside(local(10, "05:00"), local(10, "07:00"), NIGHT) == [("10 06:00", "10 07:00")]
        assert outside(local(8, "21:00"), local(8, "22:00"), NIGHT) == [("08 21:00", "08 22:00")]

    def test_stretches_that_touch_or_overlap_are_one(self):
        both = hours((["mon"], "08:00", "12:00"), (["mon"], "12:00", "14:00"), (["mon"], "13:00", "15:00"))
        assert outside(local(5, "08:00"), local(5, "16:00"), both) == [("05 15:00", "05 16:00")]
        whole_days = hours((["mon", "tue"], "00:00", "24:00"))
        assert outside(local(5, "08:00"), local(6, "23:00"), whole_days) == []

    def test_always(self):
        always = {"time_zone": "Europe/Berlin", "always": True}
        assert outside(local(5, "03:00"), local(25, "03:00"), always) == []

    def test_its_validity_bounds_it(self):
        assert outside(
            local(5, "08:00"), local(5, "12:00"), valid_from=local(5, "09:00"), valid_until=local(5, "10:00")
        ) == [("05 08:00", "05 09:00"), ("05 10:00", "05 12:00")]
        assert outside(local(5, "08:00"), local(5, "09:00"), valid_until=local(5, "07:00")) == [
            ("05 08:00", "05 09:00")
        ]

    def test_a_stay_without_length_is_outside_if_its_moment_is(self):
        assert outside(local(5, "12:00"), local(5, "12:00")) == []
        assert outside(local(5, "19:00"), local(5, "19:00")) == [("05 19:00", "05 19:00")]

    def test_the_night_in_which_the_clocks_go_forward_is_an_hour_shorter(self):
        """On Sunday 29 March 2026 it is 03:00 after 01:59."""
        spans = permit(OFFICE).outside(entered_at=local(27, "18:00", month=3), until=local(30, "08:00", month=3))
        assert [end - start for start, end in spans] == [timedelta(hours=59)]


class TestItsPrice:
    def test_each_stretch_outside_is_a_stay_of_its_own(self):
        assert permit().net(tariff=TARIFF, entered_at=local(5, "06:30"), until=local(5, "20:30")) == 5000 + 10_000

    def test_it_costs_no_more_than_without_a_permit(self):
        """Seven minutes, three of them permitted: two stays of two minutes would be two hours."""
        gap = hours((["mon"], "08:02", "08:05"))
        start, end = local(5, "08:00"), local(5, "08:07")
        assert len(outside(start, end, gap)) == 2
        assert permit(gap).net(tariff=TARIFF, entered_at=start, until=end) == 5000

    @pytest.mark.parametrize(("left_minor", "takes"), [(99_999, 20_000), (700, 700), (0, 0)])
    def test_it_takes_at_most_what_is_left(self, left_minor, takes):
        found = permit().takes(
            price_minor=20_000,
            left_minor=left_minor,
            tariff=TARIFF,
            entered_at=local(5, "08:00"),
            until=local(5, "12:00"),
        )
        assert found == takes


@pytest.mark.parametrize(
    ("at", "until"),
    [
        (local(5, "12:00"), local(5, "19:00")),
        (local(5, "06:59"), local(5, "06:59")),
        (local(5, "19:00"), local(5, "19:00")),
    ],
)
def test_until_when_a_car_may_stay(at, until):
    assert permit().free_until(at=at) == until


class TestReading:
    @pytest.mark.parametrize(
        ("definition", "problems"),
        [
            ({}, ["weekly_hours.time_zone: is missing"]),
            ({"time_zone": "Mars/Base"}, ["weekly_hours.time_zone: 'Mars/Base' is no IANA time zone"]),
            ({"time_zone": "../etc", "always": True}, ["weekly_hours.time_zone: '../etc' is no"]),
            ({"time_zone": "UTC"}, ["weekly_hours: must have either hours, or always: true"]),
            ({"time_zone": "UTC", "always": True, "hours": None}, []),
            ({"time_zone": "UTC", "always": False}, ["weekly_hours: must have either hours, or always: true"]),
            ({"time_zone": "UTC", "always": 1}, ["weekly_hours.always: input should be a valid boolean"]),
            ({"time_zone": "UTC", "hours": []}, ["weekly_hours.hours: list should have at least 1 item"]),
            ({"time_zone": "UTC", "always": True, "more": 1}, ["weekly_hours.more: no such key"]),
            (OFFICE | {"always": True}, ["weekly_hours: must have either"]),
            (hours(([], "07:00", "19:00")), ["weekly_hours.hours[0].days: list should have at least 1 item"]),
            (hours((["mo"], "07:00", "19:00")), ["weekly_hours.hours[0].days[0]: input should be 'mon', 'tue'"]),
            (
                hours((["mon"], "7:00", "25:00")),
                ["weekly_hours.hours[0].from: must be a time", "weekly_hours.hours[0].to: must be a time"],
            ),
            (hours((["mon"], "07:00", "07:00")), ["weekly_hours.hours[0]: from and to must differ"]),
            (hours((["mon"], "24:00", "07:00")), ["weekly_hours.hours[0]: from must be before 24:00"]),
            (hours(*[(["mon"], "07:00", "08:00")] * 51), ["weekly_hours.hours: list should have at most 50 items"]),
            ("always", ["weekly_hours: input should be"]),
            (None, ["weekly_hours: input should be"]),
        ],
    )
    def test_what_is_wrong_is_told_with_its_path(self, definition, problems):
        if not problems:
            assert read_weekly_hours(definition=definition).stretches == ()
            return
        with pytest.raises(HoursProblem) as refused:
            read_weekly_hours(definition=definition)
        found = refused.value.problems
        assert len(found) == len(problems)
        assert all(one.startswith(start) for one, start in zip(found, problems, strict=True)), found


GOOD = {
    "valid_from": local(5, "00:00"),
    "valid_until": local(6, "00:00"),
    "is_revoked": False,
    "car_is_removed": False,
    "cars_at_once": 2,
    "cars_inside": 1,
    "car_is_inside": False,
    "is_inside_elsewhere": False,
}


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({}, None),
        ({"valid_from": local(5, "12:00")}, None),
        ({"valid_from": local(5, "12:01")}, PermitOver),
        ({"valid_until": local(5, "12:00")}, PermitOver),
        ({"is_revoked": True}, PermitOver),
        ({"car_is_removed": True, "car_is_inside": True}, PermitOver),
        ({"car_is_inside": True, "cars_inside": 2}, AlreadyEntered),
        ({"is_inside_elsewhere": True}, VehicleInside),
        ({"cars_inside": 2}, PermitFull),
    ],
)
def test_who_comes_in(changes, refusal):
    found = refusal_of_permit(permit=PermitSnapshot(**GOOD | changes), now=local(5, "12:00"))
    assert found is None if refusal is None else isinstance(found, refusal)
