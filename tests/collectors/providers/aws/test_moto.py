"""Reading a moto server over HTTP: an endpoint that knows only a part of AWS."""

from __future__ import annotations

import io
import json
import logging
import urllib.request
import zipfile
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from collectors.provider import Memory, Unsupported
from collectors.providers.aws import PROVIDER
from collectors.providers.aws.fetch.functions import functions as listed_functions
from tests.collectors.providers.aws.reading import Read, read
from tests.collectors.providers.aws.scripted import ACCOUNT, AT, REGION, session

TRUST = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
READS = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}


def document(*statements: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    assert server._server is not None
    url = f"http://127.0.0.1:{server._server.socket.getsockname()[1]}"
    # moto keeps one cloud a process, also after a server stopped: what other tests made in it goes first.
    urllib.request.urlopen(urllib.request.Request(f"{url}/moto-api/reset", method="POST"), timeout=10).close()
    fill(url)
    yield url
    server.stop()


def fill(url: str) -> None:
    """One role, and two functions: checkout with all that moto knows, and plain."""

    def client(service: str) -> Any:
        return boto3.client(
            service, endpoint_url=url, region_name=REGION, aws_access_key_id="x", aws_secret_access_key="y"
        )

    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("app.py", "")
    iam, functions, ec2, queues = client("iam"), client("lambda"), client("ec2"), client("sqs")
    managed = iam.create_policy(PolicyName="base", PolicyDocument=document(READS))["Policy"]["Arn"]
    role = iam.create_role(RoleName="worker", Path="/app/", AssumeRolePolicyDocument=document(TRUST))["Role"]["Arn"]
    iam.attach_role_policy(RoleName="worker", PolicyArn=managed)
    iam.put_role_policy(RoleName="worker", PolicyName="more", PolicyDocument=document(READS))
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    group = ec2.create_security_group(GroupName="open", Description="-", VpcId=vpc)["GroupId"]
    common = {"Runtime": "python3.12", "Role": role, "Handler": "app.x", "Code": {"ZipFile": code.getvalue()}}
    functions.create_function(FunctionName="plain", **common)
    functions.create_function(
        FunctionName="checkout",
        Tags={"team": "shop"},
        Environment={"Variables": {"DB_PASSWORD": "hunter2-and-more"}},
        VpcConfig={"SubnetIds": [subnet], "SecurityGroupIds": [group]},
        Publish=True,
        **common,
    )
    functions.create_alias(FunctionName="checkout", Name="live", FunctionVersion="1")
    functions.create_function_url_config(FunctionName="checkout", AuthType="NONE")
    functions.add_permission(FunctionName="checkout", StatementId="all", Action="lambda:InvokeFunction", Principal="*")
    functions.put_function_concurrency(FunctionName="checkout", ReservedConcurrentExecutions=7)
    queue = queues.create_queue(QueueName="orders")["QueueUrl"]
    arn = queues.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    functions.create_event_source_mapping(EventSourceArn=arn, FunctionName="checkout", BatchSize=5)


@pytest.fixture(scope="module")
def found(moto: str) -> Read:
    return read(session(moto), ["global", REGION])


def test_both_functions_are_there_with_what_moto_knows_of_them(found: Read) -> None:
    functions = found.functions()
    assert functions.keys() == {"plain", "checkout"}
    checkout = functions["checkout"]
    assert checkout.sections["tags"] == {"team": "shop"}
    assert checkout.sections["concurrency"]["reserved"] == 7
    assert checkout.sections["versions"]["aliases"][0]["name"] == "live"
    assert [point["auth"] for point in checkout.sections["entry_points"]["entry_points"]] == ["NONE"]
    assert [trigger["kind"] for trigger in checkout.sections["triggers"]["triggers"]] == ["sqs"]
    assert [(binding.principal, binding.qualifier) for binding in checkout.bindings or ()] == [("*", "")]
    assert checkout.sections["network"]["security_groups"][0]["egress"][0]["to"] == "0.0.0.0/0"
    assert functions["plain"].sections["network"]["attached"] is False


def test_what_moto_does_not_know_is_unread_and_never_none(found: Read) -> None:
    unread = found.functions()["checkout"].unread
    assert {why.error_class for why in unread.values()} == {"unsupported"}
    assert {"runtime_management", "recursion", "signing"} <= unread.keys()
    assert isinstance(found.faults[REGION, "web functions"], Unsupported)


def test_what_moto_does_not_know_is_asked_once(found: Read) -> None:
    for call in ("lambda:ListFunctionUrlConfigs", "lambda:GetRuntimeManagementConfig", "lambda:GetAccountSettings"):
        assert found.calls[REGION][call] == 1


def test_the_role_has_its_policies(found: Read) -> None:
    [role] = found.seen["roles"]
    assert role.native_id == f"arn:aws:iam::{ACCOUNT}:role/app/worker"
    assert {grant.source_name for grant in role.grants or ()} == {"base", "more"}
    assert [policy.name for policy in found.seen["policies"]] == ["base"]


def test_secret_values_are_gone(found: Read) -> None:
    assert "hunter2-and-more" not in str(found)


def test_without_the_sweep_of_iam_roles_are_read_one_by_one(moto: str, found: Read) -> None:
    opened = session(moto)
    opened.known_calls._known["iam:GetAccountAuthorizationDetails", moto] = False
    again = read(opened, ["global"])
    [role] = again.seen["roles"]
    assert {grant.statement.sha for grant in role.grants or ()} == {
        g.statement.sha for g in found.seen["roles"][0].grants or ()
    }
    assert [policy.name for policy in again.seen["policies"]] == ["base"]
    assert isinstance(again.faults["global", "policies"], Unsupported)


def test_moto_answers_the_metrics_with_nothing(moto: str) -> None:
    opened = session(moto)
    opened.begin(REGION, 60)
    list(listed_functions(opened, REGION, Memory(AT)))
    told = PROVIDER.use(opened, REGION, AT)
    assert told is not None
    assert {fact.native_id.rsplit(":", 1)[-1]: fact.invoked_on for fact in told} == {"checkout": None, "plain": None}
