"""Stored AWS facts, put to the AWS engine: roles with their grants, functions with policies, addresses and network."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import QuerySet

from findings.access.aws import MalformedPolicy, NamedPolicy
from findings.access.aws.callers import caller_of
from findings.access.aws.decide import Policies, Request, decide
from findings.access.aws.grants import Held, effective
from findings.access.aws.guardrails import Guardrails, guardrails
from findings.access.aws.masks import union_of
from findings.access.aws.patterns import account_of, overlaps
from findings.access.aws.rcp import restrains
from findings.access.aws.routes import route_name
from findings.access.aws.services import holdings
from findings.access.holdings import Holdings
from findings.access.ladder import Exposure, worst
from findings.access.surface import Reach
from findings.egress import as_read
from findings.egress.aws import aws_egress
from findings.exposure import (
    ACTIONS,
    ActionClass,
    AwsFunction,
    ExposedBinding,
    FunctionExposure,
    FunctionUrl,
    Holder,
    Route,
    RouteAuth,
    expose,
)
from findings.judge import MOST, Answer, Escalating, FunctionVerdict, IdentityVerdict, Power
from findings.judges._exposed import of_bindings
from findings.judges._neighbours import Neighbours
from findings.judges._weighed import Weighed, weighed
from findings.privileges import Target, assess, paths
from inventory.models import Account, Function, Grant, Identity, IdentityPosture, Resource

Json = Any
#: The policies of a role, and its boundary.
Attached = tuple[tuple[NamedPolicy, ...], NamedPolicy | None]
_NEWEST = "2012-10-17"
_LAMBDA = "arn:aws:lambda:"


class AwsJudge:
    """Judges one AWS account."""

    def __init__(self, account: Account, at: datetime | None = None) -> None:
        self.account = account
        settings = Resource.objects.filter(account=account, kind="account", native_id=account.native_id)
        self.settings = next((row.document for row in settings.select_related("latest")), {})
        self.organisation = (self.settings.get("organisation") or {}).get("id") or account.organisation or None
        self.guardrails = guardrails(self.settings, account.native_id)
        self.scps = self.guardrails.services

    @cached_property
    def own_accounts(self) -> frozenset[str]:
        own = Account.objects.filter(provider=self.account.provider, stance=Account.Stance.OWN)
        return frozenset(own.values_list("native_id", flat=True))

    @cached_property
    def neighbours(self) -> Neighbours:
        return Neighbours(self.own_accounts, self.organisation, self.guardrails)

    def identities(self) -> Iterator[tuple[int, IdentityVerdict]]:
        roles = list(
            Identity.objects.filter(account=self.account, gone_at=None)
            .select_related("resource__latest")
            .only("native_id", "resource__unread", "resource__latest__document")
            .order_by("native_id")
        )
        held = self._policies(Grant.objects.filter(identity__account=self.account, identity__gone_at=None))
        targets = tuple(self._targets(roles))
        for role in roles:
            yield role.pk, self._verdict(role, self._in_force(role, held), targets)

    def _in_force(
        self, role: Identity, held: dict[int, tuple[tuple[NamedPolicy, ...], NamedPolicy | None]]
    ) -> Policies:
        """All policies of a role's own side, and those of the organisation above it."""
        identity, boundary = held.get(role.pk, ((), None))
        unread = frozenset({"identity", "boundary"}) if "policies" in role.resource.unread else frozenset()
        return Policies(identity, None, boundary, None, self.scps, unread=unread)

    def _verdict(self, role: Identity, policies: Policies, targets: tuple[Target, ...]) -> IdentityVerdict:
        arn, outsiders = role.native_id, self.neighbours.outsiders(role)
        try:
            told = assess(
                policies.identity, principal=arn, boundary=policies.boundary, scps=self.scps, unread=policies.unread,
                targets=targets,
            )  # fmt: skip
            held = effective(policies, caller_of(arn))
            callers = tuple(_callers(held))
            ways = {path.path.id: path for path in paths(policies, arn, targets)} if _escalates(told) else {}
            becomes = self.neighbours.becomes(arn, held, ways.values())
        except MalformedPolicy as fault:
            return IdentityVerdict("unknown", (), (str(fault),), outsiders=outsiders)
        powers = tuple(
            Power(
                one.power.value,
                one.breadth.value,
                one.via,
                one.actions,
                one.scope,
                one.conditional,
                one.condition,
                Escalating(one.escalation, ways[one.escalation].confirmed, ways[one.escalation].steps)
                if one.escalation in ways
                else None,
            )
            for one in told.privileges
        )
        unread = tuple(reason.says for reason in told.unread)
        return IdentityVerdict(told.level.value, powers, unread, callers, outsiders, becomes)

    def _policies(self, grants: QuerySet[Grant]) -> dict[int, Attached]:
        """The policies of each role, put together from its grants; equal policies are one object, read once."""
        rows = grants.order_by("identity_id", "pk")
        bodies: dict[tuple[int, str, str], list[Json]] = {}
        for identity, kind, source, body in rows.values_list("identity_id", "source_kind", "source", "statement__body"):
            bodies.setdefault((identity, kind, source), []).append(body)
        shared: dict[tuple[str, int], NamedPolicy] = {}
        found: dict[int, Attached] = {}
        for (identity, kind, source), statements in bodies.items():
            key = (source, len(statements)) if source.startswith("arn:") else (f"{identity} {source}", 0)
            policy = shared.setdefault(key, NamedPolicy(source, {"Version": _NEWEST, "Statement": statements}))
            policies, boundary = found.get(identity, ((), None))
            found[identity] = (policies, policy) if kind == "boundary" else ((*policies, policy), boundary)
        return found

    def _targets(self, roles: Sequence[Identity]) -> Iterator[Target]:
        for role in roles:
            trust = (role.resource.document.get("trust") or {}).get("document")
            yield Target(role.native_id, "role", trust=trust)
        functions = Function.objects.filter(account=self.account, gone_at=None).order_by("native_id")
        for arn, role_arn in functions.values_list("native_id", "identity_native_id"):
            yield Target(arn, "function", role=role_arn)

    def decide(self, identity: Identity, action: str, resource: str) -> Answer:
        if not _ACTION.fullmatch(action):
            raise ValueError(f"“{action}” is no single action of AWS, such as s3:DeleteObject.")
        if resource and not resource.startswith("arn:"):
            raise ValueError(f"“{resource}” is no ARN of AWS.")
        own = self._in_force(identity, self._policies(Grant.objects.filter(identity=identity)))
        hanging, missing = hanging_on(resource)
        above = self._above(action, resource)
        rcps = above.resources if above and restrains(action) else None
        policies = replace(own, resource=hanging, rcps=rcps, unread=own.unread | missing)
        decision = decide(Request(identity.native_id, action, resource or None), policies)
        unread = ["its policies could not be read"] if own.unread else []
        unread += ["the policy of the resource could not be read"] if missing else []
        told = Weighed(policies, self.guardrails, above, action, resource)
        return Answer(decision, resource, tuple(unread), *weighed(told))

    def holdings(self, identity: Identity) -> Holdings:
        own = self._in_force(identity, self._policies(Grant.objects.filter(identity=identity)))
        return holdings(own, identity.native_id)

    def _above(self, action: str, resource: str) -> Guardrails | None:
        """What binds the account that a resource lies in; None for an account of which nothing was read."""
        owner = account_of(resource) if resource else None
        if owner in (None, self.account.native_id):
            return self.guardrails
        rows = Resource.objects.filter(provider="aws", kind="account", native_id=owner, gone_at=None)
        row = rows.select_related("latest").first() if restrains(action) else None
        return guardrails(row.document, str(owner)) if row else None

    def functions(
        self, functions: Sequence[Function], most: int | None = MOST
    ) -> Iterator[tuple[int, FunctionVerdict]]:
        callers = self._all_callers()
        for function in functions:
            yield function.pk, self._function(function, callers, most)

    def _all_callers(self) -> list[tuple[str, Mapping[str, Json]]] | None:
        """What each role may do to functions; None when the roles were never read."""
        rows = IdentityPosture.objects.filter(identity__account=self.account, identity__gone_at=None)
        found = [
            (arn, entry) for arn, callers in rows.values_list("identity__native_id", "callers") for entry in callers
        ]
        return found if rows.exists() else None

    def _function(
        self, function: Function, callers: list[tuple[str, Mapping[str, Json]]] | None, most: int | None
    ) -> FunctionVerdict:
        document, unread = function.resource.document, function.resource.unread
        outlet = as_read(aws_egress(document.get("network")), unread.get("network"))
        try:
            exposure = expose(self._facts(function, document, unread, callers))
        except MalformedPolicy as fault:
            because = {"invoke": [{"via": str(fault)}], "egress": list(outlet.because)}
            return FunctionVerdict("unknown", "unknown", False, "unknown", outlet.egress, because)
        entries = [] if "entry_points" in document and "entry_points" not in unread else ["addresses and routes"]
        return FunctionVerdict(
            invoke=self._word(exposure.invoke, [*exposure.unread, *entries]),
            deploy=self._word(exposure.deploy, exposure.unread),
            latent=_is_latent(document, exposure),
            reach=exposure.reach.summary,
            egress=outlet.egress,
            because={
                "invoke": _ways(exposure, most, ActionClass.INVOKE),
                "deploy": _ways(exposure, most, ActionClass.DEPLOY, ActionClass.OWN),
                "egress": list(outlet.because),
                "unread": [*exposure.unread, *entries],
            },
            exposed=of_bindings(exposure, self.account.native_id),
        )

    def _word(self, level: Exposure, unread: Sequence[str]) -> str:
        """The rung as stored: with a part unread, only "public" is certain, for nothing unread could lower it; and that
        nobody may only where every role's policies were read."""
        if unread and not level.is_public:
            return "unknown"
        return "unknown" if level is Exposure.NONE and self._some_role_unread else level.value

    @cached_property
    def _some_role_unread(self) -> bool:
        rows = IdentityPosture.objects.filter(identity__account=self.account, identity__gone_at=None)
        return rows.exclude(unread=[]).exists()

    def _facts(
        self, function: Function, document: Mapping[str, Json], unread: Mapping[str, Json],
        callers: list[tuple[str, Mapping[str, Json]]] | None,
    ) -> AwsFunction:  # fmt: skip
        access, entries = document.get("access"), _entry_points(document)
        policies: dict[str, Json] = {p["qualifier"]: p["document"] for p in (access or {}).get("policies", [])}
        if access is None or "access" in unread:
            policies.setdefault("", None)
        return AwsFunction(
            account=self.account.native_id,
            policies=policies,
            urls=tuple(FunctionUrl(e.get("auth", ""), e.get("qualifier", ""), e.get("url", "")) for e in entries
                       if e.get("kind") == "url"),
            routes=tuple(_route(e) for e in entries if e.get("kind") in ("api", "load balancer", "web endpoint")),
            holders=None if callers is None else tuple(_holders(function.native_id, callers, policies)),
            closed=("reserved concurrency is 0",) if function.concurrency == 0 else (),
            own_accounts=self.own_accounts,
            organisation=self.organisation,
        )  # fmt: skip


