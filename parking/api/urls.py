"""The addresses below /parking/, the last of which answers for all that are not there."""

from __future__ import annotations

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path, re_path
from ninja import NinjaAPI

from parking.api.application import build_api
from parking.api.door import nothing_here, through_the_door


def addresses(*, api: NinjaAPI) -> list[URLPattern | URLResolver]:
    patterns, app_name, namespace = api.urls
    guarded = [through_the_door(pattern) for pattern in patterns if isinstance(pattern, URLPattern)]  # all are
    return [
        path("", nothing_here),  # before ninja's root, which only serves to name the place
        path("", include((guarded, app_name), namespace=namespace)),
        re_path(r"", nothing_here),
    ]


urlpatterns = addresses(api=build_api(with_sandbox=settings.PARKING_MODE == "sandbox"))
