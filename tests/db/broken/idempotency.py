"""A key belongs to one request, and the answer that is stored for it never changes (promise I14)."""

from __future__ import annotations

from parking.models import IdempotentRequest
from tests.db.broken import Statement, breaks
from tests.db.rows import Rows, change
from tests.garage import OPENING, at

HASH = 64 * "0"
ANSWER = {"completed_at": OPENING, "answer_status": 200, "answer_headers": {}, "answer_body": b"{}"}


def _request(**changes: object) -> IdempotentRequest:
    row = {"scope": "driver", "client_key": "key", "route": "/create/", "body_hash": HASH, "created_at": OPENING}
    return IdempotentRequest.objects.create(**row | changes)


@breaks("parking_idempotency_key_once")
def one_key_for_two_requests(rows: Rows) -> Statement:
    _request()
    return lambda: _request(route="/cancel/")


@breaks("parking_idempotency_body_hashed")
def a_body_kept_as_it_came(rows: Rows) -> Statement:
    return lambda: _request(body_hash="{}")


@breaks("parking_idempotency_answered_whole")
def answered_without_a_status(rows: Rows) -> Statement:
    return lambda: _request(**ANSWER | {"answer_status": None})


@breaks("parking_idempotency_answered_whole")
def answered_without_a_body(rows: Rows) -> Statement:
    return lambda: _request(**ANSWER | {"answer_body": None})


@breaks("parking_idempotency_answered_whole")
def answered_and_nobody_knows_when(rows: Rows) -> Statement:
    return lambda: _request(**ANSWER | {"completed_at": None})


@breaks("parking_idempotency_answered_whole")
def a_failure_kept_as_the_answer(rows: Rows) -> Statement:
    return lambda: _request(**ANSWER | {"answer_status": 500})


@breaks("parking_idempotency_fixed")
def a_key_given_to_another_body(rows: Rows) -> Statement:
    request = _request()
    return lambda: change(request, body_hash=64 * "1")


@breaks("parking_idempotency_fixed")
def a_key_given_to_somebody_else(rows: Rows) -> Statement:
    request = _request()
    return lambda: change(request, scope="device:GATE")


@breaks("parking_idempotency_fixed")
def a_key_made_younger(rows: Rows) -> Statement:
    request = _request()
    return lambda: change(request, created_at=at(minutes=1))


@breaks("parking_idempotency_final")
def a_stored_answer_rewritten(rows: Rows) -> Statement:
    request = _request(**ANSWER)
    return lambda: change(request, answer_body=b'{"success": true}')


@breaks("parking_idempotency_final")
def a_stored_answer_with_another_status(rows: Rows) -> Statement:
    request = _request(**ANSWER)
    return lambda: change(request, answer_status=201)


@breaks("parking_idempotency_final")
def a_stored_answer_taken_back(rows: Rows) -> Statement:
    request = _request(**ANSWER)
    return lambda: change(request, **dict.fromkeys(ANSWER))


@breaks("parking_idempotency_final")
def a_stored_answer_saved_again_as_it_was(rows: Rows) -> Statement:
    return _request(**ANSWER).save
