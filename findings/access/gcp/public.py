"""Who may call a Google function, and from where.

1st gen functions ask for cloudfunctions.functions.invoke on the function. 2nd gen functions and Cloud Run services ask
for run.routes.invoke on the Cloud Run service: the function's own policy does not count there
(cloud.google.com/iam/docs/roles-permissions/cloudfunctions). invokerIamDisabled skips the check altogether
(cloud.google.com/run/docs/authenticating/public).
"""

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from findings.access.decision import Effect, Outcome, Reason
from findings.access.gcp.decide import decide, refusing
from findings.access.gcp.permissions import role_spelling
from findings.access.gcp.policies import Binding, Policies, Request, plain_name
from findings.access.gcp.principals import principal
from findings.access.gcp.trust import Trust, levels
from findings.access.ladder import Exposure
from findings.access.surface import Reach, Surface, Way

INVOKE = {
    "gen1": "cloudfunctions.functions.invoke",
    "gen2": "run.routes.invoke",
    "run": "run.routes.invoke",
}
IAP = "iap.webServiceVersions.accessViaIAP"
REACHES = {
    "ALLOW_ALL": Reach.INTERNET,
    "INGRESS_TRAFFIC_ALL": Reach.INTERNET,
    "all": Reach.INTERNET,
    "ALLOW_INTERNAL_AND_GCLB": Reach.LOAD_BALANCER,
    "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER": Reach.LOAD_BALANCER,
    "internal-and-cloud-load-balancing": Reach.LOAD_BALANCER,
    "ALLOW_INTERNAL_ONLY": Reach.INTERNAL,
    "INGRESS_TRAFFIC_INTERNAL_ONLY": Reach.INTERNAL,
    "internal": Reach.INTERNAL,
    "INGRESS_TRAFFIC_NONE": Reach.CLOSED,
    # Not set is the documented default: all traffic.
    "": Reach.INTERNET,
    "INGRESS_SETTINGS_UNSPECIFIED": Reach.INTERNET,
    "INGRESS_TRAFFIC_UNSPECIFIED": Reach.INTERNET,
}
#: What a way hangs on when it is not a condition of the cloud's: then nobody knows whether it is one.
NOT_SAID = "the zone of trust does not say whether this is ours"
NOT_READ = ("could not be read", "was not read", "its policy was not read")
#: States in which nothing answers; any other, and one that is not known here, may be answering.
NOT_RUNNING = frozenset({"FAILED", "OFFLINE", "DELETING", "DELETE_IN_PROGRESS"})


@dataclass(frozen=True, slots=True)
class Endpoint:
    """What decides over calls to one function, as its API answers it; None is "not read".

    generation: gen1, gen2 or run. resource: the function (gen1) or the Cloud Run service (gen2, run), under the name
    its bindings have in `Policies`. ingress: ingressSettings, Service.ingress or the ingress annotation.
    iap_bindings: the policy of Identity-Aware Proxy for this service. has_url: False for an event-driven 1st gen
    function, or a service whose default URL is off and that nothing fronts.
    """

    generation: str
    resource: str
    ancestors: tuple[str, ...] = ()
    ingress: str | None = None
    invoker_iam_disabled: bool | None = False
    iap: bool | None = False
    iap_bindings: tuple[Binding, ...] | None = None
    has_url: bool | None = True
    state: str = "ACTIVE"
    attributes: Mapping[str, Any] = field(default_factory=dict)


def public_access(
    endpoint: Endpoint, policies: Policies, trust: Trust | None = None, at: datetime | None = None
) -> Surface:
    """Every way to call the function with its rung, the network's reach, and why it is closed if it is.

    IAM is not asked when invokerIamDisabled is set; Identity-Aware Proxy, when on, stands before everything else.
    """
    trust = trust or Trust()
    ways = (
        tuple(_through_proxy(endpoint, policies, trust, at))
        if endpoint.iap
        else tuple(_past_iam(endpoint, policies, trust, at))
    )
    return Surface(ways, _reach(endpoint.ingress), tuple(_latent(endpoint)))


