"""The frameworks at a glance, one with its controls, one control with the resources behind a number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from findings.compliance import STANDS, Stand, frameworks, stands, subjects, summed
from findings.controls import Answered
from findings.models import Verdicts
from findings.pages import _scope
from findings.pages.compliance.asked import Line, asked
from findings.pages.functions.coverage import coverage_of
from findings.standards import FRAMEWORKS, Framework
from inventory.clock import about_now
from inventory.permission import needs

SIZE = 50
#: A word about resources → as pages say it, with its tone and icon.
SHOWN = {
    "fail": ("fail", "high", "icon:alert-triangle"),
    "unknown": ("unknown", "info", "icon:help-circle"),
    "off": ("rule disabled", "info", "icon:player-pause"),
    "pass": ("pass", "ok", "icon:circle-check"),
    "not-applicable": ("not applicable", "info", "icon:minus"),
}


@dataclass(frozen=True)
class Glance:
    """A framework, and how many of its controls stand how."""

    slug: str
    framework: Framework
    lines: list[Line]

    def count(self, word: str) -> int:
        return sum(line.stand.word == word for line in self.lines if line.answered.rules)

    @property
    def failing(self) -> int:
        return self.count("fail")

    @property
    def unknown(self) -> int:
        return self.count("unknown")

    @property
    def passing(self) -> int:
        return self.count("pass")

    @property
    def idle(self) -> int:
        """Controls that nothing here is subject to."""
        return self.count("not applicable") + self.count("nothing judged")

    @property
    def unanswered(self) -> int:
        return sum(not line.answered.rules for line in self.lines)


def glances(accounts: Any) -> list[Glance]:
    """Every framework, counted in one go."""
    known = frameworks()
    found = stands([one for controls in known.values() for one in controls], accounts)
    return [
        Glance(slug, FRAMEWORKS[slug], [Line(one, summed(found.get(one.key, {}))) for one in controls])
        for slug, controls in known.items()
    ]


@needs("view")
def compliance(request: HttpRequest) -> HttpResponse:
    scope, now = _scope.picked(request), about_now()
    return render(request, "findings/compliance/compliance.html", {
        "now": now, "scope": scope.choice, "scopes": scope.choices, "glances": glances(scope.accounts),
        "coverage": coverage_of(scope.accounts, now),
    })  # fmt: skip


@needs("view")
def framework(request: HttpRequest, slug: str) -> HttpResponse:
    wanted = asked(request, slug)
    return render(request, "findings/compliance/framework.html", {
        "asked": wanted, "now": wanted.now, "scope": wanted.scope.choice, "scopes": wanted.scope.choices,
        "coverage": coverage_of(wanted.accounts, wanted.now), "lines": [_shown(wanted, line) for line in wanted.lines],
    })  # fmt: skip


def _shown(wanted: Any, line: Line) -> dict[str, Any]:
    id = line.answered.control.id
    counts = [
        (word, getattr(line.stand, column), wanted.address("compliance-control", id, stand=word, on=""))
        for word, column in STANDS.items()
    ]
    return {"line": line, "counts": [one for one in counts if one[0] != "off" or one[1]], "stand": line.stand}


@needs("view")
def control(request: HttpRequest, slug: str, id: str) -> HttpResponse:
    """The resources that stand so to a control now: those that fail unless another word is asked for."""
    wanted = asked(request, slug)
    one = next((one for one in wanted.controls if one.control.id == id), None)
    if one is None:
        raise Http404
    word = request.GET.get("stand", "fail")
    word = word if word in STANDS else "fail"
    stand = summed(stands([one], wanted.accounts).get(one.key, {}))
    pages = Paginator(_rows(one, word, wanted.accounts), SIZE)
    page = pages.get_page(request.GET.get("page"))
    return render(request, "findings/compliance/control.html", {
        "asked": wanted, "now": wanted.now, "scope": wanted.scope.choice, "scopes": wanted.scope.choices, "one": one,
        "word": word, "tabs": _tabs(wanted, id, stand, word), "page": page,
        "rows": [_row(one, verdicts) for verdicts in page.object_list],
    })  # fmt: skip


def _rows(one: Answered, word: str, accounts: Any) -> Any:
    found = subjects(one, word, accounts) if one.rules else Verdicts.objects.none()
    return found.select_related("resource", "account", "shelf").order_by("account__name", "resource__name", "pk")


def _tabs(wanted: Any, id: str, stand: Stand, here: str) -> list[tuple[str, int, str, bool]]:
    return [
        (SHOWN[word][0], getattr(stand, column), wanted.address("compliance-control", id, stand=word), word == here)
        for word, column in STANDS.items()
        if word in ("fail", "unknown", "pass", "not-applicable") or getattr(stand, column)
    ]


def _row(one: Answered, verdicts: Verdicts) -> dict[str, Any]:
    said = verdicts.by_rule()
    return {
        "resource": verdicts.resource, "account": verdicts.account, "at": verdicts.at,
        "rules": [(rule, said[rule.id], verdicts.reasons.get(rule.id, "")) for rule in one.rules if rule.id in said],
    }  # fmt: skip
