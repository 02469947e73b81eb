"""What the function leaves behind is encrypted with the cloud's key."""

from __future__ import annotations

from collections.abc import Iterator

from findings.example import function
from findings.rule import Check, Evidence, Fix, Rule, Subject, Unsure
from findings.seen import Seen
from findings.severity import Severity


def look(seen: Seen) -> Iterator[Evidence | Unsure]:
    logging = seen.section("logging")
    if logging.get("exists") and not logging.get("key"):
        yield Evidence(f"The log group {logging.get('group')} has no key of its own", about="logs")
    durable = (seen.section("config").get("native") or {}).get("DurableConfig")
    uses = {key.get("use") for key in seen.section("encryption").get("keys") or ()}
    if durable and "durable" not in uses and "encryption" in seen.document:
        yield Evidence("The kept state of its durable executions has no key of its own", about="durable executions")
    if logging and "exists" not in logging:
        yield Unsure("whether its log group has a key was not read")


_GROUP = {"group": "/aws/lambda/checkout", "exists": True}

RULE = Rule(
    id="state_without_own_key",
    title="Its logs or kept state are not encrypted with a key of yours",
    severity=Severity.INFO,
    subject=Subject.ENCRYPTION,
    why="Logs and kept state often repeat what the function worked on; a key of your own decides who may read them.",
    checks={"aws": Check(look, needs=("logging", "encryption", "config"))},
    fix={
        "aws": Fix(
            console="CloudWatch has no switch for it: associate a KMS key with the log group on the command line.",
            cli="aws logs associate-kms-key --log-group-name GROUP --kms-key-id KEY",
            terraform="aws_cloudwatch_log_group: kms_key_id.",
        )
    },
    fails=(function("aws", config={"kind": "Event Function"}, encryption={"keys": []}, logging=_GROUP),),
    passes=(
        function(
            "aws",
            config={"kind": "Event Function"},
            encryption={"keys": []},
            logging={**_GROUP, "key": "arn:aws:kms:k"},
        ),
    ),
    catalogue=("ENC-03",),
    references=("https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html",),
)
