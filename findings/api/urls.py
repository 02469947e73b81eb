"""The addresses of the findings' part of the API, below /api/v1/."""

from django.urls import path

from findings.api import alerts, mending, triage, views

urlpatterns = [
    path("alerts/", alerts.AlertList.as_view(), name="api-alerts"),
    path("alerts/<int:pk>/", alerts.OneAlert.as_view(), name="api-alert"),
    path("alerts/<int:pk>/test/", alerts.TryAlert.as_view(), name="api-alert-test"),
    path("alerts/<int:pk>/deliveries/", alerts.DeliveryList.as_view(), name="api-deliveries"),
    path("findings/", views.FindingList.as_view(), name="api-findings"),
    path("findings/export/", views.ExportFindings.as_view(), name="api-findings-export"),
    path("findings/mending/", mending.MendingList.as_view(), name="api-findings-mending"),
    path("findings/triage/", triage.TriageMany.as_view(), name="api-findings-triage"),
    path("findings/triage/named/", triage.TriageNamed.as_view(), name="api-findings-triage-named"),
    path("findings/triage/<int:pk>/", triage.OneTriageJob.as_view(), name="api-triage-job"),
    path("findings/<int:pk>/", views.OneFinding.as_view(), name="api-finding"),
    path("findings/<int:pk>/triage/", views.TriageOne.as_view(), name="api-finding-triage"),
    path("rules/", views.RuleList.as_view(), name="api-rules"),
    path("rules/<slug:id>/", views.OneRule.as_view(), name="api-rule"),
]
