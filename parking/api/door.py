"""What every request passes before and after its view: the limits of a body, and errors that speak JSON."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, resolve
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from ninja.parser import Parser

from parking.api import strict_json
from parking.api.callers import guessing_source
from parking.api.errors import (
    ErrorResponse,
    InvalidJson,
    UnsupportedMediaType,
    error_of,
    error_response,
)
from parking.api.idempotency import once_for_each_key
from parking.domain.errors import (
    DeviceKeyRequired,
    InvalidKey,
    NotFound,
    UnknownBooking,
    UnknownCode,
    UnknownDiscount,
    UnknownSession,
)
from parking.edge.errors import BadRequest, BodyTooLarge, MethodNotAllowed
from parking.edge.moments import now_of
from parking.services import guesses

MAX_BODY_BYTES: Final = 64 * 1024
_MAX_LENGTH_DIGITS: Final = 9
_JSON: Final = "application/json"

_PAGES: Final = ("openapi-json", "openapi-view")  # ninja's own, which answer to any method
_HEALTH: Final = "health"  # guesses nothing, and must answer while the database does not
_SHARED: Final = ("zones", "zone_status")
_SHARED_SECONDS: Final = 0.2
_WRONG_GUESSES: Final = (UnknownBooking, UnknownSession, UnknownCode, UnknownDiscount, InvalidKey, DeviceKeyRequired)

View = Callable[..., HttpResponseBase]


class StrictParser(Parser):
    """Ninja's way to our reading of JSON."""

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        return strict_json.read_object(raw=request.body)


def through_the_door(pattern: URLPattern) -> URLPattern:
    """The same address, with its view behind the door."""
    view = pattern.callback
    if pattern.name in _PAGES:
        view = require_safe(view)
    if pattern.name != _HEALTH:
        view = _counting_guesses(once_for_each_key(view))
    if pattern.name in _SHARED:
        view = _sharing(view)
    return URLPattern(pattern.pattern, _guarded(view), pattern.default_args, pattern.name)


def _guarded(view: View) -> View:
    # No CSRF token: a form or a link of another site cannot send application/json, and no cookie counts here.
    @csrf_exempt
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method == "HEAD":
            request.method = "GET"  # the server leaves the body away
        try:
            if request.method == "POST":
                _check_body(request)
            response = view(request, *args, **kwargs)
        except Exception as error:
            response = error_response(error_of(error))
        if response.status_code == MethodNotAllowed.default_status:
            response = _method_not_allowed(allow=response["Allow"])
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    return guarded


def _sharing(view: View) -> View:
    """Let whoever asks the same in the same moment have the same answer (`config.shared_answers`)."""

    @wraps(view)
    def sharing(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        if settings.PARKING_MODE == "live" and response.status_code == HTTPStatus.OK:
            response.shared_seconds = _SHARED_SECONDS  # type: ignore[attr-defined]
        return response

    return sharing


def _counting_guesses(view: View) -> View:
    """Answer nobody who has guessed too many codes, ids or keys wrong (DESIGN section 7)."""

    @wraps(view)
    def counting(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        source = guessing_source(request)
        if source is None:
            return view(request, *args, **kwargs)
        guesses.require_room(source=source, now=now_of(request))
        response = view(request, *args, **kwargs)
        if isinstance(response, ErrorResponse) and isinstance(response.error, _WRONG_GUESSES):
            guesses.count(source=source, now=now_of(request))
        return response

    return counting


def _check_body(request: HttpRequest) -> None:
    """Refuse before reading what is no JSON or too much, so that nobody can make us hold it."""
    if request.content_type != _JSON:
        raise UnsupportedMediaType
    announced = request.headers.get("Content-Length", "")
    if announced and not (announced.isascii() and announced.isdecimal()):
        raise BadRequest("The header Content-Length is not a number.")
    if len(announced) > _MAX_LENGTH_DIGITS or int(announced or 0) > MAX_BODY_BYTES:
        raise BodyTooLarge
    try:
        body = request.body
    except Exception as error:
        raise error_of(error) from error
    if len(body) > MAX_BODY_BYTES:
        raise BodyTooLarge
    if not body:
        raise InvalidJson("The body is empty, or came without a Content-Length. Send a JSON object.")


def _method_not_allowed(*, allow: str) -> HttpResponse:
    methods = {method.strip() for method in allow.split(",")}
    if "GET" in methods:
        methods.add("HEAD")
    allowed = ", ".join(sorted(methods))
    response = error_response(MethodNotAllowed(f"This address answers only to {allowed}."))
    response["Allow"] = allowed
    return response


@csrf_exempt
def nothing_here(request: HttpRequest, **_: object) -> HttpResponse:
    """Any other address below /parking/. A redirect to the right one would turn a POST into a GET, so tell it."""
    message = "There is nothing at this address."
    if not request.path_info.endswith("/") and resolve(f"{request.path_info}/").func is not nothing_here:
        message = f"There is nothing at this address. Write it with a slash at the end: {request.path_info}/"
    return error_response(NotFound(message))
