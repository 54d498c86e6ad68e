"""Staff sign in and out. Drivers need no account."""

from __future__ import annotations

from typing import Any, Final

from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView, redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url

from parking.domain.errors import Forbidden, TooManyGuesses
from parking.domain.permissions import Permission
from parking.edge.moments import now_of
from parking.edge.origins import anonymous_source
from parking.edge.staff import caller_of
from parking.services import guesses
from parking.web.errors import error_page
from parking.web.pages import page

_LONGEST_NAME: Final = 90  # as much of it as a guess is counted by


class SignIn(LoginView):
    """Wrong passwords are counted as guesses: by where they come from, and by whose they are, so that many addresses
    have no more tries at one person than one address has."""

    template_name = "parking/sign_in.html"
    redirect_authenticated_user = True

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            for source in _guessers(request):
                guesses.require_room(source=source, now=now_of(request))
            return super().post(request, *args, **kwargs)
        except TooManyGuesses as refusal:
            return error_page(request, refusal)

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        for source in _guessers(self.request):
            guesses.count(source=source, now=now_of(self.request))
        return super().form_invalid(form)

    def get_default_redirect_url(self) -> str:
        """To where this person works: those who may change prices to the office, all others to the gate."""
        may_see = caller_of(self.request).permissions
        if Permission.RECORD_EXPORT in may_see:
            return "/parking/operator/"
        return "/parking/scanner/entry/" if Permission.GATE_SCAN in may_see else resolve_url("web:start")


class SignOut(LogoutView):
    next_page = "web:start"


@page
def admin_sign_in(request: HttpRequest) -> HttpResponse:
    """One way in for all staff: the admin's own form would count no guesses."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.GET.get("next") or resolve_url("admin:index"))
    if not request.user.is_staff:
        raise Forbidden  # sent on, they would be sent back for ever
    return redirect("admin:index")


def _guessers(request: HttpRequest) -> list[str]:
    """In whose names a wrong password counts."""
    source = anonymous_source(request)
    if source is None:
        return []
    name = request.POST.get("username", "").strip().casefold()
    return [source, f"login:{name[:_LONGEST_NAME]}"]
