"""Who may call, deploy, configure or own an AWS function, and from where. Pure.

Everything that lets somebody in becomes one binding: the grants of the resource policies (one for the function, each
alias and each version), the function URLs, the API routes and load balancers in front, and the identities of the
account that may by their own policies. Each has its rung of the ladder; a grant whose path is closed is *latent*.

This is what policies and settings grant. Organisation policies that may stand in the way are not looked at.
Google and Azure answer through `findings.access.<cloud>.public_access`, on the same ladder.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from findings.access.aws import PublicGrant, public_access
from findings.access.aws.documents import Principal
from findings.access.aws.narrowing import by_bucket, pins
from findings.access.aws.patterns import arn_matches, overlaps
from findings.access.aws.principals import account_named
from findings.access.aws.public import EVERYONE_ELSE
from findings.access.ladder import Exposure
from findings.access.surface import Reach
from findings.ways_in import (
    ACTIONS,
    ALL_ACTIONS,
    ActionClass,
    AwsFunction,
    ExposedBinding,
    FunctionExposure,
    FunctionUrl,
    Holder,
    Route,
    RouteAuth,
    UrlModel,
)

__all__ = [
    "ACTIONS", "ActionClass", "AwsFunction", "ExposedBinding", "FunctionExposure", "FunctionUrl", "Holder", "Route",
    "RouteAuth", "UrlModel", "expose",
]  # fmt: skip


def expose(function: AwsFunction) -> FunctionExposure:
    """Every way in to a function. Raises MalformedPolicy (a ValueError) when a policy that was read makes no sense."""
    unread = [_policy_name(qualifier) for qualifier, policy in function.policies.items() if policy is None]
    if function.holders is None:
        unread.append("identities of the account")
    found = [*_by_policies(function), *_by_routes(function), *_by_identities(function)]
    return FunctionExposure(tuple(_with_closed(one, function.closed) for one in found), tuple(unread))


def _with_closed(binding: ExposedBinding, closed: tuple[str, ...]) -> ExposedBinding:
    if binding.action_class is not ActionClass.INVOKE or not closed or binding.latent:
        return binding
    return replace(binding, latent="; ".join(closed))


def _policy_name(qualifier: str) -> str:
    return f"resource policy of {qualifier}" if qualifier else "resource policy"


_GATES = ("lambda:functionurlauthtype", "lambda:invokedviafunctionurl")
"""Keys that say which path is taken, not who takes it; they are judged, so they are no condition any more."""
_BY_API: Mapping[str, object] = {_GATES[0]: None, _GATES[1]: False}


def _by_url(auth_type: str) -> Mapping[str, object]:
    """What a call through a function URL carries; of a sign-in that is not known, nothing is said."""
    told: dict[str, object] = {_GATES[0]: auth_type} if auth_type in ("NONE", "AWS_IAM") else {}
    return told | {_GATES[1]: True}


def _grants(function: AwsFunction, qualifier: str, known: Mapping[str, object] = _BY_API) -> tuple[PublicGrant, ...]:
    """What the policy grants to calls by one path."""
    policy = function.policies.get(qualifier)
    if policy is None:
        return ()
    access = public_access(
        policy,
        function.account,
        own_accounts=function.own_accounts,
        organisation=function.organisation,
        own_networks=function.own_networks,
        actions=ALL_ACTIONS,
        known=known,
    )
    return access.grants


def _by_policies(function: AwsFunction) -> Iterator[ExposedBinding]:
    for qualifier in function.policies:
        grants = _grants(function, qualifier)
        for grant in grants:
            base = _binding(grant, qualifier)
            for action_class, actions in ACTIONS.items():
                if action_class is not ActionClass.INVOKE and _speaks_of(grant, *actions):
                    yield replace(base, action_class=action_class, level=_signed(grant.level))
            if _speaks_of(grant, "lambda:invokefunction", "lambda:invokeasync"):
                yield replace(base, level=_signed(grant.level))
        yield from _by_urls(function, qualifier, [url for url in function.urls if url.qualifier == qualifier])


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
        narrows=any(not by_bucket(pin) for pin in pins(grant.conditions)) if asked else None,
    )


def _parties(grant: PublicGrant) -> tuple[str, ...]:
    """The account that the principal is of; for everyone and for services, those that the conditions pin."""
    named = account_named(Principal(grant.principal_kind, grant.principal))
    if named is not None:
        return (named,)
    pinned = (account for pin in pins(grant.conditions) for account in pin.accounts if account)
    return tuple(dict.fromkeys(pinned))


def _kind_of(grant: PublicGrant) -> str:
    """everyone, account, service, federated, canonicaluser or principal (a user, role or session)."""
    if grant.principal in ("*", EVERYONE_ELSE):
        return "everyone"
    if grant.principal_kind != "AWS":
        return grant.principal_kind.lower()
    return "account" if grant.principal.isdigit() or grant.principal.endswith(":root") else "principal"


def _speaks_of(grant: PublicGrant, *actions: str) -> bool:
    return any(action in grant.actions for action in actions)


def _signed(level: Exposure) -> Exposure:
    """Lambda's API takes signed requests only, so nobody is let in without credentials."""
    return min(level, Exposure.PUBLIC_AUTHENTICATED)


def _by_urls(function: AwsFunction, qualifier: str, urls: list[FunctionUrl]) -> Iterator[ExposedBinding]:
    """What the policy grants to callers of the URLs; where there is none, what it would grant to those of one."""
    spoken = {
        (grant.says, grant.principal): (auth, grant)
        for auth in ("AWS_IAM", "NONE")
        for grant in _grants(function, qualifier, _by_url(auth))
        if _speaks_of(grant, "lambda:invokefunctionurl")
    }
    for _, grant in spoken.values() if not urls else ():
        yield replace(_binding(grant, qualifier), latent="there is no function URL")
    for url in urls:
        grants = _grants(function, qualifier, _by_url(url.auth_type))
        open_now = [grant for grant in grants if _speaks_of(grant, "lambda:invokefunctionurl")]
        for grant in open_now:
            opened = _of_url(_binding(grant, qualifier), url)
            second = any(_gives_second_permission(other, grant) for other in grants)
            yield opened if second else _first_permission_only(opened, function.url_model)
        for key in sorted(spoken.keys() - {(grant.says, grant.principal) for grant in open_now}):
            auth, grant = spoken[key]
            why = f"the grant is for AuthType {auth}, the URL has {url.auth_type}"
            yield replace(_of_url(_binding(grant, qualifier), replace(url, auth_type=auth)), latent=why)


def _of_url(base: ExposedBinding, url: FunctionUrl) -> ExposedBinding:
    unsigned = url.auth_type == "NONE"
    return replace(
        base,
        via=f"function URL {url.url}".strip() + f" and {base.via}",
        level=base.level if unsigned or url.auth_type != "AWS_IAM" else _signed(base.level),
        certain=base.certain and url.auth_type in ("NONE", "AWS_IAM"),
    )


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
            latent=route.closed
            or ("" if let_in or unread else f"the function's policy does not let {route.service} in"),
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
