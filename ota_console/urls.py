"""Every address we answer, but for /healthz and /readyz (health.py)."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from ota_console.api.urls import docs_urlpatterns, elsewhere_urlpatterns
from ota_console.console.urls import account_urlpatterns

_API: list[URLPattern | URLResolver] = [
    path("", include("ota_console.api.urls")),
    path("", include("deployments.api.urls")),
    path("", include("devices.api.urls")),
    *docs_urlpatterns,
    *elsewhere_urlpatterns,
]
urlpatterns: list[URLPattern | URLResolver] = [
    path("v1/", include((_API, "api"))),
    path("", include("ota_console.console.urls")),
    path("", include("deployments.console.urls")),
    path("", include("devices.console.urls")),
    path("admin/", admin.site.urls),
    *account_urlpatterns,
]
