"""Policies of the queues, topics and buckets that feed a function: who may put in what it works on.

One call for each distinct source of the account in a reading, and for a bucket that has a policy one more. What belongs
to another account is not asked about: we have no business there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from collectors.providers.aws.reach import Reach, aside
from inventory.facts import Unread

Json = Any

#: A source as an ARN without wildcards, as it stands in a policy's text.
_IN_TEXT = re.compile(r'"(arn:aws[\w-]*:(?:sns:[\w-]+:\d{12}:[\w.-]+|s3:::[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]))"')
_QUEUE = re.compile(r"^arn:aws[\w-]*:sqs:[\w-]+:\d{12}:[\w.-]+$")
#: Refusals of a service that does not answer at all; it is then left alone for the rest of the reading.
_SILENT = frozenset({"unreachable", "throttled", "credentials", "tls"})


def of_function(reach: Reach, sources: Json, policies: Mapping[str, Json]) -> dict[str, Json]:
    """What is told of each queue, topic and bucket of this account that is named as a source; an Unread for what may
    not be read, None for what does not exist.

    `sources` are event source mappings, `policies` the answers to GetPolicy.
    """
    named = {str(one.get("EventSourceArn")) for one in _rows(sources)}
    found = {arn for arn in named if _QUEUE.match(arn)}
    for answer in policies.values():
        found.update(_IN_TEXT.findall(str(answer.get("Policy"))) if isinstance(answer, Mapping) else ())
    return {arn: _once(reach, arn) for arn in sorted(found) if arn.split(":")[4] in ("", reach.account)}


def _rows(listed: Json) -> list[Mapping[str, Json]]:
    return [one for one in listed if isinstance(one, Mapping)] if isinstance(listed, list) else []


def _once(reach: Reach, arn: str) -> Json:
    return reach.once(("feed", arn), lambda: _told(reach, arn))


def _told(reach: Reach, arn: str) -> Json:
    service = arn.split(":")[2]
    silent: dict[str, Unread] = reach.once("silent services", dict)
    if service in silent:
        return silent[service]
    answer = aside(_READ[service], reach, arn)
    if isinstance(answer, Unread) and answer.error_class in _SILENT:
        silent[service] = answer
    return answer


def _queue(reach: Reach, arn: str) -> Json:
    """{"Policy": text}, empty for a queue without one."""
    *_, account, name = arn.split(":")
    address = f"{reach.session.wire.endpoint('sqs', reach.region).url}/{account}/{name}"
    told = reach.find("sqs", "GetQueueAttributes", QueueUrl=address, AttributeNames=["Policy"])
    return told and _only_policy(told)


def _topic(reach: Reach, arn: str) -> Json:
    told = reach.find("sns", "GetTopicAttributes", "Attributes", TopicArn=arn)
    return told and _only_policy(told)


def _only_policy(told: Mapping[str, Json]) -> dict[str, Json]:
    """The policy of all attributes: the others say nothing of who may put something in."""
    policy = (told.get("Attributes") or {}).get("Policy")
    return {"Policy": policy} if policy else {}


def _bucket(reach: Reach, arn: str) -> Json:
    """{"Policy": text, "Block": settings of the bucket, "AccountBlock": those of the account}, None without a policy.

    The name alone does not tell whose bucket it is: S3 refuses to speak of one that is not the account's own.
    """
    name = arn.rpartition(":")[2]
    whose = {"Bucket": name, "ExpectedBucketOwner": reach.account}
    told = reach.find("s3", "GetBucketPolicy", "Policy", **whose)
    if told is None:
        return None
    json.loads(told["Policy"])
    return {
        "Policy": told["Policy"],
        "Block": aside(_block, reach, "s3", **whose),
        "AccountBlock": reach.once("account block", lambda: aside(_block, reach, "s3control", AccountId=reach.account)),
    }


def _block(reach: Reach, service: str, **whose: str) -> Json:
    """Block Public Access as it is set; None where it is not set at all."""
    key = "PublicAccessBlockConfiguration"
    told = (
        reach.find("s3control", "GetPublicAccessBlock", key, **whose)
        if service == "s3control"
        else reach.find("s3", "GetPublicAccessBlock", key, **whose)
    )
    return told and told[key]


_READ: dict[str, Callable[[Reach, str], Json]] = {"sqs": _queue, "sns": _topic, "s3": _bucket}
