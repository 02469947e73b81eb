"""Roles and managed policies: one sweep of IAM, or role by role where the sweep is forbidden."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from typing import Any

from collectors.provider import Denied, Memory, NotApplicable, Raw, ReadFault, Unsupported
from collectors.providers.aws.fetch.plan import Plan
from collectors.providers.aws.reach import Gathered, Reach, part
from collectors.providers.aws.session import AwsSession
from inventory.facts import Unread

Json = Any

_FILTERS = ["Role", "LocalManagedPolicy", "AWSManagedPolicy"]
_IAM = {"take": "Marker"}
#: How long to wait for IAM's reports on used services, together for all roles of a reading.
REPORTS_SECONDS, REPORTS_A_RUN = 120, 200


def roles(session: AwsSession, scope: str, memory: Memory) -> Iterator[Raw]:
    """Every role, each with the documents of the managed policies that are attached to it or bound it."""
    reach = session.reach(scope)
    sweep = _sweep(reach)
    if _forbidden(sweep.fault):
        yield from _one_by_one(reach)
        return
    documents = {str(policy.get("Arn")): policy for policy in sweep.lists["Policies"] if isinstance(policy, dict)}
    used = _used_services(reach, memory, sweep.lists["RoleDetailList"])
    for role in sweep.lists["RoleDetailList"]:
        raw = {"account": reach.account, "role": role, "managed": _managed(reach, role, documents)}
        yield raw | ({"used": used[role["Arn"]]} if isinstance(role, dict) and role.get("Arn") in used else {})
    sweep.settle()


def policies(session: AwsSession, scope: str, memory: Memory) -> Iterator[Raw]:
    """Managed policies: the account's own, and AWS's where they are attached."""
    reach = session.reach(scope)
    sweep = _sweep(reach)
    if _forbidden(sweep.fault):
        read = [found for key, found in _read_so_far(reach).items() if isinstance(found, dict)]
        yield from ({"account": reach.account, "policy": policy} for policy in read)
        sweep.settle()
    for policy in sweep.lists["Policies"]:
        attached = (
            not isinstance(policy, dict) or policy.get("AttachmentCount") or policy.get("PermissionsBoundaryUsageCount")
        )
        if attached or ":iam::aws:" not in str(policy.get("Arn")):
            yield {"account": reach.account, "policy": policy}
    sweep.settle()


def _sweep(reach: Reach) -> Gathered:
    """GetAccountAuthorizationDetails, once for both listings."""
    return reach.once(
        "authorization",
        lambda: reach.gather(
            "iam",
            "GetAccountAuthorizationDetails",
            ("RoleDetailList", "Policies"),
            Filter=_FILTERS,
            MaxItems=1000,
            **_IAM,
        ),
    )


def role_arns(reach: Reach) -> dict[str, str]:
    """Names of roles → ARNs, as far as the sweep tells: the log names roles without their path."""
    found: dict[str, str] = reach.once(
        "role arns",
        lambda: {
            str(role.get("RoleName")): str(role.get("Arn"))
            for role in _sweep(reach).lists["RoleDetailList"]
            if isinstance(role, dict)
        },
    )
    return found


def _forbidden(fault: ReadFault | None) -> bool:
    return isinstance(fault, Denied | NotApplicable | Unsupported)


def _managed(reach: Reach, role: Json, documents: Mapping[str, Json]) -> dict[str, Json]:
    """The managed policies on a role by ARN: from the sweep, else asked for."""
    return {arn: documents[arn] if arn in documents else _policy(reach, arn) for arn in _arns_on(role)}


def _arns_on(role: Json) -> list[str]:
    if not isinstance(role, dict):
        return []
    attached = role.get("AttachedManagedPolicies")
    arns = (
        [entry.get("PolicyArn") for entry in attached if isinstance(entry, dict)] if isinstance(attached, list) else []
    )
    boundary = role.get("PermissionsBoundary")
    arns.append(boundary.get("PermissionsBoundaryArn") if isinstance(boundary, dict) else None)
    return [arn for arn in arns if isinstance(arn, str) and arn]


def _policy(reach: Reach, arn: str) -> Json:
    """One managed policy in the shape of the sweep; each is asked for once a reading."""
    return reach.once(("policy", arn), lambda: part(_read_policy, reach, arn))


def _read_so_far(reach: Reach) -> dict[str, Json]:
    """The managed policies that were asked for one by one in this reading."""
    found: dict[str, Json] = reach.once("managed", dict)
    return found


def _read_policy(reach: Reach, arn: str) -> Json:
    answer = reach.find("iam", "GetPolicy", "Policy", PolicyArn=arn)
    if answer is None:
        return None
    policy = answer["Policy"]
    version = reach.ask("iam", "GetPolicyVersion", "PolicyVersion", PolicyArn=arn, VersionId=policy["DefaultVersionId"])
    found = policy | {"PolicyVersionList": [version["PolicyVersion"] | {"IsDefaultVersion": True}]}
    _read_so_far(reach)[arn] = found
    return found


def _one_by_one(reach: Reach) -> Iterator[Raw]:
    """Every role from the list; the policies only of those that Lambda may assume, at five calls and more each."""
    unasked = Unread(
        "The sweep of IAM is denied; policies are then read for roles that Lambda may assume only.",
        "iam:GetAccountAuthorizationDetails",
    )
    for page in reach.pages("iam", "ListRoles", "Roles", MaxItems=1000, **_IAM):
        for role in page:
            if isinstance(role, dict) and _for_functions(role):
                yield {"account": reach.account, **_role(reach, role)}
            else:
                yield {"account": reach.account, "role": role, "managed": {}, "partly": unasked}


def _for_functions(role: dict[str, Json]) -> bool:
    """Whether the trust policy speaks of Lambda at all."""
    return "lambda.amazonaws.com" in json.dumps(role.get("AssumeRolePolicyDocument"))


def _role(reach: Reach, listed: dict[str, Json]) -> dict[str, Json]:
    name = listed.get("RoleName")
    full = part(reach.find, "iam", "GetRole", "Role", RoleName=name)
    role = listed | (full["Role"] if isinstance(full, dict) else {})
    attached = part(reach.entries, "iam", "ListAttachedRolePolicies", "AttachedPolicies", RoleName=name, **_IAM)
    inline = part(_inline, reach, name)
    partly = next((answer for answer in (full, attached, inline) if isinstance(answer, Unread)), None)
    role |= {
        "AttachedManagedPolicies": attached if isinstance(attached, list) else [],
        "RolePolicyList": inline if isinstance(inline, list) else [],
    }
    found = {"role": role, "managed": _managed(reach, role, {})}
    return found | ({"partly": partly} if partly else {})


def _inline(reach: Reach, name: Json) -> list[Json]:
    names = reach.entries("iam", "ListRolePolicies", "PolicyNames", RoleName=name, **_IAM)
    return [reach.ask("iam", "GetRolePolicy", "PolicyDocument", RoleName=name, PolicyName=policy) for policy in names]


def _used_services(reach: Reach, memory: Memory, roles: list[Json]) -> dict[str, Json]:
    """Which services the roles of functions have used, for those whose report is due; only when switched on."""
    if not reach.session.connection.get("last_accessed"):
        return {}
    plan = Plan(memory, reach.account, reach.region, 0)
    due = [
        role["Arn"]
        for role in roles
        if isinstance(role, dict)
        and _for_functions(role)
        and plan.detail({"FunctionArn": role.get("Arn"), "RevisionId": ""})
    ][:REPORTS_A_RUN]  # fmt: skip
    asked = {"Granularity": "ACTION_LEVEL"}  # As many calls, and of some services the actions, too.
    jobs = {arn: part(reach.ask, "iam", "GenerateServiceLastAccessedDetails", "JobId", Arn=arn, **asked) for arn in due}
    until = time.monotonic() + min(REPORTS_SECONDS, reach.left() / 2)
    return {
        arn: job if isinstance(job, Unread) else part(_report, reach, job["JobId"], until) for arn, job in jobs.items()
    }


def _report(reach: Reach, job: str, until: float) -> Json:
    """A finished report; Unread when IAM takes longer than we wait."""
    while True:
        answer = reach.ask("iam", "GetServiceLastAccessedDetails", "JobStatus", JobId=job)
        if answer["JobStatus"] == "COMPLETED":
            return answer.get("ServicesLastAccessed") or []
        if answer["JobStatus"] != "IN_PROGRESS" or time.monotonic() > until:
            return Unread("IAM did not finish its report on used services in time.", error_class="deadline")
        time.sleep(1)
