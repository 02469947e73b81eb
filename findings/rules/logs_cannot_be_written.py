"""The function cannot write its logs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from findings.example import function, runs_as
from findings.rule import Check, Evidence, Fix, Rule, Subject
from findings.seen import Seen, SeenGrant
from findings.severity import Severity

ACTION = "logs:PutLogEvents"


def look(seen: Seen) -> Iterator[Evidence]:
    for identity in seen.identities:
        if identity.known and "policies" in identity.document and not _may(identity.grants):
            yield Evidence(
                f"No statement of {identity.name or identity.native_id} allows {ACTION}", about=identity.native_id
            )
    logging = seen.section("logging")
    if logging.get("exists") is False:
        yield Evidence(
            f"The log group {logging.get('group')} does not exist", about="log group", severity=Severity.LOW,
            because="nothing was logged yet; the function may never have run",
        )  # fmt: skip


def _may(grants: Sequence[SeenGrant]) -> bool:
    """Whether some statement allows it and none denies it everywhere; where and when it holds is not weighed."""
    own = [grant for grant in grants if grant.source_kind != "boundary"]
    denied = any(_names(grant) and grant.body.get("Resource") == "*" for grant in own if _is_plain_deny(grant))
    return not denied and any(_names(grant) for grant in own if grant.effect == "allow")


def _is_plain_deny(grant: SeenGrant) -> bool:
    return grant.effect == "deny" and "Condition" not in grant.body


def _names(grant: SeenGrant) -> bool:
    told = grant.body.get("NotAction" if grant.inverted else "Action") or ()
    named = _matches((told,) if isinstance(told, str) else tuple(map(str, told)))
    return named is not grant.inverted


@cache
def _matches(patterns: tuple[str, ...]) -> bool:
    return any(_pattern(one).fullmatch(ACTION.lower()) for one in patterns)


def _pattern(action: str) -> re.Pattern[str]:
    return re.compile(re.escape(action.lower()).replace(r"\*", ".*").replace(r"\?", "."))


def _role(action: str) -> Seen:
    body = {"Effect": "Allow", "Action": [action], "Resource": "*"}
    grant = SeenGrant("inline", "", "logs", "allow", False, body)
    seen = function("aws", logging={"group": "/aws/lambda/checkout", "exists": True})
    return runs_as(seen, grants=[grant], document={"policies": {"policies": []}})


RULE = Rule(
    id="logs_cannot_be_written",
    title="It cannot write its logs, or has none",
    severity=Severity.MEDIUM,
    subject=Subject.LOGGING,
    why="What the function did leaves no trace: neither faults nor misuse can be looked into afterwards.",
    checks={"aws": Check(look, needs=("logging", "identity:policies"))},
    fix={
        "aws": Fix(
            console="IAM, the role, Add permissions: logs:CreateLogStream and logs:PutLogEvents on the function's log "
            "group, or the AWS managed policy AWSLambdaBasicExecutionRole.",
            cli="aws iam attach-role-policy --role-name ROLE "
            "--policy-arn arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole",
            terraform="aws_iam_role_policy_attachment: policy_arn of AWSLambdaBasicExecutionRole.",
        )
    },
    fails=(_role("s3:GetObject"),),
    passes=(_role("logs:Put*"),),
    catalogue=("LOG-02",),
    references=("https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html",),
)
