"""Read a query: recursive descent with positions, limits, and errors that say what was expected. Pure.

    query  = any
    any    = all { "OR" all }
    all    = one { ["AND"] one }
    one    = ("-" | "NOT") one | "(" any ")" | term | word
    term   = field ":" value { "," value } [ "on:" value ]
    value  = [ ">" | "<" | ">=" | "<=" ] text | quoted

A colon splits only the first time, and only after a known field: ARNs and resource ids are plain words. Keywords are
upper case. A quoted text is taken literally; `\\"` and `\\\\` stand for the character.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import TypeAlias

MAX_LENGTH = 2_000
MAX_TERMS = 50
MAX_VALUES = 500
MAX_DEPTH = 20

OPERATORS = (">=", "<=", ">", "<")


class ParseError(ValueError):
    """The text is not a query. `start` and `end` mark the place; the message says what was expected there."""

    def __init__(self, message: str, start: int, end: int) -> None:
        super().__init__(message)
        self.message, self.start, self.end = message, start, max(end, start + 1)

    def __str__(self) -> str:
        return f"{self.message} (at character {self.start + 1})"


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a term. `op` is a comparison or ""; a quoted text has no wildcards."""

    text: str
    op: str = ""
    quoted: bool = False
    start: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Word:
    """A free word or phrase."""

    text: str
    quoted: bool = False
    start: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Term:
    """`name.key:value,value on:…`: any of the values of a field."""

    name: str
    values: tuple[Value, ...]
    key: str = ""
    on: str = ""
    start: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Not:
    child: Node
    start: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class And:
    children: tuple[Node, ...]
    start: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Or:
    children: tuple[Node, ...]
    start: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)


