"""The words of a CEL expression: names, literals and operators."""

import re
from dataclasses import dataclass
from typing import Any

WORD = re.compile(
    r"""(?:\s|//[^\n]*+(?:\n|\Z))*+(?:
      (?P<string>[rR]?(?:"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'))
    | (?P<number>\d+(?:\.\d+)?)
    | (?P<name>[A-Za-z_][A-Za-z_0-9]*)
    | (?P<operator>&&|\|\||==|!=|<=|>=|[<>!+\-?:.,()\[\]])
    )""",
    re.VERBOSE,
)
BLANK = re.compile(r"(?:\s|//[^\n]*+(?:\n|\Z))*+")
MAX_CODE = 0x10FFFF
WORDS_WITH_MEANING: dict[str, Any] = {"true": True, "false": False, "null": None}
ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"} | {
    one: one for one in "\\'\"`?"
}
ESCAPED = re.compile(r"\\(?:[xX]([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-3][0-7]{2})|(.))", re.DOTALL)


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
        if match is None and BLANK.fullmatch(text, place):
            break
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
    return ESCAPED.sub(_escaped, text[1:-1])


def _escaped(found: re.Match[str]) -> str:
    """One escape of a string, by the CEL language definition; any other is no CEL."""
    code = next((group for group in found.groups()[:3] if group), "")
    if code or found[4]:
        number = int(code, 16) if code else int(found[4], 8)
        if number > MAX_CODE:
            raise Unreadable("no such character")
        return chr(number)
    if found[5] not in ESCAPES:
        raise Unreadable(f"no such escape: {found[5]}")
    return ESCAPES[found[5]]
