"""A role that the cloud made for people who run a whole service is given to the function."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from findings.rule import Check, Evidence, Fix, Rule, Subject, Unsure
from findings.rules._powers import called, unless_admin
from findings.rules._worlds import NARROW, READ, holding
from findings.seen import Seen
from findings.severity import Severity

_FULL = re.compile(r"arn:aws[\w-]*:iam::aws:policy/(?:[\w-]+/)*(\w*FullAccess|PowerUserAccess)")
_GOOGLE = re.compile(r"roles/(?:editor|[\w.]+\.admin)")
#: Azure's broad roles that cannot hand out roles themselves; those that can are administrators.
_AZURE = ("Contributor",)


def full_access(seen: Seen) -> Iterator[Evidence | Unsure]:
    """AWS: managed policies that give all of a service, or nearly everything."""
    for identity in seen.identities:
        for policy in identity.section("policies").get("policies") or ():
            found = _FULL.fullmatch(str(policy.get("id", "")))
            if found:
                widest = found.group(1) == "PowerUserAccess"
                yield Evidence(
                    f"{called(identity)} carries {found.group(1)} of AWS", about=f"{identity.native_id} {policy['id']}",
                    severity=Severity.HIGH if widest else None,
                    because="it gives everything but identities" if widest else "",
                )  # fmt: skip


def on_project(seen: Seen) -> Iterator[Evidence | Unsure]:
    """Google: Editor and the Admin roles of services, on a project or above."""
    for identity in seen.identities:
        for policy in identity.section("policies").get("policies") or ():
            role, place = str(policy.get("id", "")), str(policy.get("on", ""))
            if _GOOGLE.fullmatch(role) and place.count("/") == 1:
                severity = Severity.MEDIUM if policy.get("condition") else Severity.HIGH
                yield Evidence(
                    f"{called(identity)} holds {role} on {place}", about=f"{identity.native_id} {role} {place}",
                    severity=severity,
                    because="a condition narrows it" if policy.get("condition") else "it holds for all of the project",
                )  # fmt: skip


def on_scope(seen: Seen) -> Iterator[Evidence | Unsure]:
    """Azure: Contributor, at whatever scope."""
    for identity in seen.identities:
        for policy in identity.section("policies").get("policies") or ():
            if policy.get("name") in _AZURE:
                scope = str(policy.get("scope", ""))
                severity, because = _of_scope(scope)
                yield Evidence(
                    f"{called(identity)} holds {policy['name']} at {scope}", about=f"{identity.native_id} "
                    f"{policy.get('id')}",
                    severity=severity, because=because,
                )  # fmt: skip


def _of_scope(scope: str) -> tuple[Severity, str]:
    lowered = scope.lower()
    if "/providers/" in lowered and "/resourcegroups/" in lowered:
        return Severity.LOW, "on one resource only"
    if "/resourcegroups/" in lowered:
        return Severity.HIGH, "it takes in every resource of the group"
    return Severity.CRITICAL, "it takes in every resource of the subscription or more"


def _carrying(cloud: str, policy: Mapping[str, Any]) -> Seen:
    seen = holding(cloud, NARROW)
    document = {**READ, "policies": {"policies": [policy] if policy else []}}
    return replace(seen, identities=tuple(replace(one, document=document) for one in seen.identities))


_NEEDS = ("identity:policies",)

RULE = Rule(
    id="broad_managed_role",
    title="The function carries a role made for whoever runs a whole service",
    severity=Severity.MEDIUM,
    subject=Subject.PRIVILEGE,
    why="Ready-made broad roles give deletion and configuration of a whole service where the code reads or writes a "
    "little.",
    checks={
        "aws": Check(full_access, needs=_NEEDS, applies=unless_admin),
        "gcp": Check(on_project, needs=(*_NEEDS, "identity:organisation"), applies=unless_admin),
        "azure": Check(on_scope, needs=_NEEDS, applies=unless_admin),
    },
    fix={
        "aws": Fix(
            console="IAM, Roles, the role: detach the policy; create one with the actions and ARNs the code uses "
            "(IAM Access Analyzer can draft it from the trail).",
            cli="aws iam detach-role-policy --role-name ROLE --policy-arn arn:aws:iam::aws:policy/AmazonS3FullAccess",
            terraform="aws_iam_role_policy with named actions instead of the aws_iam_role_policy_attachment.",
        ),
        "gcp": Fix(
            console="IAM, the service account, Edit: replace Editor or an Admin role by a user role, on single "
            "resources.",
            cli="gcloud projects remove-iam-policy-binding PROJECT --member=serviceAccount:EMAIL --role=ROLE",
            terraform="google_storage_bucket_iam_member and the like instead of google_project_iam_member.",
        ),
        "azure": Fix(
            console="Function App, Identity, Azure role assignments: replace Contributor by the data role it needs, "
            "on the one resource.",
            cli="az role assignment delete --assignee PRINCIPAL --role Contributor --scope SCOPE",
            terraform="azurerm_role_assignment: a narrower role_definition_name and scope.",
        ),
    },
    fails=(
        _carrying("aws", {"id": "arn:aws:iam::aws:policy/AmazonS3FullAccess", "name": "AmazonS3FullAccess"}),
        _carrying("gcp", {"id": "roles/storage.admin", "on": "projects/acme-data"}),
        _carrying("azure", {"id": "a1", "name": "Contributor", "scope": "/subscriptions/1/resourcegroups/shop"}),
    ),
    passes=tuple(_carrying(cloud, {}) for cloud in ("aws", "gcp", "azure")),
    catalogue=("PRV-19", "PRV-11", "PRV-14"),
)
