"""The query language of Cloud Logging, as far as a collector uses it: comparisons, AND, OR, NOT, parentheses.

Source: cloud.google.com/logging/docs/view/logging-query-language. A value may be a group: `a=("x" OR "y")`; terms
without an operator between them are joined by AND."""

import re
from collections.abc import Callable, Mapping
from typing import Any

Entry = Mapping[str, Any]
Test = Callable[[Entry], bool]
_WORD = re.compile(r'\s*(?:("(?:[^"\\]|\\.)*")|(!=|>=|<=|=~|!~|[=:><()])|([^\s"()=:<>!]+))')


class Unreadable(ValueError):
    """The filter is outside the language we read."""


def compiled(text: str) -> Test:
    """What a filter lets through. Raises Unreadable."""
    return _Parser(text).whole()


class _Parser:
    def __init__(self, text: str) -> None:
        self._words, place = list[str](), 0
        text = re.sub(r"(?m)^\s*--.*$", "", text).strip()
        while place < len(text):
            found = _WORD.match(text, place)
            if found is None:
                raise Unreadable(text[place:])
            self._words.append(found[1] or found[2] or found[3])
            place = found.end()

    def whole(self) -> Test:
        if not self._words:
            return lambda entry: True
        test = self._either()
        if self._words:
            raise Unreadable(self._words[0])
        return test

    def _take(self) -> str:
        if not self._words:
            raise Unreadable("the filter ends too early")
        return self._words.pop(0)

    def _next(self, *words: str) -> bool:
        return bool(self._words) and self._words[0] in words

    def _either(self) -> Test:
        tests = [self._both()]
        while self._next("OR"):
            self._take()
            tests.append(self._both())
        return lambda entry: any(test(entry) for test in tests)

    def _both(self) -> Test:
        tests = [self._term()]
        while self._words and not self._next("OR", ")"):
            if self._next("AND"):
                self._take()
            tests.append(self._term())
        return lambda entry: all(test(entry) for test in tests)

    def _term(self) -> Test:
        word = self._take()
        if word in ("NOT", "-"):
            inside = self._term()
            return lambda entry: not inside(entry)
        if word == "(":
            inside = self._either()
            self._close()
            return inside
        operator = self._take()
        if operator not in _COMPARISONS:
            raise Unreadable(operator)
        values = self._values()
        name, compare = word.strip('"'), _COMPARISONS[operator]
        return lambda entry: any(compare(_field(entry, name), value) for value in values)

    def _values(self) -> list[str]:
        """One value, or a group of alternatives."""
        if not self._next("("):
            return [_plain(self._take())]
        self._take()
        values = [_plain(self._take())]
        while self._next("OR"):
            self._take()
            values.append(_plain(self._take()))
        self._close()
        return values

    def _close(self) -> None:
        if self._take() != ")":
            raise Unreadable("a parenthesis is not closed")


def _plain(word: str) -> str:
    return re.sub(r"\\(.)", r"\1", word[1:-1]) if word.startswith('"') else word


def _field(entry: Entry, name: str) -> str:
    value: Any = entry
    for step in name.split("."):
        value = value.get(step) if isinstance(value, Mapping) else None
    return "" if value is None else str(value)


def _moment(text: str) -> str:
    """A time as one that compares as text: with six digits of a second."""
    whole, _, rest = text.rstrip("Z").replace("+00:00", "").partition(".")
    return f"{whole}.{rest:0<6}" if re.match(r"\d{4}-\d\d-\d\dT", whole) else text


_COMPARISONS: dict[str, Callable[[str, str], bool]] = {
    "=": lambda value, wanted: value == wanted,
    "!=": lambda value, wanted: value != wanted,
    ":": lambda value, wanted: wanted.lower() in value.lower() and bool(value),
    ">=": lambda value, wanted: _moment(value) >= _moment(wanted),
    "<=": lambda value, wanted: _moment(value) <= _moment(wanted),
    ">": lambda value, wanted: _moment(value) > _moment(wanted),
    "<": lambda value, wanted: _moment(value) < _moment(wanted),
    "=~": lambda value, wanted: re.search(wanted, value) is not None,
    "!~": lambda value, wanted: re.search(wanted, value) is None,
}
