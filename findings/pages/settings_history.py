"""The timeline of what an account as a whole is set to: limits, access granted at its top, its guardrails."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path

from findings.pages.function.history import of_resource
from inventory.clock import about_now
from inventory.facts import Kind
from inventory.models import Resource
from inventory.permission import needs


@needs("view")
def settings_history(request: HttpRequest, uid: str) -> HttpResponse:
    found = Resource.objects.visible_to(request.user).select_related("latest", "account")
    resource = get_object_or_404(found, uid=uid, kind=Kind.ACCOUNT)
    return render(request, "findings/settings_history.html", {
        "resource": resource, "now": about_now(),
        **of_resource(request, resource, [], resource.account),
    })  # fmt: skip


ROUTES = [path("account-settings/<str:uid>/", settings_history, name="settings-history")]
