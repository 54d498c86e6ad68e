"""What the pages of the office show, and that showing more asks no more of the database."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from parking.domain.errors import AlreadyEntered, PaymentDue
from parking.domain.states import AdjustmentKind
from parking.models import ParkingBooking, ParkingSession, ParkingZone
from parking.queries.clock import current_time
from parking.queries.slot_plan import SlotState
from parking.services import ParkingService
from tests.garage import OPENING, at
from tests.queries import cash
from tests.services.desk import OLGA, propose, with_limit
from tests.web.operator.conftest import PLATES


def told(page: str, somebody) -> str:
    somebody.open(page)
    return somebody.words


class TestToday:
    def test_the_plan_names_each_slot_its_state_and_its_car(self, garage, olga, clock):
        inside = garage.book_and_pay(PLATES[0], hours=2)
        garage.enter(inside)
        garage.book(PLATES[1])
        page = olga.open().content.decode()

        (state,) = re.findall(rf'class="bay bay-(\w+)" aria-label="{inside.slot_number}: [^"]*{PLATES[0]}', page)
        assert state == SlotState.INSIDE
        assert f'href="/parking/operator/bookings/{inside.booking_id}/"' in page
        assert len(re.findall(r'class="bay bay-held" aria-label', page)) == 1
        assert len(re.findall(r'class="bay bay-free" aria-label', page)) == 4

    def test_the_figures_are_the_garages(self, garage, olga, clock):
        late = garage.book_and_pay(PLATES[0])
        garage.enter(late)
        clock(minutes=90)
        garage.cancel(garage.book_and_pay(PLATES[1], now=at(minutes=90)), now=at(minutes=91))
        clock(minutes=2)
        olga.open()

        assert "Cars inside 1 of 6 slots, 5 free" in olga.words
        assert "Kept today ₹50.00 ₹100.00 taken, ₹50.00 given back" in olga.words
        assert "Staying too long 1 car" in olga.words

    @pytest.mark.parametrize("part", ["tiles/", "plan/", "figures/"])
    def test_a_part_is_sent_again_only_when_it_has_changed(self, garage, olga, part):
        address = f"/parking/operator/{part}"
        first = olga.client.get(address)
        again = olga.client.get(address, headers={"if-none-match": first["ETag"]})
        garage.enter(garage.book_and_pay(PLATES[0], hours=2))
        changed = olga.client.get(address, headers={"if-none-match": first["ETag"]})

        assert (first.status_code, again.status_code, changed.status_code) == (200, 304, 200)

    def test_a_city_of_two_thousand_slots_is_drawn_small_and_light(self, garage, olga):
        zone = ParkingZone.objects.get()
        zone.slots.bulk_create(zone.slots.model(zone=zone, number=f"U{n:04}") for n in range(2000))
        page = olga.client.get("/parking/operator/", headers={"accept-encoding": "gzip"})

        assert len(page.content) < 60_000
        assert "plan-compact" in olga.open().content.decode()

    def test_fifty_zones_are_asked_for_at_once(self, garage, olga):
        asked = []
        for zones in (0, 49):
            ParkingZone.objects.bulk_create(
                ParkingZone(
                    site=garage.zone.site,
                    name=f"Zone {n}",
                    tariff=garage.zone.tariff,
                    policy=garage.zone.policy,
                    created_at=OPENING,
                )
                for n in range(zones)
            )
            olga.open("plan/")
            with CaptureQueriesContext(connection) as captured:
                olga.open("plan/")
            asked.append(len(captured))
        assert "Zone 48" in olga.words
        assert asked[0] == asked[1]


class TestBooking:
    def test_its_story_says_what_happened_and_who_did_it(self, garage, olga, clock):
        booking = garage.book_and_pay(PLATES[0])
        stay = garage.enter(booking, now=at(minutes=1))
        clock(minutes=80)
        with pytest.raises(PaymentDue):
            garage.leave(booking, now=at(minutes=79))
        propose(stay.session_id, AdjustmentKind.WAIVER, 2000, now=at(minutes=80), caller=OLGA, reason="The lift stood")
        page = told(f"bookings/{booking.booking_id}/", olga)

        story = [
            "Booked 1 h in Test zone",
            "Paid 50.00 INR",
            "Entry scan, success",
            "DL01AB1234 drove in",
            "Exit scan, failed: payment due",
            "Told that 50.00 INR is due",
            "Waiver -20.00 INR approved olga The lift stood",
        ]
        assert [part for part in story if part not in page] == []
        assert "Due now ₹30.00" in page

    def test_a_cancellation_is_in_it(self, garage, olga, clock):
        booking = garage.book_and_pay(PLATES[0])
        garage.cancel(booking, now=at(minutes=1))
        clock(minutes=2)

        assert "Booking cancelled" in told(f"bookings/{booking.booking_id}/", olga)

    @pytest.mark.parametrize("wrong", ["nothing", "00000000-0000-4000-8000-000000000000"])
    def test_one_that_is_not_there_is_a_page_that_says_so(self, garage, olga, wrong):
        assert olga.open(f"bookings/{wrong}/").status_code == 404


class TestSearch:
    def test_what_only_one_answers_to_leads_there(self, garage, olga):
        booking = garage.book_and_pay(PLATES[0])
        garage.book_and_pay(PLATES[1])
        home = f"/parking/operator/bookings/{booking.booking_id}/"

        assert olga.open("find/", q=booking.qr_code)["Location"] == home
        assert olga.open("find/", q=PLATES[0][:6].lower())["Location"] == home

    def test_several_are_listed(self, garage, olga):
        garage.cancel(garage.book_and_pay(PLATES[0]), now=OPENING)
        garage.book_and_pay(PLATES[0])

        assert olga.open("find/", q=PLATES[0]).status_code == 200
        assert "2 bookings, the newest first" in olga.words

    def test_nothing_says_what_can_be_sought(self, garage, olga):
        olga.open("find/", q="<b>nobody</b>")

        assert "Nothing found" in olga.words
        assert b"<b>nobody" not in olga.open("find/", q="<b>nobody</b>").content


class TestZone:
    def test_its_revenue_and_its_terms_are_told(self, garage, olga, clock):
        garage.book_and_pay(PLATES[0], hours=2)
        page = told(f"zones/{garage.zone.id}/", olga)

        assert "₹100.00 were kept in the last 30 days." in page
        assert "Test zone Tariff, version 1" in page

    def test_one_that_is_not_there(self, garage, olga):
        assert olga.open("zones/999/").status_code == 404


class TestPrices:
    def test_a_tariff_says_what_it_costs_and_how_it_came_to_be(self, garage, olga):
        tariff = garage.zone.tariff_id
        ParkingService.publish_tariff(
            name="Test zone",
            definition={"kind": "hourly", "rate_minor": 6000, "grace_minutes": 10, "minimum_hours": 1},
            caller=OLGA,
            now=OPENING,
        )
        page = told(f"prices/tariffs/{tariff}/", olga)

        assert "INR 50.00 for each started hour." in page
        assert "Version 2 14:30 · olga" in page
        assert "rate_minor 5000 6000" in page
        assert "1 h 10 min ₹100.00" in page  # where the curve steps up

    def test_a_policy_is_told_in_words(self, garage, olga):
        page = told(f"prices/policies/{garage.zone.policy_id}/", olga)

        assert "Time to pay 5 min" in page
        assert "One person may take off alone ₹500.00" in page


class TestDays:
    def test_a_day_is_told_line_by_line(self, garage, olga, clock):
        cash.open_shift(now=OPENING)
        cash.pay_in_cash(garage.book(PLATES[0]).booking_id, now=OPENING)
        garage.book_and_pay(PLATES[1])
        page = told("days/2026-01-05/", olga)

        assert "Booking Cash, carla 1 ₹50.00" in page
        assert "Booking Online, simulated 1 ₹50.00" in page
        assert "A day can be closed ten minutes after its end." in page

    @pytest.mark.parametrize("day", ["yesterday", "2026-02-30", "1999-01-01"])
    def test_one_that_is_none(self, garage, olga, day):
        assert olga.open(f"days/{day}/").status_code == 404


def _fill(garage, clock, *, cars: int, first: int = 0) -> None:
    """So many cars of each sort: expected, too long inside, at the exit, cancelled, refused, with cash to hand back."""
    for n in range(first, first + cars):
        now = current_time()
        stay = garage.enter(garage.book_and_pay(f"DL01AB{n:04}", now=now), now=now)
        gone = garage.book_and_pay(f"DL02AB{n:04}", now=now)
        cash_booking = garage.book(f"DL03AB{n:04}", now=now)
        cash.pay_in_cash(cash_booking.booking_id, now=now)
        garage.cancel(cash_booking, now=now)
        garage.cancel(gone, now=now)
        garage.book_and_pay(f"DL04AB{n:04}", now=now, starts_at=now + timedelta(hours=3))
        with pytest.raises(AlreadyEntered):
            garage.enter(_booking_of(stay.session_id), now=now)
        ParkingService.plan_outage(zone_id=garage.zone.id, slot_number=f"X{n}", reason="Painting", caller=OLGA, now=now)
        propose(stay.session_id, AdjustmentKind.GOODWILL, 3000, now=now)
        clock(minutes=1)


def _booking_of(session_id):
    return ParkingSession.objects.select_related("booking").get(id=session_id).booking


@pytest.mark.parametrize(
    "page",
    [
        "",
        "plan/",
        "tiles/",
        "figures/",
        "overstays/",
        "refused/",
        "find/?q=DL0",
        "zones/",
        "zones/{zone}/",
        "money/",
        "prices/",
        "days/",
        "days/2026-01-05/",
        "bookings/{booking}/forget/",
    ],
)
def test_a_page_asks_the_same_of_the_database_however_much_it_shows(garage, olga, clock, page):
    with_limit(garage, minor=100)
    garage.zone.slots.bulk_create(garage.zone.slots.model(zone=garage.zone, number=f"X{n}") for n in range(30))
    cash.open_shift(now=OPENING)
    asked = []
    for cars, first in ((1, 0), (2, 1)):
        _fill(garage, clock, cars=cars, first=first)
        clock(minutes=70)
        address = page.format(zone=garage.zone.id, booking=ParkingBooking.objects.earliest("created_at").id)
        olga.open(address)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert olga.open(address).status_code == 200
        asked.append(len(captured))
    assert asked[0] == asked[1]
    assert asked[0] < 70


def test_who_reads_only_is_not_given_what_opens_a_gate(garage, olga, anna):
    booking = garage.book_and_pay()
    address = f"bookings/{booking.booking_id}/"
    assert booking.qr_code in olga.open(address).content.decode()
    page = anna.open(address).content.decode()
    assert booking.qr_code not in page
    assert f"…{booking.qr_code[-4:]}" in page
