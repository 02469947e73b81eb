"""One managed policy: its text, who has it, what changed in it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path

from findings.pages.function.history import of_resource
from findings.pages.function.statements import statements_in
from inventory.clock import about_now
from inventory.facts import Kind
from inventory.models import Grant, Identity, Resource
from inventory.permission import needs

HOLDERS_SHOWN = 100


@needs("view")
def policy(request: HttpRequest, uid: str) -> HttpResponse:
    found = Resource.objects.visible_to(request.user).select_related("latest", "account")
    resource = get_object_or_404(found, uid=uid, kind=Kind.POLICY)
    having = Grant.objects.filter(source=resource.native_id).values("identity")
    holders = Identity.objects.visible_to(request.user).filter(pk__in=having, gone_at=None).with_functions()
    return render(request, "findings/policy.html", {
        "policy": resource, "now": about_now(), "statements": statements_in(resource.document.get("document")),
        "unread": resource.unread.get("document"), "holders": list(holders.order_by("name", "pk")[:HOLDERS_SHOWN]),
        **of_resource(request, resource, [], resource.account),
    })  # fmt: skip


ROUTES = [path("policies/<str:uid>/", policy, name="policy")]
