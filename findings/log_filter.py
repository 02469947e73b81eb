"""What a filter of Cloud Logging lets through of the log entries of one function. Pure.

Source: cloud.google.com/logging/docs/view/logging-query-language: comparisons, AND (also by standing beside each
other), OR, NOT and -, parentheses, LOG_ID(), sample(). A value may be a group: a=("x" OR "y").
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from findings.access.kleene import every, negate, some

_WORD = re.compile(r'\s*(?:("(?:[^"\\]|\\.)*")|(!=|>=|<=|=~|!~|[=:><(),])|(-(?=[A-Za-z("]))|([^\s"()=:<>!,]+))')
#: Longer filters are not read (Google's own limit is 20,000 characters), nor those nested deeper.
LONGEST, DEEPEST = 20_000, 50


class NotUnderstood(ValueError):
    """The filter says something that is not read here."""


@dataclass(frozen=True, slots=True)
class Entries:
    """The entries of one function: `fields` are the same in all of them ("resource.type" …), each with its value;
    `logs` the ids of the logs that they may be in."""

    fields: Mapping[str, str]
    logs: frozenset[str]


def read(text: str, entries: Entries) -> tuple[bool | None, str]:
    """As `lets_through`, and the piece that is not understood ("": all of it is)."""
    try:
        return lets_through(text, entries), ""
    except NotUnderstood as piece:
        return None, str(piece)


def lets_through(text: str, entries: Entries) -> bool | None:
    """True: all entries; False: none; None: which ones hangs on what they say. Raises NotUnderstood."""
    if len(text) > LONGEST:
        raise NotUnderstood("the filter is too long")
    return _Parser(text, entries).whole()


class _Parser:
    def __init__(self, text: str, entries: Entries) -> None:
        self._entries, self._words, self._depth = entries, list[str](), 0
        text, place = re.sub(r"(?m)^\s*--.*$", "", text).strip(), 0
        while place < len(text):
            found = _WORD.match(text, place)
            if found is None or found.end() == place:
                raise NotUnderstood(text[place : place + 40])
            self._words.append(next(part for part in found.groups() if part))
            place = found.end()
        self._words.reverse()

    def whole(self) -> bool | None:
        if not self._words:
            return True
        told = self._either()
        if self._words:
            raise NotUnderstood(self._words[-1])
        return told

    def _take(self) -> str:
        if not self._words:
            raise NotUnderstood("the filter ends too early")
        return self._words.pop()

    def _next(self, *words: str) -> bool:
        return bool(self._words) and self._words[-1] in words

    def _close(self) -> None:
        if self._take() != ")":
            raise NotUnderstood("a parenthesis is not closed")

    def _either(self) -> bool | None:
        told = [self._both()]
        while self._next("OR"):
            self._take()
            told.append(self._both())
        return some(told)

    def _both(self) -> bool | None:
        told = [self._term()]
        while self._words and not self._next("OR", ")"):
            if self._next("AND"):
                self._take()
            told.append(self._term())
        return every(told)

    def _term(self) -> bool | None:
        self._depth += 1
        if self._depth > DEEPEST:
            raise NotUnderstood("the filter is nested too deeply")
        told = self._one()
        self._depth -= 1
        return told

    def _one(self) -> bool | None:
        word = self._take()
        if word in ("NOT", "-"):
            return negate(self._term())
        if word == "(":
            inside = self._either()
            self._close()
            return inside
        if self._next("("):
            return self._called(word.lower())
        if not self._next("=", "!=", ":", "=~", "!~", ">", "<", ">=", "<="):
            return None  # a word alone is looked for in all that an entry says
        operator = self._take()
        denied = {"!=": "=", "!~": "=~"}.get(operator)
        told = some(self._compared(word.strip('"'), denied or operator, value) for value in self._values())
        return negate(told) if denied else told

    def _called(self, name: str) -> bool | None:
        """LOG_ID("run.googleapis.com/stdout") names a log; sample() takes some entries of any."""
        self._take()
        inside = [self._take()]
        while not self._next(")"):
            inside.append(self._take())
        self._close()
        if name == "log_id" and len(inside) == 1:
            return self._in_log(_plain(inside[0]))
        if name == "sample":
            return None
        raise NotUnderstood(f"{name}()")

    def _values(self) -> list[str]:
        if not self._next("("):
            return [_plain(self._take())]
        self._take()
        values = [_plain(self._take())]
        while self._next("OR"):
            self._take()
            values.append(_plain(self._take()))
        self._close()
        return values

    def _compared(self, field: str, operator: str, wanted: str) -> bool | None:
        if field.lower() in ("logname", "log_name"):
            log = wanted.partition("/logs/")[2].replace("%2F", "/").replace("%2f", "/")
            return self._in_log(log) if operator == "=" and log else None
        value = self._entries.fields.get(field)
        if value is None or operator in (">", "<", ">=", "<="):
            return None
        if operator == "=~":
            return _matches(wanted, value)
        return value.lower() == wanted.lower() if operator == "=" else wanted.lower() in value.lower()

    def _in_log(self, log: str) -> bool | None:
        """Whether the entries are in this log: some may be, where it is one of theirs."""
        if log not in self._entries.logs:
            return False
        return True if len(self._entries.logs) == 1 else None


def _plain(word: str) -> str:
    return re.sub(r"\\(.)", r"\1", word[1:-1]) if word.startswith('"') else word


def _matches(pattern: str, value: str) -> bool:
    """A regular expression is only read where it is plain text, with anchors and `.*` at its ends at most."""
    begins, ends = pattern.startswith("^"), pattern.endswith("$")
    body = pattern.removeprefix("^").removesuffix("$")
    begins, ends = begins and not body.startswith(".*"), ends and not body.endswith(".*")
    body = body.removeprefix(".*").removesuffix(".*")
    if not re.fullmatch(r"[\w\-/: ]*", body):
        raise NotUnderstood(pattern)
    if begins and ends:
        return value == body
    return value.startswith(body) if begins else value.endswith(body) if ends else body in value
