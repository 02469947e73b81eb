"""Wildcard patterns of AWS policies: `*` is any text, `?` is one character; and the parts of an ARN.

Three questions are asked of patterns: does one match a text (`matches`), does one include everything another
one matches (`covers`), can both match the same text (`overlaps`). The answers are cached by pattern, because an
estate has few distinct ones.

Source: IAM User Guide, "IAM JSON policy elements: Resource / Action" and "Policy variables" (`${*}`, `${?}`, `${$}`
stand for the characters themselves).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

STAR = "\ue000"
"""Stands for a literal `*` (written `${*}` in a policy) inside a pattern."""
QUESTION = "\ue001"
"""Stands for a literal `?` (written `${?}`) inside a pattern."""

_LITERALS = {STAR: re.escape("*"), QUESTION: re.escape("?")}


def has_wildcard(pattern: str) -> bool:
    """Whether the pattern can match more than one text."""
    return "*" in pattern or "?" in pattern


def _is_met(pattern: str, text: str, any_character: str) -> bool:
    """Whether the pattern meets the whole text; `any_character` says what `?` stands for, as a regular expression."""
    if "?" in pattern or STAR in pattern or QUESTION in pattern:
        return _regex(pattern, ".*", any_character).fullmatch(text) is not None
    first, *middle, last = pattern.split("*")
    if len(text) < len(first) + len(last) or not text.startswith(first) or not text.endswith(last):
        return False
    place, end = len(first), len(text) - len(last)
    for part in middle:
        found = text.find(part, place, end)
        if found < 0:
            return False
        place = found + len(part)
    return True


@lru_cache(maxsize=100_000)
def _regex(pattern: str, any_text: str, any_character: str) -> re.Pattern[str]:
    wild = {"*": any_text, "?": any_character, **_LITERALS}
    return re.compile("".join(wild.get(c) or re.escape(c) for c in _single_stars(pattern)), re.DOTALL)


def _single_stars(pattern: str) -> str:
    """`a**b` matches what `a*b` matches; one star keeps the regular expression from backtracking badly."""
    return re.sub(r"\*{2,}", "*", pattern)


@lru_cache(maxsize=200_000)
def matches(pattern: str, text: str) -> bool:
    """Whether `text` is matched, upper and lower case being different."""
    if not has_wildcard(pattern) and STAR not in pattern and QUESTION not in pattern:
        return pattern == text
    return pattern == "*" or _is_met(pattern, text, ".")


@lru_cache(maxsize=200_000)
def covers(wide: str, narrow: str) -> bool:
    """Whether `wide` matches every text that `narrow` matches. May say False when several stars hide a True."""
    if wide in ("*", narrow):
        return True
    if not has_wildcard(narrow):
        return matches(wide, narrow)
    return has_wildcard(wide) and _is_met(wide, _single_stars(narrow), "[^*]")


@lru_cache(maxsize=200_000)
def overlaps(one: str, other: str) -> bool:
    """Whether some text is matched by both patterns."""
    if not has_wildcard(one):
        return matches(other, one)
    if not has_wildcard(other):
        return matches(one, other)
    if "*" in (one, other):
        return True
    return _share_a_text(_single_stars(one), _single_stars(other))


def _share_a_text(one: str, other: str) -> bool:
    """Walk both patterns side by side, keeping the set of places in `other` that a place in `one` may meet."""
    reachable = _skip_stars({0}, other)
    for symbol in one:
        if symbol == "*":
            reachable = set(range(min(reachable), len(other) + 1)) if reachable else set()
            continue
        stepped = set()
        for place in reachable:
            if place < len(other) and other[place] == "*":
                stepped.add(place)
            elif place < len(other) and (symbol in ("?", other[place]) or other[place] == "?"):
                stepped.add(place + 1)
        reachable = _skip_stars(stepped, other)
    return len(other) in reachable


def _skip_stars(places: set[int], pattern: str) -> set[int]:
    """Add the places reached by letting a star stand for nothing."""
    skipped = {place + 1 for place in places if place < len(pattern) and pattern[place] == "*"}
    return places | skipped


@lru_cache(maxsize=200_000)
def any_matches(patterns: tuple[str, ...], text: str) -> bool:
    """Whether one of the patterns matches."""
    return any(matches(pattern, text) for pattern in patterns)


@dataclass(frozen=True, slots=True)
class Arn:
    """The six parts of `arn:partition:service:region:account:resource`; parts may hold wildcards in policies."""

    partition: str
    service: str
    region: str
    account: str
    resource: str


@lru_cache(maxsize=100_000)
def split_arn(text: str) -> Arn | None:
    """The parts of an ARN or ARN pattern, None when the text has not at least its first five parts."""
    parts = text.split(":", 5)
    if len(parts) < 5 or parts[0] != "arn":
        return None
    return Arn(parts[1], parts[2], parts[3], parts[4], parts[5] if len(parts) == 6 else "")


@lru_cache(maxsize=100_000)
def arn_matches(pattern: str, text: str) -> bool:
    """ArnLike: the six parts are compared one by one, so a star does not reach over a colon (but in the last)."""
    if pattern == "*":
        return True
    ours, theirs = pattern.split(":", 5), text.split(":", 5)
    return len(ours) == len(theirs) and all(matches(p, t) for p, t in zip(ours, theirs, strict=True))


def is_account_id(text: str) -> bool:
    """Whether the text is exactly twelve digits."""
    return len(text) == 12 and text.isascii() and text.isdigit()


def account_of(arn: str) -> str | None:
    """The account id an ARN carries, None when it carries none or a pattern."""
    parts = split_arn(arn)
    return parts.account if parts and is_account_id(parts.account) else None
