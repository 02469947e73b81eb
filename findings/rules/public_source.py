"""Strangers may put something into the queue, topic or bucket that feeds the function."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from findings.access.aws.public import PublicGrant, public_access_if_readable
from findings.access.ladder import Exposure
from findings.example import function
from findings.rule import Check, Evidence, Fix, Rule, Subject, Unsure
from findings.seen import Seen
from findings.severity import Severity

Json = Any

#: What starts a function through each kind of source: the actions, what doing them is called, and the thing's name.
_FEEDING = {
    "sqs": (("sqs:sendmessage",), "send to the queue"),
    "sns": (("sns:publish",), "publish to the topic"),
    "s3": (("s3:putobject", "s3:deleteobject"), "write to the bucket"),
}


def look(seen: Seen) -> Iterator[Evidence | Unsure]:
    ways: dict[str, set[str]] = {}
    for trigger in seen.section("triggers").get("triggers") or ():
        off = str(trigger.get("state", "")).lower() in ("disabled", "disabling")
        ways.setdefault(str(trigger.get("source")), set()).update(() if off else [str(trigger.get("via") or "trigger")])
    for source in seen.section("sources").get("sources") or ():
        if source.get("policy") and source.get("kind") in _FEEDING:
            yield from _of(seen, source, ways.get(str(source["id"]), set()))


def _of(seen: Seen, source: Mapping[str, Json], ways: set[str]) -> Iterator[Evidence | Unsure]:
    actions, does = _FEEDING[str(source["kind"])]
    name = str(source["id"]).rpartition(":")[2]
    organisation = seen.of_account("organisation").get("id") or next(iter(seen.zone.organisations), None)
    told = public_access_if_readable(
        source["policy"], seen.account, own_accounts=seen.zone.accounts | seen.zone.trusted, organisation=organisation,
        actions=actions,
    )  # fmt: skip
    if told is None:
        yield Unsure(f"the policy of {name} cannot be understood")
        return
    blocks = {str(source.get(key, "")) for key in ("block", "account_block")}
    for grant in told.grants:
        if grant.level.is_public and "on" in blocks:
            continue  # S3 refuses strangers then, whatever the policy says; services it lets through.
        if grant.level.is_public and "unknown" in blocks:
            yield Unsure(f"whether Block Public Access closes {name}, which its policy opens, could not be read")
        elif grant.level.is_public or grant.level is Exposure.SERVICE_UNSCOPED:
            severity, because = _severity(grant, ways)
            through = f" ({', '.join(sorted(ways))})" if ways else ""
            yield Evidence(
                f"{_who(grant)} may {does} {name}, which feeds it{through}: {grant.says}",
                about=f"{source['id']} {grant.statement} {grant.principal}", severity=severity, because=because,
                detail={"source": source["id"], "statement": grant.says, "level": grant.level.value},
            )  # fmt: skip


def _who(grant: PublicGrant) -> str:
    if grant.level is Exposure.SERVICE_UNSCOPED:
        return f"{grant.principal}, for anybody's resource,"
    return "Everyone" if grant.level is Exposure.PUBLIC_ANONYMOUS else "Everyone with an account at AWS"


def _severity(grant: PublicGrant, ways: set[str]) -> tuple[Severity | None, str]:
    if not ways:
        return Severity.INFO, "the trigger is off"
    if grant.level is Exposure.SERVICE_UNSCOPED:
        return Severity.LOW, "through a service only, which names the resource that it acts for"
    return (Severity.LOW, "a denial with conditions may still refuse") if grant.unless else (None, "")


def _fed(
    principal: Json, condition: Json = None, *, kind: str = "sqs", action: str = "sqs:SendMessage", **more: Json
) -> Seen:
    source = f"arn:aws:{kind}:eu-west-1:123456789012:orders" if kind != "s3" else "arn:aws:s3:::orders"
    statement = {"Sid": "feed", "Effect": "Allow", "Principal": principal, "Action": action, "Resource": source}
    body = {"Version": "2012-10-17", "Statement": [statement | ({"Condition": condition} if condition else {})]}
    trigger = {"kind": kind, "source": source, "via": "event source mapping", "state": "Enabled"}
    return function(
        "aws", triggers={"triggers": [trigger]},
        sources={"sources": [{"id": source, "kind": kind, "policy": body, **more}]},
    )  # fmt: skip


RULE = Rule(
    id="public_source",
    title="Strangers may feed it: its queue, topic or bucket is open",
    severity=Severity.MEDIUM,
    subject=Subject.EXPOSURE,
    why="Who may call the function is closed, but whoever may put something into what feeds it decides what it works "
    "on, as often as he likes and with its rights.",
    checks={"aws": Check(look, needs=("sources", "triggers"))},
    fix={
        "aws": Fix(
            console="SQS, the queue (SNS, the topic; S3, the bucket, Permissions), Access policy: name the accounts, "
            "or fix aws:PrincipalOrgID; for a service aws:SourceAccount. Of a bucket: Block Public Access on.",
            cli="aws sqs set-queue-attributes --queue-url URL --attributes file://policy.json; aws sns "
            "set-topic-attributes --topic-arn ARN --attribute-name Policy --attribute-value file://policy.json; "
            "aws s3api put-public-access-block --bucket BUCKET --public-access-block-configuration "
            "BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true",
            terraform="aws_sqs_queue_policy, aws_sns_topic_policy, aws_s3_bucket_policy: principals of your own; "
            "aws_s3_bucket_public_access_block.",
        )
    },
    fails=(
        _fed("*"),
        _fed({"Service": "s3.amazonaws.com"}),
    ),
    passes=(
        _fed("*", {"StringEquals": {"AWS:SourceOwner": "123456789012"}}),
        _fed("*", kind="s3", action="s3:PutObject", block="on", account_block="off"),
    ),
    catalogue=("EXP-12",),
    references=(
        "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-security-best-practices.html",
        "https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html",
    ),
)  # fmt: skip
