"""How a page is made: the site's time, errors as pages, wrong tickets counted, and live parts that cost little."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, Concatenate, Final, ParamSpec

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render, resolve_url
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django_htmx.http import HttpResponseClientRefresh

from parking.domain.callers import Caller
from parking.domain.errors import UnknownBooking, UnknownCode, UnknownSession
from parking.domain.permissions import Permission
from parking.edge.errors import error_of
from parking.edge.moments import now_of
from parking.edge.origins import anonymous_source
from parking.edge.staff import caller_of
from parking.services import guesses
from parking.web import formats
from parking.web.errors import error_page
from parking.web.once import once_for_each_form
from parking.web.place import place_of

Path = ParamSpec("Path")
View = Callable[Concatenate[HttpRequest, Path], HttpResponse]

_WRONG_GUESSES: Final = (UnknownBooking, UnknownSession, UnknownCode)
_ETAG_LENGTH: Final = 32
_SITE_TIME: Final = "Site-Time"


def page(view: View[Path]) -> View[Path]:
    """A page for anybody. What is raised in it becomes a page too; times in it are the site's."""

    @wraps(view)
    def shown(request: HttpRequest, /, *args: Path.args, **kwargs: Path.kwargs) -> HttpResponse:
        with timezone.override(place_of(request).time_zone):
            try:
                response = view(request, *args, **kwargs)
            except Exception as exception:
                response = error_page(request, error_of(exception))
            # What somebody holds is nobody else's: neither a shared cache's, nor the next person's at this screen.
            response.headers.setdefault("Cache-Control", "no-store")
            return response

    return shown


def guessable(view: View[Path]) -> View[Path]:
    """Inside `page`, of a page whose address is a secret: wrong ones are counted as the API counts them
    (DESIGN section 7)."""

    @wraps(view)
    def counting(request: HttpRequest, /, *args: Path.args, **kwargs: Path.kwargs) -> HttpResponse:
        source = anonymous_source(request)
        if source is None:
            return view(request, *args, **kwargs)
        guesses.require_room(source=source, now=now_of(request))
        try:
            return view(request, *args, **kwargs)
        except _WRONG_GUESSES:
            guesses.count(source=source, now=now_of(request))
            raise

    return counting


def staff_page(
    permission: Permission,
) -> Callable[[Callable[Concatenate[HttpRequest, Caller, Path], HttpResponse]], View[Path]]:
    """A page for signed-in staff who may do `permission`; the view is told who it is, after the request.

    Who has not signed in is asked to; who may not is told so, 403.
    """

    def decorate(view: Callable[Concatenate[HttpRequest, Caller, Path], HttpResponse]) -> View[Path]:
        @wraps(view)
        def for_staff(request: HttpRequest, /, *args: Path.args, **kwargs: Path.kwargs) -> HttpResponse:
            if not request.user.is_authenticated:
                return sign_in_first(request)
            caller = caller_of(request)
            caller.require(permission)
            return once_for_each_form(request, caller=caller, act=lambda: view(request, caller, *args, **kwargs))

        return page(for_staff)

    return decorate


def show(request: HttpRequest, template: str, context: Mapping[str, Any] | None = None, **named: Any) -> HttpResponse:
    """A page, or a part of one. `status` may be named, for a page that says what was wrong."""
    return render(request, f"parking/{template}", {"now": now_of(request), **(context or {})}, **named)


def live(request: HttpRequest, template: str, context: Mapping[str, Any]) -> HttpResponse:
    """A part of a page that is asked for again and again: 304 while nothing in it has changed.

    So nothing in it may tell how long something still takes: a countdown is told when it ends.
    """
    text = render_to_string(f"parking/{template}", {"now": now_of(request), **context}, request=request)
    etag = f'"{hashlib.sha256(text.encode()).hexdigest()[:_ETAG_LENGTH]}"'
    fresh = HttpResponse(text, headers={"ETag": etag, "Cache-Control": "private, no-cache"})
    response = get_conditional_response(request, etag=etag, response=fresh) or fresh
    response[_SITE_TIME] = f"{formats.milliseconds(now_of(request))}"  # what countdowns in it run by
    return response


def sign_in_first(request: HttpRequest) -> HttpResponse:
    """To the sign-in, and back to this page from there."""
    if request.htmx:  # type: ignore[attr-defined] # of django_htmx's middleware
        return HttpResponseClientRefresh()  # the whole page asks then
    if request.method in ("GET", "HEAD"):
        return redirect_to_login(request.get_full_path())
    messages.warning(request, gettext("You were signed out, so nothing was done. Sign in, then do it again."))
    return redirect_to_login(_came_from(request))


def _came_from(request: HttpRequest) -> str:
    """The page whose form was sent: what it was sent to has none to come back to."""
    page_before = request.headers.get("Referer", "")
    is_ours = url_has_allowed_host_and_scheme(page_before, {request.get_host()}, require_https=request.is_secure())
    return page_before if is_ours else resolve_url("web:today")
