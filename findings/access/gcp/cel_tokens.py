"""The words of a CEL expression: names, literals and operators."""

import re
from dataclasses import dataclass
from typing import Any

WORD = re.compile(
    r"""\s*(?:
      (?P<string>[rR]?(?:"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'))
    | (?P<number>\d+(?:\.\d+)?)
    | (?P<name>[A-Za-z_][A-Za-z_0-9]*)
    | (?P<operator>&&|\|\||==|!=|<=|>=|[<>!+\-?:.,()\[\]])
    )""",
    re.VERBOSE,
)
WORDS_WITH_MEANING: dict[str, Any] = {"true": True, "false": False, "null": None}
ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}


class Unreadable(ValueError):
    """The expression is outside the part of CEL we read."""


@dataclass(frozen=True, slots=True)
class Token:
    """kind: literal, name, operator or end; value: the literal's value, else the text."""

    kind: str
    value: Any


def tokens(expression: str) -> list[Token]:
    """All words of the expression and an end mark. Raises Unreadable."""
    found, place = [], 0
    text = expression.rstrip()
    while place < len(text):
        match = WORD.match(text, place)
        if match is None:
            raise Unreadable(f"cannot read position {place}")
        place = match.end()
        found.append(_token(match))
    return [*found, Token("end", "")]


def _token(match: re.Match[str]) -> Token:
    kind, text = match.lastgroup, match[match.lastgroup or 0]
    if kind == "string":
        return Token("literal", _unquoted(text))
    if kind == "number":
        return Token("literal", float(text) if "." in text else int(text))
    if text == "in":
        return Token("operator", text)
    if text in WORDS_WITH_MEANING:
        return Token("literal", WORDS_WITH_MEANING[text])
    return Token(kind or "end", text)


def _unquoted(text: str) -> str:
    if text[0] in "rR":
        return text[2:-1]
    return re.sub(r"\\(.)", lambda found: ESCAPES.get(found[1], found[1]), text[1:-1])
