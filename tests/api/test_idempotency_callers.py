"""Whose an idempotency key is: a gate's, an integrator's, or a driver's, who proves nothing (decision 11)."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.test import Client

from parking.domain.callers import SYSTEM
from parking.domain.permissions import Scope
from parking.models import QRScanLog
from parking.services import credentials, guesses
from tests.api.conftest import UNKNOWN_ID, Api
from tests.api.keyed import ELSEWHERE, KEY, assert_replayed, booking_body, code, create, send
from tests.garage import OPENING

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("parking_setup")]


@pytest.fixture
def two_api_keys() -> list[str]:
    return [
        credentials.make_api_key(name="App", scopes=list(Scope), caller=SYSTEM, now=OPENING).token for _ in range(2)
    ]


class TestWhoseKeyItIs:
    def answer(self, address: str, key: str, **changes: Any) -> HttpResponse:
        return create(Api(client=Client(REMOTE_ADDR=address)), key=key, **changes)

    def test_a_driver_keeps_a_long_key_from_one_network_to_the_next(self, api):
        first = self.answer(ELSEWHERE, KEY)
        assert_replayed(self.answer("198.51.100.7", KEY), first)

    def test_a_short_key_of_a_stranger_is_another(self, api):
        first = self.answer(ELSEWHERE, "1")
        stranger = self.answer("198.51.100.7", "1")
        assert code(stranger) == (409, "vehicle_busy")
        assert self.answer("203.0.113.1", "1", vehicle_number="KA01X1").status_code == 201
        assert_replayed(self.answer(ELSEWHERE, "1"), first)

    def test_with_another_body_it_tells_a_stranger_nothing(self, api):
        first = self.answer(ELSEWHERE, KEY)
        refused = self.answer("198.51.100.7", KEY, owner_name="Somebody else")
        assert code(refused) == (422, "idempotency_key_reused")
        assert first.json()["booking_id"].encode() not in refused.content

    def test_callers_with_keys_have_idempotency_keys_of_their_own(self, two_api_keys):
        body = booking_body()
        clients = [Client(REMOTE_ADDR=ELSEWHERE, headers={"authorization": f"Bearer {key}"}) for key in two_api_keys]
        first = send(Api(client=clients[0]), "booking/create/", body)
        other = send(Api(client=clients[1]), "booking/create/", body)
        driver = self.answer(ELSEWHERE, KEY)
        assert (first.status_code, code(other), code(driver)) == (201, (409, "vehicle_busy"), (409, "vehicle_busy"))
        moved = Client(REMOTE_ADDR="198.51.100.7", headers={"authorization": f"Bearer {two_api_keys[0]}"})
        assert_replayed(send(Api(client=moved), "booking/create/", body), first)

    def test_nobody_gets_the_answer_of_a_gate_without_its_key(self, api):
        booking = api.book()
        api.pay(booking)
        body = {"qr_code": booking["qr_code"], "scanner_device_id": "ENTRY_GATE_01"}
        assert send(api, "scan/entry/", body).status_code == 200
        for headers in ({}, {"authorization": "Bearer spgate_0123456789ab_nothing"}):
            outside = Api(client=Client(REMOTE_ADDR=ELSEWHERE, headers=headers))
            assert send(outside, "scan/entry/", body).status_code == 401
        assert QRScanLog.objects.filter(result="FAILED").count() == 2

    def test_a_wrong_guess_counts_once_and_its_repetition_not(self, api):
        client = Api(client=Client(REMOTE_ADDR=ELSEWHERE))
        for _ in range(guesses.LIMIT + 5):
            assert send(client, "booking/payment/", {"booking_id": UNKNOWN_ID}).status_code == 404
        answers = [
            send(client, "booking/payment/", {"booking_id": str(uuid4())}, key=str(uuid4())).status_code
            for _ in range(guesses.LIMIT)
        ]
        assert answers == [404] * (guesses.LIMIT - 1) + [429]
