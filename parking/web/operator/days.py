"""Business days: their money as it stands or was written down, closing them, and a sheet to print."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from parking.domain.callers import Caller
from parking.domain.errors import NotFound
from parking.domain.permissions import Permission
from parking.domain.states import PaymentKind, PaymentMethod, RefundKind
from parking.edge.identifiers import day_of
from parking.edge.moments import now_of
from parking.queries.day_closes import days_to_close, get_closed_day, list_closed_days
from parking.queries.day_money import money_of_day
from parking.queries.sites import business_day, desk_site, today_of
from parking.services import ParkingService
from parking.services.day_closes import totals_of
from parking.web import formats
from parking.web.operator.answers import press
from parking.web.operator.office import office
from parking.web.pages import staff_page


@staff_page(Permission.RECORD_VIEW)
def days(request: HttpRequest, caller: Caller) -> HttpResponse:
    """Those that wait to be closed, and those that were, 31 a page."""
    site, asked = desk_site(), request.GET.get("before", "")
    before = _day_of(asked) if asked else None
    shown = {
        "page": list_closed_days(site=site, before=before),
        "is_first": before is None,
        "to_close": days_to_close(site=site, now=now_of(request)),
        "today": today_of(site=site, now=now_of(request)).day,
    }
    return office(request, "days.html", shown, caller=caller, here="days")


@staff_page(Permission.RECORD_VIEW)
def one_day(request: HttpRequest, caller: Caller, day: str) -> HttpResponse:
    site, on = desk_site(), _day_of(day)
    closed = get_closed_day(site=site, day=on)
    totals = (
        closed.totals
        if closed is not None
        else totals_of(money=money_of_day(site=site, day=business_day(site=site, day=on)))
    )
    shown = {
        "day": on,
        "site_name": site.name,
        "closed": closed,
        "currency": site.currency,
        "totals": _readable(dict(totals)),
        "can_be_closed": on in days_to_close(site=site, now=now_of(request)),
        "open_shifts": [line for line in totals["shifts"] if line["closed_at"] is None],
    }
    return office(request, "day.html", shown, caller=caller, here="days")


@require_POST
@staff_page(Permission.DAY_CLOSE)
def close_day(request: HttpRequest, caller: Caller, day: str) -> HttpResponse:
    on = _day_of(day)

    def act() -> str:
        closed = ParkingService.close_day(day=on, caller=caller, now=now_of(request))
        return gettext("%(day)s is closed: %(amount)s were kept.") % {
            "day": formats.calendar_day(closed.day),
            "amount": formats.money(closed.kept_minor, closed.currency),
        }

    return press(request, act=act, done=reverse("web:day", args=[on.isoformat()]))


def _day_of(text: str) -> date:
    try:
        return day_of(text)
    except ValueError:
        raise NotFound("There is no such day.") from None


def _readable(totals: dict[str, Any]) -> dict[str, Any]:
    """The kinds of a day's lines, which are kept as texts, as what they are."""
    for line in totals["captured"]:
        line |= {"kind": PaymentKind(line["kind"]), "method": PaymentMethod(line["method"])}
    for line in totals["refunded"]:
        line |= {"kind": RefundKind(line["kind"]), "method": PaymentMethod(line["method"])}
    return totals
