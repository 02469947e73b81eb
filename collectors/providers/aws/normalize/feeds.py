"""The queues, topics and buckets that feed a function, each with its policy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from collectors.providers.aws.normalize import policies
from collectors.providers.aws.normalize.shapes import boolean, mapping, refused, said

Json = Any


def feeds(told: Mapping[str, Json], triggers: Iterable[Mapping[str, Json]]) -> Json:
    """What is known of each source that starts the function; one that may not be read is left to what says so.

    `triggers` are those of the function: an ARN that stands elsewhere in a policy feeds nothing.
    """
    sources = {str(trigger.get("source")) for trigger in triggers}
    known = ((arn, answer) for arn, answer in sorted(told.items()) if arn in sources and not refused(answer))
    return {"sources": [_feed(arn, answer) for arn, answer in known]}


def _feed(arn: str, answer: Json) -> Json:
    found = mapping(answer, "What is told of a source")
    policy = found.get("Policy")
    return {
        "id": arn,
        "kind": arn.split(":")[2],
        **said(
            policy=policies.document(policy, f"The policy of {arn}") if policy else None,
            block=_restricts(found, "Block"),
            account_block=_restricts(found, "AccountBlock"),
        ),
    }


def _restricts(found: Mapping[str, Json], key: str) -> str:
    """Whether Block Public Access closes what a policy opens to everybody: on, off, unknown, "" where there is none."""
    if key not in found:
        return ""
    block = found[key]
    if refused(block):
        return "unknown"
    return "on" if boolean(mapping(block, "Block Public Access"), "RestrictPublicBuckets") else "off"
