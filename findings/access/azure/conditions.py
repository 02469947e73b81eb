"""Conditions of Azure role assignments (ABAC), evaluated three-valued: true, false, or undecided.

Read: `! && || AND OR NOT ( )`, `ActionMatches{'…'}`, `SubOperationMatches{'…'}`, `Exists @…`, and comparisons of a
bracketed attribute with literals (learn.microsoft.com/azure/role-based-access-control/conditions-format). Attributes
that are not known make their comparison undecided; an expression we cannot read is undecided as a whole.

Attributes are given under their bracketed names, or with their source where it matters (`@Request[a:b]`); one that is
given as None is known to be absent.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache, partial
from operator import eq, ge, gt, le, lt
from typing import Any

from findings.access.azure.actions import matches
from findings.access.kleene import every, negate, some

WORD = re.compile(
    r"""\s*(?:
      (?P<source>@(?i:Request|Resource|Principal|Environment)\s*\[[^\]]+\](?:<[^>]*>)?)
    | (?P<string>'(?:[^']|'')*')
    | (?P<name>[A-Za-z_][\w:.-]*)
    | (?P<guid>[0-9a-fA-F][\w.:-]*)
    | (?P<number>-\d+(?:\.\d+)?)
    | (?P<sign>&&|\|\||[!(){},])
    )""",
    re.VERBOSE,
)
LONGEST = 20_000
DEEPEST = 50


class Unreadable(ValueError):
    """The condition is outside the part of the language we read."""


class Case:
    """What a condition is judged on: the action, its sub-operation, and the attributes that are known."""

    def __init__(self, action: str, attributes: Mapping[str, Any]) -> None:
        self.action = action
        self.known = {name.lower(): value for name, value in attributes.items()}

    def value(self, source: str) -> Any:
        """The attribute a source such as `@Resource[a:b]` names, None when it is absent or not known."""
        return self.known.get(self.key(source))

    def key(self, source: str) -> str:
        """The name under which the attribute is given: that with its source goes first."""
        kind, _, rest = source.lower().partition("[")
        name = re.sub(r"<[^>]*>", "", rest.partition("]")[0]).strip()
        exact = f"{kind.strip()}[{name}]"
        return exact if exact in self.known else name


Expression = Callable[[Case], bool | None]


def evaluate(condition: str, action: str, attributes: Mapping[str, Any]) -> bool | None:
    """The value of a condition for an action; None when it needs what is not known or it cannot be read."""
    compiled = _compiled(condition)
    return None if compiled is None else compiled(Case(action, attributes))


@lru_cache(maxsize=4096)
def _compiled(condition: str) -> Expression | None:
    try:
        return _Parser(_words(condition)).whole()
    except Unreadable:
        return None


def _words(condition: str) -> list[tuple[str, str]]:
    if len(condition) > LONGEST:
        raise Unreadable("too long")
    found, place = [], 0
    text = condition.rstrip()
    while place < len(text):
        match = WORD.match(text, place)
        if match is None:
            raise Unreadable(f"cannot read position {place}")
        found.append((match.lastgroup or "", match[match.lastgroup or 0]))
        place = match.end()
    return [*found, ("end", "")]


class _Parser:
    """Recursive descent from words to one callable."""

    def __init__(self, words: list[tuple[str, str]]) -> None:
        self.words = words
        self.place = 0
        self.depth = 0

    def whole(self) -> Expression:
        expression = self.either()
        if self.words[self.place][0] != "end":
            raise Unreadable("something follows the condition")
        return expression

    def accept(self, *texts: str) -> bool:
        kind, text = self.words[self.place]
        if kind in ("sign", "name") and text.upper() in texts:
            self.place += 1
            return True
        return False

    def take(self, *kinds: str) -> str:
        kind, text = self.words[self.place]
        if kind not in kinds:
            raise Unreadable(f"{' or '.join(kinds)} expected")
        self.place += 1
        return text

    def either(self) -> Expression:
        self.depth += 1
        if self.depth > DEEPEST:
            raise Unreadable("nested too deep")
        parts = [self.both()]
        while self.accept("OR", "||"):
            parts.append(self.both())
        self.depth -= 1
        return partial(_some, parts)

    def both(self) -> Expression:
        parts = [self.term()]
        while self.accept("AND", "&&"):
            parts.append(self.term())
        return partial(_every, parts)

    def term(self) -> Expression:
        self.depth += 1
        if self.depth > DEEPEST:
            raise Unreadable("nested too deep")
        found = self.bare_term()
        self.depth -= 1
        return found

    def bare_term(self) -> Expression:
        if self.accept("!", "NOT"):
            return partial(_negate, self.term())
        if self.accept("("):
            inner = self.either()
            if not self.accept(")"):
                raise Unreadable(") expected")
            return inner
        if self.accept("ACTIONMATCHES"):
            return partial(_action_matches, self.literals())
        if self.accept("SUBOPERATIONMATCHES"):
            return partial(_suboperation, self.literals())
        if self.accept("EXISTS"):
            return partial(_exists, self.take("source"))
        source = self.take("source")
        operator = self.take("name")
        if self.words[self.place][0] == "source":
            return partial(_between, operator, source, self.take("source"))
        return partial(_compare, operator, source, self.literals())

    def literals(self) -> list[str]:
        if not self.accept("{"):
            return [_literal(self.take("string", "name", "guid", "number"))]
        found: list[str] = []
        while not self.accept("}"):
            if found and not self.accept(","):
                raise Unreadable(", expected")
            found.append(_literal(self.take("string", "name", "guid", "number")))
        return found


def _literal(text: str) -> str:
    return text[1:-1].replace("''", "'") if text.startswith("'") else text


def _some(parts: list[Expression], case: Case) -> bool | None:
    return some(part(case) for part in parts)


def _every(parts: list[Expression], case: Case) -> bool | None:
    return every(part(case) for part in parts)


def _negate(part: Expression, case: Case) -> bool | None:
    return negate(part(case))


def _action_matches(patterns: list[str], case: Case) -> bool | None:
    return any(matches(pattern, case.action) for pattern in patterns)


def _suboperation(names: list[str], case: Case) -> bool | None:
    chosen = case.known.get("suboperation")
    return None if chosen is None else str(chosen).lower() in {name.lower() for name in names}


def _exists(source: str, case: Case) -> bool | None:
    if case.key(source) not in case.known:
        return None
    return case.value(source) is not None


def _between(operator: str, left: str, right: str, case: Case) -> bool | None:
    other = case.value(right)
    if other is None:
        return None
    return _compare(operator, left, list(other) if isinstance(other, list | tuple | set) else [str(other)], case)


def _compare(operator: str, source: str, wanted: list[str], case: Case) -> bool | None:
    given = case.value(source)
    quantifier, _, test = operator.rpartition(":")
    test = test.lower()
    refuses = "not" in test
    compare = TESTS.get(test.replace("not", ""))
    if given is None or compare is None:
        return None
    values = [str(one) for one in given] if isinstance(given, list | tuple | set) else [str(given)]
    each_value, _, each_wanted = quantifier.lower().removeprefix("for").partition("of")
    of_value = all if each_value == "all" else any
    of_wanted = all if each_wanted.startswith("all") or (refuses and not quantifier) else any
    try:
        return of_value(of_wanted(compare(one, other) != refuses for other in wanted) for one in values)
    except (ValueError, TypeError):  # a number or a time that is none; a time with a zone beside one without
        return None


def _like(value: str, pattern: str) -> bool:
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))).replace(r"\?", "."), value, re.DOTALL) is not None


def _guid(text: str) -> str:
    return text.replace("-", "").rpartition("/")[2].lower()


def _number(compare: Callable[[float, float], bool]) -> Callable[[str, str], bool]:
    return lambda one, other: compare(float(one), float(other))


def _time(compare: Callable[[datetime, datetime], bool]) -> Callable[[str, str], bool]:
    return lambda one, other: compare(datetime.fromisoformat(one), datetime.fromisoformat(other))


ORDERS: dict[str, Callable[[Any, Any], bool]] = {
    "equals": eq, "greaterthan": gt, "greaterthanequals": ge, "lessthan": lt, "lessthanequals": le,
}  # fmt: skip
TESTS: dict[str, Callable[[str, str], bool]] = {
    **{f"numeric{name}": _number(compare) for name, compare in ORDERS.items()},
    **{f"datetime{name}": _time(compare) for name, compare in ORDERS.items()},
    "stringstartswithignorecase": lambda one, other: one.lower().startswith(other.lower()),
    "stringequals": lambda one, other: one == other,
    "stringequalsignorecase": lambda one, other: one.lower() == other.lower(),
    "stringlike": _like,
    "stringlikeignorecase": lambda one, other: _like(one.lower(), other.lower()),
    "stringstartswith": lambda one, other: one.startswith(other),
    "guidequals": lambda one, other: _guid(one) == _guid(other),
    "boolequals": lambda one, other: one.lower() == other.lower(),
}
