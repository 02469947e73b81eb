"""The report: how far it can be trusted first, then what is worst."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from findings.compliance import frameworks
from findings.mending import mending
from findings.pages import _scope
from findings.pages.compliance.asked import Asked, asked
from findings.pages.compliance.view import glances
from findings.pages.functions.coverage import coverage_of
from findings.pages.overview.combinations import combinations
from findings.pages.overview.figures import figures
from findings.pages.report.bars import Bars, drawn
from findings.present import RELATED, title_of
from findings.search import FINDINGS
from findings.severity import Severity
from findings.standards import FRAMEWORKS
from inventory.audit import audit
from inventory.clock import about_now
from inventory.models import Account
from inventory.permission import needs
from inventory.search.edit import term_text
from inventory.search.lists import Search
from inventory.search.parse import ParseError
from inventory.search.patience import TooSlow, patience

TEMPLATE = "findings/report/report.html"
WORST = 40
#: Times to mend are told of so long.
MENDED = timedelta(days=90)
TONES = {"critical": "critical", "high": "high", "medium": "medium", "low": "low", "info": "info"}


@dataclass(frozen=True)
class Wanted:
    """What the report is about: the scope, narrowed to one account where one is asked for, and a query of findings."""

    scope: _scope.Picked
    account: Account | None
    q: str
    framework: str

    @property
    def title(self) -> str:
        about = self.account.name if self.account else self.scope.choice.title
        return f"{about} · {FRAMEWORKS[self.framework].name}" if self.framework else about

    def query(self) -> str:
        """The query of findings with the framework as a term of it."""
        return f"({self.q}) standard:{self.framework}" if self.framework and self.q else (
            f"standard:{self.framework}" if self.framework else self.q
        )  # fmt: skip


def wanted_of(request: HttpRequest) -> Wanted:
    """Read the address; what a person does not see, or is none, is as if it were not asked for."""
    scope = _scope.picked(request)
    key = request.GET.get("account", "")
    account = scope.accounts.filter(pk=int(key)).first() if key.isdecimal() and len(key) < 18 else None
    if account is not None:
        choice = _scope.Choice(scope.choice.value, account.name, term_text("account", account.native_id))
        scope = _scope.Picked(choice, scope.choices, scope.accounts.filter(pk=account.pk))
    framework = request.GET.get("framework", "")
    return Wanted(scope, account, request.GET.get("q", "").strip(), framework if framework in frameworks() else "")


@needs("view")
def report(request: HttpRequest) -> HttpResponse:
    wanted, now = wanted_of(request), about_now()
    covered = coverage_of(wanted.scope.accounts, now)
    within = Q(account__in=wanted.scope.accounts)
    shown = {"wanted": wanted, "now": now, "coverage": covered, "version": settings.VERSION, "scope": None}
    try:
        with patience():
            search = FINDINGS.search(wanted.query(), request.user, now, within)
            told = _findings(search)
            spells = mending(
                replace(search, whole=True).rows(), Account.objects.visible_to(request.user), now, now - MENDED
            )
            told["mending"] = spells
    except (ParseError, TooSlow) as fault:
        return render(request, TEMPLATE, {**shown, "fault": str(fault)}, status=400)
    audit("export", request, account=wanted.account, after={
        "list": "report", "query": wanted.q, "framework": wanted.framework, "scope": wanted.scope.choice.value,
    })  # fmt: skip
    return render(request, TEMPLATE, {
        **shown, **told, "figures": figures(wanted.scope, covered.complete, now),
        "combinations": combinations(wanted.scope), **_compliance(request, wanted),
    })  # fmt: skip


def _findings(search: Search) -> dict[str, Any]:
    rows = search.rows().order_by()
    counts = dict(rows.values_list("severity").annotate(Count("pk")))
    worst = list(search.sorted_rows("").select_related(*RELATED)[:WORST])
    for row in worst:
        row.title = title_of(row.rule)
    return {"worst": worst, "total": sum(counts.values()), "by_severity": _bars(counts)}


def _bars(counts: dict[str, int]) -> Bars:
    words = [severity.value for severity in sorted(Severity, key=lambda one: -one.rank)]
    return drawn("Findings by severity", [(word, counts.get(word, 0), TONES[word]) for word in words])


def _compliance(request: HttpRequest, wanted: Wanted) -> dict[str, Any]:
    """One framework with its controls, or all at a glance."""
    if wanted.framework:
        told: Asked = asked(request, wanted.framework)
        return {"lines": told.lines, "framework": told.framework}
    return {"glances": glances(wanted.scope.accounts)}
