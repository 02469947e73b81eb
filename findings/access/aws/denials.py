"""What the explicit Denies of a resource policy leave of one of its Allows.

Only what is certain is taken away: a Deny counts for an action when it includes all its resources, means the
principal, and its conditions hold for every caller the Allow lets in.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import islice, product

from findings.access.aws.callers import named_account
from findings.access.aws.conditions import Context, holds, undecided
from findings.access.aws.documents import Condition, Principal, Statement
from findings.access.aws.narrowing import Pin, complement_pin
from findings.access.aws.patterns import covers, overlaps
from findings.access.aws.principals import account_named, is_anybody
from findings.access.aws.statements import describe, speaks_of_action
from findings.access.decision import Effect

_MOST_COMBINATIONS = 64


@dataclass(frozen=True, slots=True)
class Left:
    """What is left of a grant.

    actions: those not denied. spared: for each Deny that lets only named callers past, their pins. only: the
    principals a Deny with NotPrincipal exempts, when one covers everything else. unless: Denies nobody can decide.
    """

    actions: tuple[str, ...]
    spared: tuple[tuple[Pin, ...], ...] = ()
    only: tuple[Principal, ...] = ()
    unless: tuple[str, ...] = ()


class Denials:
    """The Deny statements of one policy, less those that cannot hold for requests of which `known` is known."""

    def __init__(self, statements: Iterable[Statement], known: Context | None = None) -> None:
        self._context = known or Context()
        self._denies = [
            replace(statement, conditions=still_open)
            for statement in statements
            if statement.effect is Effect.DENY
            and (still_open := undecided(statement.conditions, self._context, variables=statement.variables))
            is not None
        ]

    def left_of(
        self, allow: Statement, principal: Principal, pinned: list[Pin], asked: tuple[str, ...] | None = None
    ) -> Left:
        """What the Denies leave of an Allow for one of its principals; of these actions, when some are asked about."""
        actions = _actions(allow) if asked is None else _of_those(allow, asked)
        spared: list[tuple[Pin, ...]] = []
        only: tuple[Principal, ...] = ()
        unless: list[str] = []
        for deny in self._denies:
            means = _means(deny, principal)
            if means is None or not _covers_resources(deny, allow):
                continue
            denied = tuple(action for action in actions if _covers_action(deny, action))
            if not denied:
                continue
            past = _who_gets_past(deny.conditions)
            if _surely_holds(deny, principal, pinned, self._context):
                if means:
                    actions = tuple(action for action in actions if action not in denied)
                elif denied == actions:
                    only = deny.not_principals or ()
            elif past and means and denied == actions:
                spared.append(past)
            else:
                unless.append(describe(deny))
        return Left(actions, tuple(spared), only, tuple(unless))


def _actions(allow: Statement) -> tuple[str, ...]:
    """The action patterns of an Allow; `*` where it leaves some out or names none."""
    return allow.actions or ("*",)


def _of_those(allow: Statement, asked: tuple[str, ...]) -> tuple[str, ...]:
    """The asked actions an Allow speaks of: all of them when it names none."""
    if not allow.actions and not allow.not_actions:
        return asked
    return tuple(action for action in asked if speaks_of_action(allow, action))


def _means(deny: Statement, principal: Principal) -> bool | None:
    """True: all callers the principal stands for. False: all but a few exempted. None: not surely."""
    if deny.not_principals is not None:
        if principal in deny.not_principals:
            return None
        return not is_anybody(principal)
    for entry in deny.principals or ():
        if entry.is_everyone or entry == principal:
            return True
        account = named_account(entry)
        if account is not None and principal.kind == "AWS" and account_named(principal) == account:
            return True
    return None


def _covers_resources(deny: Statement, allow: Statement) -> bool:
    wanted = allow.resources or ("*",)
    if deny.not_resources:
        return all(not any(overlaps(spared, resource) for spared in deny.not_resources) for resource in wanted)
    denied = deny.resources or ("*",)
    return all(any(covers(one, resource) for one in denied) for resource in wanted)


def _covers_action(deny: Statement, action: str) -> bool:
    if deny.not_actions:
        return not any(overlaps(spared, action) for spared in deny.not_actions)
    return any(covers(one, action) for one in deny.actions)


def _surely_holds(deny: Statement, principal: Principal, pinned: list[Pin], told: Context) -> bool:
    """Whether the Deny's conditions hold for every caller that the Allow's own conditions let in."""
    if not deny.conditions:
        return True
    keys = [pin.condition.key for pin in pinned]
    choices = islice(product(*(pin.values for pin in pinned)), _MOST_COMBINATIONS)
    known = dict(told.values) | _known(principal)
    contexts = [Context(known | {k: (v,) for k, v in zip(keys, choice, strict=True)}) for choice in choices]
    return all(holds(c, context, variables=deny.variables) is True for c in deny.conditions for context in contexts)


def _known(principal: Principal) -> dict[str, tuple[str, ...]]:
    account = account_named(principal) if principal.kind == "AWS" else None
    if account is None:
        return {}
    known: dict[str, tuple[str, ...]] = {"aws:principalaccount": (account,), "aws:principalisawsservice": ("false",)}
    if named_account(principal) is None:
        known["aws:principalarn"] = (principal.value,)
    return known


def _who_gets_past(conditions: tuple[Condition, ...]) -> tuple[Pin, ...]:
    """Who a Deny under these conditions spares, if it can be said of each: a caller needs to fail just one of them."""
    past = [complement_pin(condition) for condition in conditions]
    return tuple(pin for pin in past if pin) if all(past) else ()
