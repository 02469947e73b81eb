"""One identity: who may take it on, what it may do, which functions use it, what changed."""

from __future__ import annotations

import json

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path

from findings.pages.function.asking import asking
from findings.pages.function.console import identity_address
from findings.pages.function.history import of_resource
from findings.pages.function.permissions import of_identity
from findings.pages.function.statements import statements_in
from findings.pages.identity.graph import identity_graph, identity_graph_file
from findings.pages.identity.holdings import panels
from inventory.clock import about_now
from inventory.models import Function, Identity, Resource
from inventory.permission import needs
from inventory.revisions import policies_of

FUNCTIONS_SHOWN = 50
#: What it means that an identity's own policy of who may take it on is empty.
NOBODY = {
    "gcp": "No policy of its own lets anyone act as it. Roles on its project or above may.",
    "azure": "It accepts no token of another issuer. Only the resources it is assigned to act as it.",
}


@needs("view")
def identity(request: HttpRequest, uid: str) -> HttpResponse:
    identities = Identity.objects.visible_to(request.user).select_related(
        "resource__latest", "resource__account", "posture"
    )
    found = get_object_or_404(identities, uid=uid)
    resource, now = found.resource, about_now()
    functions = Function.objects.visible_to(request.user).filter(identity=resource.pk, gone_at=None)
    trust = resource.document.get("trust")
    return render(request, "findings/identity/identity.html", {
        "identity": found, "resource": resource, "now": now,
        "trust": json.dumps(trust, indent=2, ensure_ascii=False, sort_keys=True) if trust else "",
        "trusted": statements_in(trust),
        "trust_empty": NOBODY.get(resource.provider) if trust else "",
        "console": identity_address(resource),
        "panels": panels(resource),
        "trust_unread": resource.unread.get("trust"),
        "asking": asking(request, resource, Resource.objects.visible_to(request.user)),
        "functions": functions.select_related("account", "posture").order_by("name", "pk")[:FUNCTIONS_SHOWN],
        **of_identity(resource, request.user),
        **of_resource(request, resource, policies_of(resource), resource.account),
    })  # fmt: skip


ROUTES = [
    path("identities/<str:uid>/", identity, name="identity"),
    path("identities/<str:uid>/graph/", identity_graph, name="identity-graph"),
    path("identities/<str:uid>/graph.<slug:ending>", identity_graph_file, name="identity-graph-file"),
]
