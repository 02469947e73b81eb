"""Policies of the queues, topics and buckets that feed functions; those not named here have the usual one or none."""

from typing import Any

from collectors.sandbox.estate.aws.accounts import FRANKFURT, ORGANISATION, SHOP
from collectors.sandbox.estate.aws.statements import Document, document

QUEUE_POLICIES: dict[str, Document] = {}
TOPIC_POLICIES: dict[str, Document] = {}
BUCKET_POLICIES: dict[str, Document] = {}
#: Buckets whose owner switched Block Public Access off; every other one has it, as new buckets do since April 2023.
UNBLOCKED = frozenset({"larkfield-drop"})


def _open(arn: str, action: str, **condition: Any) -> Document:
    statement = {"Sid": "feed", "Effect": "Allow", "Principal": "*", "Action": action, "Resource": arn}
    return document({**statement, "Condition": condition} if condition else statement)


def _queue(name: str) -> str:
    return f"arn:aws:sqs:{FRANKFURT}:{SHOP}:{name}"


def _topic(name: str) -> str:
    return f"arn:aws:sns:{FRANKFURT}:{SHOP}:{name}"


QUEUE_POLICIES[_queue("invoices")] = _open(_queue("invoices"), "sqs:SendMessage")
TOPIC_POLICIES[_topic("orders")] = _open(
    _topic("orders"), "sns:Publish", StringEquals={"aws:PrincipalOrgID": ORGANISATION}
)
BUCKET_POLICIES["larkfield-uploads"] = _open("arn:aws:s3:::larkfield-uploads/*", "s3:PutObject")


def usual_topic_policy(arn: str, account: str) -> Document:
    """What SNS gives a new topic: everybody of the owner's account."""
    statement = {
        "Sid": "__default_statement_ID",
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": ["SNS:GetTopicAttributes", "SNS:Subscribe", "SNS:Publish"],
        "Resource": arn,
        "Condition": {"StringEquals": {"AWS:SourceOwner": account}},
    }
    return document(statement, version="2008-10-17") | {"Id": "__default_policy_ID"}
