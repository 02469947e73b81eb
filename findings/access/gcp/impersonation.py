"""Impersonation edges: which service accounts an identity can become, by which permission and binding.

Source: cloud.google.com/iam/docs/service-account-permissions; escalation methods as in `powers.IMPERSONATION`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from findings.access.decision import Decision
from findings.access.gcp.decide import decide
from findings.access.gcp.policies import Policies, Request
from findings.access.gcp.powers import ACT_AS, IMPERSONATION
from findings.access.gcp.principals import project_of

EDGES = (*IMPERSONATION, ACT_AS)


@dataclass(frozen=True, slots=True)
class Target:
    """A service account that exists. resource: the name its own policy has; above: its project and what is above."""

    email: str
    above: tuple[str, ...] = ()

    @property
    def resource(self) -> str:
        return f"projects/{project_of(self.email) or '-'}/serviceAccounts/{self.email}"


@dataclass(frozen=True, slots=True)
class Edge:
    """`caller` can become `target` with this permission. acts_as_only: it also needs to deploy something running so."""

    caller: str
    target: str
    permission: str
    decision: Decision

    @property
    def acts_as_only(self) -> bool:
        return self.permission == ACT_AS


def reachable(caller: str, targets: Iterable[Target], policies: Policies, at: datetime | None = None) -> Iterator[Edge]:
    """Every edge from the caller to the given accounts that is allowed, or allowed on conditions."""
    for target in targets:
        if caller.partition(":")[2] == target.email:
            continue
        above = target.above or (f"projects/{project_of(target.email)}",)
        for permission in EDGES:
            decision = decide(Request(caller, permission, target.resource, above, at), policies)
            if decision.allowed is not False:
                yield Edge(caller, target.email, permission, decision)


def account_of(resource: str) -> str:
    """The service account a resource name stands for; "" when it is something else."""
    return resource.rpartition("/serviceAccounts/")[2] if "/serviceAccounts/" in resource else ""
