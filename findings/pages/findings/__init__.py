"""What should be fixed first, and where does each stand? The list by rule or flat, its exports, triage, one finding."""

from django.urls import path

from findings.pages.findings.bulk import triage_many
from findings.pages.findings.detail import finding, triage_one
from findings.pages.findings.export import export_as, export_csv, export_jsonl
from findings.pages.findings.job import job, job_progress
from findings.pages.findings.view import facet_list, findings

ROUTES = [
    path("findings/", findings, name="findings"),
    path("findings.csv", export_csv, name="findings-csv"),
    path("findings.jsonl", export_jsonl, name="findings-jsonl"),
    path("findings.ocsf.jsonl", export_as, {"form": "ocsf"}, name="findings-ocsf"),
    path("findings.sarif", export_as, {"form": "sarif"}, name="findings-sarif"),
    path("findings/facets/", facet_list, name="findings-facets"),
    path("findings/triage/", triage_many, name="findings-triage"),
    path("findings/jobs/<int:pk>/", job, name="triage-job"),
    path("findings/jobs/<int:pk>/progress/", job_progress, name="triage-job-progress"),
    path("findings/<int:pk>/", finding, name="finding"),
    path("findings/<int:pk>/triage/", triage_one, name="finding-triage"),
]
