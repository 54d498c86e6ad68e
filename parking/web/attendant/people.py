"""Who holds the phone: a member of staff who signed in, or nobody by name, on a phone that was made a scanner.

Whoever signed in acts in their own name, also on a phone that is paired (DESIGN section 7: the two never mix).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, Final, ParamSpec

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from parking.domain.callers import Caller, CallerKind
from parking.domain.errors import InvalidKey
from parking.domain.permissions import Permission
from parking.edge.moments import now_of
from parking.edge.staff import caller_of
from parking.services import credentials
from parking.web.pages import View, page, sign_in_first

Path = ParamSpec("Path")

_COOKIE: Final = "scanner_key"
_BELOW: Final = "/parking/scanner/"
_KEPT_SECONDS: Final = 400 * 24 * 3600
"""As long as browsers keep any cookie. The key in it ends when the scanner is revoked, or given another key."""


def scanner_page(view: Callable[Concatenate[HttpRequest, Caller, Path], HttpResponse]) -> View[Path]:
    """A page for whoever may scan; the view is told who it is, after the request."""

    @wraps(view)
    def for_whoever_scans(request: HttpRequest, /, *args: Path.args, **kwargs: Path.kwargs) -> HttpResponse:
        if request.user.is_authenticated:
            caller = caller_of(request)
            caller.require(Permission.GATE_SCAN)
            return view(request, caller, *args, **kwargs)
        if not is_paired(request):
            return sign_in_first(request)
        try:
            return view(request, paired_caller(request), *args, **kwargs)
        except InvalidKey:
            return redirect("web:pairing")

    return page(for_whoever_scans)


def posted(*, else_to: str) -> Callable[[View[Path]], View[Path]]:
    """Of an address that only takes forms: who opens it by itself, after a sign-in for instance, is sent on."""

    def decorate(view: View[Path]) -> View[Path]:
        @wraps(view)
        def by_form(request: HttpRequest, /, *args: Path.args, **kwargs: Path.kwargs) -> HttpResponse:
            return view(request, *args, **kwargs) if request.method == "POST" else redirect(else_to)

        return by_form

    return decorate


def is_paired(request: HttpRequest) -> bool:
    """Whether the phone keeps a scanner's key, which may have ended since."""
    return bool(_key(request))


def paired_caller(request: HttpRequest) -> Caller:
    """The scanner that this phone is. Raises InvalidKey: its key has ended, or it never had one."""
    return scanner_with(key=_key(request), request=request)


def scanner_with(*, key: str, request: HttpRequest) -> Caller:
    """The scanner whose key this is. Raises InvalidKey, also for a key of anybody else."""
    caller = credentials.authenticate(token=key, now=now_of(request))
    if caller.kind is not CallerKind.DEVICE:
        raise InvalidKey("This is not the key of a scanner. Ask the operator for this scanner's key.")
    return caller


def pair(response: HttpResponse, *, key: str) -> HttpResponse:
    """Give the phone the key to keep: no script reads it, and no other site's page has it sent."""
    response.set_signed_cookie(
        _COOKIE,
        key,
        salt=_COOKIE,
        max_age=_KEPT_SECONDS,
        path=_BELOW,
        secure=settings.LIVE,
        httponly=True,
        samesite="Strict",
    )
    return response


def unpair(response: HttpResponse) -> HttpResponse:
    response.delete_cookie(_COOKIE, path=_BELOW, samesite="Strict")
    return response


def _key(request: HttpRequest) -> str:
    """The key that the phone keeps; empty for none, and for one that is not signed by us."""
    return request.get_signed_cookie(_COOKIE, default="", salt=_COOKIE) or ""
