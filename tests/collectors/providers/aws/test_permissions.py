"""The published policy: small enough, reading only, and holding whatever is asked."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from botocore.session import Session

from collectors.providers.aws import PROVIDER
from collectors.providers.aws.permissions import FREE, HUB_ACTION, PERMISSIONS, REPORTS, iam_action, policy

FOLDER = Path(__file__).resolve().parents[4] / "collectors" / "providers" / "aws"
SERVICES = (
    "lambda",
    "lambda-web",
    "lambda-core",
    "iam",
    "ec2",
    "logs",
    "kms",
    "elbv2",
    "apigateway",
    "apigatewayv2",
    "cloudfront",
    "cloudtrail",
    "cloudwatch",
    "config",
    "organizations",
    "resourcegroupstaggingapi",
    "s3",
    "s3control",
    "secretsmanager",
    "sns",
    "sqs",
    "sts",
)
READS = re.compile(r":(Get|List|Describe|Lookup)\w+$|^apigateway:GET$")
ACTIONS = {permission.action for permission in PERMISSIONS}


def asked_in_code() -> set[str]:
    """Every (service, operation) that stands in the fetching modules, as IAM actions."""
    calls = re.compile(rf'"({"|".join(SERVICES)})",\s*"([A-Z]\w+)"')
    return {iam_action(*found) for path in FOLDER.rglob("*.py") for found in calls.findall(path.read_text())}


def test_every_call_is_in_the_policy_and_every_action_of_the_policy_is_used() -> None:
    filtered = {
        "ec2:DescribeSubnets",
        "ec2:DescribeSecurityGroups",
        "ec2:DescribeRouteTables",
        "ec2:DescribeNetworkAcls",
        "ec2:DescribeVpcEndpoints",
    }
    asked = asked_in_code() | filtered
    assert asked - FREE - {HUB_ACTION} <= ACTIONS
    assert asked >= ACTIONS
    assert len(asked) > 50


def test_every_action_only_reads() -> None:
    assert {action for action in ACTIONS if not READS.search(action)} == REPORTS


def test_every_call_exists_under_its_name() -> None:
    session = Session()
    known = {
        iam_action(name, operation)
        for name in SERVICES
        for operation in session.get_service_model(name).operation_names
    }
    assert known >= ACTIONS


def test_the_policy_fits_one_managed_policy_and_forbids_secrets_and_code() -> None:
    text = json.dumps(policy(), separators=(",", ":"))
    assert len(text) <= 6144
    allow, gateways, deny = policy()["Statement"]
    assert {"kms:Decrypt", "lambda:GetFunction", "lambda:InvokeFunction", "secretsmanager:GetSecretValue"} <= set(
        deny["Action"]
    )
    assert not set(deny["Action"]) & {*allow["Action"], *gateways["Action"]}


def test_the_document_speaks_of_the_partition_of_the_role() -> None:
    assert "arn:aws-cn:apigateway" in PROVIDER.permissions_document({"role_arn": "arn:aws-cn:iam::1:role/r"})


def test_the_documentation_shows_exactly_this_policy() -> None:
    page = FOLDER.parents[2] / "docs" / "permissions" / "aws.md"
    shown = re.search(r"```json\n(.*?)```", page.read_text(), re.DOTALL)
    assert shown
    assert json.loads(shown[1]) == policy()


@pytest.mark.parametrize("permission", PERMISSIONS, ids=lambda permission: permission.action)
def test_the_documentation_says_what_each_action_is_for(permission: object) -> None:
    page = (FOLDER.parents[2] / "docs" / "permissions" / "aws.md").read_text()
    assert f"`{permission.action}`" in page  # type: ignore[attr-defined]
