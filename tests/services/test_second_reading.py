"""Stories that a second reading of the code found untold."""

from __future__ import annotations

import pytest
from django.test import Client

from parking import jobs
from parking.db.transactions import use_case
from parking.domain.callers import SYSTEM
from parking.domain.errors import AlreadyPaid, HoldLapsed, PaymentDeclined
from parking.domain.states import BookingStatus, RefundKind
from parking.gateways.base import Declined, Succeeded
from parking.gateways.simulated import SimulatedGateway
from parking.management.commands.run_parking_jobs import Command
from parking.models import ParkingSession, Payment, Refund
from parking.services import credentials, guesses
from parking.services.settlement import settle
from tests.garage import OPENING, Garage, at

pytestmark = pytest.mark.django_db


def test_late_money_for_a_window_that_is_over_goes_back(garage):
    booking = garage.book(hours=1)
    garage.pay(booking, now=at(minutes=1), token="tok_settles_late")
    with pytest.raises(HoldLapsed):
        garage.pay(booking, now=at(minutes=120))
    assert Refund.objects.get().kind == RefundKind.SURPLUS


def test_late_money_is_not_refused_for_a_later_hold_that_has_lapsed_too(garage):
    booking = garage.book(hours=2)
    garage.pay(booking, now=at(seconds=299), token="tok_settles_late")
    garage.book("KA01X", now=at(seconds=900))
    garage.book(now=at(seconds=901))
    answer = garage.pay(booking, now=at(seconds=901 + 300))
    assert answer.booking_status == BookingStatus.PAID


def test_the_gate_opens_whatever_befalls_the_refund(garage, monkeypatch):
    booking = garage.book_and_pay(hours=2)
    garage.enter(booking)

    def break_down(*_, **__):
        raise RuntimeError("the provider's library has a bug")

    monkeypatch.setattr(SimulatedGateway, "refund", break_down)
    assert garage.leave(booking, now=at(minutes=30)).refund_minor == 5000
    assert ParkingSession.objects.get().gate_opened_at == at(minutes=30)
    monkeypatch.undo()
    jobs.run_all(now=at(minutes=60))
    assert Refund.objects.get().status == "PROCESSED"


def test_a_payment_that_an_event_has_settled_is_answered_as_it_stands(garage):
    booking = garage.book()
    payment_id = garage.pay(booking, token="tok_settles_late").payment_id
    with use_case():
        settle(payment_id=payment_id, outcome=Declined(code="no_funds"), now=at(seconds=1))
    with use_case():
        unknown = settle(payment_id=payment_id, outcome=None, now=at(seconds=2))
    assert isinstance(unknown.answer, PaymentDeclined)

    garage.cancel(booking, now=at(seconds=3))
    for _ in range(2):
        with use_case():
            late = settle(payment_id=payment_id, outcome=Succeeded(reference="ch_1"), now=at(seconds=4))
    assert isinstance(late.answer, AlreadyPaid)
    assert Payment.objects.get().surplus_minor == 5000
    assert Refund.objects.count() == 1


def test_a_gate_with_its_key_is_not_shut_by_strangers_at_its_address_nor_by_wrong_codes(garage):
    key = credentials.make_device_key(device_id="ENTRY_GATE_01", caller=SYSTEM, now=OPENING).token
    client = Client(REMOTE_ADDR="192.0.2.9")
    stranger = [
        client.get("/parking/api/booking/00000000-0000-4000-8000-000000000000/") for _ in range(guesses.LIMIT + 1)
    ]
    assert stranger[-1].status_code == 429
    body = {"qr_code": "PARK-000000000000", "scanner_device_id": "ENTRY_GATE_01"}
    for _ in range(guesses.LIMIT + 1):
        answer = client.post(
            "/parking/api/scan/entry/",
            body,
            content_type="application/json",
            headers={"authorization": f"Bearer {key}"},
        )
        assert answer.json()["code"] == "unknown_code"


@pytest.mark.django_db(transaction=True)
def test_one_job_that_fails_stops_no_other(garage, monkeypatch):
    done: list[str] = []

    def fail(*, now):
        raise RuntimeError("this one is broken")

    def work(*, now):
        done.append("worked")
        return 1

    monkeypatch.setattr(jobs, "JOBS", {"broken": fail, "sound": work})
    Command()._round()
    assert done == ["worked"]


def test_a_hold_that_lapsed_unwritten_keeps_no_early_car_from_its_own_slot():
    garage = Garage.build(slots=1)
    garage.book("KA01X", now=at(minutes=0))
    booking = garage.book_and_pay(now=at(minutes=1), starts_at=at(minutes=60))
    assert garage.enter(booking, now=at(minutes=50)).slot_number == booking.slot_number
