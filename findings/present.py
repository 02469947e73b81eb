"""Findings and rules as JSON: one shape for pages, API, exports and commands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Count, QuerySet

from findings.catalogue import catalogue
from findings.models import Finding, FindingEvent, Verdicts
from findings.rule import Fix, Rule
from findings.severity import Severity
from findings.states import ACTIVE
from findings.then import counts_at
from inventory.chunks import batched
from inventory.then import shown_at

Json = dict[str, Any]
BATCH = 1000
#: What each row needs beside itself.
RELATED = ("account__group", "resource", "function", "assignee")


def counts(functions: Sequence[int]) -> dict[int, dict[str, int]]:
    """Open findings by severity of each of these functions; one that no rule was ever asked about is left out."""
    if (then := shown_at()) is not None:
        return counts_at(functions, then)
    asked = Verdicts.objects.filter(pk__in=functions).values_list("pk", flat=True)
    found = {pk: {severity.value: 0 for severity in Severity} for pk in asked}
    rows = Finding.objects.filter(function__in=functions, state__in=ACTIVE).order_by()
    for pk, severity, number in rows.values_list("function_id", "severity").annotate(Count("pk")):
        found.setdefault(pk, {one.value: 0 for one in Severity})[severity] = number
    return found


def present_findings(rows: QuerySet[Finding, Any], at: datetime) -> Iterator[Json]:
    """Each finding as JSON, in the order of the rows, a bounded number in memory at a time."""
    for some in batched(rows.select_related(*RELATED).iterator(chunk_size=BATCH), BATCH):
        yield from (present_finding(finding, at) for finding in some)


def present_finding(finding: Finding, at: datetime) -> Json:
    rule, resource, account = catalogue().get(finding.rule), finding.resource, finding.account
    return {
        "id": finding.pk,
        "rule": finding.rule,
        "title": title_of(finding.rule),
        "subject": rule.subject.value if rule else None,
        "standards": list(rule.standards) if rule else [],
        "severity": finding.severity,
        "because": finding.because,
        "state": finding.state,
        "reason": finding.reason,
        "until": finding.until,
        "provider": account.provider,
        "account": account.native_id,
        "account_name": account.name,
        "account_group": account.group.name if account.group else None,
        "region": resource.region,
        "kind": resource.kind,
        "name": resource.name,
        "native_id": resource.native_id,
        "uid": resource.uid,
        "risk": finding.score(at),
        "faults": finding.faults,
        "evidence": finding.evidence,
        "first_seen": finding.first_seen,
        "opened_at": finding.opened_at,
        "last_seen": finding.last_seen,
        "closed_at": finding.closed_at,
        "due_at": finding.due_at,
        "overdue": finding.is_overdue(at),
        "assignee": finding.assignee.get_username() if finding.assignee else None,
    }


def title_of(rule: str) -> str:
    """What is wrong, in the rule's words; its id where the rule is there no more."""
    found = catalogue().get(rule)
    return found.title if found else rule


def present_event(event: FindingEvent) -> Json:
    return {
        "at": event.at,
        "what": event.what,
        "was": event.was,
        "now": event.now,
        "by": event.by_name or None,
        "note": event.note,
    }


def present_rule(rule: Rule) -> Json:
    """All that a rule says of itself."""
    return {
        "id": rule.id,
        "title": rule.title,
        "severity": rule.severity.value,
        "subject": rule.subject.value,
        "why": rule.why,
        "about": rule.about,
        "providers": list(rule.providers),
        "needs": {slug: list(check.needs) for slug, check in rule.checks.items()},
        "fix": {slug: _fix(fix) for slug, fix in rule.fix.items()},
        "catalogue": list(rule.catalogue),
        "standards": list(rule.standards),
        "references": list(rule.references),
        "aliases": list(rule.aliases),
    }


def _fix(fix: Fix) -> Json:
    return {"console": fix.console, "cli": fix.cli, "terraform": fix.terraform}
