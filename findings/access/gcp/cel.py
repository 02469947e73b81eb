"""Conditions of Google IAM policies, evaluated three-valued: true, false, or undecided.

The part of CEL that IAM accepts (cloud.google.com/iam/docs/conditions-attribute-reference): `&& || ! == != < <= > >=
in ?: + -`, string functions, timestamps, tag functions, `api.getAttribute`. An attribute that is not known makes only
what depends on it undecided; an expression we cannot read is undecided as a whole. Nothing here raises.

Attributes are given under their dotted names: `{"request.time": datetime, "resource.name": str, …}`, effective tags
as `"resource.tags": {"123/env": "prod"}` (complete, else leave it out), `api.getAttribute("x", …)` under `x`.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import lru_cache, partial
from operator import add, eq, ge, gt, le, lt, ne, sub
from typing import Any

from findings.access.gcp.cel_functions import FUNCTIONS, UNKNOWN, Attributes
from findings.access.gcp.cel_tokens import Token, Unreadable, tokens

Expression = Callable[[Attributes], Any]
COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {"==": eq, "!=": ne, "<": lt, "<=": le, ">": gt, ">=": ge}
LONGEST = 10_000
DEEPEST = 50
MOST_LINKS = 200


def evaluate(expression: str, attributes: Mapping[str, Any]) -> bool | None:
    """The value of a condition; None when an attribute it needs is not known or it cannot be read."""
    compiled = _compiled(expression)
    if compiled is None:
        return None
    value = compiled(attributes)
    return value if isinstance(value, bool) else None


@lru_cache(maxsize=4096)
def _compiled(expression: str) -> Expression | None:
    if len(expression) > LONGEST:
        return None
    try:
        return _Parser(tokens(expression)).whole()
    except Unreadable:
        return None


class _Parser:
    """Recursive descent from tokens to one callable; each method is a level of precedence."""

    def __init__(self, words: list[Token]) -> None:
        self.words = words
        self.place = 0
        self.depth = 0
        self.links = 0

    def whole(self) -> Expression:
        expression = self.ternary()
        if self.words[self.place].kind != "end":
            raise Unreadable("something follows the expression")
        return expression

    def accept(self, *texts: str) -> str:
        word = self.words[self.place]
        if word.kind == "operator" and word.value in texts:
            self.place += 1
            return str(word.value)
        return ""

    def expect(self, text: str) -> None:
        if not self.accept(text):
            raise Unreadable(f"{text} expected")

    def link(self) -> None:
        """One more step of chains such as a + b + c, which are nested when they are evaluated."""
        self.links += 1
        if self.links > MOST_LINKS:
            raise Unreadable("too many steps")

    def ternary(self) -> Expression:
        self.depth += 1
        if self.depth > DEEPEST:
            raise Unreadable("nested too deep")
        test = self.disjunction()
        if self.accept("?"):
            first = self.ternary()
            self.expect(":")
            test = partial(_choose, test, first, self.ternary())
        self.depth -= 1
        return test

    def disjunction(self) -> Expression:
        parts = [self.conjunction()]
        while self.accept("||"):
            parts.append(self.conjunction())
        return parts[0] if len(parts) == 1 else partial(_any, parts)

    def conjunction(self) -> Expression:
        parts = [self.relation()]
        while self.accept("&&"):
            parts.append(self.relation())
        return parts[0] if len(parts) == 1 else partial(_all, parts)

    def relation(self) -> Expression:
        left = self.sum()
        while operator := self.accept(*COMPARISONS, "in"):
            self.link()
            right = self.sum()
            left = partial(_member if operator == "in" else partial(_compare, operator), left, right)
        return left

    def sum(self) -> Expression:
        left = self.negation()
        while operator := self.accept("+", "-"):
            self.link()
            left = partial(_arithmetic, add if operator == "+" else sub, left, self.negation())
        return left

    def negation(self) -> Expression:
        self.depth += 1
        if self.depth > DEEPEST:
            raise Unreadable("nested too deep")
        inner: Expression
        if self.accept("!"):
            inner = partial(_negate, self.negation())
        elif self.accept("-"):
            inner = partial(_arithmetic, sub, _constant(0), self.negation())
        else:
            inner = self.postfix()
        self.depth -= 1
        return inner

    def postfix(self) -> Expression:
        value, path = self.primary()
        while operator := self.accept(".", "["):
            self.link()
            if operator == "[":
                value, path = partial(_index, value, self.ternary()), ""
                self.expect("]")
                continue
            name = self.identifier()
            if self.accept("("):
                value, path = partial(_call, name, path, [value, *self.arguments(")")]), ""
            else:
                path = f"{path}.{name}" if path else ""
                value = partial(_attribute, path)
        return value

    def primary(self) -> tuple[Expression, str]:
        """An expression, and its dotted name when it is an attribute's."""
        word = self.words[self.place]
        if word.kind == "literal":
            self.place += 1
            return _constant(word.value), ""
        if self.accept("("):
            inner = self.ternary()
            self.expect(")")
            return inner, ""
        if self.accept("["):
            return partial(_listing, self.arguments("]")), ""
        name = self.identifier()
        if self.accept("("):
            return partial(_call, name, "", self.arguments(")")), ""
        return partial(_attribute, name), name

    def identifier(self) -> str:
        word = self.words[self.place]
        if word.kind != "name":
            raise Unreadable("a name expected")
        self.place += 1
        return str(word.value)

    def arguments(self, closing: str) -> list[Expression]:
        found: list[Expression] = []
        while not self.accept(closing):
            if found:
                self.expect(",")
            found.append(self.ternary())
        return found


