"""Logging: every line, ours and the libraries', goes through structlog and carries the id of its request."""

import re
import sys
import uuid
from collections.abc import Callable
from typing import Any

import structlog
from django.http import HttpRequest, HttpResponseBase
from structlog.contextvars import bind_contextvars, clear_contextvars, merge_contextvars
from structlog.typing import Processor

REQUEST_ID = "X-Request-ID"
# What is logged is chosen by the caller, so its length and alphabet are not.
_GIVEN_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


def log_settings(*, level: str, as_json: bool) -> dict[str, Any]:
    """Configure structlog, and return the LOGGING setting that sends all other loggers the same way."""
    common: list[Processor] = [
        merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.PositionalArgumentsFormatter(),
            *common,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    to_console = {"handlers": ["console"], "level": level, "propagate": False}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "structured": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": common,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    *_renderers(as_json=as_json),
                ],
            }
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "structured"}},
        "root": {"handlers": ["console"], "level": level},
        # These come with handlers of their own, which would print each line a second time and unstructured.
        "loggers": {
            **dict.fromkeys(("django", "django.server", "_granian", "granian.access"), to_console),
            "fontTools": {"level": "WARNING"},  # else every receipt in PDF writes a hundred lines
        },
    }


def _renderers(*, as_json: bool) -> list[Processor]:
    """Tracebacks stay plain: richer ones print local variables, and those hold plates, phones and keys."""
    if as_json:
        return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    return [
        structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback)
    ]


def request_id_of(*, given: str) -> str:
    """The caller's own id if it is a fit one, else a new one."""
    return given if _GIVEN_REQUEST_ID.fullmatch(given) else uuid.uuid4().hex


class RequestIdMiddleware:
    """Give each request an id, the caller's if it is a fit one, for its log lines and its response."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request_id = request_id_of(given=request.headers.get(REQUEST_ID, ""))
        # Bound until this thread's next request: Django logs a refused one after the last middleware has ended.
        clear_contextvars()
        bind_contextvars(request_id=request_id)
        response = self.get_response(request)
        response.headers[REQUEST_ID] = request_id
        return response
