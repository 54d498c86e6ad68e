"""Who signed in: Django's groups, named like the domain's roles, as the caller that every service is told."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser, AnonymousUser
from django.http import HttpRequest

from parking.domain.callers import Caller, staff_caller
from parking.domain.permissions import Permission, Role

_KNOWN_AS = "_parking_staff_caller"


def caller_of(request: HttpRequest) -> Caller:
    """The member of staff who sends the request. Asked of the database once a request."""
    known = getattr(request, _KNOWN_AS, None)
    if isinstance(known, Caller):
        return known
    caller = staff_caller(name=request.user.get_username(), roles=_roles(user=request.user))
    setattr(request, _KNOWN_AS, caller)
    return caller


def may(request: HttpRequest, permission: Permission) -> bool:
    return permission in caller_of(request).permissions


def _roles(*, user: AbstractUser | AnonymousUser) -> set[Role]:
    """The user's groups that are roles. A superuser is an operator; somebody without a role may do nothing."""
    if not (user.is_active and user.is_staff):
        return set()
    names = set(user.groups.values_list("name", flat=True))
    roles = {role for role in Role if role.value in names}
    return roles | {Role.OPERATOR} if user.is_superuser else roles
