"""The addresses of collecting in the API, below /api/v1/."""

from django.urls import path

from collectors.api import tables

urlpatterns = [
    path("runs/", tables.RunList.as_view(), name="api-runs"),
    path("runs/<int:pk>/", tables.OneRun.as_view(), name="api-run"),
    path("coverage/", tables.CoverageList.as_view(), name="api-coverage"),
]
