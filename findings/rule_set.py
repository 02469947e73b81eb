"""Sets of rules: named by people in the catalogue's own words, kept as ids, and read again with the names of today.

A word is a rule's id, one that it had before, an entry of the catalogue ("EXP-01"), or a group that the catalogue
knows: "subject:trust", "standard:iso-27001", "standard:cis-aws-compute:4.6". A group stands for the rules that are in
it when it is chosen. An empty set is every rule.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from findings.catalogue import catalogue, renamed
from findings.rule import Rule, Subject
from findings.standards import FRAMEWORKS

#: So many rules are told by their titles; the rest are counted.
NAMED = 3


class UnknownRules(Exception):
    """Words that name no rule and no group; the sentence says which, and what is near."""


@dataclass(frozen=True)
class Group:
    """Rules that the catalogue holds together; `word` names the group in a set."""

    word: str
    name: str
    rules: tuple[Rule, ...]


def subjects() -> list[Group]:
    """The groups by subject, in the catalogue's order."""
    return [
        Group(f"subject:{subject.value.replace(' ', '-')}", subject.value, found)
        for subject in Subject
        if (found := tuple(rule for rule in catalogue().values() if rule.subject is subject))
    ]


def frameworks() -> list[Group]:
    """The groups by the framework that rules answer to."""
    return [
        Group(f"standard:{slug}", f"{one.name} {one.version}", found)
        for slug, one in FRAMEWORKS.items()
        if (found := tuple(rule for rule in catalogue().values() if slug in {_framework(c) for c in rule.standards}))
    ]


def _framework(control: str) -> str:
    return control.partition(":")[0]


def _known() -> dict[str, list[str]]:
    """Every word in lower case → the ids of its rules."""
    known: dict[str, list[str]] = {}
    for rule in catalogue().values():
        names = {rule.id, *rule.aliases, *rule.catalogue, *(f"standard:{control}" for control in rule.standards)}
        for name in names:
            known.setdefault(name.lower(), []).append(rule.id)
    for group in (*subjects(), *frameworks()):
        known[group.word.lower()] = [rule.id for rule in group.rules]
    return known


def named(words: Iterable[str], kept: Collection[str] = ()) -> list[str]:
    """The ids of today of the rules that these words name, in the catalogue's order.

    `kept` are ids that may stay although no such rule is there any more. Raises UnknownRules.
    """
    found, strange = told_apart(words)
    if wrong := [word for word in strange if word not in kept]:
        raise UnknownRules(_refusal(wrong))
    return [*found, *strange]


def told_apart(words: Iterable[str]) -> tuple[list[str], list[str]]:
    """The ids that words name, in the catalogue's order, and the words that name nothing."""
    known, found, strange = _known(), set[str](), list[str]()
    for word in words:
        ids = known.get(word.strip().lower())
        if ids is None:
            strange.append(word)
        else:
            found.update(ids)
    return [id for id in catalogue() if id in found], sorted(set(strange))


def _refusal(wrong: list[str]) -> str:
    shown = ", ".join(repr(word[:60]) for word in wrong[:5]) + (f" and {len(wrong) - 5} more" if len(wrong) > 5 else "")
    near = get_close_matches(wrong[0].lower(), list(_known()), n=3, cutoff=0.6)
    meant = f" Near to it: {', '.join(near)}." if near else ""
    return f"There is no rule or group {shown}.{meant} The page Rules lists them all."


def today(ids: Iterable[str]) -> list[str]:
    """Kept ids as the rules are called now; one whose rule is there no more stays as it was."""
    return list(dict.fromkeys(renamed().get(id, id) for id in ids))


def at_work(ids: Iterable[str]) -> list[str]:
    """Those of them that are on the shelf, by the names of today."""
    return [id for id in today(ids) if id in catalogue()]


def every_name(ids: Iterable[str]) -> set[str]:
    """All names under which findings of these rules may be kept: a renamed rule's follow with its next judging."""
    found = set(today(ids))
    return found | {alias for id in found & catalogue().keys() for alias in catalogue()[id].aliases}


def in_words(ids: Collection[str]) -> str:
    """ "For 12 rules: …", by title; empty for a set that is every rule."""
    if not ids:
        return ""
    titles = [catalogue()[id].title if id in catalogue() else f"{id} (no longer checked)" for id in today(ids)]
    rest = len(titles) - NAMED
    shown = "; ".join(titles[:NAMED]) + (f"; and {rest} more" if rest > 0 else "")
    return f"For {len(titles)} rule{'s' if len(titles) > 1 else ''}: {shown}"


def found_by(text: str) -> list[Rule]:
    """The rules in whose id, title, reason, subject or catalogue entries every word of the text stands."""
    words = text.lower().split()
    return [rule for rule in catalogue().values() if all(word in _said_of(rule) for word in words)]


def _said_of(rule: Rule) -> str:
    return " ".join((rule.id, rule.title, rule.why, rule.subject.value, *rule.catalogue, *rule.aliases)).lower()
