"""What feeds functions: topics (SNS, API 2010-03-31), queues (SQS, API 2012-11-05), buckets (S3, API 2006-03-01)."""

import json
from typing import Any

from collectors.sandbox.aws.asked import Asked, AwsService, Route
from collectors.sandbox.aws.protocol import Refused
from collectors.sandbox.estate.aws.feeds import (
    BUCKET_POLICIES,
    QUEUE_POLICIES,
    TOPIC_POLICIES,
    UNBLOCKED,
    usual_topic_policy,
)

Wire = dict[str, Any]


def get_topic_attributes(asked: Asked) -> Wire:
    arn = asked.text("TopicArn")
    if arn.split(":")[3:5] != [asked.region, asked.account]:
        raise Refused("User is not authorized to perform: SNS:GetTopicAttributes", "denied")
    policy = TOPIC_POLICIES.get(arn) or usual_topic_policy(arn, asked.account)
    return {"Attributes": {"entry": {"key": "Policy", "value": json.dumps(policy)}}}


def get_queue_attributes(asked: Asked) -> Wire:
    """Of the account's own queues only the policy, and of most there is none."""
    *_, account, name = asked.text("QueueUrl").split("/")
    if account != asked.account:
        raise Refused("Access to the resource is denied.", code="AccessDenied", status=403)
    policy = QUEUE_POLICIES.get(f"arn:aws:sqs:{asked.region}:{account}:{name}")
    return {"Attributes": {"Policy": json.dumps(policy)}} if policy else {}


SQS = AwsService(name="sqs", scope="sqs", protocol="json", operations={"GetQueueAttributes": get_queue_attributes})


def get_bucket_policy(asked: Asked) -> Wire:
    policy = BUCKET_POLICIES.get(asked.text("Bucket"))
    if policy is None:
        raise Refused("The bucket policy does not exist", code="NoSuchBucketPolicy", status=404)
    return {"Payload": json.dumps(policy)}


def get_public_access_block(asked: Asked) -> Wire:
    return _block(asked.text("Bucket") not in UNBLOCKED)


def get_account_block(asked: Asked) -> Wire:
    raise Refused(
        "The public access block configuration was not found",
        code="NoSuchPublicAccessBlockConfiguration",
        status=404,
    )


def _block(on: bool) -> Wire:
    names = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
    return {"PublicAccessBlockConfiguration": dict.fromkeys(names, on)}


S3 = AwsService(
    name="s3",
    scope="s3",
    protocol="rest-xml",
    operations={"GetBucketPolicy": get_bucket_policy, "GetPublicAccessBlock": get_public_access_block},
    routes=(
        Route("GET", "/{Bucket}", "GetBucketPolicy", having="policy"),
        Route("GET", "/{Bucket}", "GetPublicAccessBlock", having="publicAccessBlock"),
    ),
)
S3CONTROL = AwsService(
    name="s3control",
    scope="s3",
    protocol="rest-xml",
    operations={"GetPublicAccessBlock": get_account_block},
    routes=(Route("GET", "/v20180820/configuration/publicAccessBlock", "GetPublicAccessBlock"),),
)
