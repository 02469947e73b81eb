"""Runs: what was read when, how it ended, what it cost and what it brought."""

from __future__ import annotations

from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path

from collectors.models import Run, RunScope
from collectors.pages._runs import RunRow, ScopeRow, news_of, one_of
from collectors.pages._starting import JUST_NOW, start_and_tell, wait_for
from inventory.clock import about_now
from inventory.limits import too_often
from inventory.models import Account
from inventory.permission import needs, require

PAGE = 50
SCOPES_SHOWN = 500


@needs("view")
def runs(request: HttpRequest) -> HttpResponse:
    found = Run.objects.visible_to(request.user)
    state, account, before = (request.GET.get(name, "") for name in ("state", "account", "before"))
    if state in Run.State.values:
        found = found.filter(state=state)
    chosen = Account.objects.visible_to(request.user).filter(pk=int(account)).first() if account.isdecimal() else None
    if chosen:
        found = found.filter(account=chosen)
    if before.isdecimal():
        found = found.filter(pk__lt=int(before))
    page = list(_counted(found)[: PAGE + 1])
    return render(request, "collectors/runs.html", {
        "rows": [RunRow(run) for run in page[:PAGE]], "more": page[PAGE - 1].pk if len(page) > PAGE else None,
        "states": Run.State.values, "state": state, "account": chosen, "now": about_now(),
        "filtered": bool(state or chosen or before),
        "live": any(run.state in Run.ACTIVE for run in page[:PAGE]) and not before,
    })  # fmt: skip


@needs("view")
def run(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "collectors/run.html", _told(request, pk))


@needs("view")
def run_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The part of the run's page that changes while it goes on."""
    return render(request, "collectors/run_progress.html", _told(request, pk))


def _told(request: HttpRequest, pk: int) -> dict[str, object]:
    found = get_object_or_404(_counted(Run.objects.visible_to(request.user)), pk=pk)
    scopes = RunScope.objects.filter(run=found)[: SCOPES_SHOWN + 1]
    row = RunRow(found)
    return {
        "row": row, "run": found, "account": found.account, "now": about_now(),
        "scopes": [ScopeRow(scope) for scope in scopes[:SCOPES_SHOWN]],
        "news": None if row.active else news_of(found), "one": one_of(found),
    }  # fmt: skip


@needs("collect", "POST")
def run_retry(request: HttpRequest, pk: int) -> HttpResponse:
    """Read one scope of the run's account again."""
    found = get_object_or_404(Run.objects.visible_to(request.user).select_related("account"), pk=pk)
    scope = get_object_or_404(found.scopes, name=request.POST.get("scope", ""))
    require(request.user, "collect", found.account)
    if wait := wait_for(found.account, scope.name):
        return too_often(request, JUST_NOW, wait)
    started = start_and_tell(request, found.account, only_scope=scope.name)
    return redirect("run", (started or found).pk)


def _counted(found: QuerySet[Run]) -> QuerySet[Run]:
    return (
        found.order_by("-id")
        .select_related("account", "requested_by")
        .annotate(
            scopes_total=Count("scopes"), scopes_done=Count("scopes", filter=Q(scopes__finished_at__isnull=False))
        )
    )


ROUTES = [
    path("runs/", runs, name="runs"),
    path("runs/<int:pk>/", run, name="run"),
    path("runs/<int:pk>/progress/", run_progress, name="run-progress"),
    path("runs/<int:pk>/retry/", run_retry, name="run-retry"),
]
