"""A service that takes the function's role may do so for anybody's resource."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from findings.access.aws.becoming import LAMBDA, becoming
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
        for service in told.unscoped if told else ():
            usual = service in LAMBDA
            yield Evidence(
                f"{called(identity)} trusts {service} without naming the account or the function it acts for",
                about=f"{identity.native_id} {service}", severity=Severity.INFO if usual else None,
                because="only somebody with iam:PassRole here can give Lambda the role" if usual else "",
            )  # fmt: skip


def _trusting(**condition: Any) -> Seen:
    statement = {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sts:AssumeRole"}
    seen = holding("aws", NARROW)
    trust = {"document": {"Version": "2012-10-17", "Statement": [statement | condition]}}
    identities = tuple(replace(one, document={**READ, "trust": trust}) for one in seen.identities)
    return replace(seen, identities=identities)


RULE = Rule(
    id="role_trust_unscoped",
    title="The role's trust does not say for whose resource a service may act",
    severity=Severity.LOW,
    subject=Subject.TRUST,
    why="A service that is made to act for somebody else's resource could use the role on that one's behalf.",
    checks={"aws": Check(look, needs=("identity:trust",), applies=without_identity)},
    fix={
        "aws": Fix(
            console="IAM, Roles, the role, Trust relationships: add a condition on aws:SourceAccount, or on "
            "aws:SourceArn with the function's ARN.",
            cli="aws iam update-assume-role-policy --role-name ROLE --policy-document file://trust.json",
            terraform='data.aws_iam_policy_document: condition { variable = "aws:SourceAccount" … }.',
        )
    },
    fails=(_trusting(),),
    passes=(_trusting(Condition={"StringEquals": {"aws:SourceAccount": "123456789012"}}),),
    catalogue=("TRU-03",),
    references=("https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html",),
)
