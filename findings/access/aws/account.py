"""The policies of every principal of an account, read from what `iam:GetAccountAuthorizationDetails` answers.

Also `who_can`: which of those principals may do something, and the reading of organisation policies from a tree of
roots, units and accounts.

Source: IAM API Reference, GetAccountAuthorizationDetails; Organizations User Guide, "Service control policies"
(the management account is not bound by them).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from findings.access.aws.decide import Levels, Policies, Request, decide
from findings.access.aws.documents import MalformedPolicy, NamedPolicy, PolicyDocument
from findings.access.aws.patterns import matches, split_arn
from findings.access.decision import Decision, Outcome


@dataclass(frozen=True, slots=True)
class ResourcePolicy:
    """The policy that hangs on a resource, and the account that owns it (None: see the ARN)."""

    resource: str
    document: PolicyDocument
    account: str | None = None


@dataclass(frozen=True, slots=True)
class Access:
    """A principal (its ARN), the resource it was asked about, and the decision."""

    principal: str
    resource: str
    decision: Decision


def policies_by_principal(details: Mapping[str, Any]) -> dict[str, Policies]:
    """ARN → its identity policies and boundary, for every user and role of one account's authorization details.

    A managed policy that the details do not hold is named in `unread`, never taken for empty.
    """
    managed = {policy["Arn"]: _default_version(policy) for policy in details.get("Policies") or []}
    groups = {group["GroupName"]: group for group in details.get("GroupDetailList") or []}
    found = {}
    for role in details.get("RoleDetailList") or []:
        found[role["Arn"]] = _policies_of([role], role, "RolePolicyList", managed)
    for user in details.get("UserDetailList") or []:
        member_of = [groups[name] for name in user.get("GroupList") or [] if name in groups]
        found[user["Arn"]] = _policies_of([user, *member_of], user, "UserPolicyList", managed)
        if len(member_of) < len(user.get("GroupList") or []):
            found[user["Arn"]] = replace(found[user["Arn"]], unread=found[user["Arn"]].unread | {"identity"})
    return found


def _default_version(policy: Mapping[str, Any]) -> NamedPolicy:
    for version in policy.get("PolicyVersionList") or []:
        if version.get("IsDefaultVersion"):
            return NamedPolicy(policy["Arn"], version["Document"])
    raise MalformedPolicy(f"{policy['Arn']} has no default version")


def _policies_of(
    holders: Sequence[Mapping[str, Any]], owner: Mapping[str, Any], inline: str, managed: Mapping[str, NamedPolicy]
) -> Policies:
    identity, unread = [], set()
    for holder in holders:
        entries = holder.get(inline if holder is owner else "GroupPolicyList") or []
        identity += [NamedPolicy(entry["PolicyName"], entry["PolicyDocument"]) for entry in entries]
        for attached in holder.get("AttachedManagedPolicies") or []:
            if attached["PolicyArn"] in managed:
                identity.append(managed[attached["PolicyArn"]])
            else:
                unread.add("identity")
    boundary_arn = (owner.get("PermissionsBoundary") or {}).get("PermissionsBoundaryArn")
    if boundary_arn and boundary_arn not in managed:
        unread.add("boundary")
    return Policies(
        identity=tuple(identity),
        boundary=managed.get(boundary_arn) if boundary_arn else None,
        unread=frozenset(unread),
    )


def who_can(
    details: Iterable[Mapping[str, Any]],
    action: str,
    resources: str | Sequence[str],
    *,
    resource_policies: Iterable[ResourcePolicy] = (),
    organisation: Mapping[str, Any] | None = None,
    context: Mapping[str, object] | None = None,
    complete: bool = False,
) -> list[Access]:
    """Every user and role of the accounts that is allowed, surely or under conditions, in the order of the details.

    resource_policies: all that exist; a resource without one is taken to have none, but a role of the details has its
    trust policy. organisation: see `scp_levels`.
    """
    accounts = list(details)
    known_policies = [*resource_policies, *(policy for account in accounts for policy in trust_policies(account))]
    wanted = [resources] if isinstance(resources, str) else list(resources)
    found = []
    for account in accounts:
        for principal, policies in policies_by_principal(account).items():
            scps = scp_levels(organisation, principal.split(":")[4]) if organisation else None
            for resource in wanted:
                hanging = policy_of(resource, known_policies)
                decision = decide(
                    Request(principal, action, resource, context or {}, complete, hanging.account if hanging else None),
                    replace(policies, resource=_named(hanging), scps=scps),
                )
                if decision.outcome in (Outcome.ALLOWED, Outcome.ALLOWED_IF):
                    found.append(Access(principal, resource, decision))
    return found


def trust_policies(details: Mapping[str, Any]) -> list[ResourcePolicy]:
    """The trust policy of every role of one account's authorization details."""
    roles = details.get("RoleDetailList") or []
    return [ResourcePolicy(r["Arn"], r["AssumeRolePolicyDocument"]) for r in roles if r.get("AssumeRolePolicyDocument")]


def _named(policy: ResourcePolicy | None) -> tuple[NamedPolicy, ...]:
    return (NamedPolicy(policy.resource, policy.document),) if policy else ()


def policy_of(resource: str, policies: Iterable[ResourcePolicy]) -> ResourcePolicy | None:
    """The policy that hangs on a resource; an S3 object is under its bucket's."""
    bucket = resource.partition("/")[0] if ":s3:::" in resource else resource
    return next((policy for policy in policies if policy.resource in (resource, bucket)), None)


def scp_levels(organisation: Mapping[str, Any], account: str) -> Levels | None:
    """The service control policies over an account, from the root down; None when none apply to it.

    organisation: a tree of {Arn, Id, Type?, Policies: [{Name, Content}], Children: [...]} as Organizations describes
    roots, units and accounts. None for the management account, which the organisation's ARNs name, and for accounts
    that are not in the tree.
    """
    arn = split_arn(organisation.get("Arn", ""))
    if arn is not None and arn.account == account:
        return None
    path = _path_to(organisation, account)
    return None if path is None else tuple(_named_scps(node) for node in path)


def _path_to(node: Mapping[str, Any], account: str) -> list[Mapping[str, Any]] | None:
    if node.get("Id") == account or matches(f"*/{account}", node.get("Arn", "")):
        return [node]
    for child in node.get("Children") or []:
        below = _path_to(child, account)
        if below is not None:
            return [node, *below]
    return None


def _named_scps(node: Mapping[str, Any]) -> tuple[NamedPolicy, ...]:
    return tuple(NamedPolicy(policy.get("Name") or policy["Id"], policy["Content"]) for policy in node["Policies"])
