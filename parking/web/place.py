"""The site that a request is about, asked of the database once."""

from __future__ import annotations

from typing import Final

from django.db import DatabaseError
from django.http import HttpRequest

from parking.queries.site import NO_SITE, SiteFacts, get_site

_KNOWN_AS: Final = "_parking_place"


def place_of(request: HttpRequest) -> SiteFacts:
    """A page that tells of an error must not fail for want of the site's name."""
    known: SiteFacts | None = getattr(request, _KNOWN_AS, None)
    if known is None:
        try:
            known = get_site()
        except DatabaseError:
            known = NO_SITE
        setattr(request, _KNOWN_AS, known)
    return known
