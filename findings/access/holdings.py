"""What an identity holds, service by service, and what it would lose with each of its policies: one shape for all
clouds. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

#: Kinds of action, the weightiest first: who may do what; changing; labels; the content; names only.
LEVELS = ("permissions", "write", "tagging", "read", "list")
#: Named actions, resources and policies in one row.
MOST_NAMED = 6
ANY = "*"


@dataclass(frozen=True, slots=True)
class Slice:
    """What is held of one service.

    service: its prefix, `*` where a role takes in every service there is. counts: actions by level, without those of
    which none is held; where the cloud's list of actions is not known, patterns are counted (`patterns` is true).
    whole: how many actions the service has, 0 when not known. resources, policies: the first few, widest first.
    conditional: all of it hangs on something undecided.
    """

    service: str
    title: str
    counts: Mapping[str, int]
    whole: int = 0
    actions: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    policies: tuple[str, ...] = ()
    conditional: bool = False
    patterns: bool = False

    @property
    def held(self) -> int:
        return sum(self.counts.values())

    @property
    def level(self) -> str:
        """The weightiest level held."""
        return next(level for level in (*LEVELS, "") if level == "" or self.counts.get(level))


@dataclass(frozen=True, slots=True)
class Loss:
    """What goes with one policy, for no other gives it: classes of power, and actions (or patterns, see Slice).

    level: the summary level that is left. source, name: of the policy, as grants name it.
    """

    source: str
    name: str
    level: str
    powers: tuple[str, ...]
    count: int
    actions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Holdings:
    """All of it; `level` is the summary as it is now."""

    level: str
    slices: tuple[Slice, ...] = ()
    losses: tuple[Loss, ...] = ()


def in_order(slices: Iterable[Slice]) -> tuple[Slice, ...]:
    """The weightiest level first, then the most actions."""
    return tuple(sorted(slices, key=lambda one: ((*LEVELS, "").index(one.level), -one.held, one.service)))
