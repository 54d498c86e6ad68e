"""A morning in the office, in a real browser: the plan that keeps itself, the keyboard, charts, a waiver."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser import bookings


def test_the_plan_shows_a_car_that_comes_in_without_loading_the_page_again(premises, visitor):
    booking_id = bookings.paid(premises, hours=3)
    olga = visitor(device="desktop")
    olga.sign_in("olga")
    page = olga.go("/parking/operator/")
    bay = page.locator(f'a.bay[href$="/bookings/{booking_id}/"]')
    expect(bay).to_have_class("bay bay-paid")
    page.evaluate("() => { window.stillTheSamePage = true; }")

    qr_code = premises.booking(booking_id=booking_id)["qr_code"]
    assert premises.entry_gate(qr_code=qr_code).status == 200
    expect(bay).to_have_class("bay bay-inside", timeout=15_000)
    assert page.evaluate("() => window.stillTheSamePage")

    bay.click()
    expect(page.locator("main")).to_contain_text("Entry scan, success")


def test_one_walks_the_plan_by_arrow_keys(premises, visitor):
    olga = visitor(device="desktop")
    olga.sign_in("olga")
    page = olga.go("/parking/operator/zones/1/")
    bays = page.locator("[data-plan] a")
    bays.first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")

    expect(bays.nth(11)).to_be_focused()
    assert page.locator('[data-plan] a[tabindex="0"]').count() == 1
    page.keyboard.press("Tab")
    assert page.locator("[data-plan] a:focus").count() == 0


def test_a_zones_charts_are_drawn_and_their_tables_are_there(premises, visitor):
    olga = visitor(device="phone")
    olga.sign_in("olga")
    page = olga.go("/parking/operator/zones/1/")

    expect(page.locator("figure.chart canvas")).to_have_count(2)
    page.locator("section:has(#revenue-title) summary").click()
    expect(page.locator("section:has(#revenue-title) tbody tr")).to_have_count(30)


def test_what_is_due_is_waived_without_javascript(premises, visitor):
    booking_id = bookings.due(premises)
    olga = visitor(javascript=False)
    olga.sign_in("olga")
    page = olga.go(f"/parking/operator/bookings/{booking_id}/")
    page.get_by_text("Waive, or give goodwill").click()
    page.locator("#id_adjust-amount").fill("10")
    page.locator("#id_adjust-reason").fill("Blocked in")
    page.get_by_role("button", name="Take it off").click()

    expect(page.locator("main")).to_contain_text("₹10.00 was taken off.")
    expect(page.locator(".story")).to_contain_text(["Waiver -10.00 INR approved olga"])
