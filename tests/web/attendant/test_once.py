"""A form of the desk's counts once, however often it is sent (DESIGN section 6)."""

from __future__ import annotations

import re
from uuid import uuid4

from parking.domain.permissions import Role
from parking.models import Adjustment
from parking.services import ParkingService
from tests.web.attendant.reading import said

GOODWILL = {"kind": "GOODWILL", "amount": "10.00", "reason": "The lift was broken"}
_FORM = re.compile(r'<form[^>]*method="post"[^>]*>.*?</form>', re.DOTALL)


def page_of(booking) -> str:
    return f"/parking/scanner/desk/{booking.booking_id}/"


def test_goodwill_that_is_sent_twice_is_given_once(staff, overdue):
    client = staff(Role.OPERATOR)
    form = GOODWILL | {"form_key": f"{uuid4()}"}

    words = [said(client, client.post(f"{page_of(overdue)}adjust/", form)) for _ in range(3)]

    assert Adjustment.objects.count() == 1
    assert ["counted once" in each for each in words] == [False, True, True]


def test_the_same_again_from_a_page_opened_anew_is_meant(staff, overdue):
    client = staff(Role.OPERATOR)
    for _ in range(2):
        client.post(f"{page_of(overdue)}adjust/", GOODWILL | {"form_key": f"{uuid4()}"})
    assert Adjustment.objects.count() == 2


def test_one_key_is_of_one_form_and_of_one_person(staff, overdue):
    key = {"form_key": f"{uuid4()}"}
    operator, cashier = staff(Role.OPERATOR), staff(Role.CASHIER)
    operator.post(f"{page_of(overdue)}adjust/", GOODWILL | key)
    changed = operator.post(f"{page_of(overdue)}adjust/", GOODWILL | key | {"amount": "20.00"})
    cashier.post(f"{page_of(overdue)}adjust/", GOODWILL | key)
    assert changed.status_code == 422
    assert [row.amount_minor for row in Adjustment.objects.order_by("created_at")] == [-1000, -1000]


def test_while_the_first_is_at_it_the_second_is_told_to_wait(staff, overdue, monkeypatch):
    """As when a button is pressed twice: the second arrives before the first is through."""
    client = staff(Role.OPERATOR)
    form = GOODWILL | {"form_key": f"{uuid4()}"}
    give, seconds = ParkingService.propose_adjustment, []

    def press_again(**given):
        seconds.append(client.post(f"{page_of(overdue)}adjust/", form).status_code)
        return give(**given)

    monkeypatch.setattr(ParkingService, "propose_adjustment", staticmethod(press_again))
    client.post(f"{page_of(overdue)}adjust/", form)
    assert (seconds, Adjustment.objects.count()) == ([409], 1)


def test_every_form_of_a_cars_page_has_a_key_of_its_own(staff, overdue):
    html = staff(Role.OPERATOR).get(page_of(overdue)).content.decode()
    forms = [form for form in _FORM.findall(html) if 'action="/parking/scanner/desk/' in form]
    assert [form for form in forms if "form_key" not in form] == []
    keys = [re.findall(r'name="form_key" value="([^"]{36})"', form) for form in forms]
    assert len(forms) > 4
    assert {len(each) for each in keys} == {1}
    assert len({each[0] for each in keys}) == len(forms)
