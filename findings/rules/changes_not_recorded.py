"""AWS Config does not record functions in a region."""

from __future__ import annotations

from collections.abc import Iterator

from findings.example import account
from findings.rule import Check, Evidence, Fix, Rule, Subject
from findings.seen import Seen
from findings.severity import Severity


def look(seen: Seen) -> Iterator[Evidence]:
    if "audit" not in seen.document:
        return
    recorders = seen.section("audit").get("recorders") or ()
    if not any(one.get("functions") for one in recorders):
        named = ", ".join(str(one.get("name")) for one in recorders)
        yield Evidence(
            f"The recorder {named} leaves functions out in {seen.region}" if recorders
            else f"AWS Config has no recorder in {seen.region}",
            about=seen.region,
        )  # fmt: skip


def applies(seen: Seen) -> str:
    return "recorders belong to regions" if seen.region in ("", "global") else ""


RULE = Rule(
    id="changes_not_recorded",
    title="AWS Config does not record functions in the region",
    severity=Severity.LOW,
    subject=Subject.LOGGING,
    why="AWS keeps no history of configurations by itself: what a function looked like on the day of an incident is "
    "known only to whoever recorded it.",
    checks={"aws": Check(look, needs=("audit",), applies=applies)},
    fix={
        "aws": Fix(
            console="AWS Config, Settings, Recording: record all resource types, or AWS::Lambda::Function.",
            cli="aws configservice put-configuration-recorder --configuration-recorder name=default,roleARN=ROLE "
            "--recording-group allSupported=true,includeGlobalResourceTypes=true",
            terraform="aws_config_configuration_recorder: recording_group { all_supported = true }.",
        )
    },
    fails=(account("aws", audit={"trails": [], "recorders": []}),),
    passes=(account("aws", audit={"trails": [], "recorders": [{"name": "default", "functions": True}]}),),
    catalogue=("LOG-05",),
    standards=("cis-aws-compute:4.1",),
    references=("https://docs.aws.amazon.com/config/latest/developerguide/select-resources.html",),
    about="account",
)
