"""What stands between a request and its view, where Django's own will not do."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware import locale
from django.urls import ResolverMatch, get_urlconf, resolve
from django.utils.cache import patch_vary_headers

from parking.edge.addresses import is_for_programs


class ProgramsMiddleware:
    """Leads a request of a program straight to its view, past all that is listed below this: it carries no cookie and
    has no language, and a gate must not wait for what is done for people's eyes.

    The door of the API (`parking.api.door`) turns whatever goes wrong there into its answer.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._as_page = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not is_for_programs(request.path_info):
            return self._as_page(request)
        request.get_host()  # raises DisallowedHost, as for a page
        found = _view_at(request.path_info, get_urlconf() or settings.ROOT_URLCONF)
        request.resolver_match = found
        response: HttpResponseBase = found.func(request, *found.args, **found.kwargs)
        if isinstance(response, HttpResponse):
            response.headers.setdefault("Content-Length", str(len(response.content)))
        return response


@lru_cache(maxsize=512)
def _view_at(path: str, urlconf: str) -> ResolverMatch:
    """To try all patterns takes longer than much of what a gate asks for; and gates ask at the same two addresses."""
    return resolve(path, urlconf)


class LocaleMiddleware(locale.LocaleMiddleware):
    """By the cookie of the language switch, else as the browser asks."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        patch_vary_headers(response, ("Cookie",))
        return super().process_response(request, response)
