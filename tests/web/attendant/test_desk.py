"""The desk: finding a car, and what is done for it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from parking.domain.permissions import Role
from parking.domain.states import AdjustmentStatus, BookingStatus, PaymentKind, SessionStatus
from parking.models import (
    Adjustment,
    ManualOpening,
    OccupancyCorrection,
    ParkingBooking,
    ParkingSession,
    Payment,
    RetiredCode,
)
from parking.queries.desk import get_stay
from tests.services.desk import with_lost_ticket
from tests.web.attendant.reading import read, said, scan

DESK = "/parking/scanner/desk/"


def _page(booking) -> str:
    return f"{DESK}{booking.booking_id}/"


def test_what_names_one_car_leads_to_it(staff, inside):
    client = staff(Role.ATTENDANT)

    for text in ("dl01", inside.qr_code, str(inside.booking_id)):
        assert client.get(DESK, {"q": text})["Location"] == _page(inside)


def test_what_names_several_lists_them(staff, garage, inside, now):
    garage.book_and_pay("DL01ZZ9999", now=now)
    page = staff(Role.ATTENDANT).get(DESK, {"q": "DL01"}).content.decode()

    assert page.index("DL01AB1234") < page.index("DL01ZZ9999")  # inside before expected
    assert "Asha Rao" in page


def test_what_names_nobody_says_what_to_try(staff, garage):
    client = staff(Role.ATTENDANT)

    assert "Nothing is found by this." in client.get(DESK, {"q": "KA99ZZ0000"}).content.decode()
    assert "Write a plate, a code, a phone number or a receipt." in client.get(DESK, {"q": "x\0"}).content.decode()


@pytest.mark.parametrize("address", ["", "open/", "count/"])
@pytest.mark.parametrize("role", [None, Role.AUDITOR])
def test_who_is_not_of_the_desk_stays_outside(client, staff, garage, role, address):
    browser = client if role is None else staff(role)

    assert browser.get(f"{DESK}{address}").status_code == (302 if role is None else 403)


def test_a_car_that_is_not_there_is_a_page_that_says_so(staff, garage):
    client = staff(Role.ATTENDANT)

    for name in ("nonsense", "00000000-0000-4000-8000-000000000000"):
        assert client.get(f"{DESK}{name}/").status_code == 404
        assert client.post(f"{DESK}{name}/replace/", {"reason": "x"}).status_code == 404


def test_each_role_is_offered_what_it_may(staff, overdue):
    pages = {
        role: staff(role).get(_page(overdue)).content.decode() for role in (Role.ATTENDANT, Role.CASHIER, Role.OPERATOR)
    }

    assert all("₹50.00" in page and "Lost ticket" in page for page in pages.values())
    assert ['value="CASH"' in page for page in pages.values()] == [False, True, True]
    assert ["It has left without a scan" in page for page in pages.values()] == [False, False, True]


def test_a_replaced_ticket_is_shown_and_the_old_one_opens_nothing(staff, inside):
    client = staff(Role.ATTENDANT)
    response = client.post(f"{_page(inside)}replace/", {"reason": "Cannot be read"})
    new = ParkingBooking.objects.get().qr_code

    assert new != inside.qr_code
    assert new in said(client, response)
    assert read(scan(client, "exit", inside.qr_code)).code == "ticket_replaced"
    assert read(scan(client, "exit", new)).kind == "open"


def test_a_lost_ticket_costs_the_fee_that_was_told_before(staff, garage, now):
    with_lost_ticket(garage, fee="200.00")
    came = now - timedelta(minutes=30)
    booking = garage.book_and_pay(now=came)
    garage.enter(booking, now=came)
    client = staff(Role.ATTENDANT)
    page = client.get(_page(booking)).content.decode()
    told = said(client, client.post(f"{_page(booking)}lost/", {"reason": "Plate checked"}))

    assert "Charge ₹200.00 and make a new ticket" in page
    assert "The fee of ₹200.00 was added; ₹200.00 is due to leave now." in told
    assert get_stay(booking_id=booking.booking_id, now=now).lost_ticket_fee_minor is None
    assert "Lost ticket" not in client.get(_page(booking)).content.decode()


def test_a_ticket_is_replaced_for_a_reason_only(staff, inside):
    client = staff(Role.ATTENDANT)

    assert "Say in a few words why you do this." in said(
        client, client.post(f"{_page(inside)}replace/", {"reason": " "})
    )
    assert not RetiredCode.objects.exists()


@pytest.mark.parametrize("shown", ["stay:4999", "booking:5000", "", "stay:10000"])
def test_no_other_amount_is_taken_than_the_page_has_shown(staff, overdue, shown):
    client = staff(Role.CASHIER)
    client.post("/parking/scanner/drawer/open/", {"opening_float": "500"})
    assert 'name="shown" value="stay:5000"' in client.get(_page(overdue)).content.decode()

    words = said(client, client.post(f"{_page(overdue)}take/", {"method": "CASH", "shown": shown}))

    assert "The amount has changed. Nothing was taken" in words
    assert not Payment.objects.filter(kind=PaymentKind.ADDITIONAL).exists()


def test_money_is_taken_at_the_desk_for_a_stay_and_for_a_booking(staff, garage, overdue, now):
    expected = garage.book("DL02CD5678", now=now)
    client = staff(Role.CASHIER)
    refused = said(client, client.post(f"{_page(overdue)}take/", {"method": "CASH", "shown": "stay:5000"}))
    client.post("/parking/scanner/drawer/open/", {"opening_float": "500"})
    for_stay = said(client, client.post(f"{_page(overdue)}take/", {"method": "CASH", "shown": "stay:5000"}))
    for_booking = said(client, client.post(f"{_page(expected)}take/", {"method": "CARD", "shown": "booking:5000"}))

    assert "You have no open shift." in refused
    assert "₹50.00 is in. Scan the ticket at the exit." in for_stay
    assert "₹50.00 is in. Scan the ticket at the entry." in for_booking
    assert ParkingBooking.objects.get(id=expected.booking_id).status == BookingStatus.PAID


def test_what_is_due_is_waived_with_a_reason(staff, overdue):
    client = staff(Role.OPERATOR)
    form = {"kind": "WAIVER", "amount": "50.00", "reason": "The exit was blocked"}
    told = said(client, client.post(f"{_page(overdue)}adjust/", form))
    row = Adjustment.objects.get()

    assert (row.kind, row.amount_minor, row.reason) == ("WAIVER", -5000, "The exit was blocked")
    assert ("₹50.00 was taken off." in told) == (row.status == AdjustmentStatus.APPROVED)
    assert ("It waits until somebody else approves it." in told) == (row.status == AdjustmentStatus.PROPOSED)


@pytest.mark.parametrize(
    ("amount", "words"), [("a lot", "Write the amount as a number above nothing"), ("900.00", "At most 50.00")]
)
def test_an_amount_that_cannot_be_taken_off_is_not(staff, overdue, amount, words):
    client = staff(Role.ATTENDANT)
    form = {"kind": "WAIVER", "amount": amount, "reason": "Why not"}

    assert words in said(client, client.post(f"{_page(overdue)}adjust/", form))
    assert not Adjustment.objects.exists()


def test_the_gate_is_opened_anyway_with_its_reason_and_the_stay_closed_on_purpose(staff, inside):
    client = staff(Role.ATTENDANT)
    form = {"device_id": "EXIT_GATE_01", "close_stay": "yes", "reason": "Scanner out of order"}
    told = said(client, client.post(f"{_page(inside)}open/", form))

    assert "Open the gate now. The stay is closed." in told
    assert ManualOpening.objects.get().reason == "Scanner out of order"
    assert ParkingSession.objects.get().status == SessionStatus.COMPLETED


def test_the_gate_is_opened_and_the_stay_goes_on(staff, overdue):
    client = staff(Role.ATTENDANT)
    form = {"device_id": "EXIT_GATE_01", "close_stay": "no", "reason": "Comes back"}
    told = said(client, client.post(f"{_page(overdue)}open/", form))

    assert "The stay goes on, and owes ₹50.00." in told
    assert ParkingSession.objects.get().gate_opened_at is None


@pytest.mark.parametrize("device_id", ["ENTRY_GATE_01", "NOWHERE", "\0"])
def test_a_gate_that_lets_nobody_out_is_not_opened(staff, inside, device_id):
    form = {"device_id": device_id, "close_stay": "yes", "reason": "x"}
    staff(Role.ATTENDANT).post(f"{_page(inside)}open/", form)

    assert not ManualOpening.objects.exists()


def test_a_gate_is_opened_for_a_car_that_nobody_knows(staff, garage):
    client = staff(Role.ATTENDANT)
    form = {"device_id": "ENTRY_GATE_01", "direction": "ENTRY", "reason": "Ambulance"}

    assert "Open the gate now. It is written down" in said(client, client.post(f"{DESK}open/", form))
    assert ManualOpening.objects.get().opened_by == "staff:attendant"


def test_an_operator_ends_the_stay_of_a_car_that_has_left(staff, inside):
    client = staff(Role.OPERATOR)

    assert "The stay of DL01AB1234 is over." in said(
        client, client.post(f"{_page(inside)}left/", {"reason": "Seen outside"})
    )
    assert ParkingSession.objects.get().status == SessionStatus.COMPLETED


def test_a_stay_that_owes_money_is_not_ended_so(staff, overdue):
    client = staff(Role.OPERATOR)

    assert "Collect or waive it first." in said(client, client.post(f"{_page(overdue)}left/", {"reason": "Seen"}))
    assert staff(Role.CASHIER).post(f"{_page(overdue)}left/", {"reason": "Seen"}).status_code == 403


def test_a_zone_is_counted(staff, garage, inside):
    client = staff(Role.ATTENDANT)
    form = {"zone": str(garage.zone.id), "counted": "3", "reason": "Walked through"}
    told = said(client, client.post(f"{DESK}count/", form))

    assert "2 cars more than known" in told
    assert OccupancyCorrection.objects.get().counted_inside == 3


@pytest.mark.parametrize("form", [{"counted": "-1"}, {"counted": "٣"}, {"counted": ""}, {"zone": "x"}, {"reason": ""}])
def test_a_count_that_is_none_is_not_written(staff, garage, form):
    good = {"zone": str(garage.zone.id), "counted": "3", "reason": "Walked through"}
    response = staff(Role.ATTENDANT).post(f"{DESK}count/", good | form)

    assert response.status_code == 302
    assert not OccupancyCorrection.objects.exists()
