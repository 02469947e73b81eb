"""The function's role can be taken by more than Lambda, though by nobody from outside."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from findings.access.aws.becoming import becoming
from findings.rule import Check, Evidence, Fix, Rule, Subject, Unsure
from findings.rules._powers import called, without_identity
from findings.rules._worlds import NARROW, READ, holding
from findings.seen import Seen
from findings.severity import Severity


def look(seen: Seen) -> Iterator[Evidence | Unsure]:
    own = frozenset({seen.account}) | seen.zone.accounts | seen.zone.trusted
    for identity in seen.identities:
        document = identity.section("trust").get("document")
        told = becoming(document, own, seen.zone.organisations) if document is not None else None
        if document is not None and told is None:
            yield Unsure(f"the trust policy of {called(identity)} cannot be understood")
        for principal in told.others if told else ():
            strong = identity.privilege in ("admin", "near-admin")
            yield Evidence(
                f"{principal} can become {called(identity)}, too", about=f"{identity.native_id} {principal}",
                severity=Severity.MEDIUM if strong else None,
                because=f"the role is {identity.privilege}" if strong else "",
            )  # fmt: skip


_LAMBDA = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
_WORKSTATION = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}


def _trusting(*statements: Any) -> Seen:
    seen = holding("aws", NARROW)
    trust = {"document": {"Version": "2012-10-17", "Statement": list(statements)}}
    identities = tuple(replace(one, document={**READ, "trust": trust}) for one in seen.identities)
    return replace(seen, identities=identities)


RULE = Rule(
    id="role_trusts_others",
    title="Others than Lambda can take the function's role",
    severity=Severity.LOW,
    subject=Subject.TRUST,
    why="Each further way to the role is one more place from which its rights can be used, and one more to watch.",
    checks={"aws": Check(look, needs=("identity:trust",), applies=without_identity)},
    fix={
        "aws": Fix(
            console="IAM, Roles, the role, Trust relationships: leave lambda.amazonaws.com alone and give the others "
            "roles of their own.",
            cli="aws iam update-assume-role-policy --role-name ROLE --policy-document file://trust.json",
            terraform="aws_iam_role: assume_role_policy with lambda.amazonaws.com as the only principal.",
        )
    },
    fails=(_trusting(_LAMBDA, _WORKSTATION),),
    passes=(_trusting(_LAMBDA),),
    catalogue=("TRU-01",),
)
