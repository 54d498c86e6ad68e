"""`{% load parking %}`: what our templates say beyond Django's own tags."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import uuid4

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from parking.domain.permissions import Permission
from parking.edge import staff
from parking.web import formats
from parking.web.icons import ICONS
from parking.web.once import FIELD

register = template.Library()

register.simple_tag(formats.money, name="money")
register.filter("number", formats.number)
register.filter("length", formats.length)


@register.simple_tag
def icon(name: str) -> SafeString:
    """For the eye only: what it stands for is said in words beside it, or by the label of its button."""
    drawing = mark_safe(ICONS[name])  # noqa: S308 -- our own drawings
    return format_html('<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">{}</svg>', drawing)


@register.simple_tag(takes_context=True)
def once(context: dict[str, Any]) -> SafeString:
    """In a form of staff's: what Django asks of every form, and the key under which it is carried out once."""
    return format_html(
        '<input type="hidden" name="csrfmiddlewaretoken" value="{}"><input type="hidden" name="{}" value="{}">',
        context["csrf_token"],
        FIELD,
        uuid4(),
    )


@register.filter
def clock(moment: datetime) -> SafeString:
    """``14:30``, in the site's time."""
    return _time(moment=moment, shown=formats.clock(moment))


@register.simple_tag(takes_context=True)
def may(context: dict[str, Any], permission: str) -> bool:
    """Whether who signed in holds it, so that nobody is offered what they would be refused."""
    return staff.may(context["request"], Permission(permission))


@register.simple_tag(takes_context=True)
def when(context: dict[str, Any], moment: datetime) -> SafeString:
    """``14:30``, or with its day if that is another than today's."""
    return _time(moment=moment, shown=formats.day_and_clock(moment, now=context["now"]))


@register.simple_tag(takes_context=True)
def day(context: dict[str, Any], moment: datetime) -> SafeString:
    """``today``, or ``Tue, 24 Nov``."""
    return _time(moment=moment, shown=formats.day(moment, now=context["now"]))


@register.filter
def milliseconds(moment: datetime) -> int:
    """A moment as JavaScript counts it. Pages count by the site's clock, not the phone's (`page.js`)."""
    return formats.milliseconds(moment)


@register.simple_tag
def live(address: str, *, every: int = 10) -> SafeString:
    """The attributes of a region that polls `address`, a view that answers with `pages.live` (web/live.js)."""
    attributes = 'data-live="{every}" hx-get="{address}" hx-trigger="refresh" hx-swap="innerHTML"'
    return format_html(attributes, every=every, address=address)


def _time(*, moment: datetime, shown: str) -> SafeString:
    return format_html('<time datetime="{}">{}</time>', moment.isoformat(), shown)
