"""“Collect now” of one function: read by name, in a run of its own, where its scope was read before."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path

from collectors.pages._starting import JUST_NOW, start_and_tell, wait_for
from inventory.facts import Kind
from inventory.limits import too_often
from inventory.models import Resource
from inventory.permission import needs, require
from inventory.templatetags.fanlight import history_of

#: Listings whose entries every provider's `named` can read one by one; others are read with their scope.
BY_NAME = frozenset({"functions", "run functions"})


@needs("collect", "POST")
def function_collect(request: HttpRequest, uid: str) -> HttpResponse:
    """The function alone, or its scope where its kind cannot be read by name; then its run is shown."""
    found = Resource.objects.visible_to(request.user).select_related("account", "scope")
    resource = get_object_or_404(found, uid=uid, kind=Kind.FUNCTION)
    account, scope = resource.account, resource.scope.name
    require(request.user, "collect", account)
    if why := refusal(resource):
        messages.error(request, why)
        return redirect(history_of(resource))
    one = resource.native_id if resource.listing in BY_NAME else ""
    if wait := wait_for(account) or wait_for(account, scope, one):
        return too_often(request, JUST_NOW, wait)
    run = start_and_tell(request, account, scope, one)
    return redirect("run", run.pk) if run else redirect(history_of(resource))


def refusal(resource: Resource) -> str:
    """Why it cannot be collected now, with what to do; empty when it can."""
    account, scope = resource.account, resource.scope
    if account.paused:
        return f"{account.name} is paused: resume it on its page, then collect."
    if resource.gone_at:
        return "It is gone. Only a reading of its whole scope can tell whether it is back: collect the account."
    if scope.first_read_at is None:
        return f"{scope.name} was never read as a whole: collect the account first."
    return ""


ROUTES = [path("collect/<str:uid>/", function_collect, name="function-collect")]
