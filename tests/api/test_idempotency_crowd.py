"""Thirty-two senders of one request at the same moment, each with a database connection of its own."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connections
from django.http import HttpResponse
from django.test import Client

from parking.models import IdempotentRequest, ParkingBooking, Payment, Receipt
from parking.services import setup
from tests.api.conftest import Api
from tests.api.keyed import KEY, REPLAYED, booking_body, send
from tests.garage import OPENING

pytestmark = pytest.mark.django_db(transaction=True)

SENDERS = 32
_PATIENCE_SECONDS = 60


@pytest.fixture(autouse=True)
def _zones(transactional_db) -> None:
    setup.set_up(now=OPENING)


def all_at_once(request: Callable[[Api], HttpResponse]) -> list[HttpResponse]:
    word = threading.Barrier(SENDERS)

    def one(_: int) -> HttpResponse:
        try:
            word.wait(timeout=_PATIENCE_SECONDS)
            return request(Api(client=Client(REMOTE_ADDR="127.0.0.1")))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(SENDERS) as senders:
        return list(senders.map(one, range(SENDERS)))


def assert_one_ran(answers: list[HttpResponse], *, status: int) -> None:
    """One answer is the first; all others are that one again, or told to wait."""
    done = [answer for answer in answers if answer.status_code == status]
    told_to_wait = [answer for answer in answers if answer.status_code == 409]
    assert len(done) + len(told_to_wait) == SENDERS
    assert len({answer.content for answer in done}) == 1
    assert sum(REPLAYED not in answer for answer in done) == 1
    assert {(answer.json()["code"], answer["Retry-After"]) for answer in told_to_wait} <= {
        ("idempotency_in_progress", "1")
    }


def test_one_booking_is_made(api):
    body = booking_body()
    answers = all_at_once(lambda sender: send(sender, "booking/create/", body))
    assert_one_ran(answers, status=201)
    assert ParkingBooking.objects.count() == 1
    again = send(api, "booking/create/", body)
    assert (again.status_code, again[REPLAYED]) == (201, "true")
    assert again.content in {answer.content for answer in answers}


def test_one_payment_is_taken(api):
    body = {"booking_id": api.book()["booking_id"]}
    assert_one_ran(all_at_once(lambda sender: send(sender, "booking/payment/", body)), status=200)
    assert Payment.objects.count() == 1


def test_one_of_different_requests_gets_the_key():
    names = iter(range(SENDERS))
    zone = booking_body()
    answers = all_at_once(
        lambda sender: send(sender, "booking/create/", {**zone, "vehicle_number": f"KA{next(names):02}X1"})
    )
    assert Counter(answer.status_code for answer in answers) == {201: 1, 422: SENDERS - 1}
    assert ParkingBooking.objects.count() == 1


def test_one_takes_over_from_a_process_that_died(api, monkeypatch):
    """The row of the dead one is there, its lease is over, and all come back at once."""
    body = booking_body()
    with monkeypatch.context() as patch:
        patch.setattr("parking.api.bookings.ParkingService.create_booking", _die)
        with pytest.raises(KeyboardInterrupt):
            send(api, "booking/create/", body)
    assert IdempotentRequest.objects.get(client_key=KEY).completed_at is None
    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=61), tick=True):
        assert_one_ran(all_at_once(lambda sender: send(sender, "booking/create/", body)), status=201)
    assert ParkingBooking.objects.count() == 1


def _die(**_: object) -> None:
    raise KeyboardInterrupt


def test_a_receipt_that_all_ask_for_first_has_one_number(api):
    booking = api.book()
    api.pay(booking)
    path = f"api/booking/{booking['booking_id']}/receipt/"
    answers = all_at_once(lambda sender: sender.get(path))
    assert {(answer.status_code, answer.json()["receipt_number"]) for answer in answers} == {(200, 1)}
    assert Receipt.objects.count() == 1


def test_receipts_of_many_bookings_at_once_are_numbered_without_a_gap(api):
    bookings = [api.book(vehicle_number=f"KA{number:02}X1") for number in range(SENDERS)]
    for booking in bookings:
        assert api.pay(booking).status_code == 200
    left = iter(bookings)
    answers = all_at_once(lambda sender: sender.get(f"api/booking/{next(left)['booking_id']}/receipt/"))
    assert sorted(answer.json()["receipt_number"] for answer in answers) == list(range(1, SENDERS + 1))
