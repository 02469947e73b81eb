"""Whether the conditions of a statement hold: yes, no, or undecided because the request does not say.

Rules encoded here (IAM User Guide, "Condition operators", "Multiple context keys or values", "Policy variables"):
all keys of a block must hold, any value of a key suffices; a negated operator asks that no value matches. A key the
request does not have makes a condition false, but true for a negated operator, for `...IfExists` and for
`ForAllValues:`. `Null` asks for the absence itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from findings.access.aws.comparisons import COMPARISONS, positive_of
from findings.access.aws.documents import Condition
from findings.access.aws.patterns import QUESTION, STAR
from findings.access.kleene import every, negate, some

_VARIABLE = re.compile(r"\$\{([^}]*)\}")
UNUSABLE = "\ue002"
"""Stands in a text for a variable that the request has no value for: such a text matches nothing."""
_WITH_VARIABLES = ("string", "arn")
"""Operators in whose values `${...}` is filled in; in numbers, dates, booleans, bytes and addresses it is text."""
_CHARACTERS = {"*": STAR, "?": QUESTION, "$": "$"}


@dataclass(frozen=True, slots=True)
class Context:
    """What is known about a request: values by condition key (lower case).

    An empty tuple says that the request does not carry the key. A key that is not listed is unknown, unless
    `complete`: then it is absent.
    """

    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    complete: bool = False

    def get(self, key: str) -> tuple[str, ...] | None:
        """The values of a key, empty when the request has none, None when nobody said."""
        return self.values.get(key, () if self.complete else None)

    def with_values(self, more: Mapping[str, tuple[str, ...]]) -> Context:
        """A copy that also knows `more`; what was known already stays."""
        return Context({**more, **self.values}, self.complete)


def context_of(values: Mapping[str, object], *, complete: bool = False) -> Context:
    """A context from plain values: a text, number, true/false, a list of them, or None for "is not there"."""
    read: dict[str, tuple[str, ...]] = {}
    for key, value in values.items():
        listed = [] if value is None else list(value) if isinstance(value, list | tuple | set | frozenset) else [value]
        read[key.lower()] = tuple(str(v).lower() if isinstance(v, bool) else str(v) for v in listed)
    return Context(read, complete)


def expand(text: str, context: Context) -> str | None:
    """Fill in `${key}` and `${key, 'default'}`. None when a key is unknown; one that is absent gives an unusable text.

    Only for policies of version 2012-10-17; in others the text stands for itself.
    """
    if "${" not in text:
        return text
    unknown = False

    def fill(variable: re.Match[str]) -> str:
        nonlocal unknown
        key, _, default = variable[1].partition(",")
        key = key.strip()
        if key in _CHARACTERS:
            return _CHARACTERS[key]
        values = context.get(key.lower())
        if values is None:
            unknown = True
            return "*"
        if not values and default:
            return default.strip().strip("'\"")
        return values[0].replace("*", STAR).replace("?", QUESTION) if len(values) == 1 else UNUSABLE

    filled = _VARIABLE.sub(fill, text)
    return None if unknown else filled


def loosened(text: str) -> str:
    """The text with every variable replaced by a star: what it could come to match."""
    return _VARIABLE.sub(lambda variable: _CHARACTERS.get(variable[1], "*"), text)


def holds(condition: Condition, context: Context, *, variables: bool) -> bool | None:
    """Whether one condition holds; None when it cannot be decided from the context."""
    values = context.get(condition.key)
    if condition.operator == "null":
        return _null(condition, values)
    if values is None or not condition.readable or positive_of(condition.operator) not in COMPARISONS:
        return None
    if not values:
        return condition.if_exists or condition.quantifier == "all" or (condition.negated and not condition.quantifier)
    hits = [_hit(condition, value, context, variables) for value in values]
    if condition.quantifier == "all":
        return every(hits if not condition.negated else [negate(hit) for hit in hits])
    if condition.quantifier == "any":
        return some(hits if not condition.negated else [negate(hit) for hit in hits])
    return negate(some(hits)) if condition.negated else some(hits)


def _null(condition: Condition, values: tuple[str, ...] | None) -> bool | None:
    """`Null: true` holds when the key is absent, `false` when it is present."""
    if values is None:
        return None
    wanted = {value.lower() for value in condition.values}
    return ("false" if values else "true") in wanted


def _hit(condition: Condition, value: str, context: Context, variables: bool) -> bool | None:
    """Whether a value of the request matches any value of the policy."""
    compare = COMPARISONS[positive_of(condition.operator)]
    variables = variables and condition.operator.startswith(_WITH_VARIABLES)
    undecided = False
    for wanted in condition.values:
        filled = expand(wanted, context) if variables else wanted
        if filled is None:
            undecided = True
        elif compare(filled, value):
            return True
    return None if undecided else False


def undecided(conditions: tuple[Condition, ...], context: Context, *, variables: bool) -> tuple[Condition, ...] | None:
    """The conditions nobody can decide yet; an empty tuple when all hold; None when one fails."""
    still_open = []
    for condition in conditions:
        answer = holds(condition, context, variables=variables)
        if answer is False:
            return None
        if answer is None:
            still_open.append(condition)
    return tuple(still_open)
