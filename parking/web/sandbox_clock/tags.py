"""`{% load sandbox_clock %}`: the control itself."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django import template
from django.db import DatabaseError
from django.utils import timezone

from parking.edge.origins import is_trusted_sandbox
from parking.services import sandbox_clock
from parking.web import formats
from parking.web.place import place_of

register = template.Library()


@register.inclusion_tag("parking/sandbox_clock/control.html", takes_context=True, name="sandbox_clock")
def control(context: dict[str, Any], until: datetime | None = None) -> dict[str, Any]:
    """Nothing at all in live mode, or for somebody at another machine. `until` is the end of what the page is about."""
    request = context.get("request")
    if request is None or not is_trusted_sandbox(request):
        return {}
    try:
        reading = sandbox_clock.read(wall=datetime.now(UTC))
    except DatabaseError:
        return {}  # it stands on the page that tells of this too
    with timezone.override(place_of(request).time_zone):
        return {
            "is_frozen": reading.frozen,
            "shown": f"{formats.date(reading.now)}, {formats.clock(reading.now)}",
            "until": until if until is not None and until > reading.now else None,
            "until_shown": until and formats.day_and_clock(until, now=reading.now),
            "here": request.get_full_path() if request.method == "GET" else "",
            "csrf_token": context.get("csrf_token"),
        }
