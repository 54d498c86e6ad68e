"""What a phone asks for to put the site on its home screen."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language

from parking.web.place import place_of


def manifest(request: HttpRequest) -> JsonResponse:
    name = place_of(request).name
    icons = [
        {"src": static(f"parking/web/icon-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png"}
        for size in (180, 512)
    ]
    described = {
        "name": name,
        "short_name": name[:12].strip(),
        "lang": get_language(),
        "start_url": reverse("web:start"),
        "scope": "/",
        "display": "standalone",
        "background_color": "#f4f6fa",
        "theme_color": "#1b4fd8",
        "icons": [*icons, {"src": static("parking/web/icon.svg"), "sizes": "any", "type": "image/svg+xml"}],
    }
    return JsonResponse(described, content_type="application/manifest+json", headers={"Cache-Control": "max-age=3600"})
