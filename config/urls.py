"""The site's addresses."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from parking.api import errors as api_errors
from parking.edge.addresses import is_for_programs
from parking.web import errors as page_errors
from parking.web.signing_in import admin_sign_in

urlpatterns = [
    path("", include("parking.web.urls")),
    path("admin/login/", admin_sign_in),
    path("admin/", admin.site.urls),
    path("parking/", include("parking.api.urls")),
]

Page = Callable[..., HttpResponse]


def _as_asked(*, json: Page, page: Page) -> Page:
    """JSON for programs, a page for people."""

    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return (json if is_for_programs(request.path_info) else page)(request, *args, **kwargs)

    return answer


# What Django asks for errors that no view of ours has seen.
handler400 = _as_asked(json=api_errors.handler400, page=page_errors.bad_request)
handler403 = page_errors.forbidden
handler404 = _as_asked(json=api_errors.handler404, page=page_errors.not_found)
handler500 = _as_asked(json=api_errors.handler500, page=page_errors.server_error)
