"""Who is shown what, and who may change what: the operator all, the auditor nothing, the others their part."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import get_resolver

from parking.domain.permissions import Role
from parking.models import AuditEvent, CashierShift, PolicyVersion, TariffVersion
from tests.web.operator.conftest import PLATES, ROOT, person

PAGES = {
    "": {*Role},
    "plan/": {*Role},
    "tiles/": {*Role},
    "figures/": {*Role},
    "overstays/": {*Role},
    "refused/": {*Role},
    "find/": {*Role},
    "bookings/{booking}/": {*Role},
    "zones/": {*Role},
    "zones/{zone}/": {*Role},
    "zones/{zone}/plan/": {*Role},
    "money/": {*Role},
    "prices/": {*Role},
    "prices/tariffs/{tariff}/": {*Role},
    "prices/policies/{policy}/": {*Role},
    "prices/tariffs/new/": {Role.OPERATOR},
    "prices/tariffs/new/hourly/": {Role.OPERATOR},
    "prices/policies/new/": {Role.OPERATOR},
    "shift/": {Role.OPERATOR, Role.CASHIER},
    "days/": {*Role},
    "days/2026-01-05/": {*Role},
    "exports/": {Role.OPERATOR, Role.AUDITOR},
    "exports/file/?records=bookings&first=2026-01-05&last=2026-01-05&file_format=csv": {Role.OPERATOR, Role.AUDITOR},
    "bookings/{booking}/forget/": {Role.OPERATOR},
}
ACTIONS = {
    "bookings/{booking}/cancel/": {Role.OPERATOR, Role.ATTENDANT, Role.CASHIER},
    "bookings/{booking}/ticket/": {Role.OPERATOR, Role.ATTENDANT, Role.CASHIER},
    "bookings/{booking}/adjust/": {Role.OPERATOR, Role.ATTENDANT, Role.CASHIER},
    "bookings/{booking}/refund/": {Role.OPERATOR},
    "zones/{zone}/outages/": {Role.OPERATOR},
    "zones/{zone}/outages/1/end/": {Role.OPERATOR},
    "zones/{zone}/open/": {Role.OPERATOR},
    "zones/{zone}/terms/": {Role.OPERATOR},
    "money/refunds/{booking}/hand-back/": {Role.OPERATOR, Role.CASHIER},
    "money/adjustments/{booking}/": {Role.OPERATOR},
    "prices/tariffs/new/": {Role.OPERATOR},
    "prices/tariffs/new/hourly/": {Role.OPERATOR},
    "prices/policies/new/": {Role.OPERATOR},
    "shift/open/": {Role.OPERATOR, Role.CASHIER},
    "shift/close/": {Role.OPERATOR, Role.CASHIER},
    "days/2026-01-04/close/": {Role.OPERATOR},
    "bookings/{booking}/forget/": {Role.OPERATOR},
}
"""Each is sent empty: who may do it is told what is missing, or that it is done; who may not, 403."""


@pytest.fixture
def named(garage) -> dict[str, object]:
    booking = garage.book_and_pay(PLATES[0])
    return {
        "booking": booking.booking_id,
        "zone": garage.zone.id,
        "tariff": TariffVersion.objects.get().id,
        "policy": PolicyVersion.objects.get().id,
    }


@pytest.mark.parametrize("role", Role)
def test_each_role_opens_its_pages_and_no_other(named, role):
    somebody = person("somebody", role)
    opened = {page: somebody.open(page.format(**named)).status_code for page in PAGES}

    assert opened == {page: 200 if role in roles else 403 for page, roles in PAGES.items()}


@pytest.mark.parametrize("role", Role)
def test_each_role_does_its_work_and_no_other(named, role):
    somebody = person("somebody", role)
    refused = {action: somebody.send(action.format(**named)).status_code == 403 for action in ACTIONS}

    assert refused == {action: role not in roles for action, roles in ACTIONS.items()}


def test_what_an_auditor_sends_changes_nothing(named, anna):
    before = AuditEvent.objects.count()
    for action in ACTIONS:
        anna.send(action.format(**named), reason="A try", amount="1.00", approve="yes", open="no")

    assert AuditEvent.objects.count() == before
    assert not CashierShift.objects.exists()


@pytest.mark.parametrize("page", sorted({*PAGES, *ACTIONS}))
def test_who_has_not_signed_in_is_asked_to(named, page):
    address = f"{ROOT}{page.format(**named)}"
    response = Client().get(address)

    if response.status_code == 405:  # only sent to
        response = Client().post(address)
    assert response.status_code == 302
    assert response["Location"].startswith("/parking/sign-in/?next=/parking/operator/")


def test_staff_without_a_role_are_told_so(named):
    User.objects.create_user("visitor", is_staff=True)
    client = Client()
    client.force_login(User.objects.get(username="visitor"))

    assert {client.get(f"{ROOT}{page.format(**named)}").status_code for page in PAGES} == {403}


def test_every_address_of_the_office_is_in_these_tables(named):
    """So a page that is added is asked about too."""
    web = get_resolver("parking.web.operator.urls")
    there = {str(pattern.pattern).replace("<str:booking_id>", "{booking}") for pattern in web.url_patterns}
    asked = {page.partition("?")[0] for page in (*PAGES, *ACTIONS)}
    asked = {page.replace("2026-01-05", "<str:day>").replace("2026-01-04", "<str:day>") for page in asked}
    asked = {
        page.replace("{zone}", "<str:zone_id>").replace("outages/1/", "outages/<str:outage_id>/") for page in asked
    }
    asked = {
        page.replace("{tariff}", "<str:tariff_id>")
        .replace("{policy}", "<str:policy_id>")
        .replace("money/refunds/{booking}", "money/refunds/<str:refund_id>")
        .replace("money/adjustments/{booking}", "money/adjustments/<str:adjustment_id>")
        for page in asked
    }
    assert asked == there


def test_the_navigation_shows_only_what_one_may_open(named, ravi, olga):
    ravi.open()
    olga.open()

    assert "My shift" not in ravi.words
    assert "Exports" not in ravi.words
    assert "My shift" in olga.words
    assert "Exports" in olga.words


def test_who_was_signed_out_over_a_form_comes_back_to_its_page(named, olga):
    olga.client.logout()
    home = f"http://testserver{ROOT}bookings/{named['booking']}/"
    response = olga.client.post(f"{home}ticket/", {}, headers={"referer": home}, follow=True)

    assert response.redirect_chain[0][0] == f"/parking/sign-in/?next={quote(home)}"
    assert "nothing was done" in response.content.decode()


def test_nobody_is_led_elsewhere_from_the_sign_in(named):
    address = f"{ROOT}bookings/{named['booking']}/ticket/"
    response = Client().post(address, headers={"referer": "https://elsewhere.example/"})

    assert response["Location"] == f"/parking/sign-in/?next={ROOT}"
