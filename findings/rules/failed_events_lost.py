"""Events that fail are lost."""

from __future__ import annotations

from collections.abc import Iterator

from findings.example import function
from findings.rule import Check, Evidence, Fix, Rule, Subject
from findings.seen import Seen
from findings.severity import Severity

#: Triggers that hand an event over and do not wait: after the retries it is gone.
_ASYNC = ("s3", "sns", "schedule or event", "schedule", "log subscription", "ses", "config", "iot", "codecommit")


def look(seen: Seen) -> Iterator[Evidence]:
    delivery = seen.section("delivery")
    if not delivery or delivery.get("dead_letter") or any(one.get("on_failure") for one in delivery.get("async") or ()):
        return
    sources = sorted({str(one.get("kind")) for one in _asynchronous(seen)})
    if sources:
        yield Evidence(f"Events from {', '.join(sources)} are dropped after two retries")


def _asynchronous(seen: Seen) -> list[dict[str, object]]:
    return [one for one in seen.section("triggers").get("triggers") or () if one.get("kind") in _ASYNC]


def applies(seen: Seen) -> str:
    if "triggers" not in seen.document or _asynchronous(seen):
        return ""
    return "nothing hands it events without waiting for the answer"


_FED = {"triggers": [{"kind": "s3", "source": "arn:aws:s3:::uploads"}]}
_QUEUE = "arn:aws:sqs:eu-west-1:123456789012:dead"

RULE = Rule(
    id="failed_events_lost",
    title="Events that fail are lost",
    severity=Severity.LOW,
    subject=Subject.LIMITS,
    why="After two retries Lambda drops the event: an order or an alarm disappears, and nobody can run it again.",
    checks={"aws": Check(look, needs=("delivery", "triggers"), applies=applies)},
    fix={
        "aws": Fix(
            console="Lambda, the function, Configuration, Destinations: add one on failure, such as a queue.",
            cli="aws lambda put-function-event-invoke-config --function-name NAME "
            '--destination-config \'{"OnFailure":{"Destination":"QUEUE"}}\'',
            terraform="aws_lambda_function_event_invoke_config: destination_config { on_failure }.",
        )
    },
    fails=(function("aws", triggers=_FED, delivery={"dead_letter": "", "async": []}),),
    passes=(function("aws", triggers=_FED, delivery={"dead_letter": _QUEUE, "async": []}),),
    catalogue=("LIM-04",),
    references=("https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html",),
)
