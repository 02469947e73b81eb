"""Secrets (Secrets Manager, API 2017-10-17): what they are, never what is in them."""

from typing import Any

from collectors.sandbox.aws.asked import Asked, AwsService
from collectors.sandbox.aws.protocol import Refused
from collectors.sandbox.estate.aws.assets import SECRETS

Wire = dict[str, Any]


def describe_secret(asked: Asked) -> Wire:
    for secret in SECRETS:
        if (secret.account, secret.region, secret.arn) == (asked.account, asked.region, asked.text("SecretId")):
            turns = {"RotationRules": {"AutomaticallyAfterDays": secret.every_days}} if secret.every_days else {}
            rotated = {"RotationEnabled": True, "LastRotatedDate": asked.state.time(-200.0)} if turns else {}
            return {"ARN": secret.arn, "Name": secret.name, **rotated, **turns}
    raise Refused("Secrets Manager can't find the specified secret.", code="ResourceNotFoundException", status=400)


SECRETSMANAGER = AwsService(
    name="secretsmanager", scope="secretsmanager", protocol="json", operations={"DescribeSecret": describe_secret}
)
