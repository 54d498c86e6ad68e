"""`Idempotency-Key`: the same request again gets the first answer again, and nothing is done twice."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.db import OperationalError

from parking.api import idempotency as edge
from parking.domain.errors import Busy, PaymentInProgress
from parking.models import IdempotentRequest, ParkingBooking, Payment, QRScanLog
from parking.services import idempotency
from tests.api.conftest import UNKNOWN_ID, Api
from tests.api.keyed import ELSEWHERE, KEY, REPLAYED, assert_replayed, booking_body, code, create, send

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("parking_setup")]


@contextmanager
def wall_clock_later(seconds: float) -> Iterator[None]:
    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=seconds), tick=True):
        yield


class TestTheSameAgain:
    def test_books_once(self, api):
        first = create(api)
        assert first.status_code == 201
        assert REPLAYED not in first
        for _ in range(3):
            assert_replayed(create(api), first)
        assert ParkingBooking.objects.count() == 1

    def test_pays_cancels_and_scans_once(self, api):
        paid_for = api.book()
        pay = ("booking/payment/", {"booking_id": paid_for["booking_id"]})
        enter = ("scan/entry/", {"qr_code": paid_for["qr_code"], "scanner_device_id": "ENTRY_GATE_01"})
        leave = ("scan/exit/", {"qr_code": paid_for["qr_code"], "scanner_device_id": "EXIT_GATE_01"})
        cancel = ("booking/cancel/", {"booking_id": api.book(vehicle_number="KA01X1")["booking_id"]})
        for path, body in (pay, enter, leave, cancel):
            key = str(uuid4())
            first = send(api, path, body, key=key)
            assert first.status_code == 200
            assert_replayed(send(api, path, body, key=key), first)
        assert (Payment.objects.count(), QRScanLog.objects.count()) == (1, 2)

    def test_pays_for_more_time_and_moves_the_clock_once(self, api):
        session_id = api.enter(self.paid(api)).json()["session_id"]
        moved = send(api, "sandbox/clock/", {"advance_seconds": 7200}, key="clock")
        assert_replayed(send(api, "sandbox/clock/", {"advance_seconds": 7200}, key="clock"), moved)
        first = send(api, "payment/additional/", {"session_id": session_id})
        assert first.json()["amount"] == "50.00"
        assert_replayed(send(api, "payment/additional/", {"session_id": session_id}), first)

    def paid(self, api: Api) -> dict[str, Any]:
        booking = api.book(hours=1)
        api.pay(booking)
        return booking

    @pytest.mark.parametrize(
        ("path", "body", "status"),
        [
            ("booking/payment/", {"booking_id": UNKNOWN_ID}, 404),
            ("booking/create/", {"hours": "2"}, 422),
            ("scan/entry/", {"qr_code": "?", "scanner_device_id": "ENTRY_GATE_01"}, 404),
            ("scan/entry/", {"qr_code": "?", "scanner_device_id": "NOBODY"}, 401),
        ],
    )
    def test_is_refused_as_it_was(self, api, path, body, status):
        first = send(api, path, body, REMOTE_ADDR="127.0.0.1" if status != 401 else ELSEWHERE)
        assert first.status_code == status
        if status != 401:
            assert_replayed(send(api, path, body), first)

    def test_a_declined_payment_is_not_tried_again_under_its_key(self, api):
        body = {"booking_id": api.book()["booking_id"], "payment_gateway_data": {"token": "tok_declined"}}
        first = send(api, "booking/payment/", body)
        assert code(first) == (402, "payment_declined")
        assert_replayed(send(api, "booking/payment/", body), first)
        assert Payment.objects.count() == 1

    def test_a_payment_that_waits_is_answered_as_it_was(self, api):
        body = {"booking_id": api.book()["booking_id"], "payment_gateway_data": {"token": "tok_needs_action"}}
        first = send(api, "booking/payment/", body)
        assert first.status_code == 202
        api.advance(seconds=31)
        assert_replayed(send(api, "booking/payment/", body), first)
        assert api.post("booking/payment/", body).status_code == 200

    def test_whatever_became_of_the_booking_since(self, api):
        first = create(api)
        api.advance(seconds=7 * 24 * 3600)
        assert_replayed(create(api), first)

    def test_a_body_that_is_spelled_otherwise_is_another(self, api):
        raw = json.dumps(booking_body()).encode()
        first = api.post_raw("booking/create/", raw, HTTP_IDEMPOTENCY_KEY=KEY)
        assert_replayed(api.post_raw("booking/create/", raw, HTTP_IDEMPOTENCY_KEY=KEY), first)
        other = api.post_raw("booking/create/", raw + b" ", HTTP_IDEMPOTENCY_KEY=KEY)
        assert code(other) == (422, "idempotency_key_reused")


class TestAnotherRequest:
    def test_with_another_body_is_refused_and_does_nothing(self, api):
        first = create(api)
        assert code(create(api, vehicle_number="KA01X1")) == (422, "idempotency_key_reused")
        assert ParkingBooking.objects.count() == 1
        assert_replayed(create(api), first)

    def test_at_another_address_is_refused(self, api):
        body = {"booking_id": api.book()["booking_id"]}
        assert send(api, "booking/payment/", body).status_code == 200
        assert code(send(api, "booking/cancel/", body)) == (422, "idempotency_key_reused")

    def test_with_a_key_of_its_own_is_carried_out(self, api):
        create(api)
        assert create(api, key=str(uuid4()), vehicle_number="KA01X1").status_code == 201

    def test_is_not_meant_by_a_request_without_a_key(self, api, django_assert_max_num_queries):
        create(api)
        assert code(api.post("booking/create/", booking_body())) == (409, "vehicle_busy")
        with django_assert_max_num_queries(1) as captured:
            api.post("booking/create/", {})
        assert [query for query in captured if "idempotent" in query["sql"]] == []


@pytest.mark.parametrize("key", ["", " ", "a b", "x" * 256, "sch\u00f6n", "tab\there", "\x7f"])
def test_what_is_no_key_is_refused(api, nothing_written, key):
    assert code(create(api, key=key)) == (400, "invalid_idempotency_key")
    assert IdempotentRequest.objects.count() == 0


@pytest.mark.parametrize("key", ["!", "~", "x" * 255, '"8e03978e-40d5-43dd-bc93-6894a57f9324"'])
def test_any_visible_ascii_is_a_key(api, key):
    assert create(api, key=key).status_code == 201


NO_REQUESTS = {
    "no body": (400, lambda api, **key: api.post_raw("booking/create/", b"", **key)),
    "no JSON": (415, lambda api, **key: api.post_raw("booking/create/", b"{}", "text/plain", **key)),
    "too large": (413, lambda api, **key: api.post_raw("booking/create/", b"x" * 65537, **key)),
    "no address": (404, lambda api, **key: api.post_raw("nowhere/", b"{}", **key)),
    "a question": (200, lambda api, **key: api.get("api/zones/", **key)),
    "health": (405, lambda api, **key: api.client.post("/parking/health/", "{}", "application/json", **key)),
    "an event": (400, lambda api, **key: api.post("payment/webhook/simulated/", {}, **key)),
}


@pytest.mark.parametrize("what", NO_REQUESTS)
def test_what_is_no_request_takes_no_key(api, what):
    status, send_it = NO_REQUESTS[what]
    assert send_it(api, HTTP_IDEMPOTENCY_KEY=KEY).status_code == status
    assert IdempotentRequest.objects.count() == 0


@pytest.mark.parametrize("path", ["zones/", f"booking/{'x' * 300}/", "booking/%00/"])
def test_an_address_that_answers_no_post_keeps_no_answer(api, path):
    for _ in range(2):
        response = send(api, path, {})
        assert (response.status_code, REPLAYED in response) == (405, False)
    assert not IdempotentRequest.objects.filter(completed_at__isnull=False).exists()


class TestWhatIsNotFinal:
    """The same request may be carried out again: at once after an answer, else when its lease is over."""

    @pytest.mark.parametrize("error", [Busy(), PaymentInProgress(), OperationalError("gone"), ZeroDivisionError()])
    def test_an_answer_that_may_be_better_next_time(self, api, monkeypatch, error):
        with monkeypatch.context() as patch:
            patch.setattr("parking.api.bookings.ParkingService.create_booking", raising(error))
            failed = create(api)
            assert failed.status_code in (409, 500, 503)
            assert code(create(api, hours=3)) == (422, "idempotency_key_reused")
        done = create(api)
        assert (done.status_code, REPLAYED in done) == (201, False)
        assert_replayed(create(api), done)

    def test_a_view_that_raises_past_all_handlers(self, api, monkeypatch):
        monkeypatch.setattr(edge, "_is_final", raising(ZeroDivisionError()))
        assert create(api).status_code == 500
        monkeypatch.undo()
        assert code(create(api)) == (409, "idempotency_in_progress")

    def test_a_process_that_died_in_between(self, api, monkeypatch):
        died = KeyboardInterrupt()
        with monkeypatch.context() as patch:
            patch.setattr("parking.api.bookings.ParkingService.create_booking", raising(died))
            with pytest.raises(KeyboardInterrupt):
                create(api)
        waiting = create(api)
        assert code(waiting) == (409, "idempotency_in_progress")
        assert waiting["Retry-After"] == "1"
        assert code(create(api, hours=3)) == (422, "idempotency_key_reused")
        with wall_clock_later(59):
            assert code(create(api)) == (409, "idempotency_in_progress")
        with wall_clock_later(61):
            done = create(api)
            assert (done.status_code, REPLAYED in done) == (201, False)
            assert_replayed(create(api), done)

    def test_a_test_clock_that_stands_still_or_jumps_does_not_touch_the_lease(self, api, monkeypatch):
        with monkeypatch.context() as patch:
            patch.setattr("parking.api.bookings.ParkingService.create_booking", raising(KeyboardInterrupt()))
            with pytest.raises(KeyboardInterrupt):
                create(api)
        api.post("sandbox/clock/", {"advance_seconds": 3600, "freeze": True})
        assert code(create(api)) == (409, "idempotency_in_progress")
        with wall_clock_later(61):
            assert create(api).status_code == 201

    def test_a_process_that_died_after_it_was_done_books_nothing_more(self, api, monkeypatch):
        with monkeypatch.context() as patch:
            patch.setattr(idempotency, "finish", raising(KeyboardInterrupt()))
            with pytest.raises(KeyboardInterrupt):
                create(api)
        with wall_clock_later(61):
            again = create(api)
            assert code(again) == (409, "vehicle_busy")
            assert_replayed(create(api), again)
        assert ParkingBooking.objects.count() == 1

    @pytest.mark.parametrize("error", [Busy(), OperationalError("gone")])
    def test_what_was_done_is_answered_even_if_the_answer_cannot_be_kept(self, api, monkeypatch, error):
        monkeypatch.setattr(idempotency, "finish", raising(error))
        assert create(api).status_code == 201
        monkeypatch.setattr(idempotency, "release", raising(error))
        assert create(api, key="other", hours="2").status_code == 422


def raising(error: BaseException) -> Any:
    def function(*_: object, **__: object) -> None:
        raise error

    return function


def test_every_post_documents_the_key(api):
    paths = api.get("api/openapi.json").json()["paths"]
    takes_key = {
        path: [parameter["name"] for parameter in methods["post"].get("parameters", []) if parameter["in"] == "header"]
        for path, methods in paths.items()
        if "post" in methods
    }
    webhook = "/parking/api/payment/webhook/{provider}/"
    assert {path for path, names in takes_key.items() if names != ["Idempotency-Key"]} == {webhook}
    for path in takes_key.keys() - {webhook}:
        answers = paths[path]["post"]["responses"]
        for status, name in [
            ("400", "invalid_idempotency_key"),
            ("409", "idempotency_in_progress"),
            ("422", "idempotency_key_reused"),
        ]:
            assert f"`{name}`" in answers[status]["description"]
