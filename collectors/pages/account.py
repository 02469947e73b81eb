"""One account: its coverage, what is missing, its connection with the test, the schedule, and its runs."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path

from collectors.asked import NoAnswer, permissions_document
from collectors.models import ConnectionTest, Run
from collectors.pages._accounts import account_rows
from collectors.pages._coverage import missing_permissions, scope_coverage, vanished
from collectors.pages._forms import ScheduleForm, groups_of
from collectors.pages._marks import mark_of
from collectors.pages._runs import STEPS, RunRow
from collectors.pages._starting import JUST_NOW, start_and_tell, wait_for
from collectors.provider import BadConnection
from collectors.tasks import QueueAway
from collectors.trial import ask_for_trial
from inventory.audit import audit
from inventory.clock import about_now, now
from inventory.limits import too_often
from inventory.models import Account, QuarantinedEntry
from inventory.models.people import may
from inventory.permission import account_for, needs

RUNS_SHOWN = 5
#: A test that no worker finished for so long is no longer waited for.
TEST_PATIENCE = timedelta(minutes=3)


def _connection(account: Account) -> list[tuple[str, object]]:
    """How the account is reached, in words."""
    return [(name, "yes" if value is True else value) for name, value in sorted(account.connection.items())]


@needs("view")
def account(request: HttpRequest, pk: int) -> HttpResponse:
    found = account_for(request, "view", pk)
    (row,) = account_rows([found], about_now())
    runs = (
        Run.objects.filter(account=found)
        .order_by("-id")
        .select_related("account")
        .annotate(scopes_total=Count("scopes"))
    )
    return render(request, "collectors/account.html", {
        "account": found, "row": row, "now": about_now(),
        "step": STEPS.get(row.last.error_class, "") if row.last else "",
        "scopes": scope_coverage(found), "missing": missing_permissions(found),
        "vanished": vanished(found),
        "quarantined": QuarantinedEntry.objects.filter(scope__account=found).select_related("scope")[:20],
        "runs": [RunRow(run) for run in runs[:RUNS_SHOWN]],
        "schedule": ScheduleForm(initial=_answers(found)), "groups": groups_of(request.user),
        "connection": _connection(found), **_test(found),
    })  # fmt: skip


@needs("view")
def account_test_result(request: HttpRequest, pk: int) -> HttpResponse:
    """The checklist of the latest connection test, asked for again while it grows."""
    found = account_for(request, "view", pk)
    context = {"account": found, "now": about_now(), **_test(found)}
    return render(request, "collectors/connection_test.html", context)


@needs("view")
def account_permissions(request: HttpRequest, pk: int) -> HttpResponse:
    """The policy or role to paste into the cloud; a page by itself, and a part of the account's page."""
    found = account_for(request, "view", pk)
    try:
        document = permissions_document(found.provider, found.connection)
    except (NoAnswer, BadConnection):
        document = ""
    name = "permissions_part" if request.headers.get("HX-Request") else "permissions"
    response = render(request, f"collectors/{name}.html", {"account": found, "document": document})
    response["Vary"] = "HX-Request"
    return response


@needs("collect", "POST")
def account_collect(request: HttpRequest, pk: int) -> HttpResponse:
    """All of it, or with `scope` that scope alone (the page of a function names its own)."""
    found = account_for(request, "collect", pk)
    scope = request.POST.get("scope", "")
    if scope and not found.scopes.filter(name=scope).exists():
        raise Http404
    if wait := wait_for(found):
        return too_often(request, JUST_NOW, wait)
    run = start_and_tell(request, found, scope)
    return redirect("run", run.pk) if run else redirect("account", pk)


@needs("collect", "POST")
def account_test(request: HttpRequest, pk: int) -> HttpResponse:
    found = account_for(request, "collect", pk)
    try:
        ask_for_trial(found, request.user if request.user.is_authenticated else None)
        audit("collection", request, of=found, account=found, after={"started": "connection test"})
    except QueueAway as away:
        messages.error(request, str(away))
    return redirect(f"{request.path.removesuffix('test/')}#connection")


@needs("connect", "POST")
def account_pause(request: HttpRequest, pk: int) -> HttpResponse:
    """Pause or resume, as the form's button says."""
    found = account_for(request, "connect", pk)
    found.paused = request.POST.get("paused") == "yes"
    found.due_at = None if found.paused else now()
    found.save(update_fields=["paused", "due_at"])
    audit("account", request, of=found, account=found, after={"paused": found.paused})
    messages.success(request, "Paused: it is not collected any more." if found.paused else "It is collected again.")
    return redirect("account", pk)


@needs("connect", "POST")
def account_schedule(request: HttpRequest, pk: int) -> HttpResponse:
    found = account_for(request, "connect", pk)
    form = ScheduleForm(request.POST)
    if form.is_valid():
        # Roles hang on groups: whoever holds one on some accounts only cannot move accounts between them.
        before = _answers(found)
        form.keep(found, may_group=may(request.user, "connect"))
        audit("account", request, of=found, account=found, before=before, after=_answers(found))
        messages.success(request, "Kept.")
    else:
        faults = "; ".join(f"{form.fields[name].label}: {told.as_text()}" for name, told in form.errors.items())
        messages.error(request, f"Not kept. {faults}")
    return redirect("account", pk)


def _answers(found: Account) -> dict[str, object]:
    group = found.group.name if found.group else ""
    return {"name": found.name, "group": group, "stance": found.stance, "every_minutes": found.every_minutes}


def _test(found: Account) -> dict[str, object]:
    test = ConnectionTest.objects.filter(account=found).first()
    waiting = bool(test and not test.finished_at and about_now() - test.asked_at < TEST_PATIENCE)
    checks = [check | {"mark": mark_of(check["outcome"])} for check in test.checks] if test else []
    failed = sum(1 for check in checks if check["outcome"] != "ok" and not check["optional"])
    return {"test": test, "waiting": waiting, "checks": checks, "failed": failed}


ROUTES = [
    path("accounts/<int:pk>/", account, name="account"),
    path("accounts/<int:pk>/collect/", account_collect, name="account-collect"),
    path("accounts/<int:pk>/test/", account_test, name="account-test"),
    path("accounts/<int:pk>/test-result/", account_test_result, name="account-test-result"),
    path("accounts/<int:pk>/permissions/", account_permissions, name="account-permissions"),
    path("accounts/<int:pk>/pause/", account_pause, name="account-pause"),
    path("accounts/<int:pk>/schedule/", account_schedule, name="account-schedule"),
]
