"""What goes wrong at the edge itself, and which error of ours any exception is answered with."""

from __future__ import annotations

from typing import Final

import structlog
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import Http404, UnreadablePostError

from parking.domain.errors import (
    Busy,
    Forbidden,
    IdempotencyInProgress,
    NotFound,
    ParkingError,
    PaymentInProgress,
    Unavailable,
)

TRY_AGAIN_SOON: Final = (Busy, IdempotencyInProgress, PaymentInProgress, Unavailable)

log = structlog.get_logger(__name__)


class BadRequest(ParkingError):
    default_code = "bad_request"
    default_status = 400
    default_message = "The request cannot be understood."


class FormTooOld(Forbidden):
    default_code = "form_too_old"
    default_message = (
        "This form is out of date, or your browser keeps no cookies. Nothing was changed: go back, load the page "
        "again and send it once more."
    )


class MethodNotAllowed(ParkingError):
    default_code = "method_not_allowed"
    default_status = 405
    default_message = "This address does not answer that method."


class BodyTooLarge(ParkingError):
    default_code = "body_too_large"
    default_status = 413
    default_message = "The body is too large. Send at most 64 KiB."


class InternalError(ParkingError):
    default_code = "internal_error"
    default_message = "Something went wrong on our side. It has been recorded; please try again later."


def error_of(exception: BaseException | None) -> ParkingError:
    """What any exception is answered with. One that nobody foresaw is logged, and nothing of it is told."""
    match exception:
        case ParkingError():
            return exception
        case RequestDataTooBig():
            return BodyTooLarge()
        case SuspiciousOperation() | UnreadablePostError():
            return BadRequest()
        case Http404():
            return NotFound("There is nothing at this address.")
        case PermissionDenied():
            return Forbidden()
        case OperationalError() | InterfaceError():
            log.error("database_unavailable", error_type=type(exception).__name__, exc_info=exception)
            return Unavailable()
        case _:
            log.error("request_failed", error_type=type(exception).__name__, exc_info=exception)
            return InternalError()
