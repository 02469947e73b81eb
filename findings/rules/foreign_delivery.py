"""Events come from another account, or results go to one."""

from __future__ import annotations

from collections.abc import Iterator

from findings.example import function
from findings.rule import Check, Evidence, Fix, Rule, Subject, Unsure
from findings.rules._accounts import account_of, is_foreign, is_ours, standing
from findings.seen import Seen
from findings.severity import Severity


def look(seen: Seen) -> Iterator[Evidence | Unsure]:
    for what, resource in dict.fromkeys([*_sources(seen), *_targets(seen)]):
        account = account_of(resource)
        if not is_foreign(seen, account):
            continue
        severity, because = _severity(seen, what, account)
        yield Evidence(
            f"{what} {resource}, in the account {account} ({standing(seen, account)})", about=f"{what} {resource}",
            severity=severity, because=because,
        )  # fmt: skip
    if seen.provider == "aws" and not _is_web(seen) and ("delivery" in seen.unread or "delivery" not in seen.document):
        yield Unsure("where failed events and results go could not be read")


def _is_web(seen: Seen) -> bool:
    """Whether it is a web function: those answer calls and hand no events on."""
    return bool(seen.section("config").get("kind") == "Web Function")


def _severity(seen: Seen, what: str, account: str) -> tuple[Severity | None, str]:
    if is_ours(seen, account):
        return Severity.INFO, f"the account is {standing(seen, account)}"
    if seen.is_sensitive and not what.startswith("Events"):
        return Severity.HIGH, "it works on sensitive data"
    return None, ""


def _sources(seen: Seen) -> Iterator[tuple[str, str]]:
    for trigger in seen.section("triggers").get("triggers") or ():
        yield "Events come from", str(trigger.get("source", ""))


def _targets(seen: Seen) -> Iterator[tuple[str, str]]:
    delivery = seen.section("delivery")
    if delivery.get("dead_letter"):
        yield "Failed events go to", str(delivery["dead_letter"])
    for one in delivery.get("async") or ():
        yield "Failed events go to", str(one.get("on_failure", ""))
        yield "Results go to", str(one.get("on_success", ""))


def _fed_from(cloud: str, source: str) -> Seen:
    return function(cloud, triggers={"triggers": [{"kind": "stream", "source": source}]}, delivery={"dead_letter": ""})


RULE = Rule(
    id="foreign_delivery",
    title="Events come from or results go to another account",
    severity=Severity.MEDIUM,
    subject=Subject.TRUST,
    why="Who owns the source decides what the function works on; who owns the target gets to read what it hands over.",
    checks={
        "aws": Check(look, needs=("triggers",)),
        "gcp": Check(look, needs=("triggers",)),
    },
    fix={
        "aws": Fix(
            console="Lambda, the function, Configuration, Triggers and Destinations: replace what belongs to the "
            "other account; or register that account as trusted here.",
            cli="aws lambda delete-event-source-mapping --uuid UUID; aws lambda delete-function-event-invoke-config "
            "--function-name NAME",
            terraform="aws_lambda_event_source_mapping and aws_lambda_function_event_invoke_config: ARNs of your own.",
        ),
        "gcp": Fix(
            console="Cloud Run functions, the function, Edit, Trigger: a topic of your own project; or register the "
            "other project as trusted here.",
            cli="gcloud functions deploy NAME --region REGION --trigger-topic=TOPIC",
            terraform="google_cloudfunctions2_function: event_trigger { pubsub_topic }.",
        ),
    },
    fails=(
        _fed_from("aws", "arn:aws:kinesis:eu-west-1:999999999999:stream/clicks"),
        _fed_from("gcp", "projects/strangers/topics/feed"),
    ),
    passes=(
        _fed_from("aws", "arn:aws:kinesis:eu-west-1:123456789012:stream/clicks"),
        _fed_from("gcp", "projects/acme-data/topics/feed"),
    ),
    catalogue=("TRU-05",),
)
