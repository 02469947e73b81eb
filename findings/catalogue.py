"""The rules on the shelf, loaded once, by id."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from findings import rules
from findings.rule import Rule
from inventory.shelf import shelf


@cache
def catalogue() -> Mapping[str, Rule]:
    """Every rule by its id, gravest first."""
    found = sorted(shelf(rules, "RULE").values(), key=lambda rule: (-rule.severity.rank, rule.id))
    return MappingProxyType({rule.id: rule for rule in found})


@cache
def renamed() -> Mapping[str, str]:
    """The ids that rules had before, each with the id of today."""
    return MappingProxyType({alias: rule.id for rule in catalogue().values() for alias in rule.aliases})
