"""`can:` in searches, weighed for AWS: whom a deny, boundary, condition or the organisation refuses what is granted.

A search must answer for a whole estate at once, so the question is put to the engine once for each *distinct* set of
statements that bear on it, not once for each identity; and only where anything but plain allows is among them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from findings.access.aws.decide import Policies, Request, decide
from findings.access.aws.documents import MalformedPolicy, NamedPolicy
from findings.access.aws.guardrails import Guardrails, guardrails
from findings.access.aws.rcp import restrains
from findings.access.decision import Outcome
from findings.evaluate import judge_of
from findings.judges.aws import hanging_on
from inventory.models import Grant, Identity, Resource, Statement
from inventory.search import can

Json = Any
_ONE_ACTION = re.compile(r"[A-Za-z0-9-]+:[A-Za-z0-9]+")
#: Keys that tell one role of an account from the next; statements without them mean all alike.
_OF_ONE = ("principalarn", "username", "userid", "${")
_NEWEST = "2012-10-17"
_DENIED = (Outcome.DENIED_EXPLICIT, Outcome.DENIED_IMPLICIT)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A group of identities with the same answer: their account, the statements that bear on the question, and whether
    there is a boundary, unread policies, a role of a service. arn: one of them, or the only one."""

    account: str
    held: frozenset[tuple[bool, int]]
    bounded: bool
    unread: bool
    arn: str


def refused(question: can.Question) -> list[int]:
    """The identities that are surely refused an action of AWS, though a statement of theirs grants it."""
    if question.provider != "aws" or not _ONE_ACTION.fullmatch(question.action):
        return []
    if question.resource and not question.resource.startswith("arn:"):
        return []
    return list(_Weighing(question).refused())


class _Weighing:
    def __init__(self, question: can.Question) -> None:
        self.question = question
        told = {effect: can.statements_of(question, effect) for effect in ("allow", "deny")}
        self.allows = told["allow"]
        rows = Statement.objects.filter(pk__among=[*told["allow"], *told["deny"]]).values_list("pk", "effect", "body")
        self.bodies = {pk: {**body, "Effect": effect.capitalize()} for pk, effect, body in rows}
        self.singling = {pk for pk, body in self.bodies.items() if _singles_out(body)}
        self.above = self._above()
        self.apart = {account for account, above in self.above.items() if _tells_apart(above)}
        self.hanging, self.missing = hanging_on(question.resource)
        self.cache: dict[_Asked, bool] = {}

    def refused(self) -> Iterator[int]:
        """The identities, by number. Those whose policies make no sense are not among them: nothing is sure of them."""
        grants: dict[int, set[tuple[bool, int]]] = {}
        bearing = Grant.objects.filter(statement__among=list(self.bodies), identity__in=self._doubtful())
        for identity, kind, statement in bearing.order_by().values_list("identity_id", "source_kind", "statement_id"):
            grants.setdefault(identity, set()).add((kind in can.LIMITS, statement))
        bounded = set(Grant.objects.filter(source_kind__in=can.LIMITS, identity__boundary__gt="").order_by()
                      .values_list("identity_id", flat=True).distinct())  # fmt: skip
        rows = Identity.objects.filter(pk__among=list(grants)).values_list(
            "pk", "native_id", "account__native_id", "resource__unread"
        )
        for pk, arn, account, unread in rows:
            asked = self._asked(arn, account, frozenset(grants[pk]), pk in bounded, "policies" in unread)
            if asked not in self.cache:
                self.cache[asked] = self._is_refused(asked)
            if self.cache[asked]:
                yield pk

    def _doubtful(self) -> Any:
        """Identities of which it is not plain that the allow is in effect."""
        mixed = [pk for pk, body in self.bodies.items() if pk not in self.allows or _is_conditional(body)]
        found = Q(pk__in=Grant.objects.filter(statement__among=mixed).values("identity_id")) | Q(boundary__gt="")
        found |= Q(account__native_id__in=list(self.above))
        if self.hanging is not None or self.missing:
            found = Q()
        return Identity.objects.filter(found, provider="aws", gone_at=None).values("pk")

    def _above(self) -> dict[str, Guardrails]:
        """The accounts whose organisation has a say about the action beyond letting everything pass."""
        rows = Resource.objects.filter(provider="aws", kind="account", gone_at=None).select_related("latest")
        found = {row.native_id: guardrails(row.document, row.native_id) for row in rows}
        return {account: above for account, above in found.items() if self._has_a_say(above)}

    def _has_a_say(self, above: Guardrails) -> bool:
        levels = [*(above.services or ()), *((above.resources or ()) if restrains(self.question.action) else ())]
        return any(not _passes_all(level) for level in levels)

    def _asked(self, arn: str, account: str, held: frozenset[tuple[bool, int]], bounded: bool, unread: bool) -> _Asked:
        alone = account in self.apart or self.hanging is not None or any(pk in self.singling for _, pk in held)
        return _Asked(account, held, bounded, unread, arn if alone or ":role/aws-service-role/" in arn else "")

    def _is_refused(self, asked: _Asked) -> bool:
        own = tuple(self.bodies[pk] for limit, pk in sorted(asked.held) if not limit)
        edge = tuple(self.bodies[pk] for limit, pk in sorted(asked.held) if limit)
        above = self.above.get(asked.account) or Guardrails()
        policies = Policies(
            identity=(_policy("policies", own),),
            resource=self.hanging,
            boundary=_policy("boundary", edge) if asked.bounded else None,
            scps=above.services,
            rcps=above.resources,
            unread=self.missing | (frozenset({"identity", "boundary"}) if asked.unread else frozenset()),
        )
        arn = asked.arn or f"arn:aws:iam::{asked.account}:role/any"
        request = Request(arn, self.question.action, self.question.resource or None)
        try:
            return decide(request, policies).outcome in _DENIED
        except MalformedPolicy:
            return False


