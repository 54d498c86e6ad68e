"""Moving the clock by a form, and back to the page that it was on."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.http.request import QueryDict
from django.shortcuts import redirect, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from parking.domain.errors import InvalidField, NotFound
from parking.edge.identifiers import moment_of
from parking.edge.origins import is_trusted_sandbox
from parking.services import sandbox_clock
from parking.web.pages import page

_MAX_DIGITS: Final = 9


@require_POST
@page
def move(request: HttpRequest) -> HttpResponse:
    """Whatever one of the control's buttons says. For this machine itself only: everybody's time is moved by it."""
    if not is_trusted_sandbox(request):
        raise NotFound("There is nothing at this address.")
    sandbox_clock.adjust(
        read_wall=lambda: datetime.now(UTC),
        advance_seconds=_seconds(request.POST),
        move_to=_moment(request.POST),
        freeze={"yes": True, "no": False}.get(request.POST.get("freeze", "")),
    )
    return redirect(_page_before(request))


def _seconds(form: QueryDict) -> int | None:
    text = form.get("advance_seconds")
    if text is None:
        return None
    if not text.isascii() or not text.isdecimal() or len(text) > _MAX_DIGITS:
        raise InvalidField(field="advance_seconds", problem="must be a whole number of seconds.")
    return int(text)


def _moment(form: QueryDict) -> datetime | None:
    text = form.get("move_to")
    try:
        return None if text is None else moment_of(text)
    except ValueError as error:
        raise InvalidField(field="move_to", problem=str(error)) from None


def _page_before(request: HttpRequest) -> str:
    """No other site's: a form there must not send people on from here."""
    place = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(place, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        return place
    return resolve_url("web:start")
