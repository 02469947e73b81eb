"""The attack path alone, beside a finding that joins several faults."""

from __future__ import annotations

from typing import Any

from findings.graph.layout import drawn
from findings.graph.shape import folded, only_attack, route
from findings.models import Finding
from findings.pages._graph.gather import focused
from findings.pages._graph.view import picture, rows_of
from findings.rule import Rule, Subject
from inventory.models import User


def path_of(finding: Finding, rule: Rule | None, user: User | Any) -> dict[str, Any] | None:
    """What the page of a combination shows; None for other findings, and where no path can be drawn."""
    function = finding.function
    if rule is None or rule.subject is not Subject.COMBINATION or function is None or finding.is_closed:
        return None
    found = focused(f"function:{function.uid}", user)
    graph = folded(only_attack(found.graph)) if found else None
    if not graph or not graph.nodes:
        return None
    return picture(drawn(graph)) | {"route": route(graph), "rows": rows_of(graph)}