def granted_access(
    permission: str,
    endpoint: Endpoint,
    policies: Policies,
    trust: Trust | None = None,
    at: datetime | None = None,
) -> tuple[Way, ...]:
    """Everyone to whom the allow policies over `endpoint.resource` grant the permission, less what is denied.

    Use it for other powers over the function: run.services.update, cloudfunctions.functions.setIamPolicy, …
    """
    trust = trust or Trust()
    wanted = Request("", permission, endpoint.resource, endpoint.ancestors, at, endpoint.attributes)
    chain = {plain_name(name) for name in (endpoint.resource, *endpoint.ancestors)}
    ways = [way for one in policies.allow if one.on in chain for way in _of_binding(one, wanted, policies, trust)]
    ways += [
        Way(Exposure.PUBLIC_ANONYMOUS, "", Reason(Effect.ALLOW, name, "allow policy", NOT_READ[0]), False)
        for name in sorted(policies.unread & chain)
    ]
    return tuple(sorted(ways, key=lambda way: way.level.rung, reverse=True))


def _past_iam(endpoint: Endpoint, policies: Policies, trust: Trust, at: datetime | None) -> Iterator[Way]:
    if endpoint.invoker_iam_disabled is not False and endpoint.generation != "gen1":
        known = endpoint.invoker_iam_disabled is True
        reason = Reason(Effect.ALLOW, endpoint.resource, "invokerIamDisabled", "" if known else NOT_READ[1])
        yield Way(Exposure.PUBLIC_ANONYMOUS, "anyone", reason, known)
    if endpoint.iap is None:
        reason = Reason(Effect.LIMIT, endpoint.resource, "Identity-Aware Proxy", NOT_READ[1])
        found = granted_access(INVOKE[endpoint.generation], endpoint, policies, trust, at)
        yield from (dataclasses.replace(way, certain=False) for way in found)
        yield Way(Exposure.PUBLIC_AUTHENTICATED, "", reason, False)
        return
    yield from granted_access(INVOKE[endpoint.generation], endpoint, policies, trust, at)


def _through_proxy(endpoint: Endpoint, policies: Policies, trust: Trust, at: datetime | None) -> Iterator[Way]:
    if endpoint.iap_bindings is None:
        reason = Reason(Effect.ALLOW, endpoint.resource, "Identity-Aware Proxy", NOT_READ[2])
        yield Way(Exposure.PUBLIC_ANONYMOUS, "", reason, False)
        return
    proxied = dataclasses.replace(policies, allow=(*policies.allow, *endpoint.iap_bindings))
    yield from granted_access(IAP, endpoint, proxied, trust, at)


def _of_binding(binding: Binding, wanted: Request, policies: Policies, trust: Trust) -> Iterator[Way]:
    permissions = policies.permissions(binding.role)
    if permissions is not None and role_spelling(wanted.permission) not in permissions:
        return
    alone = dataclasses.replace(policies, allow=(binding,), unread=frozenset())
    for member in binding.members:
        spared = _spared(member, wanted, alone)
        yield from _of_member(member, wanted, alone, trust)
        for other in spared:
            yield from _of_member(other, wanted, alone, trust)


def _of_member(member: str, wanted: Request, alone: Policies, trust: Trust) -> Iterator[Way]:
    level, highest = levels(member, (wanted.resource, *wanted.ancestors), trust)
    decision = decide(dataclasses.replace(wanted, principal=member), alone)
    if level is Exposure.NONE or decision.allowed is False:
        return
    reason = (*decision.because, *decision.unless)[0]
    yield Way(level, member, reason, decision.outcome is Outcome.ALLOWED)
    if highest > level:
        open_point = dataclasses.replace(reason, condition=NOT_SAID)
        yield Way(highest, member, open_point, False)


def _spared(member: str, wanted: Request, alone: Policies) -> Iterator[str]:
    """Whom a binding to a set of callers still lets in when the set is denied: the exceptions of the deny rules."""
    if not alone.deny or principal(member).kind in ("user", "service_account", "deleted"):
        return
    rules = refusing(dataclasses.replace(wanted, principal=member), alone)
    yield from dict.fromkeys(name for rule in rules for name in rule.exception_principals)


def _reach(ingress: str | None) -> Reach:
    return Reach.UNKNOWN if ingress is None else REACHES.get(ingress, Reach.UNKNOWN)


def _latent(endpoint: Endpoint) -> Iterator[str]:
    if endpoint.has_url is False:
        yield "it has no URL"
    if endpoint.state in NOT_RUNNING:
        yield f"its state is {endpoint.state}"
    if _reach(endpoint.ingress) is Reach.CLOSED:
        yield "its ingress is closed"
