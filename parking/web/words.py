"""What the system says, in the language of the page."""

from __future__ import annotations

from django.utils.translation import get_language, gettext

from parking.domain.errors import ParkingError


def told(error: ParkingError) -> str:
    """The error's message. `parking.management.texts` gathers those that stand in the code as they are.

    One that was put together, with an amount or a time in it, is in no catalogue: then what that kind of error says
    in general is told, in the reader's language.
    """
    words = gettext(error.message)
    is_translated = words != error.message or (get_language() or "en").startswith("en")
    return words if is_translated else gettext(error.default_message)
