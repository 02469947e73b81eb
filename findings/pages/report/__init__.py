"""Something to hand over: a page made for paper, of some accounts, a query of findings, or a framework."""

from django.urls import path

from findings.pages.report.view import report

ROUTES = [path("report/", report, name="report")]
