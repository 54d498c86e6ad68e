"""The garage at a glance: slot by slot, who comes and goes, what came in, and what waits for somebody."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest, HttpResponse

from parking.domain.callers import Caller
from parking.domain.permissions import Permission
from parking.edge.moments import now_of
from parking.queries.day_money import money_of_day
from parking.queries.money_waiting import money_waiting
from parking.queries.refused_scans import count_refused_scans, list_refused_scans
from parking.queries.sites import desk_site, today_of
from parking.queries.slot_plan import list_overstays, slot_plans
from parking.queries.traffic import traffic_around
from parking.queries.zones import list_zones
from parking.web.operator.bars import hour_bars
from parking.web.operator.labels import WAITING
from parking.web.operator.office import office
from parking.web.operator.plan import draw, legend
from parking.web.pages import live, staff_page

_SHOWN: Final = 6
"""Of a list, before "all of them"."""
_MOST_DIGITS: Final = 18


@staff_page(Permission.RECORD_VIEW)
def today(request: HttpRequest, caller: Caller) -> HttpResponse:
    shown = {**_plan(request), **_tiles(request), **_figures(request)}
    return office(request, "today.html", shown, caller=caller, here="today")


@staff_page(Permission.RECORD_VIEW)
def tiles(request: HttpRequest, caller: Caller) -> HttpResponse:
    """The first figures alone, for as long as somebody looks at them."""
    return live(request, "operator/tiles.html", _tiles(request))


@staff_page(Permission.RECORD_VIEW)
def plan(request: HttpRequest, caller: Caller) -> HttpResponse:
    """The slot plan alone."""
    return live(request, "operator/plans.html", _plan(request))


@staff_page(Permission.RECORD_VIEW)
def figures(request: HttpRequest, caller: Caller) -> HttpResponse:
    """What is below the plan, alone."""
    return live(request, "operator/figures.html", _figures(request))


@staff_page(Permission.RECORD_VIEW)
def overstays(request: HttpRequest, caller: Caller) -> HttpResponse:
    shown = {"overstays": list_overstays(now=now_of(request))}
    return office(request, "overstays.html", shown, caller=caller, here="today")


@staff_page(Permission.RECORD_VIEW)
def refused(request: HttpRequest, caller: Caller) -> HttpResponse:
    """Scans that opened no gate, page by page."""
    asked = request.GET.get("before", "")
    before = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) <= _MOST_DIGITS else None
    shown = {"page": list_refused_scans(before=before), "is_first": before is None, **_refused_today(request)}
    return office(request, "refused.html", shown, caller=caller, here="today")


def _plan(request: HttpRequest) -> dict[str, Any]:
    now = now_of(request)
    plans = slot_plans(now=now, with_records=True)
    return {"zones": draw(plans=plans, now=now), "legend": legend(plans=plans)}


def _tiles(request: HttpRequest) -> dict[str, Any]:
    now = now_of(request)
    zones = list_zones(now=now)
    return {
        "inside": {
            "taken": sum(zone.occupied_slots for zone in zones),
            "total": sum(zone.total_slots for zone in zones),
            "free": sum(zone.available_slots for zone in zones),
        },
        "money": money_of_day(site=desk_site(), day=today_of(site=desk_site(), now=now)),
        **_lists(request),
    }


def _figures(request: HttpRequest) -> dict[str, Any]:
    now, site = now_of(request), desk_site()
    traffic = traffic_around(site=site, now=now)
    return {
        "bars": hour_bars(hours=traffic.hours, now=now),
        "coming": traffic.arriving[:_SHOWN],
        "going": traffic.leaving[:_SHOWN],
        "waiting_words": WAITING,
        "currency": site.currency,
        **_lists(request),
    }


def _lists(request: HttpRequest) -> dict[str, Any]:
    """What somebody must look after."""
    over = list_overstays(now=now_of(request))
    waiting = money_waiting()
    return {
        "overstays": over[:_SHOWN],
        "overstay_count": len(over),
        "waiting": waiting,
        "waiting_count": sum(getattr(waiting, name).count for name in WAITING),
        **_refused_today(request),
    }


def _refused_today(request: HttpRequest) -> dict[str, Any]:
    now = now_of(request)
    counts = count_refused_scans(since=today_of(site=desk_site(), now=now).starts_at, until=now)
    return {"refused": list(counts.items())[:_SHOWN], "refused_count": sum(counts.values())}
