"""A driver looks at what there is, sees the price, and books."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from parking.domain.states import BookingStatus, VehicleClass
from parking.models import ParkingBooking, ParkingZone, TariffVersion, ZoneTariff
from tests.garage import OPENING
from tests.web.driver.conftest import PLATE, Driver


def test_the_start_shows_room_and_price_of_each_zone(driver):
    driver.open("/")

    assert "2 free North ₹50.00 an hour" in driver.words
    assert "Book a place" in driver.words


def test_the_room_is_told_anew_when_it_changes(driver):
    before = driver.open("/zones/")
    driver.book()
    after = driver.client.get("/zones/", headers={"if-none-match": before["ETag"]})

    assert after.status_code == 200
    driver.open("/zones/")
    assert "1 free" in driver.words


def test_the_start_without_a_zone_says_so(driver):
    ParkingZone.objects.update(is_open=False)
    driver.open("/")
    assert "No zone is open at the moment." in driver.words

    driver.open("/parking/booking/")
    assert "No zone is open at the moment." in driver.words


def test_the_price_stands_on_the_page_before_anything_is_typed(driver):
    driver.open("/parking/booking/")

    assert "₹100.00 14:30 \u2013 16:30 · 2 places free" in driver.words
    assert ParkingBooking.objects.count() == 0


def test_another_choice_has_its_price_at_once(driver):
    response = driver.open("/parking/booking/price/", zone=driver.zone_id, start="now", hours=3)

    assert (response.status_code, driver.words) == (
        200,
        "₹150.00 14:30 \u2013 17:30 · 2 places free Book Show the price of what I chose",
    )
    assert 'name="shown" value="15000"' in response.content.decode()


def test_booking_holds_a_place_and_asks_for_the_money(driver):
    response = driver.send("/parking/booking/", **driver.booking_form(phone="98765 43210"))

    booking = ParkingBooking.objects.get()
    assert response.redirect_chain == [(f"/parking/booking/{booking.id}/pay/", 302)]
    assert (booking.plate, booking.hours, booking.phone_number) == (PLATE, 2, "+919876543210")
    assert (booking.status, booking.starts_at) == (BookingStatus.CREATED, OPENING)
    assert f"Place {booking.allocations.get().slot.number} is held for you" in driver.words
    assert "To pay ₹100.00" in driver.words


def test_nobody_books_at_a_price_that_they_have_not_seen(driver):
    driver.send("/parking/booking/", **driver.booking_form(hours=5))
    assert ParkingBooking.objects.count() == 0
    assert "Please look at the price once more, then book. ₹250.00" in driver.words

    driver.send("/parking/booking/", **driver.booking_form(hours=5, shown=25000))
    assert ParkingBooking.objects.get().hours == 5


def test_without_javascript_a_button_shows_the_price_and_keeps_what_was_typed(driver):
    response = driver.send("/parking/booking/", **driver.booking_form(hours=4, owner="", step="price"))

    assert (response.status_code, ParkingBooking.objects.count()) == (200, 0)
    assert "₹200.00" in driver.words
    assert "Write your name" not in driver.words
    assert 'value="dl 01 ab 1234"' in response.content.decode()


def test_who_comes_later_names_the_day_and_time_of_the_site(driver):
    booking = driver.book(start="later", starts_at="2026-01-06T09:15")

    assert booking.starts_at == OPENING.replace(day=6, hour=3, minute=45)  # 09:15 in Kolkata
    driver.ticket(booking)
    assert "From tomorrow, 09:15" in driver.words


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"plate": "!"}, "Write it as on the plate: 2 to 12 letters A to Z and digits."),
        ({"plate": ""}, "Write it as on the plate: 2 to 12 letters A to Z and digits."),
        ({"owner": " "}, "Write your name, so that we know whose booking it is."),
        ({"owner": "a\u0007b"}, "Write a name of 1 to 100 ordinary characters."),
        ({"phone": "12"}, "This is no phone number. Write it as you dial it, or leave it out."),
        ({"hours": 25}, "Choose 1 to 24 whole hours."),
        ({"hours": "1.5"}, "Choose 1 to 24 whole hours."),
        ({"zone": 99}, "Choose a zone."),
        ({"start": "later", "starts_at": ""}, "Choose the day and time at which you come."),
        ({"start": "later", "starts_at": "soon"}, "Choose a day and time from now on"),
        ({"start": "later", "starts_at": "2026-01-05T14:00"}, "Choose a day and time from now on"),
        ({"start": "later", "starts_at": "2026-12-05T14:00"}, "Choose a day and time from now on"),
    ],
)
def test_what_is_wrong_is_told_at_its_field_and_what_was_typed_is_kept(driver, typed, words):
    kept = {"owner": "Ravi Kumar"} | typed
    response = driver.send("/parking/booking/", **driver.booking_form(**kept))

    assert response.status_code == 422
    assert words in driver.words
    assert ParkingBooking.objects.count() == 0
    if kept["owner"] == "Ravi Kumar":
        assert 'value="Ravi Kumar"' in response.content.decode()


def test_a_car_that_has_a_booking_is_told_at_its_plate(driver):
    driver.book()
    response = driver.send("/parking/booking/", **driver.booking_form())

    assert response.status_code == 422
    assert "This vehicle already has a booking, or is parked, at that time." in driver.words


def test_a_full_zone_is_told_before_and_after_the_click(driver):
    driver.book(plate="AA11")
    driver.book(plate="BB22")
    response = driver.send("/parking/booking/", **driver.booking_form())

    assert response.status_code == 422
    assert "No slot is free in this zone for that time." in driver.words
    assert "No place is free in this zone for all of that time." in driver.words


def test_a_kind_of_vehicle_with_a_price_of_its_own_is_asked_for(driver):
    driver.open("/parking/booking/")
    assert "Kind of vehicle" not in driver.words

    zone = ParkingZone.objects.get()
    cheaper = TariffVersion.objects.create(
        site=zone.site,
        name="Two wheels",
        version=1,
        currency="INR",
        created_at=OPENING,
        definition={**zone.tariff.definition, "rate_minor": 1000},
    )
    ZoneTariff.objects.create(zone=zone, vehicle_class=VehicleClass.MOTORCYCLE, tariff=cheaper)
    driver.open("/parking/booking/")
    assert "Kind of vehicle Motorcycle Car" in driver.words

    booking = driver.book(vehicle_class="MOTORCYCLE", shown=2000)
    assert (booking.vehicle_class, booking.price_minor) == (VehicleClass.MOTORCYCLE, 2000)


def test_a_page_of_the_booking_is_kept_by_nobody(driver):
    assert driver.open("/parking/booking/")["Cache-Control"] == "no-store"


def test_the_hindi_page_asks_in_hindi(driver):
    driver.client = Client(headers={"accept-language": "hi"})
    driver.send("/parking/booking/", **driver.booking_form(plate="!"))

    assert "जैसा प्लेट पर है वैसा लिखें" in driver.words


def test_times_are_those_of_the_site(driver, clock):
    ParkingZone.objects.get().site.__class__.objects.update(time_zone="Europe/Berlin")
    driver.open("/parking/booking/")

    assert "10:00 \u2013 12:00" in driver.words


def test_a_time_that_the_clocks_leave_out_is_refused(driver, clock):
    ParkingZone.objects.get().site.__class__.objects.update(time_zone="Europe/Berlin")
    clock(minutes=timedelta(days=80) / timedelta(minutes=1))
    response = driver.send("/parking/booking/", **driver.booking_form(start="later", starts_at="2026-03-29T02:30"))

    assert response.status_code == 422
    assert "Choose a day and time from now on" in driver.words


def test_a_visitor_is_a_driver(driver: Driver):
    driver.book_and_pay()
    assert "sessionid" not in driver.client.cookies


@pytest.mark.parametrize("starts_at", ["0001-01-01T00:00", "9999-12-31T23:59"])
def test_a_start_at_an_end_of_the_calendar_is_told_at_its_field(driver, starts_at):
    driver.open("/parking/booking/price/", zone=driver.zone_id, start="later", hours=2, starts_at=starts_at)
    response = driver.send("/parking/booking/", **driver.booking_form(start="later", starts_at=starts_at))

    assert response.status_code == 422
    assert "Choose a day and time from now on" in driver.words
    assert ParkingBooking.objects.count() == 0
