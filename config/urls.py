"""Addresses: the pages' own route lists, the API, sign-in, health."""

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView

from config import pages
from config.health import healthz, readyz
from config.metrics import metrics
from inventory.permission import SELF, needs
from inventory.shelf import shelf

handler400 = "config.errors.refused"
handler403 = "config.errors.denied"
handler404 = "config.errors.missing"
handler500 = "config.errors.server_error"

urlpatterns = [
    *(route for routes in shelf(pages, "ROUTES").values() for route in routes),
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
    path("sign-in/", include("allauth.account.urls")),
    path("sign-in/mfa/", include("allauth.mfa.urls")),
    path("api/schema/", needs(SELF)(SpectacularAPIView).as_view(), name="api-schema"),
    path("api/v1/", include("inventory.api.urls")),
    path("api/v1/", include("collectors.api.urls")),
    path("api/v1/", include("findings.api.urls")),
    path("", include("findings.urls")),
    path("", include("collectors.urls")),
]
