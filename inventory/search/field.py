"""What a searchable field is. One declaration gives parser, completion, facets, API filter and documentation."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, Model, OuterRef, Q

from inventory.models import Account
from inventory.search import lookups as _lookups  # noqa: F401 - registers them
from inventory.search import values
from inventory.search.parse import ParseError, Term, Value

#: Matches nothing; what a value gives that names something we do not have.
NOTHING = Q(pk__in=[])


@dataclass(frozen=True, slots=True)
class Asked:
    """One value of a term, with what its meaning hangs on: the time that counts as now, and who asks."""

    value: Value
    term: Term
    at: datetime
    user: Any = None


@dataclass(frozen=True, slots=True)
class Match:
    """Rows that have the value (`yes`), and rows of which it is not known: in neither the value nor its negation."""

    yes: Q
    unknown: Q | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a list.

    `kind` is a word for people (text, choice, number, size, time, yes/no). `match` turns one value into a filter.
    `unknown` tells the rows in which it was never read. `values` are offered as completions; `suggests` is the column
    whose values are offered with counts. `keyed` fields are written `name.KEY:value`; `follow` is a word that may come
    after the term.
    """

    name: str
    kind: str
    help: str
    example: str
    match: Callable[[Asked], Match]
    unknown: Q | None = None
    values: Sequence[str] = ()
    suggests: str = ""
    aliases: tuple[str, ...] = ()
    keyed: bool = False
    follow: str = ""

    def compile(self, term: Term, at: datetime, user: Any, negated: bool) -> Q:
        """The filter of a term, or of its negation: rows of which it is not known are in neither."""
        found = [self._match(Asked(value, term, at, user)) for value in term.values]
        if not negated:
            combined = NOTHING
            for match in found:
                combined |= match.yes
            return combined if len(found) > 1 else found[0].yes
        excluded = Q()
        for match in found:
            excluded &= ~match.yes
            if match.unknown is not None:
                excluded &= ~match.unknown
        return excluded

    def _match(self, asked: Asked) -> Match:
        if asked.value.text.lower() == "unknown" and not asked.value.quoted and self.unknown is not None:
            return Match(self.unknown)
        return self.match(asked)


def by_name(fields: Sequence[Field]) -> dict[str, Field]:
    """Fields under their names and aliases; an underscore may stand for the dash in a name."""
    named = {name: one for one in fields for name in (one.name, *one.aliases)}
    return named | {name.replace("-", "_"): one for name, one in named.items()}


def no_comparison(asked: Asked, kind: str = "text") -> None:
    """Raise ParseError when a value compares where there is nothing to compare."""
    if asked.value.op:
        raise ParseError(f"{asked.term.name} is a {kind} and takes no “{asked.value.op}”: a value is expected",
                         asked.value.start, asked.value.end)  # fmt: skip


def text_filter(path: str, value: Value) -> Q:
    """Equal but for case; with `*` outside quotation marks, any text there."""
    if "*" in value.text and not value.quoted:
        return Q(**{f"{path}__like": values.like_pattern(value.text)})
    return Q(**{f"{path}__iexact": value.text})


def text(path: str, *more: str, unknown: Q | None = None) -> Callable[[Asked], Match]:
    """Matches a text column (or one of several)."""

    def match(asked: Asked) -> Match:
        no_comparison(asked)
        yes = text_filter(path, asked.value)
        for other in more:
            yes |= text_filter(other, asked.value)
        return Match(yes, unknown)

    return match


def known_provider(asked: Asked) -> None:
    """Raise ParseError for a word that is no cloud: it could match nothing, which would look like an answer."""
    no_comparison(asked, "choice")
    value = asked.value
    if ("*" not in value.text or value.quoted) and value.text.lower() not in Account.Provider.values:
        raise values.refused(value, f"One of {', '.join(Account.Provider.values)}")


def provider(path: str) -> Callable[[Asked], Match]:
    """Matches the column that names the cloud."""

    def match(asked: Asked) -> Match:
        known_provider(asked)
        return Match(text_filter(path, asked.value))

    return match


def number(path: str, unit: str = "", unknown: Q | None = None) -> Callable[[Asked], Match]:
    """Matches a number column; `unit` as in `values.number_bounds`."""

    def match(asked: Asked) -> Match:
        return Match(between(path, *values.number_bounds(asked.value, unit)), unknown)

    return match


def between(path: str, least: int | None, most: int | None) -> Q:
    if least is not None and least == most:
        return Q(**{path: least})
    bounds = Q(**{f"{path}__isnull": False})
    if least is not None:
        bounds = Q(**{f"{path}__gte": least})
    if most is not None:
        bounds &= Q(**{f"{path}__lte": most})
    return bounds


def moment(path: str, unknown: Q | None = None) -> Callable[[Asked], Match]:
    """Matches a time column."""

    def match(asked: Asked) -> Match:
        begin, end = values.time_span(asked.value, asked.at)
        span = Q(**{f"{path}__isnull": False})
        if begin is not None:
            span &= Q(**{f"{path}__gte": begin})
        if end is not None:
            span &= Q(**{f"{path}__lt": end})
        return Match(span, unknown)

    return match


def one_of(choices: dict[str, Match], example: str = "") -> Callable[[Asked], Match]:
    """Matches by a fixed word; any other word is an error that names the choices."""

    def match(asked: Asked) -> Match:
        no_comparison(asked, "choice")
        found = choices.get(asked.value.text.lower())
        if found is None:
            raise values.refused(asked.value, f"One of {', '.join(choices)}")
        return found

    return match


def ladder(
    path: str, rungs: Sequence[str], groups: Mapping[str, Sequence[str]], unknown: Q
) -> Callable[[Asked], Match]:
    """Matches a column of ordered words (`rungs`, lowest first): a word, a group of words, or a comparison."""

    def match(asked: Asked) -> Match:
        word = asked.value.text.lower().replace("-", "_") if "_" in "".join(rungs) else asked.value.text.lower()
        wanted = groups.get(word, (word,) if word in rungs else ())
        if not wanted:
            raise values.refused(asked.value, f"One of {', '.join(dict.fromkeys((*rungs, *groups)))}")
        places = [rungs.index(rung) for rung in wanted]
        op = asked.value.op
        if op:
            wanted = [rung for i, rung in enumerate(rungs) if _holds(i, op, min(places), max(places))]
        return Match(Q(**{f"{path}__in": list(wanted)}), unknown)

    return match


def _holds(place: int, op: str, low: int, high: int) -> bool:
    return {">": place > high, ">=": place >= low, "<": place < low, "<=": place <= high}[op]


def exists(model: type[Model], link: str = "function", **filters: Any) -> Q:
    """Whether a row of another table that points here meets the filters."""
    return Q(Exists(model._default_manager.filter(**{link: OuterRef("pk")}, **filters)))


def exists_q(model: type[Model], condition: Q, link: str = "function") -> Q:
    return Q(Exists(model._default_manager.filter(condition, **{link: OuterRef("pk")})))
