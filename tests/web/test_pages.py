"""What all pages share: errors, languages, the policy of content, live parts, and who may open what."""

from __future__ import annotations

import gzip
import re
from collections import Counter
from collections.abc import Iterator

import pytest
from django.contrib.auth.models import Group, User
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path, reverse

from config.urls import handler404, handler500, urlpatterns  # noqa: F401 -- this module is a URL configuration too
from parking.domain.callers import Caller
from parking.domain.errors import HoldLapsed, UnknownBooking, ZoneFull
from parking.domain.permissions import Permission, Role
from parking.edge.addresses import is_for_programs
from parking.services.guesses import LIMIT
from parking.web.pages import guessable, page, show, staff_page
from parking.web.urls import urlpatterns as page_patterns

FAR_AWAY = "203.0.113.7"


@page
def full(request: HttpRequest) -> HttpResponse:
    raise ZoneFull


@page
def lapsed(request: HttpRequest) -> HttpResponse:
    raise HoldLapsed


@page
def broken(request: HttpRequest) -> HttpResponse:
    raise ZeroDivisionError("a secret detail")


@page
@guessable
def secret(request: HttpRequest) -> HttpResponse:
    raise UnknownBooking


@staff_page(Permission.RECORD_VIEW)
def office(request: HttpRequest, caller: Caller) -> HttpResponse:
    return show(request, "error.html", {"icon": "info", "message": caller.label})


urlpatterns = [
    path("test/full/", full),
    path("test/lapsed/", lapsed),
    path("test/broken/", broken),
    path("test/secret/", secret),
    path("test/office/", office),
    *urlpatterns,
]
with_test_pages = pytest.mark.urls(__name__)


@pytest.fixture
def far_away(db) -> Client:
    return Client(REMOTE_ADDR=FAR_AWAY)


def staff(role: Role) -> Client:
    user = User.objects.create_user(role.value, password="quiet-harbour-42", is_staff=True)
    user.groups.add(Group.objects.get_or_create(name=role.value)[0])
    client = Client()
    client.force_login(user)
    return client


@with_test_pages
@pytest.mark.parametrize(
    ("address", "status", "words"),
    [
        ("full", 409, "No slot is free in this zone for that time. Try another zone or another time."),
        ("lapsed", 410, "The time to pay for this booking is over and its slot was released. Book again."),
        ("broken", 500, "Something went wrong on our side."),
        ("nowhere", 404, "There is nothing at this address."),
    ],
)
def test_a_refusal_is_a_page_in_its_own_words(client, db, address, status, words):
    client.raise_request_exception = False
    response = client.get(f"/test/{address}/")

    assert (response.status_code, response["Content-Type"]) == (status, "text/html; charset=utf-8")
    assert words in response.content.decode()
    assert "a secret detail" not in response.content.decode()


@pytest.mark.parametrize("address", ["booking/x/y/", "ticket/", "scanner/nowhere/", "operator/nowhere", "sign-in/x/"])
def test_below_a_page_what_is_not_there_is_told_to_people(client, db, address):
    response = client.get(f"/parking/{address}")

    assert response.status_code == 404
    assert response["Content-Type"].startswith("text/html")


def test_every_address_of_a_page_is_known_as_one():
    addresses = [reverse(f"web:{name}") for name in ("start", "booking", "sign-in", "sign-out", "language", "price")]
    addresses += [reverse(f"web:{name}", args=["x"]) for name in ("ticket", "pay", "waiting", "qr", "receipt")]

    assert [address for address in addresses if is_for_programs(address)] == []
    assert is_for_programs("/parking/api/booking/create/")
    assert is_for_programs("/parking/health/")


@pytest.mark.parametrize("address", ["", "api/nope/", "nope/"])
def test_below_the_api_it_is_told_to_programs(client, db, address):
    assert client.get(f"/parking/{address}").json()["code"] == "not_found"


def test_who_leaves_the_slash_away_is_sent_to_the_page(client, db):
    response = client.get("/parking/booking?zone=1&hours=3")

    assert (response.status_code, response["Location"]) == (302, "/parking/booking/?zone=1&hours=3")


def test_no_two_pages_have_one_name():
    """Or `{% url %}` would lead the one's visitors to the other."""

    def names(patterns) -> Iterator[str]:
        for pattern in patterns:
            yield from names(pattern.url_patterns) if hasattr(pattern, "url_patterns") else filter(None, [pattern.name])

    assert [name for name, count in Counter(names(page_patterns)).items() if count > 1] == []


@with_test_pages
def test_whoever_guesses_tickets_is_told_to_wait(far_away):
    statuses = [far_away.get("/test/secret/").status_code for _ in range(LIMIT + 1)]
    response = far_away.get("/test/secret/")

    assert statuses == [404] * LIMIT + [429]
    assert response.status_code == 429
    assert int(response["Retry-After"]) > 0
    assert Client(REMOTE_ADDR="203.0.113.8").get("/test/secret/").status_code == 404


def test_every_page_allows_only_our_own_files(client, parking_setup):
    policies = {
        client.get(address)["Content-Security-Policy"] for address in ("/", "/parking/sign-in/", "/admin/login/")
    }

    (policy,) = policies
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    page = client.get("/").content.decode()
    assert re.findall(r"<script(?![^>]*\ssrc=)|\sstyle=|\son[a-z]+=", page) == []


