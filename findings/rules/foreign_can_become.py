"""Somebody outside can become the identity that the function runs as."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from findings.access.aws.becoming import Outsider, becoming
from findings.access.aws.trust import TrustFlaw
from findings.access.ladder import Exposure
from findings.rule import Check, Evidence, Fix, Rule, Subject, Unsure
from findings.rules._google_members import Member, members
from findings.rules._powers import called, without_identity
from findings.rules._worlds import CLOUDS, NARROW, READ, holding
from findings.seen import Seen, SeenIdentity
from findings.severity import Severity

#: How IAM shows a principal that was deleted: by its unique id.
_DELETED = re.compile(r"A(?:IDA|ROA)\w{12,}")


def by_trust_policy(seen: Seen) -> Iterator[Evidence | Unsure]:
    """AWS: the role's trust policy."""
    own = frozenset({seen.account}) | seen.zone.accounts | seen.zone.trusted
    for identity in seen.identities:
        document = identity.section("trust").get("document")
        if document is None:
            continue
        told = becoming(document, own, seen.zone.organisations)
        if told is None:
            yield Unsure(f"the trust policy of {called(identity)} cannot be understood")
            continue
        for one in told.outsiders:
            if not _DELETED.fullmatch(one.principal):
                severity, because = _of_role(one)
                yield Evidence(
                    f"{_who(one.principal)} can become {called(identity)} ({one.statement})" + _loose(one),
                    about=f"{identity.native_id} {one.principal}", severity=severity, because=because,
                )  # fmt: skip


def _who(principal: str) -> str:
    return "Anybody with an AWS account" if principal == "*" else principal


def _loose(one: Outsider) -> str:
    return f": {', '.join(flaw.value for flaw in one.flaws)}" if one.flaws else ""


def _of_role(one: Outsider) -> tuple[Severity | None, str]:
    if TrustFlaw.ANYONE in one.flaws or one.principal == "*":
        return Severity.CRITICAL, "no condition says who is meant"
    if not one.flaws:
        return Severity.MEDIUM, "an external id or a fixed subject is asked for"
    return None, ""


def by_binding(seen: Seen) -> Iterator[Evidence | Unsure]:
    """Google: roles on the service account or its project that let a member from elsewhere become it."""
    for identity in seen.identities:
        for one in members(seen, identity):
            if isinstance(one, Unsure):
                yield one
            elif one.is_foreign:
                severity, because = _of_member(one)
                where = "every service account of the project" if one.wide else called(identity)
                yield Evidence(
                    f"{one.name} can become {where} by {one.role}", about=f"{identity.native_id} {one.name} {one.role}",
                    severity=severity, because=because,
                )  # fmt: skip


def _of_member(one: Member) -> tuple[Severity | None, str]:
    if one.level >= Exposure.PUBLIC_AUTHENTICATED:
        return Severity.CRITICAL, "that is everybody"
    if "/workloadIdentityPools/" in one.name and not one.name.endswith("/*"):
        return Severity.MEDIUM, "its pool is narrowed to a subject, group or attribute"
    return None, ""


def by_token(seen: Seen) -> Iterator[Evidence | Unsure]:
    """Azure: federated credentials, by which tokens of another issuer are taken for the identity."""
    for identity in seen.identities:
        for one in identity.section("trust").get("federated") or ():
            subject = str(one.get("subject") or one.get("expression") or "")
            severity, because = _of_subject(subject)
            yield Evidence(
                f"Tokens of {one.get('issuer')} for {subject or 'any subject'} are taken for {called(identity)} "
                f"(federated credential {one.get('name')})",
                about=f"{identity.native_id} {one.get('name')}", severity=severity, because=because,
            )  # fmt: skip


def _of_subject(subject: str) -> tuple[Severity | None, str]:
    if not subject or "*" in subject or subject.endswith(":pull_request"):
        return None, ""
    return Severity.LOW, "one fixed subject"


_NEEDS = ("identity:trust",)
_FOREIGN = "arn:aws:iam::999999999999:root"
_STATEMENT = {"Effect": "Allow", "Principal": {"AWS": _FOREIGN}, "Action": "sts:AssumeRole"}
_MINTS = {"role": "roles/iam.serviceAccountTokenCreator", "members": ["user:somebody@gmail.com"]}
_TRUSTS = {
    "aws": {"document": {"Version": "2012-10-17", "Statement": [_STATEMENT]}},
    "gcp": {"document": {"bindings": [_MINTS]}},
    "azure": {"federated": [
        {"name": "ci", "issuer": "https://token.actions.githubusercontent.com", "subject": "repo:strangers/tools:*"}
    ]},
}  # fmt: skip


def _trusting(cloud: str) -> Seen:
    seen = holding(cloud, NARROW)
    trusting: tuple[SeenIdentity, ...] = tuple(
        replace(one, document={**READ, "trust": _TRUSTS[cloud]}) for one in seen.identities
    )
    return replace(seen, identities=trusting)


RULE = Rule(
    id="foreign_can_become",
    title="Somebody outside can become the function's identity",
    severity=Severity.HIGH,
    subject=Subject.TRUST,
    why="Outsiders get all that the function may do without ever touching the function, and its logs show nothing.",
    checks={
        "aws": Check(by_trust_policy, needs=_NEEDS, applies=without_identity),
        "gcp": Check(by_binding, needs=_NEEDS, applies=without_identity),
        "azure": Check(by_token, needs=_NEEDS, applies=without_identity),
    },
    fix={
        "aws": Fix(
            console="IAM, Roles, the role, Trust relationships: leave lambda.amazonaws.com alone; give the outsider "
            "a role of its own with a condition on sts:ExternalId.",
            cli="aws iam update-assume-role-policy --role-name ROLE --policy-document file://trust.json",
            terraform="aws_iam_role: assume_role_policy with lambda.amazonaws.com as the only principal.",
        ),
        "gcp": Fix(
            console="IAM, Service accounts, the account, Permissions: remove the member from outside; narrow a "
            "workload identity pool to one subject or attribute.",
            cli="gcloud iam service-accounts remove-iam-policy-binding EMAIL --member=MEMBER --role=ROLE",
            terraform="Remove the google_service_account_iam_member of the member from outside.",
        ),
        "azure": Fix(
            console="Managed Identities, the identity, Federated credentials: delete it, or name one repository and "
            "branch or environment as its subject.",
            cli="az identity federated-credential delete --resource-group GROUP --identity-name NAME --name CREDENTIAL",
            terraform="azurerm_federated_identity_credential: subject without a wildcard.",
        ),
    },
    fails=tuple(map(_trusting, CLOUDS)),
    passes=tuple(holding(cloud, NARROW) for cloud in CLOUDS),
    catalogue=("TRU-01", "TRU-02", "TRU-07", "TRU-08", "TRU-10"),
    references=("https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html",),
)
