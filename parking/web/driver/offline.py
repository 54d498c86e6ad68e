"""The service worker, which keeps tickets on the phone. It must come from the root to serve all of the site."""

from __future__ import annotations

import hashlib
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.templatetags.static import static

_KEPT: Final = (
    "parking/vendor/pico/pico.min.css",
    "parking/web/web.css",
    "parking/web/icon.svg",
    "parking/web/page.js",
    "parking/web/ticket.js",
    "django_htmx/htmx-2.min.js",
)
"""What a ticket needs to look as it does."""


def service_worker(request: HttpRequest) -> HttpResponse:
    files = [static(name) for name in _KEPT]
    version = hashlib.sha256("".join(files).encode()).hexdigest()[:12]
    text = render_to_string("parking/driver/service-worker.js", {"files": files, "version": version})
    return HttpResponse(text, content_type="text/javascript", headers={"Cache-Control": "no-cache"})