def test_the_api_carries_nothing_that_is_for_pages(client, parking_setup):
    response = client.get("/parking/api/zones/", headers={"accept-encoding": "gzip", "accept-language": "hi"})

    for name in ("Content-Security-Policy", "Content-Language", "Content-Encoding", "Set-Cookie", "Vary"):
        assert name not in response


def test_a_page_is_compressed(client, parking_setup):
    response = client.get("/", headers={"accept-encoding": "gzip"})

    assert response["Content-Encoding"] == "gzip"
    assert b"<!doctype html>" in gzip.decompress(response.content)


def test_a_page_speaks_the_language_that_the_browser_asks_for(client, parking_setup):
    assert b'<html lang="en">' in client.get("/").content
    assert b'<html lang="hi">' in client.get("/", headers={"accept-language": "hi-IN,hi;q=0.9,en;q=0.5"}).content
    assert b'<html lang="en">' in client.get("/", headers={"accept-language": "fr"}).content


def test_a_language_once_chosen_stays(client, parking_setup):
    response = client.post("/parking/language/", {"language": "hi", "next": "/"})

    assert (response.status_code, response["Location"]) == (302, "/")
    assert b'<html lang="hi">' in client.get("/").content
    assert b'<html lang="en">' in Client().get("/").content


def test_the_language_switch_leads_to_no_other_site(client, db):
    response = client.post("/parking/language/", {"language": "hi", "next": "https://elsewhere.example/"})

    assert response["Location"] == "/"


def test_a_form_of_another_site_changes_nothing(db):
    response = Client(enforce_csrf_checks=True).post("/parking/sign-in/", {"username": "a", "password": "b"})

    assert response.status_code == 403
    assert "This form is out of date" in response.content.decode()


@with_test_pages
def test_who_has_not_signed_in_is_asked_to(client, db):
    response = client.get("/test/office/?day=1")

    assert (response.status_code, response["Location"]) == (302, "/parking/sign-in/?next=/test/office/%3Fday%3D1")
    refreshed = client.get("/test/office/", headers={"hx-request": "true"})
    assert refreshed["HX-Refresh"] == "true"


@with_test_pages
def test_staff_open_what_their_role_allows(db):
    response = staff(Role.AUDITOR).get("/test/office/")

    assert response.status_code == 200
    assert "staff:auditor" in response.content.decode()
    assert response["Cache-Control"] == "no-store"


@with_test_pages
def test_who_has_no_such_role_is_told_so(db):
    user = User.objects.create_user("visitor", is_staff=True)
    client = Client()
    client.force_login(user)
    response = client.get("/test/office/")

    assert response.status_code == 403
    assert "You are not allowed to do this." in response.content.decode()


@pytest.mark.parametrize(
    ("role", "place"), [(Role.OPERATOR, "/parking/operator/"), (Role.ATTENDANT, "/parking/scanner/entry/")]
)
def test_staff_sign_in_to_where_they_work_and_out_again(client, db, role, place):
    staff(role)
    wrong = client.post("/parking/sign-in/", {"username": role.value, "password": "guess"})
    right = client.post("/parking/sign-in/", {"username": role.value, "password": "quiet-harbour-42"})

    assert "do not belong together" in wrong.content.decode()
    assert (right.status_code, right["Location"]) == (302, place)
    assert client.post("/parking/sign-out/")["Location"] == "/"
    assert "_auth_user_id" not in client.session


def test_a_live_part_is_sent_again_only_when_it_has_changed(client, parking_setup, monkeypatch):
    first = client.get("/zones/")
    again = client.get("/zones/", headers={"if-none-match": first["ETag"]})
    monkeypatch.setattr("parking.web.driver.start.list_zones", lambda **_: [])
    changed = client.get("/zones/", headers={"if-none-match": first["ETag"]})

    assert (first.status_code, again.status_code, changed.status_code) == (200, 304, 200)
    assert again.content == b""
    assert first["Cache-Control"] == "private, no-cache"


def test_a_live_part_is_known_again_when_it_was_compressed(client, parking_setup):
    encoding = {"accept-encoding": "gzip"}
    first = client.get("/zones/", headers=encoding)

    assert first["ETag"].startswith("W/")
    assert client.get("/zones/", headers={**encoding, "if-none-match": first["ETag"]}).status_code == 304


def test_passwords_are_not_guessed_without_end(far_away):
    staff(Role.OPERATOR)
    wrong = {"username": "operator", "password": "no"}
    answers = [far_away.post("/parking/sign-in/", wrong).status_code for _ in range(LIMIT + 1)]
    right = {"username": "operator", "password": "quiet-harbour-42"}

    assert answers == [200] * LIMIT + [429]
    assert far_away.post("/parking/sign-in/", right).status_code == 429


def test_many_addresses_have_no_more_tries_at_one_person_than_one_has(db):
    staff(Role.OPERATOR)
    for number in range(LIMIT):
        elsewhere = Client(REMOTE_ADDR=f"203.0.113.{number + 100}")
        elsewhere.post("/parking/sign-in/", {"username": "Operator ", "password": "no"})

    right = {"username": "operator", "password": "quiet-harbour-42"}
    assert Client(REMOTE_ADDR=FAR_AWAY).post("/parking/sign-in/", right).status_code == 429


def test_the_admin_has_no_way_in_of_its_own(far_away):
    response = far_away.post("/admin/login/?next=/admin/parking/", {"username": "operator", "password": "no"})

    assert response["Location"] == "/parking/sign-in/?next=/admin/parking/"
    far_away.force_login(User.objects.create_user("driver"))
    assert far_away.get("/admin/login/").status_code == 403