def _policy(name: str, statements: tuple[Json, ...]) -> NamedPolicy:
    return NamedPolicy(name, {"Version": _NEWEST, "Statement": list(statements)})


def _is_conditional(body: Mapping[str, Json]) -> bool:
    """Whether an Allow may not be in effect: it has a condition, leaves resources out, or names them by a variable."""
    return bool(body.get("Condition")) or "NotResource" in body or "${" in json.dumps(body.get("Resource"))


def _singles_out(body: Mapping[str, Json]) -> bool:
    text = json.dumps([body.get("Condition"), body.get("Resource"), body.get("NotResource")]).lower()
    return any(key in text for key in _OF_ONE)


def _tells_apart(above: Guardrails) -> bool:
    levels = [*(above.services or ()), *(above.resources or ())]
    text = json.dumps([named.document for level in levels for named in level], default=str).lower()
    return any(key in text for key in _OF_ONE)


def _passes_all(level: Iterable[NamedPolicy]) -> bool:
    """Whether a level is the policy that allows everything and nothing else."""
    try:
        statements = [statement for named in level for statement in named.policy.statements]
    except MalformedPolicy:
        return False
    return bool(statements) and all(
        one.effect.value == "allow" and one.actions == ("*",) and not one.conditions and one.resources == ("*",)
        for one in statements
    )


def conditions(question: can.Question, identity: Identity) -> Iterator[str]:
    """What the answer hangs on for one identity, in sentences."""
    judge = judge_of(identity.account) if identity.provider == "aws" else None
    if judge is None or not _ONE_ACTION.fullmatch(question.action):
        return
    decision = judge.decide(identity, question.action, question.resource).decision
    for reason in decision.unless if decision.outcome is Outcome.ALLOWED_IF else ():
        word = {"allow": "only if", "deny": "unless refused", "limit": "only within"}[reason.effect.value]
        yield f"{word}: {reason.condition or reason.says} ({reason.source})"
