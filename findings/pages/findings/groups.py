"""The list by rule: each rule with how many of how many it fails, since when, and who looks after them."""

from __future__ import annotations

from typing import Any

from findings.catalogue import catalogue
from findings.counted import Group, by_rule, looked_through
from findings.daily_counts import Course, courses
from findings.models.worst import BY_RANK
from findings.pages.findings.asked import Asked
from findings.present import title_of
from findings.rule_standing import verdict_counts

#: So many people are named before "and 3 more".
NAMED = 2


def groups(wanted: Asked) -> list[dict[str, Any]]:
    """The rules that have findings, most urgent first. Raises ParseError."""
    found = by_rule(wanted.search)
    found = looked_through(wanted.search) if found is None else found
    counts = verdict_counts(wanted.scope.accounts)
    trends = courses(wanted.scope.accounts, wanted.now)
    return [_shown(wanted, one, counts.get(one.rule, {}), trends.get(one.rule)) for one in found]


def _shown(wanted: Asked, group: Group, counts: dict[str, int], trend: Course | None) -> dict[str, Any]:
    rule = catalogue().get(group.rule)
    is_open = wanted.open == group.rule
    return {
        "rule": group.rule,
        "title": title_of(group.rule),
        "severity": BY_RANK[group.worst],
        "number": group.number,
        "oldest": group.oldest,
        "newest": group.newest,
        "due": group.due,
        "late": group.due is not None and group.due <= wanted.now,
        "people": group.people[:NAMED],
        "more_people": len(group.people) - NAMED,
        "unassigned": group.unassigned,
        "providers": rule.providers if rule else (),
        "subject": rule.subject.value if rule else "",
        "trend": trend,
        "of": counts.get("passed", 0) + counts.get("failed", 0),
        "unknown": counts.get("unknown", 0),
        "is_open": is_open,
        "toggle": wanted.address(open="" if is_open else group.rule),
    }
