"""A driver pays, whatever comes of it."""

from __future__ import annotations

import pytest

from parking.domain.states import BookingStatus, PaymentStatus
from parking.gateways.simulated import SimulatedGateway
from parking.models import ParkingBooking, ParkingZone, Payment
from parking.queries.clock import current_time
from parking.services.payments import look_into_due
from tests.web.driver.conftest import drive_in, drive_out, ticket_of

FREE = {"kind": "rates", "currency": "INR", "rates": [{"name": "Parking", "bands": [{"each": "1h", "adds": "0"}]}]}


def pay_page(booking: ParkingBooking) -> str:
    return f"/parking/booking/{booking.id}/pay/"


def test_paying_leads_to_the_ticket(driver):
    booking = driver.book()
    response = driver.send(pay_page(booking), token="tok_success")

    assert response.redirect_chain == [(ticket_of(booking.id), 302)]
    assert "Paid. Your code is below: scan it at the entry gate." in driver.words
    assert booking.qr_code in driver.words


def test_the_sandbox_offers_its_test_cards(driver):
    response = driver.open(pay_page(driver.book()))

    for token in ("tok_success", "tok_declined", "tok_needs_action", "tok_timeout_after_charge", "tok_settles_late"):
        assert f'value="{token}"' in response.content.decode()


def test_a_declined_card_is_told_and_another_one_works(driver):
    booking = driver.book()
    response = driver.send(pay_page(booking), token="tok_declined")
    assert response.redirect_chain == [(pay_page(booking), 302)]
    assert "The payment was declined. Nothing was charged; try another way to pay." in driver.words

    driver.send(pay_page(booking), token="tok_success")
    assert "paid" in driver.words


def test_a_payment_that_waits_is_waited_for_and_then_found(driver, clock):
    booking = driver.book()
    response = driver.send(pay_page(booking), token="tok_needs_action")
    assert response.redirect_chain == [(ticket_of(booking.id, "waiting/"), 302)]
    assert "Your payment is on its way ₹100.00 is not confirmed yet." in driver.words
    assert "The sandbox's bank agrees after 30 seconds." in driver.words
    assert driver.open(pay_page(booking)).redirect_chain[-1][0] == ticket_of(booking.id, "waiting/")

    clock(seconds=31)
    driver.send(ticket_of(booking.id, "waiting/"))
    assert "The payment went through." in driver.words
    assert Payment.objects.get().status == PaymentStatus.COMPLETED


def test_the_waiting_page_goes_on_by_itself_when_a_job_has_settled_the_payment(driver, clock):
    booking = driver.book()
    driver.send(pay_page(booking), token="tok_settles_late")
    waiting = driver.open(ticket_of(booking.id, "waiting/now/"))
    unchanged = driver.client.get(ticket_of(booking.id, "waiting/now/"), headers={"if-none-match": waiting["ETag"]})
    assert (waiting.status_code, unchanged.status_code) == (200, 304)

    clock(seconds=90)
    assert look_into_due(now=current_time()) == 1
    done = driver.client.get(ticket_of(booking.id, "waiting/now/"))
    assert (done.status_code, done["HX-Redirect"]) == (204, ticket_of(booking.id))


def test_an_answer_that_was_lost_charges_once(driver, clock):
    booking = driver.book()
    driver.send(pay_page(booking), token="tok_timeout_after_charge")
    assert "Your payment is on its way" in driver.words

    driver.send(ticket_of(booking.id, "waiting/"))
    assert "The payment went through." in driver.words
    assert Payment.objects.count() == 1


def test_a_form_that_is_sent_twice_charges_once(driver):
    booking = driver.book_and_pay()
    response = driver.send(pay_page(booking), token="tok_success")

    assert response.redirect_chain == [(ticket_of(booking.id), 302)]
    assert "This booking is already paid. Nothing was charged again." in driver.words
    assert Payment.objects.count() == 1


def test_whoever_pays_while_another_tab_pays_waits_with_it(driver, monkeypatch):
    booking = driver.book()
    second: list[str] = []

    def charge_slowly(gateway, *, charge, now):
        second.append(driver.client.post(pay_page(booking), {"token": "tok_success"})["Location"])
        return original(gateway, charge=charge, now=now)

    original = SimulatedGateway.create_charge
    monkeypatch.setattr(SimulatedGateway, "create_charge", charge_slowly)
    driver.send(pay_page(booking), token="tok_success")

    assert second == [ticket_of(booking.id, "waiting/")]
    assert Payment.objects.count() == 1
    driver.open(second[0])
    assert "The payment went through." in driver.words


