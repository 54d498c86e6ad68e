"""The scanner in a real browser: by camera, by hand scanner, by thumb; and with the network gone."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Route, expect

from tests.browser import bookings, checks, chromium
from tests.browser.conftest import NewVisitor
from tests.browser.premises import Premises
from tests.browser.scanner import film
from tests.browser.scanner.attendant import Attendant
from tests.browser.visitors import new_visitor


@pytest.fixture
def attendant(visitor: NewVisitor) -> Attendant:
    return Attendant(visitor=visitor(device="phone"))


def code_of(premises: Premises, booking_id: str) -> str:
    return str(premises.booking(booking_id=booking_id)["qr_code"])


def status_of(premises: Premises, booking_id: str) -> str:
    return str(premises.booking(booking_id=booking_id)["status"])


def hold_in(held: list[Route]) -> Callable[[Route], None]:
    """And never let go."""

    def hold_on(route: Route) -> None:
        held.append(route)

    return hold_on


def test_our_own_ticket_held_before_the_camera_opens_once(browser: Browser, premises: Premises, tmp_path):
    booking_id = bookings.paid(premises)
    png = new_visitor(browser=browser, site=premises.url).context.request.get(f"/parking/ticket/{booking_id}/code.png")
    seen = film.of_ticket(png=png.body(), path=tmp_path / "ticket.mjpeg")
    options = chromium.launch_options()
    camera = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
    options["args"] = [*options["args"], *camera, f"--use-file-for-fake-video-capture={seen}"]
    with_camera = browser.browser_type.launch(**options)
    try:
        attendant = Attendant(visitor=new_visitor(browser=with_camera, site=premises.url, device="phone"))
        attendant.visitor.context.grant_permissions(["camera"])
        attendant.stand_at("entry", staff="ravi")
        # It starts by itself where it was allowed before.
        expect(attendant.page.get_by_role("button", name="Start the camera")).to_be_hidden()
        attendant.sees("open", "Welcome")
        assert status_of(premises, booking_id) == "USED"
        expect(attendant.answer).to_contain_text(premises.booking(booking_id=booking_id)["vehicle_number"])
        attendant.is_ready()  # by itself
        attendant.page.wait_for_timeout(3_000)  # and the ticket is still held up
        attendant.is_ready()
        assert len(attendant.asked) == 1
        assert attendant.visitor.problems == []
    finally:
        with_camera.close()


def test_a_hand_scanner_types_wherever_the_focus_is_also_over_an_answer(attendant, premises):
    first, second = (code_of(premises, bookings.paid(premises)) for _ in range(2))
    attendant.stand_at("entry", staff="ravi")
    attendant.page.get_by_role("heading", level=1).click()
    attendant.hand_scanner(first)
    attendant.sees("open", "Welcome")
    with attendant.visitor.refused(404):
        attendant.hand_scanner("PARK-0000DEM00000")
        attendant.sees("stop", "Stop")
    attendant.hand_scanner(second)
    attendant.sees("open", "Welcome")
    attendant.is_ready()
    assert len(attendant.asked) == 3


def test_money_is_taken_while_the_car_waits_and_the_next_scan_opens(attendant, premises):
    booking_id = bookings.due(premises)
    attendant.stand_at("exit", staff="meera")
    with attendant.visitor.refused(402, 409):
        attendant.type_code(code_of(premises, booking_id))
        expect(attendant.answer.locator("[data-answer-title]")).to_have_text(re.compile(r"Pay ₹\d+\.00"))
        attendant.press("Cash")
        shift = attendant.answer.get_by_role("button", name="Open my shift")
        expect(attendant.answer.locator("[data-answer-title]").or_(shift).first).to_be_visible()
        expect(attendant.answer).not_to_have_attribute("data-code", "payment_due")
        if shift.is_visible():  # she may have counted her drawer before
            attendant.answer.get_by_label("What lies in the drawer now").fill("500.00")
            shift.click()
            attendant.press("Cash")
        attendant.sees("paid", "Paid")
    assert premises.booking(booking_id=booking_id)["session"]["gate_opened_at"] is None
    attendant.press("Scan again and open")
    attendant.sees("open", "Goodbye")
    assert premises.booking(booking_id=booking_id)["session"]["gate_opened_at"] is not None


def test_without_a_network_nothing_opens_and_the_same_scan_is_asked_about_again(attendant, premises):
    booking_id = bookings.paid(premises)
    code = code_of(premises, booking_id)
    attendant.stand_at("entry", staff="ravi")
    attendant.visitor.expect_no_network()
    lost = []

    def lose_the_answer(route) -> None:
        """The site is asked, and its answer never comes back."""
        lost.append(route.fetch().status)
        route.abort("connectionreset")

    attendant.page.route("**/scanner/entry/", lose_the_answer, times=1)
    attendant.type_code(code)
    attendant.sees("none", "No answer")
    assert lost == [200]
    attendant.sees("open", "Welcome")  # by itself, and not "already entered"
    assert len(attendant.asked) == 2

    attendant.is_ready()
    attendant.visitor.context.set_offline(True)
    expect(attendant.page.get_by_text("No network. Open no gate by this phone")).to_be_visible()
    attendant.type_code(code)
    attendant.sees("none", "No answer")
    attendant.press("Give up, next car")
    attendant.is_ready()
    attendant.visitor.context.set_offline(False)


def test_who_gave_up_is_not_told_late_and_scans_the_next_car(attendant, premises):
    """An answer that comes when another car stands there would let the wrong one in."""
    slow, quick = (code_of(premises, bookings.paid(premises)) for _ in range(2))
    attendant.stand_at("entry", staff="ravi")
    attendant.visitor.expect_no_network()
    held = []
    attendant.page.route("**/scanner/entry/", hold_in(held), times=1)
    attendant.type_code(slow)
    expect(attendant.page.get_by_text("Asking…")).to_be_visible()
    attendant.page.keyboard.press("Escape")
    expect(attendant.page.get_by_text("Asking…")).to_be_hidden()
    attendant.type_code(quick)
    attendant.sees("open", "Welcome")
    assert len(held) == 1


def test_a_code_typed_while_another_is_asked_about_is_not_thrown_away(attendant, premises):
    slow, early = (code_of(premises, bookings.paid(premises)) for _ in range(2))
    attendant.stand_at("entry", staff="ravi")
    attendant.visitor.expect_no_network()
    held = []
    attendant.page.route("**/scanner/entry/", hold_in(held), times=1)
    attendant.type_code(slow)
    expect(attendant.page.get_by_text("Asking…")).to_be_visible()
    attendant.type_code(early)
    expect(attendant.page.get_by_label("Code of the ticket")).to_have_value(early)
    attendant.page.keyboard.press("Escape")
    attendant.page.get_by_role("button", name="Check").click()
    attendant.sees("open", "Welcome")
    assert len(attendant.asked) == 2


def test_the_next_car_is_asked_about_although_a_retry_was_on_its_way(attendant, premises):
    lost, following = (bookings.paid(premises) for _ in range(2))
    attendant.stand_at("entry", staff="ravi")
    attendant.visitor.expect_no_network()
    held = []
    attendant.page.route("**/scanner/entry/", hold_in(held), times=1)  # the second: the retry
    attendant.page.route("**/scanner/entry/", lambda route: route.abort("connectionreset"), times=1)
    attendant.type_code(code_of(premises, lost))
    with attendant.page.expect_request("**/scanner/entry/"):
        attendant.sees("none", "No answer")
    attendant.press("Give up, next car")
    attendant.type_code(code_of(premises, following))
    attendant.sees("open", "Welcome")
    expect(attendant.answer).to_contain_text(premises.booking(booking_id=following)["vehicle_number"])
    assert status_of(premises, lost) == "PAID"
    assert len(held) == 1


def test_what_is_no_answer_of_ours_opens_nothing(attendant, premises):
    """The page of a captive portal, for instance: 200, and about something else."""
    attendant.stand_at("entry", staff="ravi")
    attendant.page.route("**/scanner/entry/", lambda route: route.fulfill(status=200, body="<h1>Welcome</h1>"))
    attendant.type_code("PARK-0000DEM00000")
    attendant.sees("none", "No answer")
    attendant.press("Give up, next car")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("kind", ["open", "pay", "paid", "stop", "none"])
def test_each_answer_is_for_everybody_and_as_wide_as_the_narrowest_screen(visitor, premises, kind, scheme):
    attendant = Attendant(visitor=visitor(device="narrow", scheme=scheme))
    attendant.stand_at("exit" if kind in ("pay", "paid") else "entry", staff="meera")
    with attendant.visitor.refused(402, 404, 409):
        show(attendant, premises, kind=kind)
    assert checks.sticks_out(page=attendant.page) == []
    assert checks.accessibility_findings(page=attendant.page) == []


def show(attendant: Attendant, premises: Premises, *, kind: str) -> None:
    attendant.page.clock.install()  # or it goes on by itself before anybody has looked
    if kind == "none":
        attendant.page.route("**/scanner/entry/", lambda route: route.fulfill(status=200, body="elsewhere"))
    stories = {"open": bookings.paid, "pay": bookings.due, "paid": bookings.due}
    attendant.type_code(code_of(premises, stories[kind](premises)) if kind in stories else "PARK-0000DEM00000")
    if kind == "paid":
        attendant.press("Card")
    expect(attendant.answer).to_have_attribute("data-answer", kind)
