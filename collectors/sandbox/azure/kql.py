"""The query language of Resource Graph, as far as a collector uses it: where, project, order, take, count.

Source: learn.microsoft.com/azure/governance/resource-graph/concepts/query-language. Comparisons with `~` ignore case;
`==` and `in` do not."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

Row = Mapping[str, Any]
Test = Callable[[Row], bool]
Value = Callable[[Row], Any]
_WORD = re.compile(
    r"\s*(?:('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")|(!=|==|>=|<=|=~|!~|!in~|!in\b|in~|[=<>(),])|(datetime\([^)]*\)|[\w.\[\]$-]+))"
)
_FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "tolower": lambda value: str(value or "").lower(),
    "tostring": lambda value: "" if value is None else str(value),
    "todatetime": lambda value: _moment(str(value or "")),
    "isnotempty": lambda value: value not in (None, "", [], {}),
    "isempty": lambda value: value in (None, "", [], {}),
}


class Unreadable(ValueError):
    """The query is outside the language we read."""


def run(query: str, table: Callable[[str], Iterable[Row]]) -> list[dict[str, Any]]:
    """The rows of a query. Raises Unreadable."""
    name, *stages = _stages(query)
    rows: list[dict[str, Any]] = [dict(row) for row in table(name.strip().lower())]
    for stage in stages:
        operator, _, rest = stage.strip().partition(" ")
        rows = _staged(rows, operator.lower(), rest.strip())
    return rows


def _stages(query: str) -> list[str]:
    """Split at the bars that stand outside quotes."""
    text = re.sub(r"//[^\n]*", "", query).replace("\n", " ")
    return re.split(r"\|(?=(?:[^']*'[^']*')*[^']*$)", text)


def _staged(rows: list[dict[str, Any]], operator: str, rest: str) -> list[dict[str, Any]]:
    match operator:
        case "where":
            test = _Condition(rest).whole()
            return [row for row in rows if test(row)]
        case "project":
            return [_projected(row, rest) for row in rows]
        case "project-away":
            away = {name.strip() for name in rest.split(",")}
            return [{name: value for name, value in row.items() if name not in away} for row in rows]
        case "order" | "sort":
            return _ordered(rows, rest)
        case "take" | "limit":
            return rows[: int(rest)]
        case "count":
            return [{"Count": len(rows)}]
    raise Unreadable(operator)


def _projected(row: Row, rest: str) -> dict[str, Any]:
    told = {}
    for part in rest.split(","):
        new, _, old = part.rpartition("=")
        told[(new or old).strip()] = column(row, old.strip())
    return told


def _ordered(rows: list[dict[str, Any]], rest: str) -> list[dict[str, Any]]:
    for part in reversed(re.sub(r"^by\s+", "", rest).split(",")):
        name, _, way = part.strip().partition(" ")
        rows = sorted(rows, key=lambda row: str(column(row, name) or "").lower(), reverse=way.strip().lower() != "asc")
    return rows


def column(row: Row, name: str) -> Any:
    """A column, or a part of one: `properties.principalId`; names are compared without case."""
    value: Any = row
    for step in re.findall(r"[^.\[\]'\"]+", name):
        if not isinstance(value, Mapping):
            return None
        value = value[step] if step in value else next((v for k, v in value.items() if k.lower() == step.lower()), None)
    return value


class _Condition:
    def __init__(self, text: str) -> None:
        self._words, place = list[str](), 0
        text = text.strip()
        while place < len(text):
            found = _WORD.match(text, place)
            if found is None:
                raise Unreadable(text[place:])
            self._words.append(found[1] or found[2] or found[3])
            place = found.end()

    def whole(self) -> Test:
        test = self._either()
        if self._words:
            raise Unreadable(self._words[0])
        return test

    def _take(self, wanted: str = "") -> str:
        if not self._words or (wanted and self._words[0] != wanted):
            raise Unreadable(f"expected {wanted or 'more'}")
        return self._words.pop(0)

    def _next(self, word: str) -> bool:
        return bool(self._words) and self._words[0].lower() == word

    def _either(self) -> Test:
        tests = [self._both()]
        while self._next("or"):
            self._take()
            tests.append(self._both())
        return lambda row: any(test(row) for test in tests)

    def _both(self) -> Test:
        tests = [self._term()]
        while self._next("and"):
            self._take()
            tests.append(self._term())
        return lambda row: all(test(row) for test in tests)

    def _term(self) -> Test:
        if self._next("("):
            self._take()
            inside = self._either()
            self._take(")")
            return inside
        if self._next("not"):
            self._take()
            self._take("(")
            negated = self._either()
            self._take(")")
            return lambda row: not negated(row)
        left = self._value()
        if not self._words or self._words[0].lower() in ("and", "or", ")"):
            return lambda row: bool(left(row))
        return self._compared(left)

    def _compared(self, left: Value) -> Test:
        operator = self._take().lower()
        if operator.lstrip("!") in ("in", "in~"):
            self._take("(")
            values = [self._value()]
            while self._next(","):
                self._take()
                values.append(self._value())
            self._take(")")
            loose, denied = operator.endswith("~"), operator.startswith("!")
            return lambda row: any(_same(left(row), value(row), loose) for value in values) != denied
        compare = _COMPARISONS.get(operator)
        if compare is None:
            raise Unreadable(operator)
        right = self._value()
        return lambda row: compare(left(row), right(row))

    def _value(self) -> Value:
        """A literal, a column, or a function of one."""
        word = self._take()
        if word[0] in "'\"":
            return lambda row: word[1:-1]
        if word.lower().startswith("datetime("):
            moment = _moment(word[9:-1].strip("'\""))
            return lambda row: moment
        if self._next("("):
            function = _FUNCTIONS.get(word.lower())
            if function is None:
                raise Unreadable(word)
            self._take()
            inside = self._value()
            self._take(")")
            return lambda row: function(inside(row))
        if word.lower() in ("true", "false") or re.fullmatch(r"-?\d+", word):
            return lambda row: word.lower()
        return lambda row: column(row, word)


def _plain(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)


def _same(left: Any, right: Any, loose: bool) -> bool:
    first, second = _plain(left), _plain(right)
    return first.lower() == second.lower() if loose else first == second


def _moment(text: str) -> str:
    """A time as one that compares as text."""
    whole, _, rest = text.rstrip("Z").replace("+00:00", "").partition(".")
    return f"{whole}.{rest:0<7}" if whole else ""


_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "==": lambda left, right: _same(left, right, False),
    "!=": lambda left, right: not _same(left, right, False),
    "=~": lambda left, right: _same(left, right, True),
    "!~": lambda left, right: not _same(left, right, True),
    ">": lambda left, right: _plain(left) > _plain(right),
    "<": lambda left, right: _plain(left) < _plain(right),
    ">=": lambda left, right: _plain(left) >= _plain(right),
    "<=": lambda left, right: _plain(left) <= _plain(right),
    "has": lambda left, right: (
        re.search(rf"(?<![^\W_]){re.escape(_plain(right))}(?![^\W_])", _plain(left), re.I) is not None
    ),
    "contains": lambda left, right: _plain(right).lower() in _plain(left).lower(),
    "startswith": lambda left, right: _plain(left).lower().startswith(_plain(right).lower()),
    "endswith": lambda left, right: _plain(left).lower().endswith(_plain(right).lower()),
}
