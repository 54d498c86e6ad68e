"""Times as they are read at the garage: in the time zone of its site."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from zoneinfo import ZoneInfo

from django.http import HttpResponseBase
from django.template.response import SimpleTemplateResponse
from django.utils import timezone

from parking.queries.site import get_site


def site_time_zone() -> ZoneInfo:
    """The time of the first site."""
    return get_site().time_zone


@contextmanager
def local_time() -> Iterator[None]:
    """What is shown and filtered inside is in the site's time. Only what `rendered` made is shown inside."""
    with timezone.override(site_time_zone()):
        yield


def rendered(response: HttpResponseBase) -> HttpResponseBase:
    """Render now what Django would render later, when `local_time` is over."""
    if isinstance(response, SimpleTemplateResponse):
        response.render()
    return response


def show_time(*, moment: datetime, with_seconds: bool = False) -> str:
    """``2026-01-05 14:30``, in the time zone that is active."""
    return timezone.localtime(moment).strftime("%Y-%m-%d %H:%M:%S" if with_seconds else "%Y-%m-%d %H:%M")
