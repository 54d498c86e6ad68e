"""The five journeys of the specification, "Test Scenarios": the driver's side of them through the pages only."""

from __future__ import annotations

import pytest


def test_normal_flow(driver, premises):
    """Book, pay, enter, exit."""
    code = driver.book_and_pay("MH91AB1001", price="₹50.00")
    driver.sees("Scan this at the entry gate", "MH91AB1001")

    slot = premises.entry_gate(qr_code=code).body["slot_number"]
    driver.look_again()
    driver.sees(f"You are parked in {slot}")

    premises.let_pass(minutes=55)
    assert premises.exit_gate(qr_code=code).body["total_amount"] == "50.00"
    driver.look_again()
    driver.sees("Goodbye, and drive safely")


def test_cancellation(driver, premises):
    """Book, pay, cancel within five minutes: all of it comes back, and is told before the click."""
    code = driver.book_and_pay("MH91AB1002", price="₹60.00", zone="Zone B", hours=2)
    premises.let_pass(minutes=5)
    driver.look_again()

    driver.press("Cancel the booking ₹60.00 goes back")
    driver.sees("You get back", "₹60.00")
    driver.press("Cancel and get ₹60.00 back")

    driver.sees("This booking was cancelled", "₹60.00 went back")
    assert premises.entry_gate(qr_code=code).status == 409


def test_late_cancellation_tells_first_that_nothing_comes_back(driver, premises):
    driver.book_and_pay("MH91AB1003", price="₹30.00", zone="Zone B")
    premises.let_pass(minutes=5, seconds=1)
    driver.look_again()

    driver.press("Cancel the booking nothing goes back any more")
    driver.sees("nothing goes back", "₹0.00")
    driver.press("Cancel the booking")

    driver.sees("This booking was cancelled", "Nothing was refunded")


def test_a_refund_that_has_shrunk_since_it_was_shown_cancels_nothing(driver, premises):
    driver.book_and_pay("MH91AB1004", price="₹30.00", zone="Zone B")
    driver.press("Cancel the booking ₹30.00 goes back")
    driver.sees("You get back", "₹30.00")
    premises.let_pass(minutes=6)

    driver.press("Cancel and get ₹30.00 back")

    driver.sees("Nothing was cancelled")
    assert premises.booking(booking_id=driver.booking_id)["status"] == "PAID"


def test_overtime(driver, premises):
    """Book one hour, park two: the gate stays shut, the rest is paid on the phone, the gate opens."""
    code = driver.book_and_pay("MH91AB1005", price="₹50.00")
    premises.entry_gate(qr_code=code)
    premises.let_pass(minutes=120)
    assert premises.exit_gate(qr_code=code).status == 402

    driver.look_again()
    driver.sees("₹50.00 is due")
    driver.press("Pay ₹50.00")
    driver.pay("₹50.00")

    driver.sees("Drive out now")
    assert premises.exit_gate(qr_code=code).status == 200


def test_overtime_on_foot(driver, premises):
    """Paid before the car is at the gate, which then opens at the first scan."""
    code = driver.book_and_pay("MH91AB1006", price="₹50.00")
    premises.entry_gate(qr_code=code)
    premises.let_pass(minutes=120)

    driver.look_again()
    driver.press("Pay ₹50.00")
    driver.pay("₹50.00")
    driver.sees("Drive out now")

    assert premises.exit_gate(qr_code=code).status == 200


def test_early_exit(driver, premises):
    """Book two hours, park one: the unused one comes back."""
    code = driver.book_and_pay("MH91AB1007", price="₹100.00", hours=2)
    premises.entry_gate(qr_code=code)
    premises.let_pass(minutes=60)
    assert premises.exit_gate(qr_code=code).body["refund_amount"] == "50.00"

    driver.look_again()
    driver.sees("Goodbye, and drive safely", "Refunded", "₹50.00")


def test_longer_stay(driver, premises):
    """Extended on the phone while the car is inside: nothing is due at the exit."""
    code = driver.book_and_pay("MH91AB1008", price="₹50.00")
    premises.entry_gate(qr_code=code)
    premises.let_pass(minutes=30)

    driver.look_again()
    driver.press("Stay longer")
    driver.page.get_by_label("How many hours more?").fill("1")
    driver.sees("₹50.00")
    driver.pay("₹50.00")
    driver.page.wait_for_url("**/parking/ticket/*/")

    premises.let_pass(minutes=85)
    assert premises.exit_gate(qr_code=code).body["total_amount"] == "100.00"


class TestErrorCases:
    def test_an_invalid_code(self, driver, premises):
        """At the gate, and as the address of a ticket."""
        assert premises.entry_gate(qr_code="PARK-NOBODYSCODE0").status == 404
        with driver.visitor.refused(404):
            driver.visitor.go("/parking/ticket/00000000-0000-4000-8000-000000000000/")
        driver.sees("We cannot find that", "Go to the start")

    def test_a_double_scan(self, driver, premises):
        """The second is refused, and the ticket is as it was."""
        code = driver.book_and_pay("MH91AB1011", price="₹50.00")
        slot = premises.entry_gate(qr_code=code).body["slot_number"]
        assert premises.entry_gate(qr_code=code).body["code"] == "already_entered"
        driver.look_again()
        driver.sees(f"You are parked in {slot}")

    def test_a_booking_that_expired(self, driver, premises):
        """What was held too long is told, and the way back to a new booking."""
        driver.book("MH91AB1012", price="₹50.00")
        premises.let_pass(minutes=5)
        with driver.visitor.refused(410):
            driver.page.reload()
        driver.sees("The place could not wait longer", "Nothing was charged")
        driver.press("Book again")
        driver.page.wait_for_url("**/parking/booking/?zone=**")

    def test_a_card_that_is_declined(self, driver):
        """Nothing is lost: another card pays."""
        driver.book("MH91AB1013", price="₹50.00")
        driver.pay("₹50.00", card="A card that is declined")
        driver.sees("declined")
        driver.pay("₹50.00")
        driver.sees("Scan this at the entry gate")

    @pytest.mark.parametrize(
        ("plate", "name", "words"),
        [("KA-!", "Asha Rao", "Write it as on the plate"), ("MH91AB1014", "", "Write your name")],
    )
    def test_a_field_that_is_wrong(self, driver, plate, name, words):
        """Said at the field, and what was typed stays."""
        driver.choose()
        driver.introduce(plate, name=name)
        with driver.visitor.refused(422):
            driver.press("Book")
            driver.sees(words)
        assert driver.page.get_by_label("Number plate").input_value() == plate

    def test_a_car_that_has_a_booking(self, driver):
        driver.book_and_pay("MH91AB1015", price="₹50.00")
        driver.choose()
        driver.introduce("MH91AB1015")
        driver.sees_price("₹50.00")
        with driver.visitor.refused(422):
            driver.press("Book")
            driver.sees("This vehicle already has a booking")
