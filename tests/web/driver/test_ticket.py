"""The ticket, from booking to goodbye, and what may be changed on it."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
import zxingcpp
from django.test import Client
from PIL import Image

from parking.domain.errors import QuoteOutdated, UnknownBooking
from parking.models import Payment, Refund
from parking.queries.clock import current_time
from parking.queries.quotes import quote_extension
from parking.services import ParkingService
from parking.services.guesses import LIMIT
from tests.web.driver.conftest import drive_in, drive_out, ticket_of

UNKNOWN = "00000000-0000-4000-8000-000000000000"
PAGES = ("", "now/", "code.png", "receipt.pdf", "cancel/", "plate/", "extend/", "overtime/", "waiting/")


def test_a_ticket_says_what_happens_next_all_through_its_life(driver, clock):
    booking = driver.book(hours=1, shown=5000)
    driver.ticket(booking)
    assert "not paid yet Pay to get your code" in driver.words
    assert booking.qr_code not in driver.words

    driver.send(f"/parking/booking/{booking.id}/pay/", token="")
    assert "paid Scan this at the entry gate Come before 15:30" in driver.words

    drive_in(booking)
    driver.ticket(booking)
    assert "parked You are parked in" in driver.words
    assert "Paid until 15:30. Scan the same code at the exit gate." in driver.words

    clock(minutes=50)
    drive_out(booking)
    driver.ticket(booking)
    assert "over Goodbye, and drive safely" in driver.words
    assert "In since 14:30" in driver.words
    assert "Out 15:20" in driver.words
    assert booking.qr_code not in driver.words


def test_a_booking_for_tomorrow_says_when_the_gate_opens_for_it(driver):
    booking = driver.book_and_pay(start="later", starts_at="2026-01-06T09:15")
    driver.ticket(booking)

    assert "See you tomorrow, 09:15 The entry gate opens for this code from tomorrow, 09:00 on" in driver.words


def test_who_did_not_come_is_told(driver, clock):
    booking = driver.book_and_pay()
    clock(minutes=120)
    driver.ticket(booking)

    assert "The booked time is over" in driver.words


def test_the_code_is_on_the_page_and_a_picture_to_keep(driver):
    booking = driver.book_and_pay()
    picture = driver.ticket(booking, "code.png")

    assert picture["Content-Type"] == "image/png"
    assert zxingcpp.read_barcode(Image.open(BytesIO(picture.content))).text == booking.qr_code
    assert ' class="qr"' in driver.ticket(booking).content.decode()


def test_nobody_else_keeps_a_ticket_or_is_told_of_it(driver):
    response = driver.ticket(driver.book_and_pay())

    assert response["Cache-Control"] == "no-store"
    assert response["X-Robots-Tag"] == "noindex"
    assert response["Referrer-Policy"] == "same-origin"
    assert '<meta name="robots" content="noindex">' in response.content.decode()


def test_the_live_part_is_sent_again_only_when_something_has_happened(driver, clock):
    booking = driver.book_and_pay()
    address = ticket_of(booking.id, "now/")
    first = driver.open(address)
    clock(seconds=5)
    unchanged = driver.client.get(address, headers={"if-none-match": first["ETag"]})
    drive_in(booking)
    changed = driver.client.get(address, headers={"if-none-match": first["ETag"]})

    assert (unchanged.status_code, changed.status_code) == (304, 200)
    assert int(unchanged["Site-Time"]) - int(first["Site-Time"]) == 5000


@pytest.mark.parametrize(
    "page", ["", "now/", "code.png", "receipt.pdf", "cancel/", "plate/", "extend/", "overtime/", "waiting/"]
)
@pytest.mark.parametrize("ticket", [UNKNOWN, "nonsense"])
def test_a_ticket_that_there_is_not_is_a_page(driver, ticket, page):
    response = driver.open(f"/parking/ticket/{ticket}/{page}")

    assert response.status_code == 404
    assert "There is no booking with this id." in driver.words


def test_whoever_tries_addresses_is_stopped_and_nobody_else(driver):
    booking = driver.book_and_pay()
    statuses = [driver.open(f"/parking/ticket/{UNKNOWN}/").status_code for _ in range(LIMIT)]
    refused = driver.ticket(booking)

    assert set(statuses) == {404}
    assert refused.status_code == 429
    assert "Too many wrong codes, ids or keys came from here." in driver.words
    assert "You can try again in" in driver.words
    assert Client(REMOTE_ADDR="198.51.100.9").get(ticket_of(booking.id)).status_code == 200


def test_wrong_addresses_count_together_with_wrong_ids_of_the_api(driver):
    for _ in range(LIMIT // 2):
        driver.open(f"/parking/ticket/{UNKNOWN}/")
        driver.open(f"/parking/api/booking/{UNKNOWN}/")

    assert driver.open(f"/parking/api/booking/{UNKNOWN}/").status_code == 429
    assert driver.open(f"/parking/ticket/{UNKNOWN}/").status_code == 429


@pytest.mark.parametrize(("seconds", "back"), [(300, "₹100.00"), (301, "₹0.00")])
def test_what_goes_back_is_shown_before_the_click(driver, clock, seconds, back):
    booking = driver.book_and_pay()
    clock(seconds=seconds)
    driver.ticket(booking, "cancel/")
    assert f"You get back {back}" in driver.words

    driver.send(ticket_of(booking.id, "cancel/"), expected=back.removeprefix("₹"))
    assert "This booking was cancelled" in driver.words
    assert sum(Refund.objects.values_list("amount_minor", flat=True)) == (10000 if seconds == 300 else 0)


def test_less_than_was_shown_is_not_given_back_without_asking(driver, clock):
    booking = driver.book_and_pay()
    clock(seconds=301)
    response = driver.send(ticket_of(booking.id, "cancel/"), expected="100.00")

    assert response.redirect_chain == [(ticket_of(booking.id, "cancel/"), 302)]
    assert "By now 0.00 INR would go back. Nothing was cancelled" in driver.words
    assert "You get back ₹0.00" in driver.words


def test_a_refusal_with_an_amount_in_it_is_told_in_hindi_without(driver, clock):
    booking = driver.book_and_pay()
    clock(seconds=301)
    driver.client.cookies["language"] = "hi"
    driver.send(ticket_of(booking.id, "cancel/"), expected="100.00")

    assert "अब जितना दिखाया गया था उससे कम वापस मिलेगा।" in driver.words


def test_cancelling_without_saying_what_was_shown_cancels_nothing_for_less(driver, clock):
    booking = driver.book_and_pay()
    drive_in(booking)

    assert driver.ticket(booking, "cancel/").redirect_chain == [(ticket_of(booking.id), 302)]
    driver.send(ticket_of(booking.id, "cancel/"), expected="100.00")
    assert "This vehicle has already entered, so the booking can no longer be cancelled." in driver.words


def test_another_car_takes_the_ticket_over(driver):
    booking = driver.book_and_pay()
    driver.send(ticket_of(booking.id, "plate/"), plate="mh-12 de 1433")

    assert "MH12DE1433 may use this ticket now. The code is the same." in driver.words
    assert booking.qr_code in driver.words


def test_a_plate_that_is_none_is_told_at_its_field(driver):
    response = driver.send(ticket_of(driver.book_and_pay().id, "plate/"), plate="?")

    assert response.status_code == 422
    assert "Write it as on the plate" in driver.words


def test_more_hours_are_priced_first_and_then_bought(driver):
    booking = driver.book_and_pay()
    driver.ticket(booking, "extend/")
    assert "Then until 17:30 To pay ₹50.00" in driver.words

    driver.send(ticket_of(booking.id, "extend/"), hours=3, step="buy", shown=5000, token="")
    assert "To pay ₹150.00" in driver.words
    assert Payment.objects.count() == 1

    driver.send(ticket_of(booking.id, "extend/"), hours=3, step="buy", shown=_shown(booking, 3), token="")
    assert "Your place is yours until 19:30 now." in driver.words
    assert Payment.objects.latest("created_at", "amount_minor").amount_minor == 15000


def _shown(booking, hours: int) -> str:
    offer = quote_extension(booking_id=booking.id, hours=hours, now=current_time())
    return f"{offer.amount_minor}:{offer.until.isoformat()}"


def test_a_form_for_more_hours_that_comes_again_buys_no_more(driver):
    booking = driver.book_and_pay()
    page = driver.ticket(booking, "extend/").content.decode()
    shown = re.search(r'name="shown" value="([^"]+)"', page)[1]
    for _ in range(3):
        driver.send(ticket_of(booking.id, "extend/"), hours=1, step="buy", shown=shown, token="")

    assert "Your place is yours until 17:30." in driver.words
    assert "Nothing was charged" in driver.words
    assert Payment.objects.filter(extra_hours=1).count() == 1


def test_an_end_that_was_not_shown_is_not_bought(driver):
    booking = driver.book_and_pay()
    with pytest.raises(QuoteOutdated):
        ParkingService.extend_booking(
            booking_id=booking.id,
            hours=1,
            gateway_data={},
            expected_until=booking.ends_at,
            now=current_time(),
        )

    assert Payment.objects.count() == 1


def test_the_price_of_an_extension_is_what_is_charged(driver, clock):
    booking = driver.book_and_pay()
    drive_in(booking)
    clock(minutes=30)
    quoted = quote_extension(booking_id=booking.id, hours=2, now=current_time())
    driver.send(ticket_of(booking.id, "extend/"), hours=2, step="buy", shown=_shown(booking, 2), token="")

    assert Payment.objects.get(extra_hours=2).amount_minor == quoted.amount_minor == 10000


@pytest.mark.parametrize(
    ("hours", "words"), [(0, "Choose 1 to 24 whole hours."), (23, "A booking has at most 24 hours in all.")]
)
def test_hours_that_cannot_be_had_are_told(driver, hours, words):
    booking = driver.book_and_pay()

    assert driver.send(ticket_of(booking.id, "extend/"), hours=hours, step="buy", shown=0).status_code == 422
    assert words in driver.words
    driver.ticket(booking, f"extend/price/?hours={hours}")
    assert words in driver.words


def test_an_extension_that_is_declined_changes_nothing(driver):
    booking = driver.book_and_pay()
    driver.send(ticket_of(booking.id, "extend/"), hours=1, step="buy", shown=_shown(booking, 1), token="tok_declined")

    assert "The payment was declined." in driver.words
    booking.refresh_from_db()
    assert booking.hours == 2


def test_an_extension_that_waits_is_found_later(driver, clock):
    booking = driver.book_and_pay()
    driver.send(
        ticket_of(booking.id, "extend/"), hours=1, step="buy", shown=_shown(booking, 1), token="tok_needs_action"
    )
    assert "Your payment is on its way" in driver.words

    clock(seconds=31)
    driver.send(ticket_of(booking.id, "waiting/"))
    assert "The payment went through." in driver.words
    booking.refresh_from_db()
    assert booking.hours == 3


def test_the_receipt_is_a_pdf_once_something_was_paid(driver):
    booking = driver.book()
    assert driver.ticket(booking, "receipt.pdf").status_code == 409
    assert "Nothing has been paid for this booking yet" in driver.words

    driver.send(f"/parking/booking/{booking.id}/pay/", token="")
    receipt = driver.ticket(booking, "receipt.pdf")
    assert receipt["Content-Type"] == "application/pdf"
    assert receipt.content.startswith(b"%PDF")


def test_an_extension_of_no_booking_is_unknown(clock):
    with pytest.raises(UnknownBooking):
        quote_extension(booking_id=UNKNOWN, hours=1, now=current_time())


def test_the_phone_keeps_tickets_and_nothing_else_of_the_site(driver):
    worker = driver.open("/service-worker.js")

    assert worker["Content-Type"] == "text/javascript"
    assert worker["Cache-Control"] == "no-cache"
    assert "/static/parking/web/web.css" in worker.content.decode()


def test_the_manifest_puts_the_site_on_the_home_screen(driver):
    manifest = driver.open("/manifest.webmanifest").json()

    assert (manifest["start_url"], manifest["display"]) == ("/", "standalone")
    assert {icon["sizes"] for icon in manifest["icons"]} == {"180x180", "512x512", "any"}
