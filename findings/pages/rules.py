"""What do we check and why? The catalogue of rules, and one rule with how it stands, its examples and its settings."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path

from findings.catalogue import catalogue, renamed
from findings.models import Finding, RuleCount, RuleSetting
from findings.pages import _scope
from findings.pages.findings.detail import controls
from findings.present import title_of
from findings.rule import Rule, Subject, judge
from findings.rule_standing import not_asked, standings
from findings.rule_trial import tried
from findings.ruling import WrongRuling, rule_anew
from findings.severity import Severity
from findings.standards import FRAMEWORKS
from inventory.clock import about_now
from inventory.models import Account, AccountGroup
from inventory.permission import needs

#: What a rule needs → how that is said.
POSTURE = {"invoke": "who may invoke it", "deploy": "who may change it", "privilege": "what its identity may do",
           "reach": "from where it is reached", "egress": "where it can send to"}  # fmt: skip
BESIDE = {"log": "the cloud's log", "reading": "how the account was read", "use": "how often it is called"}


@needs("view")
def rules(request: HttpRequest) -> HttpResponse:
    scope, now = _scope.picked(request), about_now()
    asked = {name: request.GET.get(name, "") for name in ("q", "subject", "severity", "provider", "standard", "only")}
    every = standings(scope.accounts)
    shown = [one for one in every if _fits(one, asked)]
    return render(request, "findings/rules/rules.html", {
        "now": now, "scope": scope.choice, "scopes": scope.choices, "asked": asked, "standings": shown,
        "every": len(every), "subjects": [one.value for one in Subject], "severities": [one.value for one in Severity],
        "providers": Account.Provider.choices, "frameworks": FRAMEWORKS,
    })  # fmt: skip


def _fits(one: Any, asked: dict[str, str]) -> bool:
    rule: Rule = one.rule
    words = f"{rule.id} {rule.title} {rule.why} {' '.join(rule.catalogue)}".lower()
    return (
        asked["q"].lower() in words
        and asked["subject"] in ("", rule.subject.value)
        and asked["severity"] in ("", rule.severity.value)
        and (not asked["provider"] or asked["provider"] in rule.checks)
        and (not asked["standard"] or any(c.partition(":")[0] == asked["standard"] for c in rule.standards))
        and (asked["only"] != "failing" or one.counts["failed"] > 0)
        and (asked["only"] != "disabled" or bool(one.settings))
    )


@needs("view")
def rule(request: HttpRequest, id: str) -> HttpResponse:
    found = catalogue().get(id)
    if found is None:
        return _of_another_day(request, id)
    scope, now = _scope.picked(request), about_now()
    standing = next(one for one in standings(scope.accounts) if one.rule.id == id)
    return render(request, "findings/rules/rule.html", {
        "now": now, "scope": scope.choice, "scopes": scope.choices, "rule": found, "standing": standing,
        "clouds": list(_clouds(found)), "controls": controls(found),
        "accounts": _by_account(scope.accounts, id), "severities": [one.value for one in Severity],
        "groups": AccountGroup.objects.order_by("name"),
        "not_asked": [] if standing.active else [one for one in not_asked(scope.accounts) if one.id == id],
        "history": RuleSetting.objects.filter(rule=id).select_related("group")[:50],
        "trial": tried(found, scope.accounts, now) if request.GET.get("try") == "yes" else None,
    })  # fmt: skip


def _of_another_day(request: HttpRequest, id: str) -> HttpResponse:
    """The page of a rule that has another id today, or is there no more."""
    if id in renamed():
        return redirect("rule", renamed()[id])
    if not Finding.objects.visible_to(request.user).filter(rule=id).exists():
        raise Http404
    return render(request, "findings/rules/retired.html", {"id": id, "title": title_of(id)})


def _clouds(rule: Rule) -> Iterator[dict[str, Any]]:
    """For each cloud: what is read, the fix, and the examples with what the rule says of them."""
    for slug, check in rule.checks.items():
        yield {
            "slug": slug,
            "needs": [in_words(need) for need in check.needs],
            "fix": rule.fix.get(slug),
            "examples": [*_examples(rule, slug, rule.fails), *_examples(rule, slug, rule.passes)],
        }


def _examples(rule: Rule, slug: str, seen: Any) -> Iterator[dict[str, Any]]:
    for one in seen:
        if one.provider == slug and (told := judge(rule, one)) is not None:
            yield {
                "verdict": told.verdict.value,
                "says": [fault.says for fault in told.evidence],
                "document": json.dumps(dict(one.document), indent=2, default=str) if one.document else "",
            }


def in_words(need: str) -> str:
    """A part that must have been read, for people: "identity:policies" is "policies of its identities"."""
    where, _, name = need.rpartition(":")
    spoken = BESIDE.get(need, name.replace("_", " "))
    if where == "posture":
        return POSTURE.get(name, spoken)
    return {"identity": f"{spoken} of its identities", "account": f"{spoken} of the account"}.get(where, spoken)


def _by_account(accounts: Any, id: str) -> list[RuleCount]:
    """The accounts in which it fails or could not decide, most failing first."""
    rows = accounts.limit(RuleCount.objects.filter(rule=id))
    return list(rows.filter(Q(failed__gt=0) | Q(unknown__gt=0)).select_related("account").order_by("-failed", "pk"))


@needs("administer", "POST")
def set_rule(request: HttpRequest, id: str) -> HttpResponse:
    """Disable a rule or give it another severity, for all accounts or a group, with a reason."""
    if id not in catalogue():
        raise Http404
    said = {name: request.POST.get(name, "") for name in ("group", "severity", "reason")}
    try:
        rule_anew(id, said, request.POST.get("enabled") != "no", request, about_now())
    except WrongRuling as wrong:
        messages.error(request, str(wrong))
    else:
        messages.success(request, "Kept. Findings follow within a few minutes.")
    return redirect("rule", id)


ROUTES = [
    path("rules/", rules, name="rules"),
    path("rules/<slug:id>/", rule, name="rule"),
    path("rules/<slug:id>/setting/", set_rule, name="rule-setting"),
]
