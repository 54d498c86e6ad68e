"""What every page of the office shares: the way around it, as far as this person may go, and how forms are answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from parking.domain.callers import Caller
from parking.domain.permissions import Permission
from parking.web.pages import show

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One entry of the navigation: where it leads, and what one must be allowed to be shown it."""

    name: str
    words: _StrPromise
    icon: str
    permission: Permission


PLACES: Final = (
    Place(name="today", words=_("Today"), icon="home", permission=Permission.RECORD_VIEW),
    Place(name="zones", words=_("Zones"), icon="grid", permission=Permission.RECORD_VIEW),
    Place(name="money", words=_("Money"), icon="coins", permission=Permission.RECORD_VIEW),
    Place(name="prices", words=_("Prices"), icon="tag", permission=Permission.TERMS_VIEW),
    Place(name="shift", words=_("My shift"), icon="user", permission=Permission.CASH_COLLECT),
    Place(name="days", words=_("Days"), icon="calendar", permission=Permission.RECORD_VIEW),
    Place(name="exports", words=_("Exports"), icon="download", permission=Permission.RECORD_EXPORT),
)


def office(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any] | None = None,
    *,
    caller: Caller,
    here: str,
    status: int = 200,
) -> HttpResponse:
    """A page of the office. `here` names the place of the navigation that it belongs to."""
    around = {
        "places": [place for place in PLACES if place.permission in caller.permissions],
        "here": here,
        "may": allowed(caller=caller),
    }
    return show(request, f"operator/{template}", {**around, **(context or {})}, status=status)


def allowed(*, caller: Caller) -> Mapping[str, bool]:
    """For templates: ``may.slot_manage``."""
    return {permission.name.lower(): permission in caller.permissions for permission in Permission}
