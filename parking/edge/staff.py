"""Who signed in: Django's groups, named like the domain's roles, as the caller that every service is told."""

from __future__ import annotations

from django.http import HttpRequest

from parking.domain.callers import Caller, staff_caller
from parking.domain.permissions import Permission
from parking.services import credentials

_KNOWN_AS = "_parking_staff_caller"


def caller_of(request: HttpRequest) -> Caller:
    """The member of staff who sends the request. Asked of the database once a request."""
    known = getattr(request, _KNOWN_AS, None)
    if isinstance(known, Caller):
        return known
    caller = staff_caller(name=request.user.get_username(), roles=credentials.roles_of(user=request.user))
    setattr(request, _KNOWN_AS, caller)
    return caller


def may(request: HttpRequest, permission: Permission) -> bool:
    return permission in caller_of(request).permissions
