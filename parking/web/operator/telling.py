"""A booking's story as a page tells it: by the day, with the trail of records behind it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from parking.queries.story import StoryEvent, StoryKind

_ICONS: Final = {
    StoryKind.BOOKING: "calendar",
    StoryKind.SLOT: "grid",
    StoryKind.SCAN: "scan",
    StoryKind.MONEY: "card",
    StoryKind.STAY: "car",
    StoryKind.TICKET: "ticket",
    StoryKind.PERSON: "hand",
    StoryKind.AUDIT: "info",
}

_OF_STAFF: Final = "staff:"
_ONLY_IN_THE_TRAIL: Final = {
    "booking.cancelled": _("Booking cancelled"),
    "booking.expired": _("Hold lapsed, not paid in time"),
    "booking.extended": _("More hours booked"),
    "booking.no_show": _("Did not come in its time"),
    "booking.plate_changed": _("Another car uses the booking"),
    "booking.zone_full": _("Turned away: no slot was left"),
    "person.forgotten": _("Personal data taken out"),
    "passback.closed": _("Stay ended because the car came again"),
    "passback.reset": _("Stay ended by hand: the car had left without a scan"),
}
"""What no other record of the booking tells, by the action of its audit row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryLine:
    """`detail` is empty for what the trail tells better."""

    event: StoryEvent
    icon: str
    title: str
    detail: str
    who: str
    """A person by name; empty for gates, programs and the system, which the rest of the line tells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryDay:
    day: date
    lines: tuple[StoryLine, ...]


def told_story(*, events: Iterable[StoryEvent], now: datetime) -> dict[str, Any]:
    """What has happened, day by day; what the booking still has ahead; and the audit trail apart."""
    known = list(events)
    told = [_line(event) for event in known if event.kind is not StoryKind.AUDIT or event.title in _ONLY_IN_THE_TRAIL]
    happened = [line for line in told if line.event.at <= now]
    by_day = groupby(happened, key=lambda line: timezone.localtime(line.event.at).date())
    return {
        "story": [StoryDay(day=day, lines=tuple(of_the_day)) for day, of_the_day in by_day],
        "ahead": [line for line in told if line.event.at > now],
        "trail": [event for event in known if event.kind is StoryKind.AUDIT],
    }


def _line(event: StoryEvent) -> StoryLine:
    is_of_the_trail = event.kind is StoryKind.AUDIT
    title = str(_ONLY_IN_THE_TRAIL[event.title]) if is_of_the_trail else event.title
    return StoryLine(
        event=event,
        icon=_ICONS[event.kind],
        title=title,
        detail="" if is_of_the_trail else event.detail,
        who=event.who.removeprefix(_OF_STAFF) if event.who.startswith(_OF_STAFF) else "",
    )
