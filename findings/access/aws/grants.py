"""What an identity's policies come to: for every action the Allow statements in effect, on which resources, and whether
something about them is undecided. The same rules as `decide`, for all actions at once.

Actions that the same statements speak of have the same answer, so they are judged together: the actions are split into
blocks by statement (a few dozen for any real identity), and each block is asked about once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from findings.access.aws.callers import Caller
from findings.access.aws.conditions import UNUSABLE, Context, expand, loosened, undecided
from findings.access.aws.decide import Policies
from findings.access.aws.documents import NamedPolicy, Statement
from findings.access.aws.masks import mask_of
from findings.access.aws.patterns import covers
from findings.access.aws.statements import describe, resource_applies
from findings.access.decision import Effect
from findings.access.kleene import every, some


@dataclass(frozen=True, slots=True)
class Held:
    """One Allow statement in effect on one resource pattern, for a set of actions (see `masks`).

    open: what nobody can decide yet (conditions, conditional denies, unread limits); empty when certain.
    """

    actions: int
    policy: str
    statement: Statement
    resource: str
    open: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Spoken:
    """A statement with the actions it speaks of and the policy it stands in."""

    policy: str
    statement: Statement
    actions: int

    @property
    def allows(self) -> bool:
        return self.statement.effect is Effect.ALLOW


_Limits = list[tuple[str, list[_Spoken]]]
_LIMIT_TITLES = {
    "boundary": "the permissions boundary could not be read",
    "session": "the session policy could not be read",
    "scps": "the service control policies could not be read",
}


def effective(
    policies: Policies,
    caller: Caller,
    context: Context | None = None,
    only: int | None = None,
) -> list[Held]:
    """Everything the identity policies grant and nothing else takes away.

    caller: whose policies they are (`caller_of(None)` when unknown). only: the actions that are asked about.
    Resource policies are not looked at. Raises MalformedPolicy.
    """
    known = (context or Context()).with_values(caller.known_values)
    identity = _spoken(policies.identity)
    limits = [] if caller.is_service_linked else [(f"scp {n}", _spoken(s)) for n, s in enumerate(policies.scps or ())]
    if policies.boundary:
        limits.append(("boundary", _spoken([policies.boundary])))
    if policies.session is not None:
        limits.append(("session", _spoken(policies.session)))
    unread = tuple(title for name, title in _LIMIT_TITLES.items() if name in policies.unread)
    judge = _Judge(identity, limits, known, unread)
    found: dict[tuple[str, int, str, tuple[str, ...]], Held] = {}
    for block in _blocks(identity, limits, only):
        for held in judge.held(block):
            key = (held.policy, held.statement.number, held.resource, held.open)
            before = found.get(key)
            found[key] = _joined(before, held) if before else held
    return list(found.values())


def _joined(one: Held, other: Held) -> Held:
    return Held(one.actions | other.actions, one.policy, one.statement, one.resource, one.open)


def _spoken(policies: Iterable[NamedPolicy]) -> list[_Spoken]:
    return [_Spoken(named.name, s, mask_of(s)) for named in policies for s in named.policy.statements]


def _blocks(identity: list[_Spoken], limits: _Limits, only: int | None) -> list[int]:
    """The granted actions, split so that every statement speaks of all or none of a block."""
    granted = 0
    for spoken in identity:
        if spoken.allows:
            granted |= spoken.actions
    if only is not None:
        granted &= only
    blocks = [granted] if granted else []
    for spoken in [*identity, *(spoken for _, layer in limits for spoken in layer)]:
        if granted & ~spoken.actions:
            split = ((block & spoken.actions, block & ~spoken.actions) for block in blocks)
            blocks = [part for parts in split for part in parts if part]
    return blocks


class _Judge:
    """Answers for one block after the other what is held of it."""

    def __init__(self, identity: list[_Spoken], limits: _Limits, known: Context, unread: tuple[str, ...]) -> None:
        self._identity, self._limits, self._known, self._unread = identity, limits, known, unread
        self._conditions: dict[int, tuple[str, ...] | None] = {}

    def held(self, block: int) -> Iterator[Held]:
        """The Allow statements in effect for the actions of a block."""
        about = [spoken for spoken in self._identity if spoken.actions & block]
        limits = [(name, [s for s in layer if s.actions & block]) for name, layer in self._limits]
        denies = [s for s in [*about, *(s for _, layer in limits for s in layer)] if not s.allows]
        allowed = {name: [s for s in layer if s.allows] for name, layer in limits}
        for spoken in about:
            if spoken.allows and self._open(spoken) is not None:
                for resource, doubt in self._resources(spoken.statement, allowed):
                    against = self._against(resource, denies, allowed)
                    if against is not None:
                        opened = (*(self._open(spoken) or ()), *doubt, *against, *self._unread)
                        yield Held(block, spoken.policy, spoken.statement, resource, opened)

    def _open(self, spoken: _Spoken) -> tuple[str, ...] | None:
        """The conditions still open, None when one fails."""
        statement = spoken.statement
        if not statement.conditions:
            return ()
        key = id(statement)
        if key not in self._conditions:
            found = undecided(statement.conditions, self._known, variables=statement.variables)
            self._conditions[key] = None if found is None else tuple(str(condition) for condition in found)
        return self._conditions[key]

    def _resources(
        self, statement: Statement, limits: Mapping[str, list[_Spoken]]
    ) -> Iterator[tuple[str, tuple[str, ...]]]:
        """The patterns a statement allows, and the narrower ones that its limits allow within them."""
        for written in dict.fromkeys(statement.resources or ("*",)):
            filled = expand(written, self._known) if statement.variables else written
            pattern = loosened(written) if filled is None else filled
            if UNUSABLE in pattern:
                continue
            doubt = (f"depends on {written}",) if filled is None else ()
            if not statement.not_resources or resource_applies(statement, pattern, self._known):
                yield pattern, doubt
            within = (q for layer in limits.values() for s in layer for q in s.statement.resources)
            for narrower in dict.fromkeys(within):
                inside = narrower != pattern and covers(pattern, narrower)
                if inside and (filled is None or resource_applies(statement, narrower, self._known)):
                    yield narrower, doubt

    def _against(
        self, resource: str, denies: list[_Spoken], limits: Mapping[str, list[_Spoken]]
    ) -> tuple[str, ...] | None:
        """What may still refuse; None when something surely does."""
        doubts = []
        for deny in denies:
            refuses = self._applies(deny, resource)
            if refuses:
                return None
            if refuses is None:
                doubts.append(f"unless refused by {deny.policy}: {describe(deny.statement)}")
        for name, layer in limits.items():
            passes = some(self._applies(allow, resource) for allow in layer)
            if passes is False:
                return None
            if passes is None:
                doubts.append(f"only within the conditions of {name}")
        return tuple(doubts)

    def _applies(self, spoken: _Spoken, resource: str) -> bool | None:
        opened = self._open(spoken)
        if opened is None:
            return False
        return every([resource_applies(spoken.statement, resource, self._known), None if opened else True])
