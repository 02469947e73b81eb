"""Who may call, deploy, configure or own an AWS function, and from where. Pure.

Everything that lets somebody in becomes one binding: the grants of the resource policies (one for the function, each
alias and each version), the function URLs, the API routes and load balancers in front, and the identities of the
account that may by their own policies. Each has its rung of the ladder; a grant whose path is closed is *latent*.

This is what policies and settings grant. Organisation policies that may stand in the way are not looked at.
Google and Azure answer through `findings.access.<cloud>.public_access`, on the same ladder.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from findings.access.aws import PolicyDocument, PublicGrant, public_access
from findings.access.aws.documents import Principal
from findings.access.aws.narrowing import pins
from findings.access.aws.patterns import arn_matches, overlaps
from findings.access.aws.principals import account_named
from findings.access.aws.public import EVERYONE_ELSE
from findings.access.ladder import Exposure, worst
from findings.access.surface import Reach


class ActionClass(StrEnum):
    """What a binding lets its principal do to the function."""

    INVOKE = "invoke"
    DEPLOY = "deploy"
    CONFIGURE = "configure"
    OWN = "own"


ACTIONS = {
    ActionClass.INVOKE: ("lambda:invokefunction", "lambda:invokefunctionurl", "lambda:invokeasync"),
    ActionClass.DEPLOY: (
        "lambda:updatefunctioncode",
        "lambda:updatefunctionconfiguration",
        "lambda:updatealias",
        "lambda:publishversion",
    ),
    ActionClass.CONFIGURE: (
        "lambda:putfunctionconcurrency",
        "lambda:updatefunctionurlconfig",
        "lambda:createfunctionurlconfig",
        "lambda:putfunctioneventinvokeconfig",
        "lambda:putruntimemanagementconfig",
        "lambda:tagresource",
    ),
    ActionClass.OWN: ("lambda:addpermission", "lambda:removepermission", "lambda:deletefunction"),
}
"""The Lambda actions of each class, in lower case."""
_ALL_ACTIONS = tuple(action for actions in ACTIONS.values() for action in actions)


class UrlModel(StrEnum):
    """Which permissions a function URL asks for; UNKNOWN where it cannot be told which model AWS applies."""

    LEGACY = "legacy"
    NEW = "new"
    UNKNOWN = "unknown"


class RouteAuth(StrEnum):
    """Who an API route or listener asks to sign in. UNKNOWN: not read, or a value that is not known here."""

    NONE = "none"
    API_KEY = "api_key"
    AWS_IAM = "aws_iam"
    AUTHORIZER = "authorizer"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class FunctionUrl:
    """One function URL. auth_type: NONE or AWS_IAM as AWS gives it; qualifier: "" for the unqualified function."""

    auth_type: str
    qualifier: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Route:
    """One API route or load balancer rule in front of the function.

    name: what people see (`GET /orders of api-1`). service: apigateway.amazonaws.com or
    elasticloadbalancing.amazonaws.com. source_arn: what the function's policy has to let in (execute-api ARN, target
    group ARN); "" when not known. reach: from where the network lets callers come. gated: whether the function's policy
    has to let the service in (a web function's own endpoint asks nobody).
    """

    name: str
    service: str
    auth: RouteAuth = RouteAuth.UNKNOWN
    reach: Reach = Reach.UNKNOWN
    source_arn: str = ""
    qualifier: str = ""
    gated: bool = True


@dataclass(frozen=True, slots=True)
class Holder:
    """An identity of the account that may do something by its own policies. conditional: something is undecided."""

    principal: str
    action_class: ActionClass
    via: str
    conditional: bool = False


@dataclass(frozen=True, slots=True)
class AwsFunction:
    """What is known of one function.

    policies: resource policy by qualifier ("" for the function itself); None: could not be read. A qualifier that is
    not listed has no policy. holders: None when identities were not looked at. closed: why nothing can be invoked at
    present ("reserved concurrency is 0"). own_accounts, organisation, own_networks: the zone of trust.
    """

    account: str
    policies: Mapping[str, PolicyDocument | None] = field(default_factory=dict)
    urls: tuple[FunctionUrl, ...] = ()
    routes: tuple[Route, ...] = ()
    holders: tuple[Holder, ...] | None = None
    closed: tuple[str, ...] = ()
    own_accounts: frozenset[str] = frozenset()
    organisation: str | None = None
    own_networks: frozenset[str] | None = None
    url_model: UrlModel = UrlModel.UNKNOWN


@dataclass(frozen=True, slots=True)
class ExposedBinding:
    """One way in.

    level: its rung. via: the statement, URL, route or policy. latent: why the path is closed, "" when it is open.
    condition: what else must hold. certain: False when something about it could not be read or decided.
    parties: the accounts it is given to, where it names any. narrows: whether the condition restricts who (a source
    account, an organisation …); None where there is no condition.
    """

    principal: str
    kind: str
    action_class: ActionClass
    level: Exposure
    via: str
    qualifier: str = ""
    condition: str = ""
    latent: str = ""
    certain: bool = True
    reach: Reach = Reach.INTERNET
    parties: tuple[str, ...] = ()
    narrows: bool | None = None


@dataclass(frozen=True, slots=True)
class FunctionExposure:
    """All ways in, and the summary: the highest open rung to invoke and to deploy, the highest latent one, the reach.

    unread: parts that could not be read; with any, the rungs are "at least".
    """

    bindings: tuple[ExposedBinding, ...]
    unread: tuple[str, ...] = ()

    @property
    def invoke(self) -> Exposure:
        """The highest rung that may invoke."""
        return self._level(ActionClass.INVOKE)

    @property
    def deploy(self) -> Exposure:
        """The highest rung that may change the code, or who may."""
        return max(self._level(ActionClass.DEPLOY), self._level(ActionClass.OWN))

    @property
    def latent(self) -> Exposure:
        """The highest rung granted whose path is closed."""
        return worst(one.level for one in self.bindings if one.latent)

    @property
    def reach(self) -> Reach:
        """From where the widest open way to invoke can be used; CLOSED when there is none."""
        ways = [one for one in self.bindings if one.action_class is ActionClass.INVOKE and not one.latent]
        top = [one.reach for one in ways if one.level is self.invoke]
        return min(top, key=list(Reach).index, default=Reach.CLOSED)

    def _level(self, wanted: ActionClass) -> Exposure:
        return worst(one.level for one in self.bindings if one.action_class is wanted and not one.latent)


def expose(function: AwsFunction) -> FunctionExposure:
    """Every way in to a function. Raises MalformedPolicy (a ValueError) when a policy that was read makes no sense."""
    unread = [_policy_name(qualifier) for qualifier, policy in function.policies.items() if policy is None]
    if function.holders is None:
        unread.append("identities of the account")
    found = [
        *_by_policies(function),
        *_by_routes(function),
        *_by_identities(function),
    ]
    return FunctionExposure(tuple(_with_closed(one, function.closed) for one in found), tuple(unread))


def _with_closed(binding: ExposedBinding, closed: tuple[str, ...]) -> ExposedBinding:
    if binding.action_class is not ActionClass.INVOKE or not closed or binding.latent:
        return binding
    return replace(binding, latent="; ".join(closed))


def _policy_name(qualifier: str) -> str:
    return f"resource policy of {qualifier}" if qualifier else "resource policy"


def _grants(function: AwsFunction, qualifier: str) -> tuple[PublicGrant, ...]:
    policy = function.policies.get(qualifier)
    if policy is None:
        return ()
    access = public_access(
        policy,
        function.account,
        own_accounts=function.own_accounts,
        organisation=function.organisation,
        own_networks=function.own_networks,
        actions=_ALL_ACTIONS,
    )
    return access.grants


def _by_policies(function: AwsFunction) -> Iterator[ExposedBinding]:
    for qualifier in function.policies:
        grants = _grants(function, qualifier)
        urls = [url for url in function.urls if url.qualifier == qualifier]
        for grant in grants:
            base = _binding(grant, qualifier)
            for action_class, actions in ACTIONS.items():
                if action_class is not ActionClass.INVOKE and _speaks_of(grant, *actions):
                    yield replace(base, action_class=action_class, level=_signed(grant.level))
            if _speaks_of(grant, "lambda:invokefunction", "lambda:invokeasync") and not _via_url_only(grant):
                yield replace(base, level=_signed(grant.level))
            if _speaks_of(grant, "lambda:invokefunctionurl"):
                yield from _by_urls(function, base, grant, grants, urls)


def _binding(grant: PublicGrant, qualifier: str) -> ExposedBinding:
    asked = [str(condition) for condition in grant.conditions if condition.key not in _GATES]
    doubts = [*asked, *(f"unless {one}" for one in grant.unless)]
    return ExposedBinding(
        principal=grant.principal,
        kind=_kind_of(grant),
        action_class=ActionClass.INVOKE,
        level=grant.level,
        via=f"{_policy_name(qualifier)}: {grant.says}",
        qualifier=qualifier,
        condition="; ".join(doubts),
        certain=not grant.unless,
        reach=Reach.IP_RESTRICTED if grant.ip_restricted else Reach.INTERNET,
        parties=_parties(grant),
        narrows=bool(pins(grant.conditions)) if asked else None,
    )


def _parties(grant: PublicGrant) -> tuple[str, ...]:
    """The account that the principal is of; for everyone and for services, those that the conditions pin."""
    named = account_named(Principal(grant.principal_kind, grant.principal))
    if named is not None:
        return (named,)
    pinned = (account for pin in pins(grant.conditions) for account in pin.accounts if account)
    return tuple(dict.fromkeys(pinned))


_GATES = ("lambda:functionurlauthtype", "lambda:invokedviafunctionurl")
"""Keys that say which path is taken, not who takes it; they are judged, so they are no condition any more."""


def _kind_of(grant: PublicGrant) -> str:
    """everyone, account, service, federated, canonicaluser or principal (a user, role or session)."""
    if grant.principal in ("*", EVERYONE_ELSE):
        return "everyone"
    if grant.principal_kind != "AWS":
        return grant.principal_kind.lower()
    return "account" if grant.principal.isdigit() or grant.principal.endswith(":root") else "principal"


def _speaks_of(grant: PublicGrant, *actions: str) -> bool:
    return any(action in grant.actions for action in actions)


def _via_url_only(grant: PublicGrant) -> bool:
    return any(c.key == "lambda:invokedviafunctionurl" and "true" in c.values for c in grant.conditions)


def _signed(level: Exposure) -> Exposure:
    """Lambda's API takes signed requests only, so nobody is let in without credentials."""
    return min(level, Exposure.PUBLIC_AUTHENTICATED)


def _by_urls(
    function: AwsFunction,
    base: ExposedBinding,
    grant: PublicGrant,
    grants: tuple[PublicGrant, ...],
    urls: list[FunctionUrl],
) -> Iterator[ExposedBinding]:
    if not urls:
        yield replace(base, latent="there is no function URL")
    for url in urls:
        unsigned = url.auth_type == "NONE"
        opened = replace(
            base,
            via=f"function URL {url.url}".strip() + f" and {base.via}",
            level=base.level if unsigned or url.auth_type != "AWS_IAM" else _signed(base.level),
            certain=base.certain and url.auth_type in ("NONE", "AWS_IAM"),
        )
        pinned = [value for c in grant.conditions if c.key == "lambda:functionurlauthtype" for value in c.values]
        if pinned and url.auth_type not in pinned:
            yield replace(opened, latent=f"the grant is for AuthType {', '.join(pinned)}, the URL has {url.auth_type}")
        elif any(_gives_second_permission(other, grant) for other in grants):
            yield opened
        else:
            yield _first_permission_only(opened, function.url_model)


def _gives_second_permission(other: PublicGrant, grant: PublicGrant) -> bool:
    """Whether a grant lets the same principal (or everyone) call InvokeFunction, as newer URLs ask for too."""
    same = other.principal == grant.principal or other.level.is_public
    return same and _speaks_of(other, "lambda:invokefunction")


def _first_permission_only(binding: ExposedBinding, model: UrlModel) -> ExposedBinding:
    if model is UrlModel.NEW:
        return replace(binding, latent="lambda:InvokeFunction is missing, which the URL asks for as well")
    if model is UrlModel.LEGACY:
        return binding
    doubt = "only where the older URL permissions still hold: lambda:InvokeFunction is missing"
    return replace(binding, condition="; ".join(filter(None, (binding.condition, doubt))), certain=False)


_ROUTE_LEVELS = {
    RouteAuth.NONE: Exposure.PUBLIC_ANONYMOUS,
    RouteAuth.API_KEY: Exposure.EXTERNAL,
    RouteAuth.AUTHORIZER: Exposure.EXTERNAL,
    RouteAuth.AWS_IAM: Exposure.SAME_ACCOUNT,
    RouteAuth.UNKNOWN: Exposure.PUBLIC_ANONYMOUS,
}
_ROUTE_CONDITIONS = {
    RouteAuth.API_KEY: "whoever has an API key",
    RouteAuth.AUTHORIZER: "whoever the authorizer lets in",
    RouteAuth.AWS_IAM: "whoever may execute-api:Invoke",
    RouteAuth.UNKNOWN: "who must sign in is not known",
}


def _by_routes(function: AwsFunction) -> Iterator[ExposedBinding]:
    for route in function.routes:
        unread = route.qualifier in function.policies and function.policies[route.qualifier] is None
        let_in = not route.gated or any(_lets_in(grant, route) for grant in _grants(function, route.qualifier))
        yield ExposedBinding(
            principal="*" if route.auth in (RouteAuth.NONE, RouteAuth.UNKNOWN) else "callers of the route",
            kind="route",
            action_class=ActionClass.INVOKE,
            level=_route_level(route),
            via=route.name,
            qualifier=route.qualifier,
            condition=_ROUTE_CONDITIONS.get(route.auth, ""),
            latent="" if let_in or unread else f"the function's policy does not let {route.service} in",
            certain=(not unread or not route.gated) and RouteAuth.UNKNOWN is not route.auth,
            reach=route.reach,
        )


def _route_level(route: Route) -> Exposure:
    """A route that only a private network reaches lets in nobody from outside, whoever it asks to sign in."""
    private = route.reach in (Reach.INTERNAL, Reach.PRIVATE_ENDPOINT)
    return min(_ROUTE_LEVELS[route.auth], Exposure.SERVICE_SCOPED) if private else _ROUTE_LEVELS[route.auth]


def _lets_in(grant: PublicGrant, route: Route) -> bool:
    """Whether the function's policy lets the route's service call it, for this route where it names one."""
    service = grant.principal == route.service or grant.level.is_public
    if not service or not _speaks_of(grant, "lambda:invokefunction"):
        return False
    patterns = [value for c in grant.conditions if c.key == "aws:sourcearn" for value in c.values]
    if not patterns or not route.source_arn:
        return True
    return any(overlaps(pattern, route.source_arn) or arn_matches(pattern, route.source_arn) for pattern in patterns)


def _by_identities(function: AwsFunction) -> Iterable[ExposedBinding]:
    return (
        ExposedBinding(
            holder.principal, "identity", holder.action_class, Exposure.SAME_ACCOUNT, holder.via,
            certain=not holder.conditional,
        )
        for holder in function.holders or ()
    )  # fmt: skip
