"""The addresses of the pages. Each prefix below /parking/ must be in `parking.edge.addresses.PAGES` too."""

from __future__ import annotations

from django.urls import include, path, re_path
from django.views.i18n import set_language

from parking.edge.addresses import PAGES
from parking.web.errors import nothing_here
from parking.web.manifest import manifest
from parking.web.signing_in import SignIn, SignOut

app_name = "web"

_BELOW_PAGES = "|".join(page.strip("/") for page in PAGES)

urlpatterns = [
    path("", include("parking.web.driver.urls")),
    path("parking/scanner/", include("parking.web.attendant.urls")),
    path("parking/operator/", include("parking.web.operator.urls")),
    path("parking/sandbox/", include("parking.web.sandbox_clock.urls")),
    path("parking/sign-in/", SignIn.as_view(), name="sign-in"),
    path("parking/sign-out/", SignOut.as_view(), name="sign-out"),
    path("manifest.webmanifest", manifest, name="manifest"),
    path("parking/language/", set_language, name="language"),
    re_path(rf"^(?:{_BELOW_PAGES})(?:/.*)?$", nothing_here),
]
