"""One answer for all who ask the same within a moment: how much room there is.

When a stadium empties, everybody looks at the zones. What is counted for one is right for all who ask in the same
fifth of a second, so it is kept that long by each worker and given without going through Django. Only answers that
their view has marked (`parking.api.door`), only to callers who show no key, and only in live mode: the sandbox's clock
may be moved between two questions.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from django.http import HttpResponse

from config.logs import REQUEST_ID, request_id_of

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_MOST_KEPT: Final = 100

Key = tuple[Any, ...]


class _Kept(NamedTuple):
    until: float
    status: str
    headers: list[tuple[str, str]]
    body: bytes


class SharedAnswers:
    """Stands before the application. Whatever may change an answer is a part of what it is kept under."""

    def __init__(self, application: WSGIApplication, clock: Callable[[], float] = time.monotonic) -> None:
        self._application = application
        self._clock = clock
        self._kept: dict[Key, _Kept] = {}

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] != "GET" or "HTTP_AUTHORIZATION" in environ or environ.get("QUERY_STRING"):
            return self._application(environ, start_response)
        key = (
            environ["PATH_INFO"],
            environ.get("HTTP_HOST"),
            environ["wsgi.url_scheme"],
            environ.get("HTTP_X_FORWARDED_PROTO"),
        )
        kept = self._kept.get(key)
        if kept is not None and self._clock() < kept.until:
            request_id = request_id_of(given=environ.get("HTTP_X_REQUEST_ID", ""))
            start_response(kept.status, [*kept.headers, (REQUEST_ID, request_id)])
            return [kept.body]
        response = self._application(environ, start_response)
        shared_seconds = getattr(response, "shared_seconds", None)
        if shared_seconds is not None and isinstance(response, HttpResponse):
            self._keep(key=key, response=response, seconds=shared_seconds)
        return response

    def _keep(self, *, key: Key, response: HttpResponse, seconds: float) -> None:
        if len(self._kept) >= _MOST_KEPT:
            now = self._clock()
            fresh = {other: kept for other, kept in self._kept.copy().items() if now < kept.until}
            self._kept = fresh if len(fresh) < _MOST_KEPT else {}
        self._kept[key] = _Kept(
            until=self._clock() + seconds,
            status=f"{response.status_code} {response.reason_phrase}",
            headers=[(name, value) for name, value in response.items() if name != REQUEST_ID],
            body=response.content,
        )
