"""What the system says, in the language of the page."""

from __future__ import annotations

from django.utils.translation import gettext

from parking.domain.errors import ParkingError


def told(error: ParkingError) -> str:
    """The error's message. `parking.management.texts` gathers the errors' own messages for translation."""
    return gettext(error.message)
