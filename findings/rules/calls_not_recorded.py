"""Calls of the function are not recorded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from findings.example import function, with_
from findings.rule import Check, Evidence, Fix, Rule, Subject, Unsure
from findings.seen import Seen
from findings.severity import Severity

Json = Any


def look_aws(seen: Seen) -> Iterator[Evidence | Unsure]:
    if "audit" not in seen.account_document:
        return
    trails = seen.of_account("audit").get("trails") or ()
    if any(_records(trail, seen.native_id) for trail in trails):
        return
    blind = sorted(str(trail.get("name")) for trail in trails if trail.get("data_events") == "unknown")
    if blind:
        yield Unsure(f"what the trail {', '.join(blind)} records could not be read")
    else:
        yield Evidence("No trail records who invokes it" if trails else "No trail records anything in this region")


def _records(trail: Mapping[str, Json], function_arn: str) -> bool:
    named = any(function_arn.startswith(str(one).rstrip("*")) for one in trail.get("functions") or ())
    return trail.get("data_events") == "all" or (trail.get("data_events") == "some" and named)


def look_gcp(seen: Seen) -> Iterator[Evidence]:
    recorded = set(seen.section("logging").get("data_access") or ())
    missing = [kind for kind in ("DATA_READ", "DATA_WRITE") if kind not in recorded]
    if missing and "logging" in seen.document:
        yield Evidence(
            f"The audit log leaves out {' and '.join(missing)} of its service", about="data access",
            detail={"recorded": sorted(recorded)},
        )  # fmt: skip


def _account(data_events: str) -> dict[str, Json]:
    return {"audit": {"trails": [{"name": "all", "data_events": data_events}], "recorders": []}}


RULE = Rule(
    id="calls_not_recorded",
    title="Nobody records who calls it",
    severity=Severity.LOW,
    subject=Subject.LOGGING,
    why="Changes are on record by default, calls are not: after a misuse nobody can tell who called the function, "
    "and when.",
    checks={
        "aws": Check(look_aws, needs=("account:audit",)),
        "gcp": Check(look_gcp, needs=("logging",)),
    },
    fix={
        "aws": Fix(
            console="CloudTrail, the trail, Data events: add Lambda, all functions. Data events cost money per call.",
            cli="aws cloudtrail put-event-selectors --trail-name TRAIL --advanced-event-selectors file://SELECTORS",
            terraform='aws_cloudtrail: advanced_event_selector on resources.type = "AWS::Lambda::Function".',
        ),
        "gcp": Fix(
            console="IAM, Audit Logs: Cloud Run Admin API and Cloud Functions API, switch on Data Read and Data Write.",
            cli="gcloud projects set-iam-policy PROJECT POLICY (with auditConfigs for run.googleapis.com)",
            terraform='google_project_iam_audit_config: service = "run.googleapis.com", audit_log_config for DATA_READ '
            "and DATA_WRITE.",
        ),
    },
    fails=(
        with_(function("aws"), account_document=_account("none")),
        function("gcp", logging={"data_access": ["ADMIN_READ"]}),
    ),
    passes=(
        with_(function("aws"), account_document=_account("all")),
        function("gcp", logging={"data_access": ["ADMIN_READ", "DATA_READ", "DATA_WRITE"]}),
    ),
    catalogue=("LOG-01", "LOG-06"),
    references=(
        "https://docs.aws.amazon.com/lambda/latest/dg/logging-using-cloudtrail.html",
        "https://docs.cloud.google.com/logging/docs/audit/configure-data-access",
    ),
)
