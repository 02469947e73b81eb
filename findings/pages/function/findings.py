"""The Findings tab: what rules say of this function, also what they could not decide."""

from __future__ import annotations

from typing import Any

from findings.catalogue import catalogue
from findings.models import Finding, Verdicts
from findings.pages.function.subject import Subject
from findings.present import title_of
from findings.states import ACTIVE, SET_ASIDE

CLOSED_SHOWN = 50


def context(subject: Subject) -> dict[str, Any]:
    rows = list(Finding.objects.filter(function=subject.function).select_related("assignee").order_by("-risk", "-pk"))
    for row in rows:
        row.title, row.today = title_of(row.rule), row.score(subject.now)
        row.late = row.is_overdue(subject.now)
    verdicts = Verdicts.objects.filter(pk=subject.function.pk).select_related("shelf").first()
    told = verdicts.by_rule() if verdicts else {}
    return {
        "active": [row for row in rows if row.state in ACTIVE],
        "aside": [row for row in rows if row.state in SET_ASIDE],
        "closed": [row for row in rows if row.is_closed][:CLOSED_SHOWN],
        "verdicts": verdicts,
        "passed": _named(told, "pass"),
        "inapplicable": _named(told, "not applicable"),
        "undecided": [
            (id, title_of(id), verdicts.reasons.get(id, "") if verdicts else "")
            for id, verdict in told.items()
            if verdict in ("unknown", "not evaluated")
        ],
        "disabled": _named(told, "disabled"),
    }


def _named(told: dict[str, str], verdict: str) -> list[tuple[str, str]]:
    """The rules with this verdict, by id and title."""
    return [(id, title_of(id)) for id, one in told.items() if one == verdict and id in catalogue()]
