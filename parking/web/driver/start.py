"""Where a driver begins: the zones, their room and their price."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from parking.edge.moments import now_of
from parking.queries.zones import list_zones
from parking.web.pages import live, page, show


@page
def start(request: HttpRequest) -> HttpResponse:
    return show(request, "driver/start.html", {"zones": list_zones(now=now_of(request))})


@page
def zones(request: HttpRequest) -> HttpResponse:
    """The zones alone, which the page asks for while somebody looks at it."""
    return live(request, "driver/zones.html", {"zones": list_zones(now=now_of(request))})
