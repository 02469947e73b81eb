"""Turn a parsed query into a database filter.

Three-valued: a row of which a field is not known matches neither `field:x` nor `-field:x`; `field:unknown` finds it.
Negations are therefore carried down to the terms instead of negating whole filters.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q

from inventory.search.field import Field
from inventory.search.parse import And, Node, Not, Or, Term, Word


def compiled(
    node: Node | None,
    fields: Mapping[str, Field],
    word: Callable[[Word], Q],
    at: datetime,
    user: Any,
    negated: bool = False,
) -> Q:
    """The filter of a node. Raises ParseError for a value that its field cannot take."""
    if node is None:
        return Q()
    if isinstance(node, Word):
        return ~word(node) if negated else word(node)
    if isinstance(node, Term):
        return fields[node.name].compile(node, at, user, negated)
    if isinstance(node, Not):
        return compiled(node.child, fields, word, at, user, not negated)
    parts = [compiled(child, fields, word, at, user, negated) for child in node.children]
    all_of = isinstance(node, And) is not negated
    combined = parts[0]
    for part in parts[1:]:
        combined = combined & part if all_of else combined | part
    return combined


def asks_about(node: Node | None, name: str, value: str) -> bool:
    """Whether `name:value` stands anywhere in the query; "" is any value."""
    if isinstance(node, Term):
        return node.name == name and (not value or any(one.text.lower() == value for one in node.values))
    if isinstance(node, Not):
        return asks_about(node.child, name, value)
    if isinstance(node, And | Or):
        return any(asks_about(child, name, value) for child in node.children)
    return False
