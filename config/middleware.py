"""What only pages need. A request of the API passes all of it by: it carries no cookie and has no language, and a gate
must not wait for what is done for people's eyes.

Subclasses under their own names, so that Django's checks still find what the admin needs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from csp import middleware as csp
from django.contrib.auth import middleware as auth
from django.contrib.messages import middleware as messages
from django.contrib.sessions import middleware as sessions
from django.middleware import gzip, locale
from django.utils.cache import patch_vary_headers
from django_htmx import middleware as htmx

from parking.edge.addresses import is_for_programs

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase


class _OfPages:
    """Goes before a middleware of Django's style, and lets requests of programs past it."""

    get_response: Any

    def __call__(self, request: HttpRequest) -> Any:
        if is_for_programs(request.path_info):
            return self.get_response(request)
        return super().__call__(request)  # type: ignore[misc] # of the middleware that this stands before


class GZipMiddleware(_OfPages, gzip.GZipMiddleware):
    """Pads each answer by a random length, so that its size tells nothing of what it holds (BREACH)."""


class SessionMiddleware(_OfPages, sessions.SessionMiddleware):
    """Staff only: nothing of a driver's is kept in a session."""


class LocaleMiddleware(_OfPages, locale.LocaleMiddleware):
    """By the cookie of the language switch, else as the browser asks."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        patch_vary_headers(response, ("Cookie",))
        return super().process_response(request, response)


class AuthenticationMiddleware(_OfPages, auth.AuthenticationMiddleware):
    """Who signed in."""


class MessageMiddleware(_OfPages, messages.MessageMiddleware):
    """What a page says after it has sent the browser on to the next."""


class HtmxMiddleware(_OfPages, htmx.HtmxMiddleware):
    """Whether htmx asks, for a part of a page."""


class CSPMiddleware(_OfPages, csp.CSPMiddleware):
    """Only scripts and styles from our own files, for the admin too."""
