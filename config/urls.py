"""The site's addresses."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from parking.api import errors

urlpatterns = [
    path("", RedirectView.as_view(url="/parking/api/docs")),
    path("admin/", admin.site.urls),
    path("parking/", include("parking.api.urls")),
]

# Django's own error pages, but JSON below /parking/.
handler400 = errors.handler400
handler404 = errors.handler404
handler500 = errors.handler500