JUDGE = AwsJudge
_ACTION = re.compile(r"[A-Za-z0-9-]+:[A-Za-z0-9]+")
_HANGING = {"access": "resource policy", "trust": "trust policy"}


def hanging_on(resource: str) -> tuple[tuple[NamedPolicy, ...] | None, frozenset[str]]:
    """The policy that hangs on one of our functions or roles; None for what we keep none of."""
    if not resource:
        return None, frozenset()
    name, _, qualifier = resource.partition(":function:")[2].partition(":")
    arn = resource.removesuffix(f":{qualifier}") if name and qualifier else resource
    found = Resource.objects.filter(native_id=arn, provider="aws", kind__in=("function", "identity"), gone_at=None)
    row = found.select_related("latest").first()
    if row is None:
        return None, frozenset()
    section = "access" if row.kind == "function" else "trust"
    told = row.document.get(section)
    if told is None or section in row.unread:
        return None, frozenset({"resource"})
    hung = [told] if section == "trust" else [one for one in told["policies"] if one["qualifier"] == qualifier]
    return tuple(NamedPolicy(_HANGING[section], one.get("document") or []) for one in hung), frozenset()


def _escalates(told: Any) -> bool:
    return any(one.escalation for one in told.privileges)


def _callers(effective_grants: Iterable[Held]) -> Iterator[Mapping[str, Json]]:
    """What an identity may do to functions: one entry for each class of action and resource pattern."""
    told: set[tuple[str, str]] = set()
    wanted = {kind: union_of(actions) for kind, actions in ACTIONS.items()}
    for held in effective_grants:
        for kind, mask in wanted.items():
            if (
                held.actions & mask
                and overlaps(held.resource, f"{_LAMBDA}*")
                and (kind.value, held.resource) not in told
            ):
                told.add((kind.value, held.resource))
                yield {
                    "class": kind.value,
                    "resource": held.resource,
                    "via": held.policy,
                    "conditional": bool(held.open),
                }


