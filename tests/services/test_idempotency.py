"""Keys of requests: the lease, the answer that is kept, and the thirty days (`parking.services.idempotency`)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from parking import jobs
from parking.domain.errors import IdempotencyInProgress, IdempotencyKeyReused
from parking.models import IdempotentRequest
from parking.services import idempotency
from parking.services.idempotency import KeyedRequest, StoredAnswer
from tests.garage import OPENING, at

pytestmark = pytest.mark.django_db

REQUEST = KeyedRequest(scope="driver", key="key", route="/create/", body=b'{"hours": 1}')
FIRST = StoredAnswer(status=201, headers={"Content-Type": "application/json"}, body=b"\x00first\xff")
SECOND = StoredAnswer(status=409, headers={"Retry-After": "1"}, body=b"second")


def begin(*, request: KeyedRequest = REQUEST, seconds: float = 0) -> StoredAnswer | None:
    return idempotency.begin(request=request, wall=at(seconds=seconds), now=OPENING)


def finish(answer: StoredAnswer) -> StoredAnswer:
    return idempotency.finish(request=REQUEST, answer=answer, now=OPENING)


def test_the_first_runs_and_its_answer_stays():
    assert begin() is None
    assert finish(FIRST) is FIRST
    assert begin() == FIRST
    assert begin(seconds=10**6) == FIRST


def test_nobody_else_runs_while_the_lease_lasts():
    begin()
    for seconds in (0, 59.999999):
        with pytest.raises(IdempotencyInProgress):
            begin(seconds=seconds)
    assert begin(seconds=60) is None
    with pytest.raises(IdempotencyInProgress):
        begin(seconds=119.999999)
    assert begin(seconds=120) is None


def test_what_was_released_runs_at_once():
    begin()
    idempotency.release(request=REQUEST)
    assert begin() is None
    with pytest.raises(IdempotencyInProgress):
        begin()


def test_an_answer_is_not_released():
    begin()
    finish(FIRST)
    idempotency.release(request=REQUEST)
    assert begin() == FIRST


def test_who_outlives_the_lease_gets_the_answer_that_was_kept():
    begin()
    begin(seconds=60)
    assert finish(SECOND) is SECOND
    assert finish(FIRST) == SECOND
    assert begin() == SECOND


def test_an_answer_to_a_key_that_was_pruned_meanwhile_is_given_all_the_same():
    begin()
    idempotency.prune(now=OPENING + timedelta(days=30))
    assert finish(FIRST) is FIRST


@pytest.mark.parametrize("answered", [False, True])
@pytest.mark.parametrize("change", [{"body": b'{"hours": 2}'}, {"body": b'{"hours": 1} '}, {"route": "/cancel/"}])
def test_a_key_belongs_to_its_first_request(change, answered):
    begin()
    if answered:
        finish(FIRST)
    other = KeyedRequest(**{"scope": "driver", "key": "key", "route": "/create/", "body": REQUEST.body, **change})
    for seconds in (0, 3600):
        with pytest.raises(IdempotencyKeyReused):
            begin(request=other, seconds=seconds)


@pytest.mark.parametrize("change", [{"scope": "device:GATE"}, {"key": "Key"}])
def test_another_scope_or_key_is_another_request(change):
    begin()
    other = KeyedRequest(**{"scope": "driver", "key": "key", "route": "/create/", "body": REQUEST.body, **change})
    assert begin(request=other) is None


def test_keys_are_kept_for_thirty_days_and_not_longer():
    begin()
    month = timedelta(days=30)
    assert idempotency.prune(now=OPENING + month - timedelta(microseconds=1)) == 0
    assert jobs.run_all(now=OPENING + month)["forget old answers"] == 1
    assert IdempotentRequest.objects.count() == 0


def test_answered_ones_are_forgotten_too_and_as_many_as_there_are(monkeypatch):
    monkeypatch.setattr(idempotency, "_PRUNE_BATCH", 2)
    for number in range(5):
        begin(request=KeyedRequest(scope="driver", key=str(number), route="/", body=b""))
    begin()
    finish(FIRST)
    assert idempotency.prune(now=OPENING + timedelta(days=30)) == 6
    assert idempotency.prune(now=OPENING + timedelta(days=30)) == 0
