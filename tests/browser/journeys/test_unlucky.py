"""Two tabs, no JavaScript, no network, a bank that takes its time."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.cable import cable
from tests.browser.journeys.driver import Driver

AT_ONCE_MS = 5_000
"""Sooner than the ticket would look by itself."""


def test_two_tabs_that_pay_at_once_are_charged_once(driver, premises):
    driver.book("MH91CD2001", price="₹50.00")
    other = driver.visitor.tab()
    other.go(driver.page.url)
    for page in (driver.page, other.page):
        page.evaluate("() => { setTimeout(() => document.querySelector('main form').requestSubmit(), 100); }")
    for tab in (driver.visitor, other):
        tab.page.wait_for_url("**/parking/ticket/*/**")
        tab.settle()

    driver.visitor.go(f"/parking/ticket/{driver.booking_id}/")
    driver.sees("Scan this at the entry gate", "₹50.00")
    receipt = premises.site.get(f"api/booking/{driver.booking_id}/receipt/").body
    assert [charge["amount"] for charge in receipt["charges"]] == ["50.00"]


def test_a_bank_that_asks_first(driver, premises):
    """The page waits by itself, and goes on to the ticket when the bank has agreed."""
    driver.book("MH91CD2002", price="₹50.00")
    driver.pay("₹50.00", card="A card whose bank asks you first (30 seconds)")
    driver.sees("Your payment is on its way")
    premises.let_pass(seconds=31)
    driver.press("Ask again now")
    driver.sees("Scan this at the entry gate")


def test_booking_paying_and_the_ticket_without_javascript(visitor, premises):
    driver = Driver(visitor=visitor(device="phone", javascript=False))
    driver.choose(zone="Zone B", hours=3)
    driver.introduce("MH91CD2003")
    driver.press("Show the price of what I chose")
    driver.sees("₹90.00")
    driver.press("Book")
    driver.pay("₹90.00")
    code = driver.shown_code()
    assert premises.entry_gate(qr_code=code).status == 200
    driver.press("Show the newest")
    driver.sees("You are parked in")


def test_nobody_pays_a_price_that_they_have_not_seen(visitor):
    """Without JavaScript the price does not follow the choice: so it is shown before anything is booked."""
    driver = Driver(visitor=visitor(device="phone", javascript=False))
    driver.choose(zone="Zone B", hours=5)
    driver.introduce("MH91CD2004")
    driver.press("Book")
    driver.sees("Please look at the price once more", "₹150.00")
    driver.press("Book")
    driver.page.wait_for_url("**/pay/")


def test_the_ticket_with_the_network_gone(visitor, premises):
    with cable(to_port=premises.site.port) as network:
        driver = Driver(visitor=visitor(device="phone", site=network.url))
        code = driver.book_and_pay("MH91CD2005", price="₹50.00")
        driver.page.wait_for_function(
            "async () => Boolean(await caches.match(location.href)) && Boolean(navigator.serviceWorker.controller)"
        )
        network.cut()
        driver.visitor.expect_no_network()
        driver.page.reload()
        driver.sees("MH91CD2005")
        expect(driver.page.get_by_text("You are offline")).to_be_visible(timeout=AT_ONCE_MS)
        assert driver.shown_code() == code


def test_recent_tickets_are_on_this_device_only(driver, visitor):
    driver.book_and_pay("MH91CD2006", price="₹50.00")
    driver.visitor.go("/")
    driver.page.get_by_role("link", name="MH91CD2006").click()
    driver.sees("Scan this at the entry gate")

    other = Driver(visitor=visitor(device="phone"))
    other.visitor.go("/")
    expect(other.page.get_by_text("Your tickets")).to_be_hidden()

    driver.visitor.go("/")
    driver.press("Forget them")
    driver.look_again()
    expect(driver.page.get_by_text("Your tickets")).to_be_hidden()
