"""Staff sign in and out. Drivers need no account."""

from __future__ import annotations

from django.contrib.auth.views import LoginView, LogoutView
from django.shortcuts import resolve_url

from parking.domain.permissions import Permission
from parking.edge.staff import caller_of


class SignIn(LoginView):
    template_name = "parking/sign_in.html"
    redirect_authenticated_user = True

    def get_default_redirect_url(self) -> str:
        """To where this person works: those who may change prices to the office, all others to the gate."""
        may_see = caller_of(self.request).permissions
        if Permission.RECORD_EXPORT in may_see:
            return "/parking/operator/"
        return "/parking/scanner/entry/" if Permission.GATE_SCAN in may_see else resolve_url("web:start")


class SignOut(LogoutView):
    next_page = "web:start"
