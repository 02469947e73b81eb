"""Its logs are never deleted."""

from __future__ import annotations

from collections.abc import Iterator

from findings.example import function
from findings.rule import Check, Evidence, Fix, Rule, Subject, Unsure
from findings.seen import Seen
from findings.severity import Severity


def look(seen: Seen) -> Iterator[Evidence | Unsure]:
    told = seen.section("logging")
    if told.get("exists") and told.get("retention_days") == 0:
        yield Evidence(f"The log group {told.get('group')} keeps everything for ever")
    elif told and "exists" not in told:
        yield Unsure("for how long its log group keeps logs was not read")


def applies(seen: Seen) -> str:
    return "it has no log group yet" if seen.section("logging").get("exists") is False else ""


_GROUP = {"group": "/aws/lambda/checkout", "exists": True}

RULE = Rule(
    id="logs_kept_for_ever",
    title="Nobody set how long its logs are kept",
    severity=Severity.LOW,
    subject=Subject.LOGGING,
    why="Logs that are never deleted hold personal data longer than anybody may keep it; a number of days also says "
    "that somebody decided how far back an inquiry can look.",
    checks={"aws": Check(look, needs=("logging",), applies=applies)},
    fix={
        "aws": Fix(
            console="CloudWatch, Log groups, the group, Actions, Edit retention setting.",
            cli="aws logs put-retention-policy --log-group-name GROUP --retention-in-days 90",
            terraform="aws_cloudwatch_log_group: retention_in_days = 90.",
        )
    },
    fails=(function("aws", logging={**_GROUP, "retention_days": 0}),),
    passes=(function("aws", logging={**_GROUP, "retention_days": 90}),),
    catalogue=("LOG-02",),
    references=("https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/Working-with-log-groups-and-streams.html",),
)
