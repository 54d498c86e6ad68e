"""What time it is for a request: read once, at its edge (DESIGN section 3)."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.http import HttpRequest

from parking.queries.clock import current_time

_KNOWN_AS: Final = "_parking_now"


def now_of(request: HttpRequest) -> datetime:
    """The moment at which somebody first asked for this request's time."""
    known: datetime | None = getattr(request, _KNOWN_AS, None)
    if known is None:
        known = current_time()
        setattr(request, _KNOWN_AS, known)
    return known