def _constant(value: Any) -> Expression:
    return lambda _attributes: value


def _attribute(path: str, attributes: Attributes) -> Any:
    return attributes.get(path, UNKNOWN) if path else UNKNOWN


def _listing(parts: list[Expression], attributes: Attributes) -> Any:
    return [part(attributes) for part in parts]


def _index(value: Expression, key: Expression, attributes: Attributes) -> Any:
    whole, at = value(attributes), key(attributes)
    if isinstance(whole, Mapping):
        return whole.get(at, UNKNOWN) if isinstance(at, str | int) else UNKNOWN
    if isinstance(whole, list) and isinstance(at, int) and 0 <= at < len(whole):
        return whole[at]
    return UNKNOWN


def _call(name: str, receiver: str, arguments: list[Expression], attributes: Attributes) -> Any:
    if name == "getAttribute" and receiver == "api" and len(arguments) > 1:
        return attributes.get(str(arguments[1](attributes)), UNKNOWN)
    function = FUNCTIONS.get(name)
    if function is None:
        return UNKNOWN
    tags = attributes.get("resource.tags", UNKNOWN) if receiver == "resource" else None
    return function([argument(attributes) if tags is None or n else tags for n, argument in enumerate(arguments)])


def _negate(inner: Expression, attributes: Attributes) -> Any:
    value = inner(attributes)
    return not value if isinstance(value, bool) else UNKNOWN


def _all(parts: list[Expression], attributes: Attributes) -> Any:
    values = [part(attributes) for part in parts]
    if any(value is False for value in values):
        return False
    return True if all(value is True for value in values) else UNKNOWN


def _any(parts: list[Expression], attributes: Attributes) -> Any:
    values = [part(attributes) for part in parts]
    if any(value is True for value in values):
        return True
    return False if all(value is False for value in values) else UNKNOWN


def _choose(test: Expression, first: Expression, second: Expression, attributes: Attributes) -> Any:
    value = test(attributes)
    if isinstance(value, bool):
        return first(attributes) if value else second(attributes)
    one, other = first(attributes), second(attributes)
    return one if isinstance(one, bool) and one is other else UNKNOWN


def _compare(operator: str, left: Expression, right: Expression, attributes: Attributes) -> Any:
    one, other = left(attributes), right(attributes)
    if not _comparable(one, other) or (isinstance(one, bool | list) and operator not in ("==", "!=")):
        return UNKNOWN
    try:
        return COMPARISONS[operator](one, other)
    except TypeError:  # a time with a zone beside one without
        return UNKNOWN


def _comparable(one: Any, other: Any) -> bool:
    if isinstance(one, bool) or isinstance(other, bool):
        return isinstance(one, bool) and isinstance(other, bool)
    if isinstance(one, list) and isinstance(other, list):
        return UNKNOWN not in one and UNKNOWN not in other
    return any(isinstance(one, kind) and isinstance(other, kind) for kind in (str, int | float, datetime, timedelta))


def _member(left: Expression, right: Expression, attributes: Attributes) -> Any:
    wanted, among = left(attributes), right(attributes)
    if wanted is UNKNOWN or not isinstance(among, list):
        return UNKNOWN
    if any(wanted == one for one in among if one is not UNKNOWN):
        return True
    return UNKNOWN if UNKNOWN in among else False


def _arithmetic(
    operator: Callable[[Any, Any], Any], left: Expression, right: Expression, attributes: Attributes
) -> Any:
    one, other = left(attributes), right(attributes)
    try:
        return operator(one, other)
    except (TypeError, OverflowError):
        return UNKNOWN