Node: TypeAlias = Word | Term | Not | And | Or


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What the parser must know of a list's fields: their names, which take a key, which word may follow."""

    names: frozenset[str]
    keyed: frozenset[str] = frozenset()
    followed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed text; `root` is None for an empty one."""

    text: str
    root: Node | None

    @property
    def parts(self) -> tuple[Node, ...]:
        """What all must hold, outermost first: the pieces that can be removed one by one."""
        if self.root is None:
            return ()
        return self.root.children if isinstance(self.root, And) else (self.root,)

    def leaves(self) -> Iterator[Word | Term]:
        """Every word and term, wherever it stands."""
        yield from _leaves(self.root)

    def without(self, *parts: Node) -> Query:
        """The same query without some of its outermost parts. Its positions are those of the old text."""
        rest = tuple(other for other in self.parts if other not in parts)
        return Query(self.text_without(*parts), And(rest) if len(rest) > 1 else rest[0] if rest else None)

    def text_without(self, *parts: Node) -> str:
        """The text without some of its outermost parts."""
        if all(part in parts for part in self.parts):
            return ""
        text = self.text
        for part in sorted(parts, key=lambda part: -part.start):
            left, right = text[: part.start].rstrip(), text[part.end :].lstrip()
            if left.endswith(" AND"):
                left = left[:-4].rstrip()
            elif right.startswith("AND "):
                right = right[4:]
            text = f"{left} {right}".strip()
        return text


def _leaves(node: Node | None) -> Iterator[Word | Term]:
    if isinstance(node, Word | Term):
        yield node
    elif isinstance(node, Not):
        yield from _leaves(node.child)
    elif node is not None:
        for child in node.children:
            yield from _leaves(child)


def parse(text: str, vocabulary: Vocabulary) -> Query:
    """The query that `text` says. Raises ParseError."""
    if len(text) > MAX_LENGTH:
        raise ParseError(
            f"A query has at most {MAX_LENGTH:,} characters, this one {len(text):,}", MAX_LENGTH, len(text)
        )
    return _Reader(text, vocabulary).query()


def suspects(query: Query, vocabulary: Vocabulary) -> list[tuple[Word, str]]:
    """Words that look like a misspelt field ("runtme:x"), each with the field it may have meant."""
    found = []
    for leaf in query.leaves():
        if (
            isinstance(leaf, Word)
            and not leaf.quoted
            and (shape := re.match(r"([A-Za-z][\w-]{2,})(\.[^:]+)?:\S", leaf.text))
        ):
            close = get_close_matches(shape[1].lower(), sorted(vocabulary.names), n=1, cutoff=0.75)
            found += [(leaf, close[0])] if close else []
    return found


class _Reader:
    """One pass over a text; `i` is where it stands."""

    def __init__(self, text: str, vocabulary: Vocabulary) -> None:
        self.text, self.vocabulary = text, vocabulary
        self.i = 0
        self.terms = self.values = 0

    def query(self) -> Query:
        self._spaces()
        if self.i == len(self.text):
            return Query(self.text, None)
        root = self._any(0)
        if self.i < len(self.text):
            raise ParseError('A ")" without its "(": quote it if it belongs to the text', self.i, self.i + 1)
        return Query(self.text, root)

    def _any(self, depth: int) -> Node:
        start = self.i
        children = [self._all(depth)]
        while self._keyword("OR"):
            children.append(self._all(depth))
        return children[0] if len(children) == 1 else Or(tuple(children), start, self._end())

    def _all(self, depth: int) -> Node:
        start = self.i
        children = [self._one(depth)]
        while True:
            explicit = self._keyword("AND")
            if not explicit and (self._ended() or self._at_keyword("OR")):
                break
            children.append(self._one(depth))
        return children[0] if len(children) == 1 else And(tuple(children), start, self._end())

    def _one(self, depth: int) -> Node:
        self._spaces()
        start = self.i
        if depth > MAX_DEPTH:
            raise ParseError(f"Parentheses and negations nest at most {MAX_DEPTH} deep", start, start + 1)
        if self._ended() or self._at_keyword("OR") or self._at_keyword("AND"):
            raise ParseError("A word or field:value is expected here", start, start + 1)
        if self._keyword("NOT") or self._dash():
            child = self._one(depth + 1)
            return Not(child, start, child.end)
        if self.text[self.i] == "(":
            return self._group(depth)
        return self._leaf()

    def _group(self, depth: int) -> Node:
        start = self.i
        self.i += 1
        inner = self._any(depth + 1)
        self._spaces()
        if self.i == len(self.text):
            raise ParseError('This "(" is not closed: a ")" is expected', start, start + 1)
        self.i += 1
        # The parentheses belong to the part, so that taking it out of the text takes them too.
        return replace(inner, start=start, end=self.i)

    def _leaf(self) -> Node:
        self.terms += 1
        if self.terms > MAX_TERMS:
            raise ParseError(f"A query has at most {MAX_TERMS} terms", self.i, len(self.text))
        return self._term() or self._word()

    def _word(self) -> Word:
        start = self.i
        if self.text[self.i] == '"':
            text = self._quoted()
            return Word(text, True, start, self.i)
        return Word(self._plain(""), False, start, self.i)

    def _term(self) -> Term | None:
        head = self._field()
        if head is None:
            return None
        name, key, start, self.i = head[0], head[1], self.i, head[2]
        values = [self._value(name)]
        while self._here(","):
            self.i += 1
            values.append(self._value(name))
        end = self.i
        on = self._following(name)
        return Term(name, tuple(values), key, on, start, self.i if on else end)

    def _field(self) -> tuple[str, str, int] | None:
        """The field that stands here: its name, its key, and where the value begins."""
        shape = re.compile(r'([A-Za-z][\w-]*)(?:\.("(?:\\.|[^"\\])+"|[^\s:()",]+))?:').match(self.text, self.i)
        if shape is None:
            return None
        name, key = shape[1].lower(), shape[2] or ""
        if name not in self.vocabulary.names or (key and name not in self.vocabulary.keyed):
            return None
        if key.startswith('"'):
            key = re.sub(r"\\(.)", r"\1", key[1:-1])
        return name, key, shape.end()

    def _value(self, name: str) -> Value:
        start = self.i
        self.values += 1
        if self.values > MAX_VALUES:
            raise ParseError(f"A query has at most {MAX_VALUES} values", start, len(self.text))
        op = next((op for op in OPERATORS if self.text.startswith(op, self.i)), "")
        self.i += len(op)
        if self._here('"'):
            text = self._quoted()
            if not text:
                raise ParseError(f"A value is expected after {name}:", start, self.i)
            return Value(text, op, True, start, self.i)
        text = self._plain(",")
        if not text:
            raise ParseError(f"A value is expected after {name}:{op}", start, start + 1)
        return Value(text, op, False, start, self.i)

    def _following(self, name: str) -> str:
        """The value of the word that may follow a term ("on:" after can:), or ""."""
        word = self.vocabulary.followed.get(name)
        place = re.compile(r"\s+([A-Za-z]+):").match(self.text, self.i) if word else None
        if place is None or place[1].lower() != word:
            return ""
        self.i = place.end()
        return self._value(word or "").text

    def _plain(self, stops: str) -> str:
        """Text up to a space, one of `stops`, or a ")" that this text did not open; each "(" must be closed in it."""
        start, opened = self.i, list[int]()
        while self.i < len(self.text):
            character = self.text[self.i]
            if character.isspace() or character in stops or (character == ")" and not opened):
                break
            if character == "(":
                opened.append(self.i)
            elif character == ")":
                opened.pop()
            self.i += 1
        if opened:
            raise ParseError('A "(" without its ")": quote it if it belongs to the text', opened[-1], opened[-1] + 1)
        return self.text[start : self.i]

    def _quoted(self) -> str:
        start = self.i
        closing = re.compile(r'"((?:\\.|[^"\\])*)"', re.DOTALL).match(self.text, self.i)
        if closing is None:
            raise ParseError("This quotation mark is not closed", start, start + 1)
        self.i = closing.end()
        return re.sub(r"\\(.)", r"\1", closing[1], flags=re.DOTALL)

    def _keyword(self, word: str) -> bool:
        if not self._at_keyword(word):
            return False
        self.i += len(word)
        return True

    def _at_keyword(self, word: str) -> bool:
        self._spaces()
        after = self.text[self.i + len(word) : self.i + len(word) + 1]
        return self.text.startswith(word, self.i) and (not after or after.isspace() or after in "()")

    def _dash(self) -> bool:
        following = self.text[self.i + 1 : self.i + 2]
        if self.text[self.i] != "-" or not following or following.isspace():
            return False
        self.i += 1
        return True

    def _ended(self) -> bool:
        self._spaces()
        return self.i == len(self.text) or self.text[self.i] == ")"

    def _here(self, character: str) -> bool:
        return self.text.startswith(character, self.i)

    def _spaces(self) -> None:
        while self.i < len(self.text) and self.text[self.i].isspace():
            self.i += 1

    def _end(self) -> int:
        """Where the last thing read ended, spaces left out."""
        return len(self.text[: self.i].rstrip())
