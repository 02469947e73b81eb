"""One bad record can hold up a stream."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from findings.example import function
from findings.rule import Check, Evidence, Fix, Rule, Subject
from findings.seen import Seen
from findings.severity import Severity

_STREAMS = ("kinesis", "dynamodb")


def look(seen: Seen) -> Iterator[Evidence]:
    for one in _streams(seen):
        detail = one.get("detail") or {}
        if detail.get("max_age_s") in (None, -1) and detail.get("retries") in (None, -1):
            yield Evidence(
                f"A record of {one.get('source')} that fails is tried until it expires",
                about=str(one.get("id") or one.get("source")),
            )


def _streams(seen: Seen) -> list[dict[str, Any]]:
    return [one for one in seen.section("triggers").get("triggers") or () if one.get("kind") in _STREAMS]


def applies(seen: Seen) -> str:
    return "it reads no stream" if "triggers" in seen.document and not _streams(seen) else ""


def _reading(**detail: int) -> Seen:
    source = "arn:aws:kinesis:eu-west-1:123456789012:stream/orders"
    return function("aws", triggers={"triggers": [{"kind": "kinesis", "source": source, "id": "1", "detail": detail}]})


RULE = Rule(
    id="stream_blocked_by_one_record",
    title="One bad record can hold up its stream",
    severity=Severity.INFO,
    subject=Subject.LIMITS,
    why="Lambda tries a record that fails again until it expires, which may be a year; what comes after it waits.",
    checks={"aws": Check(look, needs=("triggers",), applies=applies)},
    fix={
        "aws": Fix(
            console="Lambda, the function, Configuration, Triggers, the stream, Edit: retry attempts, maximum age of "
            "record, and a destination on failure.",
            cli="aws lambda update-event-source-mapping --uuid ID --maximum-retry-attempts 5 "
            "--maximum-record-age-in-seconds 3600",
            terraform="aws_lambda_event_source_mapping: maximum_retry_attempts, maximum_record_age_in_seconds.",
        )
    },
    fails=(_reading(retries=-1, max_age_s=-1),),
    passes=(_reading(retries=5),),
    catalogue=("LIM-07",),
    references=("https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-parameters.html",),
)
