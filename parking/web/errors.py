"""Every refusal as a page: what happened, and what to do next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from parking.domain.errors import Forbidden, NotFound, ParkingError, TooManyGuesses
from parking.edge.errors import TRY_AGAIN_SOON, BadRequest, FormTooOld, InternalError
from parking.web.words import told


@dataclass(frozen=True, slots=True, kw_only=True)
class _Heading:
    title: Promise
    icon: str = "alert"


_HEADINGS: Final = {
    400: _Heading(title=_("That did not work")),
    402: _Heading(title=_("The payment did not go through"), icon="card"),
    403: _Heading(title=_("This is not yours to open"), icon="lock"),
    404: _Heading(title=_("We cannot find that"), icon="search"),
    405: _Heading(title=_("That did not work")),
    409: _Heading(title=_("That is not possible just now")),
    410: _Heading(title=_("This is over"), icon="clock"),
    413: _Heading(title=_("That was too much")),
    422: _Heading(title=_("Something in it is not right")),
    429: _Heading(title=_("Too many tries"), icon="clock"),
    500: _Heading(title=_("Something went wrong on our side")),
    503: _Heading(title=_("We will be back in a moment"), icon="clock"),
}


def error_page(request: HttpRequest, error: ParkingError) -> HttpResponse:
    """The page that `error` stands for, with its status."""
    heading = _HEADINGS.get(error.status, _HEADINGS[500])
    shown = {"title": heading.title, "icon": heading.icon, "message": told(error), "error": error}
    response = render(request, "parking/error.html", shown, status=error.status)
    response["Cache-Control"] = "no-store"
    if isinstance(error, TRY_AGAIN_SOON):
        response["Retry-After"] = "1"
    if isinstance(error, TooManyGuesses):
        response["Retry-After"] = str(error.details["retry_after_seconds"])
    return response


def nothing_here(request: HttpRequest) -> HttpResponse:
    """Any other address below a page's. Who left the slash away is sent to the page."""
    path = request.path_info
    if request.method in ("GET", "HEAD") and not path.endswith("/") and _is_page(f"{path}/"):
        asked = request.META.get("QUERY_STRING", "")
        return redirect(f"{path}/?{asked}" if asked else f"{path}/")
    raise Http404


def _is_page(path: str) -> bool:
    try:
        return resolve(path).func is not nothing_here
    except Resolver404:
        return False


# For config.urls and the settings, which Django asks for the pages of errors that no view of ours has seen.


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(request, BadRequest())


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(request, Forbidden())


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(request, NotFound("There is nothing at this address."))


def server_error(request: HttpRequest) -> HttpResponse:
    return error_page(request, InternalError())


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Mostly a form that was open for long, or a browser without cookies; seldom an attack."""
    return error_page(request, FormTooOld())
