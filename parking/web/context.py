"""What every template may use, asked of the database only if it does."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from parking.web.place import place_of


def of_the_place(request: HttpRequest) -> dict[str, Any]:
    return {
        "place": SimpleLazyObject(lambda: place_of(request)),
        "is_sandbox": settings.PARKING_MODE == "sandbox",
        "languages": settings.LANGUAGES,
    }