_ANYTHING = NamedPolicy("", {"Version": _NEWEST, "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}})


def _holders(
    arn: str, callers: Iterable[tuple[str, Mapping[str, Json]]], policies: Mapping[str, Json]
) -> Iterator[Holder]:
    """The identities whose policies take this function in, less those that its own policy denies."""
    policy = policies.get("")
    denies = isinstance(policy, Mapping) and any(one.get("Effect") == "Deny" for one in policy.get("Statement", []))
    resource = (NamedPolicy("resource policy", policy),) if denies and policy else None
    for principal, entry in callers:
        if not overlaps(entry["resource"], arn) and not overlaps(entry["resource"], f"{arn}:*"):
            continue
        kind, conditional = ActionClass(entry["class"]), entry["conditional"]
        if resource is not None:
            answers = [_allowed(principal, action, arn, resource) for action in ACTIONS[kind]]
            if all(answer is False for answer in answers):
                continue
            conditional = conditional or True not in answers
        yield Holder(principal, kind, entry["via"], conditional)


def _allowed(principal: str, action: str, arn: str, resource: tuple[NamedPolicy, ...]) -> bool | None:
    """Whether somebody with every right of his own is still let at the function by its policy."""
    return decide(Request(principal, action, arn), Policies((_ANYTHING,), resource)).allowed


def _is_latent(document: Mapping[str, Json], exposure: FunctionExposure) -> bool:
    """Whether more is granted, or stands open, than is certain to get through.

    A closed path with a wider grant, an open address without a grant (one AddPermission from public), or a grant whose
    effect hangs on which URL permissions AWS applies.
    """
    invoking = [one for one in exposure.bindings if one.action_class is ActionClass.INVOKE]
    certain = worst(one.level for one in invoking if one.certain and not one.latent)
    if any(one.level > certain and (one.latent or (one.level.is_public and not one.certain)) for one in invoking):
        return True
    open_urls = any(e.get("kind") == "url" and e.get("auth") == "NONE" for e in _entry_points(document))
    return open_urls and not any(one.via.startswith("function URL") and not one.latent for one in invoking)


def _entry_points(document: Mapping[str, Json]) -> list[Mapping[str, Json]]:
    return list((document.get("entry_points") or {}).get("entry_points", []))


def _route(entry: Mapping[str, Json]) -> Route:
    """A stored entry point as the engine asks for it."""
    detail, word = entry.get("detail") or {}, str(entry.get("auth", ""))
    auth = {"NONE": RouteAuth.NONE, "AWS_IAM": RouteAuth.AWS_IAM, "IamAuth": RouteAuth.AWS_IAM}.get(word)
    if word == "ApplicationManaged":
        auth = RouteAuth.NONE
    if auth is None:
        auth = RouteAuth.AUTHORIZER if word else RouteAuth.UNKNOWN
    if auth is RouteAuth.NONE and detail.get("api_key"):
        auth = RouteAuth.API_KEY
    service = (
        "elasticloadbalancing.amazonaws.com" if entry.get("kind") == "load balancer" else "apigateway.amazonaws.com"
    )
    return Route(
        name=route_name(entry),
        service=service,
        auth=auth,
        reach={"internet": Reach.INTERNET, "private": Reach.INTERNAL}.get(str(entry.get("reach", "")), Reach.UNKNOWN),
        qualifier=entry.get("qualifier", ""),
        gated=entry.get("kind") != "web endpoint",
        closed="the API has no deployed stage" if detail.get("deployed") is False else "",
    )


def _ways(exposure: FunctionExposure, most: int | None, *classes: ActionClass) -> list[Json]:
    found = [binding for binding in exposure.bindings if binding.action_class in classes]
    found.sort(key=lambda one: (bool(one.latent), -one.level.rung, one.principal))
    return [_way(one) for one in _kept(found, most)]


def _kept(found: list[ExposedBinding], most: int | None) -> list[ExposedBinding]:
    """The widest so many; what is open to strangers but for a closed path is never crowded out."""
    if most is None or len(found) <= most:
        return found
    closed = [one for one in found[most:] if one.latent and one.level.is_public][:most]
    return [*found[: most - len(closed)], *closed]


def _way(one: ExposedBinding) -> Json:
    return {
        "principal": one.principal, "kind": one.kind, "action": one.action_class.value, "level": one.level.value,
        "via": one.via, "qualifier": one.qualifier, "condition": one.condition, "latent": one.latent,
        "certain": one.certain, "reach": one.reach.value,
    }  # fmt: skip
