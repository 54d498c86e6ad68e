"""`{% load office %}`: what only the operator's templates say."""

from __future__ import annotations

from collections.abc import Sized
from datetime import date, timedelta

from django import template

from parking.web import formats
from parking.web.operator import labels

register = template.Library()

register.filter("label", labels.label)
register.filter("tone", labels.tone)
register.filter("reason", labels.reason)
register.filter("calendar_day", formats.calendar_day)


@register.filter
def person(caller: str) -> str:
    """``meera`` for ``staff:meera``; other callers as they are named."""
    return caller.removeprefix("staff:")


@register.filter
def lasting(span: timedelta) -> str:
    """``2 h 5 min``."""
    return formats.length(span // timedelta(minutes=1))


@register.filter
def iso(day: date) -> str:
    return day.isoformat()


@register.filter
def percent(basis_points: int) -> str:
    """``18%`` of 1800 basis points."""
    return f"{formats.number(basis_points / 100)}%"


@register.filter
def share(part: float, whole: float) -> int:
    """Whole percent."""
    return round(100 * part / whole) if whole else 0


@register.filter
def count(things: Sized) -> int:
    """How many. In our templates `length` is how long something lasts."""
    return len(things)
