"""Events are retried for days, and then lost."""

from __future__ import annotations

from collections.abc import Iterator

from findings.example import function
from findings.rule import Check, Evidence, Fix, Rule, Subject
from findings.seen import Seen
from findings.severity import Severity


def look(seen: Seen) -> Iterator[Evidence]:
    for one in seen.section("triggers").get("triggers") or ():
        detail = one.get("detail") or {}
        if detail.get("retry") is True and not detail.get("dead_letter"):
            yield Evidence(
                f"Events from {one.get('source') or one.get('kind')} are retried for up to seven days, with no place "
                "for those that never succeed",
                about=str(one.get("id") or one.get("source") or one.get("kind")),
            )  # fmt: skip


def _fed(**detail: object) -> Seen:
    return function("gcp", triggers={"triggers": [{"kind": "pubsub", "source": "orders", "detail": detail}]})


RULE = Rule(
    id="retried_without_end",
    title="Events that fail are retried for days",
    severity=Severity.MEDIUM,
    subject=Subject.LIMITS,
    why="An event that always fails calls the function again and again for days, at full cost, and is lost at last.",
    checks={"gcp": Check(look, needs=("triggers",))},
    fix={
        "gcp": Fix(
            console="Cloud Run functions, the function, Edit, Trigger: no retry on failure; or give the trigger's "
            "subscription a dead-letter topic.",
            cli="gcloud pubsub subscriptions update SUBSCRIPTION --dead-letter-topic=TOPIC --max-delivery-attempts=5",
            terraform='google_cloudfunctions2_function: event_trigger { retry_policy = "RETRY_POLICY_DO_NOT_RETRY" }.',
        )
    },
    fails=(_fed(retry=True),),
    passes=(_fed(retry=False),),
    catalogue=("LIM-09",),
    references=("https://docs.cloud.google.com/functions/docs/bestpractices/retries",),
)
