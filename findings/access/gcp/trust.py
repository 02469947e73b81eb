"""On which rung of the exposure ladder a member of a Google policy stands, seen from one function.

Definition: reference of the ladder in `findings/access/ladder.py`. A named user or group of a trusted domain counts as
same account (Google users belong to no project); a whole domain, customer or organisation as organisation; members of
workload and workforce identity pools as external unless the pool is trusted.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from findings.access.gcp.policies import plain_name
from findings.access.gcp.principals import Principal, is_agent, principal, project_of
from findings.access.ladder import Exposure

CONSUMER_DOMAINS = frozenset({"gmail.com", "googlemail.com"})
Levels = tuple[Exposure, Exposure]


@dataclass(frozen=True, slots=True)
class Trust:
    """The zone of trust: what counts as ours beside the function's own project and its ancestors.

    containers: `projects/ID`, `projects/NUMBER`, `folders/N`, `organizations/N`. pools: pool paths
    (`locations/global/workforcePools/x`).
    """

    domains: frozenset[str] = field(default_factory=frozenset)
    customers: frozenset[str] = field(default_factory=frozenset)
    containers: frozenset[str] = field(default_factory=frozenset)
    pools: frozenset[str] = field(default_factory=frozenset)


def levels(member: str, own: Iterable[str], trust: Trust) -> Levels:
    """The rung that is certain and the highest one possible, for a grant to `member`.

    own: names of the function's project, folders and organisation. They differ where the zone of trust was not
    stated, or a project is known by its id and the member names a number.
    """
    who = principal(member)
    mine = {plain_name(name) for name in own}
    match who.kind:
        case "everyone":
            return _sure(Exposure.PUBLIC_ANONYMOUS)
        case "authenticated":
            return _sure(Exposure.PUBLIC_AUTHENTICATED)
        case "deleted":
            return _sure(Exposure.NONE)
        case "user" | "group":
            return _of_domain(who.value.rpartition("@")[2], Exposure.SAME_ACCOUNT, trust)
        case "domain":
            return _of_domain(who.value, Exposure.ORGANISATION, trust)
        case "customer":
            return _listed(who.value, trust.customers)
        case "service_account":
            return _account(who.value, mine, trust)
        case "convenience":
            return _of_project(who.value, mine, trust)
        case "federated":
            return _pool(who, mine, trust)
        case "container":
            return _container(who.value, mine, trust)
    return _sure(Exposure.EXTERNAL)


def _sure(level: Exposure) -> Levels:
    return level, level


def _of_domain(domain: str, inside: Exposure, trust: Trust) -> Levels:
    if domain in trust.domains:
        return _sure(inside)
    if trust.domains or domain in CONSUMER_DOMAINS:
        return _sure(Exposure.EXTERNAL)
    return inside, Exposure.EXTERNAL


def _listed(name: str, trusted: frozenset[str]) -> Levels:
    if name in trusted:
        return _sure(Exposure.ORGANISATION)
    return _sure(Exposure.EXTERNAL) if trusted else (Exposure.ORGANISATION, Exposure.EXTERNAL)


def _account(email: str, mine: set[str], trust: Trust) -> Levels:
    if not is_agent(email):
        project = project_of(email)
        return _of_project(project, mine, trust) if project else (Exposure.SAME_ACCOUNT, Exposure.EXTERNAL)
    level, number = _acts_for(email)
    ours = mine | trust.containers
    if f"{level}/{number}" in ours:
        return _sure(Exposure.SERVICE_SCOPED)
    if level != "projects":
        return _sure(Exposure.EXTERNAL) if any(name.startswith(f"{level}/") for name in ours) else _UNTOLD_AGENT
    numbers_known = any(name.startswith("projects/") and name[9:].isdigit() for name in mine)
    return (Exposure.EXTERNAL if numbers_known else Exposure.SERVICE_SCOPED), Exposure.EXTERNAL


_UNTOLD_AGENT = (Exposure.SERVICE_SCOPED, Exposure.EXTERNAL)


def _acts_for(email: str) -> tuple[str, str]:
    """What a service agent acts for: `service-12@…` a project, `service-org-12@…` an organisation, … by number."""
    name = email.partition("@")[0].removeprefix("service-")
    kind, dash, number = name.partition("-")
    return ({"org": "organizations", "folder": "folders"}.get(kind, "projects"), number) if dash else ("projects", name)


def _of_project(project: str, mine: set[str], trust: Trust) -> Levels:
    name = f"projects/{project}"
    if name in mine:
        return _sure(Exposure.SAME_ACCOUNT)
    if name in trust.containers:
        return _sure(Exposure.ORGANISATION)
    comparable = any(one.startswith("projects/") and one[9:].isdigit() == project.isdigit() for one in mine)
    return (Exposure.EXTERNAL if comparable else Exposure.SAME_ACCOUNT), Exposure.EXTERNAL


def _pool(who: Principal, mine: set[str], trust: Trust) -> Levels:
    if who.value.endswith(".svc.id.goog"):
        return _of_project(who.value.removesuffix(".svc.id.goog"), mine, trust)
    return _sure(Exposure.ORGANISATION if who.value in trust.pools else Exposure.EXTERNAL)


def _container(name: str, mine: set[str], trust: Trust) -> Levels:
    if name.startswith("projects/"):
        return _of_project(name.removeprefix("projects/"), mine, trust)
    return _sure(Exposure.ORGANISATION if name in mine | trust.containers else Exposure.EXTERNAL)
