"""The sandbox's clock in the page: who sees it, and what its buttons do."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError
from django.test import Client, override_settings

from parking.queries.clock import current_time

ADDRESS = "/parking/sandbox/clock/"
FAR_AWAY = "203.0.113.7"

pytestmark = pytest.mark.django_db


def move(client: Client, **form: str) -> str:
    """Press a button. Returns where one is sent."""
    response = client.post(ADDRESS, {"next": "/parking/booking/?zone=1", **form})
    assert response.status_code == 302
    return str(response["Location"])


def test_it_stands_at_the_foot_of_a_page_in_the_time_of_the_site(client, parking_setup):
    move(client, move_to="2031-01-06T06:10:00Z", freeze="yes")
    page = client.get("/").content.decode()
    assert "<strong>Mon 6 Jan, 11:40</strong>" in page
    assert "stopped" in page


def test_it_goes_forward_and_one_is_back_where_one_was(client, parking_setup):
    move(client, freeze="yes")
    before = current_time()
    assert move(client, advance_seconds="300") == "/parking/booking/?zone=1"
    assert current_time() == before + timedelta(minutes=5)
    move(client, move_to=(before + timedelta(hours=2)).isoformat())
    assert current_time() == before + timedelta(hours=2)


def test_it_stops_and_runs(client, parking_setup):
    move(client, freeze="yes")
    assert current_time() == current_time()
    move(client, freeze="no")
    assert current_time() < current_time()


def test_it_never_goes_back(client, parking_setup):
    response = client.post(ADDRESS, {"move_to": "2020-01-01T00:00:00Z"})
    assert response.status_code == 409
    assert "only goes forward" in response.content.decode()


@pytest.mark.parametrize(
    "form",
    [
        {"advance_seconds": "-5"},
        {"advance_seconds": "1e3"},
        {"advance_seconds": "9" * 40},
        {"move_to": "tomorrow"},
        {"move_to": "2031-01-06T06:10:00"},
    ],
)
def test_what_no_button_says_changes_nothing(client, parking_setup, form):
    move(client, freeze="yes")
    before = current_time()
    assert client.post(ADDRESS, form).status_code == 422
    assert current_time() == before


def test_it_sends_nobody_to_another_site(client, parking_setup):
    assert move(client, next="https://elsewhere.example/", freeze="yes") == "/"


def test_a_link_does_not_move_it(client, parking_setup):
    assert client.get(ADDRESS).status_code == 405


def test_somebody_elsewhere_neither_sees_nor_moves_it(parking_setup):
    far_away = Client(REMOTE_ADDR=FAR_AWAY)
    proxied = Client(headers={"X-Forwarded-For": FAR_AWAY})
    for client in (far_away, proxied):
        assert "test-clock" not in client.get("/").content.decode()
        assert client.post(ADDRESS, {"freeze": "yes"}).status_code == 404
    assert current_time() < current_time()


def test_a_form_of_another_site_does_not_move_it(parking_setup):
    assert Client(enforce_csrf_checks=True).post(ADDRESS, {"freeze": "yes"}).status_code == 403


@override_settings(PARKING_MODE="live")
def test_live_mode_shows_none(client, parking_setup):
    assert "test-clock" not in client.get("/", secure=True).content.decode()
    assert client.post(ADDRESS, {"freeze": "yes"}, secure=True).status_code == 404


def test_a_page_that_tells_of_a_database_that_is_away_is_still_shown(client, monkeypatch):
    def fail(**_: object) -> None:
        raise DatabaseError

    monkeypatch.setattr("parking.services.sandbox_clock.read", fail)
    response = client.get("/parking/ticket/")
    assert response.status_code == 404
    assert "test-clock" not in response.content.decode()
