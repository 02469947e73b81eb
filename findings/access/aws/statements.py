"""Which statements of a set of policies speak about one action on one resource by one caller.

A resource may be a pattern, and then stands for "some resource of this pattern": an Allow counts when it includes
the whole pattern (undecided when it includes a part), a Deny counts when it leaves nothing of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from findings.access.aws.callers import Caller, CallerKind, Naming, named_account, naming
from findings.access.aws.conditions import Context, expand, loosened, undecided
from findings.access.aws.documents import NEWEST_VERSION, Condition, NamedPolicy, Principal, Statement
from findings.access.aws.patterns import any_matches, covers, has_wildcard, overlaps
from findings.access.aws.principals import account_named
from findings.access.decision import Effect, Reason


@dataclass(frozen=True, slots=True)
class Question:
    """One action (lower case) on one resource (or pattern) by one caller, with what is known of the request.

    bounded: whether the caller has a permissions boundary; None: not known.
    """

    caller: Caller | None
    action: str
    resource: str
    context: Context
    bounded: bool | None = False


@dataclass(frozen=True, slots=True)
class Match:
    """A statement that speaks about the question; `open` says why it may not apply, nothing when it surely does.

    doubt: why it is not sure that the statement means the caller.
    """

    policy: str
    statement: Statement
    open: tuple[Condition, ...] = ()
    partial: bool = False
    doubt: str = ""
    naming: Naming | None = None

    @property
    def certain(self) -> bool:
        """Whether it applies whatever else the request carries."""
        return not self.open and not self.partial and not self.doubt

    @property
    def value(self) -> bool | None:
        """True when certain, None when undecided."""
        return True if self.certain else None

    def reason(self, effect: Effect | None = None) -> Reason:
        """The match as a reason of a decision."""
        effect = effect or self.statement.effect
        condition = "; ".join([*(str(c) for c in self.open), *filter(None, [self.doubt])])
        if self.partial and not condition:
            condition = "only for a part of the resources asked for"
        return Reason(effect, self.policy, describe(self.statement), condition)


def describe(statement: Statement) -> str:
    """The statement in one line."""
    parts = [statement.name + ":", "Allow" if statement.effect is Effect.ALLOW else "Deny"]
    parts.append(f"{'NotAction ' if statement.not_actions else ''}{_short(statement.written_actions)}")
    if statement.resources or statement.not_resources:
        label, texts = ("on", statement.resources) if statement.resources else ("NotResource", statement.not_resources)
        parts.append(f"{label} {_short(texts)}")
    if statement.principals is not None:
        parts.append(f"to {_short(statement.principals)}")
    if statement.not_principals is not None:
        parts.append(f"NotPrincipal {_short(statement.not_principals)}")
    if statement.conditions:
        parts.append(f"if {'; '.join(str(c) for c in statement.conditions)}")
    return " ".join(parts)


def _short(texts: Sequence[object]) -> str:
    shown = ", ".join(str(text) for text in texts[:3])
    return f"{shown} and {len(texts) - 3} more" if len(texts) > 3 else shown


def speaks_of_action(statement: Statement, action: str) -> bool:
    """Whether Action includes the action (lower case), or NotAction leaves it in."""
    if statement.not_actions:
        return not any_matches(statement.not_actions, action)
    return any_matches(statement.actions, action)


def matching(policies: Iterable[NamedPolicy], question: Question) -> list[Match]:
    """Every statement of the policies that applies, or may apply, to the question."""
    found = []
    for named in policies:
        policy = named.policy
        for statement in policy.statements:
            if speaks_of_action(statement, question.action):
                match = _match(named.name, statement, question)
                if match:
                    found.append(match)
    return found


def _match(policy: str, statement: Statement, question: Question) -> Match | None:
    on_resource = resource_applies(statement, question.resource, question.context)
    if on_resource is False:
        return None
    named, doubt = None, ""
    if question.caller is not None:
        applies, named, doubt = _principal_applies(statement, question.caller, question.bounded)
        if not applies:
            return None
    open_conditions = undecided(statement.conditions, question.context, variables=statement.variables)
    if open_conditions is None:
        return None
    return Match(policy, statement, open_conditions, on_resource is None, doubt, named)


def _principal_applies(statement: Statement, caller: Caller, bounded: bool | None) -> tuple[bool, Naming | None, str]:
    """Whether the statement means the caller, how, and what is in doubt about it.

    A statement of an identity policy names nobody and means its owner.
    """
    if statement.principals is not None:
        named = naming(statement.principals, caller)
        only = "only in the session that it names" if named is Naming.SESSION else ""
        return named is not None, named, only
    if statement.not_principals is not None:
        spared, doubt = _is_spared(statement, statement.not_principals, caller, bounded)
        return not spared or bool(doubt), Naming.EVERYONE, doubt
    return True, None, ""


def _is_spared(
    statement: Statement, exempt: tuple[Principal, ...], caller: Caller, bounded: bool | None
) -> tuple[bool, str]:
    """Whether NotPrincipal leaves the caller out, and what is in doubt about it.

    A Deny hits every user and role with a permissions boundary, whoever is exempt; and AWS may check the account before
    the user or role, so that both have to be named (IAM User Guide, "AWS JSON policy elements: NotPrincipal").
    """
    named = naming(exempt, caller)
    if named is None or statement.effect is Effect.ALLOW or caller.kind not in _OF_ACCOUNTS:
        return named is not None, ""
    if bounded:
        return False, ""
    if bounded is None:
        return True, "if it has a permissions boundary: NotPrincipal exempts nobody who has one"
    account = any(named_account(one) == caller.account for one in exempt)
    alone = not any(account_named(one) == caller.account for one in exempt if named_account(one) is None)
    if named is Naming.EVERYONE or (account and (alone or named in (Naming.EXACT, Naming.ROLE))):
        return True, ""
    if named is Naming.SESSION:
        return True, "but in the session that it exempts"
    return True, "NotPrincipal names not both it and its account, and AWS may check either"


_OF_ACCOUNTS = (CallerKind.USER, CallerKind.ROLE, CallerKind.SESSION)


def resource_applies(statement: Statement, resource: str, context: Context) -> bool | None:
    """Whether Resource (and NotResource) include what is asked for."""
    answer: bool | None = True
    leaves_a_part = statement.effect is Effect.DENY and has_wildcard(resource)
    if statement.resources:
        answer = _included(statement, statement.resources, resource, context)
        if answer is False or (answer is None and leaves_a_part):
            return False
    if statement.not_resources:
        if leaves_a_part and any(overlaps(loosened(spared), resource) for spared in statement.not_resources):
            return False
        excluded = _included(statement, statement.not_resources, resource, context)
        if excluded is True:
            return False
        if excluded is None and not has_wildcard(resource):
            return None
    return answer


def _included(statement: Statement, patterns: tuple[str, ...], resource: str, context: Context) -> bool | None:
    """True: wholly. None: in a part that neither contains the other, or depending on a policy variable.

    A pattern that lies within what is asked for counts as False: `decide` asks about it by itself.
    """
    answer: bool | None = False
    for pattern in patterns:
        filled = expand(pattern, context) if statement.variables else pattern
        if filled is None:
            if overlaps(loosened(pattern), resource):
                answer = None
        elif covers(filled, resource):
            return True
        elif overlaps(filled, resource) and not covers(resource, filled):
            answer = None
    return answer


def allow_patterns(policies: Iterable[NamedPolicy], action: str) -> list[str]:
    """The resource patterns (variables loosened) of the Allow statements that speak of the action."""
    patterns = []
    for named in policies:
        policy = named.policy
        for statement in policy.statements:
            if statement.effect is Effect.ALLOW and speaks_of_action(statement, action):
                texts = statement.resources or ("*",)
                newest = policy.version == NEWEST_VERSION
                patterns += [loosened(text) if newest else text for text in texts]
    return patterns
