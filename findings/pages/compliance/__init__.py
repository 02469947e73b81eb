"""Do we keep to what a framework asks? Frameworks, their controls, the functions behind each number, exports."""

from django.urls import path

from findings.pages.compliance.export import compliance_csv, compliance_jsonl
from findings.pages.compliance.view import compliance, control, framework

ROUTES = [
    path("compliance/", compliance, name="compliance"),
    path("compliance/<str:slug>/", framework, name="compliance-framework"),
    path("compliance/<str:slug>/export.csv", compliance_csv, name="compliance-csv"),
    path("compliance/<str:slug>/export.jsonl", compliance_jsonl, name="compliance-jsonl"),
    path("compliance/<str:slug>/<str:id>/", control, name="compliance-control"),
]
