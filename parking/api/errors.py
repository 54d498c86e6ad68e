"""Every refusal as the specification's error body, with the status and the stable code of its error."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views import defaults
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from parking.domain.errors import InvalidField, NotFound, ParkingError, TooManyGuesses, Unauthenticated
from parking.edge.errors import TRY_AGAIN_SOON, BadRequest, InternalError
from parking.edge.errors import error_of as edge_error_of

API_ROOT: Final = "/parking/"


class InvalidJson(ParkingError):
    default_code = "invalid_json"
    default_status = 400
    default_message = "The body is not a JSON object."


class InvalidIdempotencyKey(ParkingError):
    default_code = "invalid_idempotency_key"
    default_status = 400
    default_message = "The header Idempotency-Key must have 1 to 255 visible ASCII characters."


class UnsupportedMediaType(ParkingError):
    default_code = "unsupported_media_type"
    default_status = 415
    default_message = "Send a JSON body, with the header Content-Type: application/json."


class ErrorResponse(JsonResponse):
    """An answer that remembers the error it stands for, for who looks at it on the way out."""

    error: ParkingError


def error_response(error: ParkingError) -> HttpResponse:
    """The answer that `error` stands for."""
    response = ErrorResponse(error_body(error), status=error.status)
    response.error = error
    if isinstance(error, TRY_AGAIN_SOON):
        response["Retry-After"] = "1"
    if isinstance(error, TooManyGuesses):
        response["Retry-After"] = str(error.details["retry_after_seconds"])
    if isinstance(error, Unauthenticated):
        response["WWW-Authenticate"] = "Bearer"
    return response


def error_body(error: ParkingError) -> dict[str, object]:
    body: dict[str, object] = {"success": False, "error": error.message, "code": error.code}
    if isinstance(error, InvalidField):
        body["errors"] = [{"field": error.details["field"], "error": error.message}]
    return {**body, **error.details}


def error_of(exception: Exception) -> ParkingError:
    """What any exception is answered with: ninja's own are read here, the others at every edge alike."""
    # Ninja hides what its parser raised behind an error of its own.
    cause = exception.__cause__ if isinstance(exception, HttpError) else exception
    if isinstance(cause, ValidationError):
        return _invalid_fields(errors=cause.errors)
    return edge_error_of(cause or exception)


def add_handlers(*, api: NinjaAPI) -> None:
    """Answer all that goes wrong in a view; ninja picks the most special handler, and has some of its own."""
    for kind in (Exception, HttpError, ValidationError, Http404):
        api.add_exception_handler(kind, _handle)


def _handle(request: HttpRequest, exception: Any) -> HttpResponse:
    return error_response(error_of(exception))


def _invalid_fields(*, errors: list[dict[str, Any]]) -> InvalidField:
    """Ninja's list of what does not fit a schema, in plain words; the first names the error."""
    found = [InvalidField(field=_field_name(error["loc"]), problem=_problem(error)) for error in errors]
    found[0].details["errors"] = [{"field": one.details["field"], "error": one.message} for one in found]
    return found[0]


def _field_name(location: tuple[str | int, ...]) -> str:
    # ("query", field), or ("body", name of the view's argument, field, ...)
    fields = location[1:] if location[0] == "query" else location[2:]
    return ".".join(str(part) for part in fields) or "body"


_PROBLEMS: Final[Mapping[str, str]] = {
    "missing": "is required.",
    "string_type": "must be a text.",
    "int_type": "must be a whole number, written without quotes or a decimal point.",
    "bool_type": "must be true or false.",
    "dict_type": "must be an object.",
    "string_too_short": "must have at least {min_length} character(s).",
    "string_too_long": "must have at most {max_length} characters.",
    "value_error": "{error}",
}


def _problem(error: Mapping[str, Any]) -> str:
    template = _PROBLEMS.get(error["type"])
    return template.format(**error.get("ctx", {})) if template else f"{error['msg']}."


def _below_root(page: Callable[..., HttpResponse], error: type[ParkingError]) -> Callable[..., HttpResponse]:
    """Django's own error page, but the error body below /parking/."""

    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.path_info.startswith(API_ROOT):
            return error_response(error())
        return page(request, *args, **kwargs)

    return answer


# For config.urls, which Django asks for the pages of errors that no view of ours has seen.
handler400 = _below_root(defaults.bad_request, BadRequest)
handler404 = _below_root(defaults.page_not_found, NotFound)
handler500 = _below_root(defaults.server_error, InternalError)
