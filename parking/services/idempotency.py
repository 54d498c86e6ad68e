"""Requests that are carried out once, however often they are sent under one key (DESIGN section 6, promise I14).

The row of a request is committed before it is carried out, and its answer before it is sent. A request that was
never answered, because its process died, may be carried out again once its lease is over: the business rules make
that harmless.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Q, QuerySet

from parking.db.transactions import use_case
from parking.domain.errors import IdempotencyInProgress, IdempotencyKeyReused
from parking.models import IdempotentRequest

LEASE: Final = timedelta(seconds=60)
"""Longer than any request takes. Of the wall clock: a test clock that stands still must not keep a key locked."""
KEPT: Final = timedelta(days=30)
MAX_ROUTE_LENGTH: Final = 200
_PRUNE_BATCH: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyedRequest:
    """What was sent under a key, and whose key it is."""

    scope: str
    key: str
    route: str
    body: bytes

    @property
    def body_hash(self) -> str:
        return hashlib.sha256(self.body).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAnswer:
    """What the first request was answered, byte for byte."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def begin(*, request: KeyedRequest, wall: datetime, now: datetime) -> StoredAnswer | None:
    """The answer that the request got before; None if the caller shall carry it out now, and then `finish` it.

    Raises IdempotencyKeyReused if the key came with another request, IdempotencyInProgress while another caller is
    at it. `wall` is the real time, `now` that of the business.
    """
    with use_case():
        row, is_new = IdempotentRequest.objects.get_or_create(
            scope=request.scope,
            client_key=request.key,
            defaults={
                "route": request.route,
                "body_hash": request.body_hash,
                "created_at": now,
                "lease_until": wall + LEASE,
            },
        )
        if is_new:
            return None
        if (row.route, row.body_hash) != (request.route, request.body_hash):
            raise IdempotencyKeyReused
        if row.completed_at is not None:
            return _answer_of(row=row)
        # One statement, so that of all who find the lease over only one takes it.
        free = Q(lease_until__isnull=True) | Q(lease_until__lte=wall)
        if not _unanswered(request=request).filter(free).update(lease_until=wall + LEASE):
            raise IdempotencyInProgress
    return None


def finish(*, request: KeyedRequest, answer: StoredAnswer, now: datetime) -> StoredAnswer:
    """Keep the answer for good. Returns the one that is kept: an earlier one, if this request outlived its lease."""
    with use_case():
        stored = _unanswered(request=request).update(
            lease_until=None,
            completed_at=now,
            answer_status=answer.status,
            answer_headers=dict(answer.headers),
            answer_body=answer.body,
        )
        row = None if stored else _rows(request=request).filter(completed_at__isnull=False).first()
    return answer if row is None else _answer_of(row=row)


def release(*, request: KeyedRequest) -> None:
    """Let the same request be carried out again at once: what it was answered is not final."""
    with use_case():
        _unanswered(request=request).update(lease_until=None)


def prune(*, now: datetime) -> int:
    """Forget keys that are 30 days old. Returns how many there were."""
    pruned = 0
    old = IdempotentRequest.objects.filter(created_at__lte=now - KEPT).order_by("created_at")
    while ids := list(old.values_list("id", flat=True)[:_PRUNE_BATCH]):
        deleted, _ = IdempotentRequest.objects.filter(id__in=ids).delete()
        pruned += deleted
    return pruned


def _rows(*, request: KeyedRequest) -> QuerySet[IdempotentRequest]:
    return IdempotentRequest.objects.filter(scope=request.scope, client_key=request.key)


def _unanswered(*, request: KeyedRequest) -> QuerySet[IdempotentRequest]:
    return _rows(request=request).filter(completed_at__isnull=True)


def _answer_of(*, row: IdempotentRequest) -> StoredAnswer:
    if row.answer_status is None or row.answer_body is None:
        raise RuntimeError(f"request {row.id} has no answer yet")
    return StoredAnswer(status=row.answer_status, headers=row.answer_headers or {}, body=bytes(row.answer_body))