@pytest.mark.parametrize(("seconds", "status"), [(299, 200), (300, 410)])
def test_a_hold_that_lapsed_says_so_and_offers_to_book_again(driver, clock, seconds, status):
    booking = driver.book()
    clock(seconds=seconds)

    assert driver.open(pay_page(booking)).status_code == status
    assert ("The place could not wait longer" in driver.words) == (status == 410)


def test_paying_after_the_hold_charges_nothing(driver, clock):
    booking = driver.book()
    clock(seconds=300)
    response = driver.send(pay_page(booking), token="tok_success")

    assert response.status_code == 410
    assert "The time to pay for this booking is over" in driver.words
    assert Payment.objects.count() == 0


def test_a_payment_that_failed_after_all_is_told(driver, clock):
    booking = driver.book()
    driver.send(pay_page(booking), token="tok_needs_action")
    Payment.objects.update(status=PaymentStatus.FAILED, failed_at=current_time())
    response = driver.open(ticket_of(booking.id, "waiting/"))

    assert response.redirect_chain == [(pay_page(booking), 302)]
    assert "The payment did not go through. Nothing was charged" in driver.words


def test_a_token_that_is_none_is_refused_in_words(driver):
    booking = driver.book()
    driver.send(pay_page(booking), token="tok_unknown")

    assert booking.payments.count() == 0
    assert "tok_unknown" not in driver.words


def test_what_a_provider_asks_of_the_payer_is_kept_for_the_waiting_page_alone(driver):
    booking = driver.book()
    driver.client.post(pay_page(booking), {"token": "tok_needs_action"})
    cookie = driver.client.cookies["next_action"]

    assert cookie["path"] == ticket_of(booking.id, "waiting/")
    assert cookie["httponly"]
    driver.client.cookies["next_action"] = cookie.value[:-2]
    assert driver.open(ticket_of(booking.id, "waiting/")).status_code == 200


def parked_too_long(driver, clock) -> ParkingBooking:
    booking = driver.book_and_pay(hours=1, shown=5000)
    drive_in(booking)
    clock(minutes=100)
    return booking


def test_overtime_is_paid_on_foot_and_the_gate_opens(driver, clock):
    booking = parked_too_long(driver, clock)
    driver.ticket(booking)
    assert "₹50.00 is due Pay before you drive to the gate, and it opens at once. Pay ₹50.00" in driver.words

    driver.ticket(booking, "overtime/")
    assert "Due now ₹50.00" in driver.words
    driver.send(ticket_of(booking.id, "overtime/"), token="tok_success", shown=5000)
    assert "Paid. Drive to the exit gate and scan your code." in driver.words
    assert "Drive out now" in driver.words

    drive_out(booking)
    driver.ticket(booking)
    assert "Goodbye, and drive safely" in driver.words


def test_overtime_that_has_grown_since_it_was_shown_is_shown_again(driver, clock):
    booking = parked_too_long(driver, clock)
    clock(minutes=60)
    response = driver.send(ticket_of(booking.id, "overtime/"), token="tok_success", shown=5000)

    assert response.redirect_chain == [(ticket_of(booking.id, "overtime/"), 302)]
    assert "The amount has changed meanwhile. Nothing was charged" in driver.words
    assert "Due now ₹100.00" in driver.words
    assert Payment.objects.count() == 1


def test_overtime_that_waits_is_found_later(driver, clock):
    booking = parked_too_long(driver, clock)
    driver.send(ticket_of(booking.id, "overtime/"), token="tok_needs_action", shown=5000)
    assert "Your payment is on its way" in driver.words

    clock(seconds=31)
    driver.send(ticket_of(booking.id, "waiting/"))
    assert "Drive out now" in driver.words


def test_with_nothing_due_there_is_nothing_to_pay(driver, clock):
    booking = driver.book_and_pay()
    drive_in(booking)

    assert driver.ticket(booking, "overtime/").redirect_chain == [(ticket_of(booking.id), 302)]


def test_a_free_booking_is_a_ticket_at_once(driver):
    tariff = ParkingZone.objects.get().tariff
    free = tariff.__class__.objects.create(
        site=tariff.site,
        name="Free",
        version=1,
        currency="INR",
        created_at=current_time(),
        definition={**FREE, "time_zone": "Asia/Kolkata"},
    )
    ParkingZone.objects.update(tariff=free)
    booking = driver.book(shown=0)

    assert booking.status == BookingStatus.PAID
    assert "Scan this at the entry gate" in driver.words
