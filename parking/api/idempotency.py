"""The header `Idempotency-Key` of a POST: the same request again gets the first answer again (DESIGN section 6)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Any, Final

import structlog
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from parking.api.callers import key_scope
from parking.api.errors import API_ROOT, ErrorResponse, InvalidIdempotencyKey
from parking.domain.errors import ParkingError, TooManyGuesses, Unauthenticated
from parking.edge.errors import TRY_AGAIN_SOON, MethodNotAllowed
from parking.edge.moments import now_of
from parking.queries.clock import current_time
from parking.services import idempotency
from parking.services.idempotency import MAX_ROUTE_LENGTH, KeyedRequest, StoredAnswer

HEADER: Final = "Idempotency-Key"
REPLAYED: Final = "Idempotent-Replayed"

_KEY: Final = re.compile(r"[!-~]{1,255}")
_WEBHOOKS: Final = f"{API_ROOT}api/payment/webhook/"  # a provider's event has an id of its own
_NOT_FINAL: Final = (*TRY_AGAIN_SOON, TooManyGuesses, Unauthenticated)

View = Callable[..., HttpResponseBase]

log = structlog.get_logger(__name__)


def once_for_each_key(view: View) -> View:
    """The same view, which carries out a POST with a key once, and repeats its answer after that."""

    @wraps(view)
    def keyed(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method != "POST" or HEADER not in request.headers or request.path_info.startswith(_WEBHOOKS):
            return view(request, *args, **kwargs)
        sent = _keyed_request(request=request)
        first = idempotency.begin(request=sent, wall=datetime.now(UTC), now=now_of(request))
        if first is not None:
            return _replay(answer=first)
        try:
            response = view(request, *args, **kwargs)
        except Exception:
            _release(request=sent)
            raise
        return _kept(request=sent, response=response)

    return keyed


def _keyed_request(*, request: HttpRequest) -> KeyedRequest:
    key = request.headers[HEADER]
    if not _KEY.fullmatch(key):
        raise InvalidIdempotencyKey
    return KeyedRequest(
        scope=key_scope(request=request, key=key),
        key=key,
        route=request.get_full_path()[:MAX_ROUTE_LENGTH],
        body=request.body,
    )


def _kept(*, request: KeyedRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Keep the answer if it is final, and give the one that is kept. What was done stays done if that fails."""
    if not isinstance(response, HttpResponse) or not _is_final(response=response):
        _release(request=request)
        return response
    answer = StoredAnswer(status=response.status_code, headers=dict(response.items()), body=response.content)
    try:
        kept = idempotency.finish(request=request, answer=answer, now=current_time())
    except (DatabaseError, ParkingError) as error:
        log.warning("idempotent_answer_not_kept", route=request.route, error=str(error))
        return response
    return response if kept is answer else _replay(answer=kept)


def _is_final(*, response: HttpResponse) -> bool:
    """Whether sending the same again could not bring a better answer."""
    if response.status_code >= 500 or response.status_code == MethodNotAllowed.default_status:
        return False
    return not (isinstance(response, ErrorResponse) and isinstance(response.error, _NOT_FINAL))


def _release(*, request: KeyedRequest) -> None:
    """If even this fails, the lease ends by itself."""
    try:
        idempotency.release(request=request)
    except (DatabaseError, ParkingError) as error:
        log.warning("idempotent_request_not_released", route=request.route, error=str(error))


def _replay(*, answer: StoredAnswer) -> HttpResponse:
    response = HttpResponse(answer.body, status=answer.status, headers=dict(answer.headers))
    response[REPLAYED] = "true"
    return response
