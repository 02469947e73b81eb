"""The estate's life: what changes from day to day, and the trail it leaves."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from collectors.sandbox import RunningSandbox
from collectors.sandbox.estate.aws.accounts import (
    DENIED,
    FRANKFURT,
    IRELAND,
    OPTED_OUT,
    PAYMENTS,
    SHOP,
    SYDNEY,
    VIRGINIA,
)
from tests.collectors.sandbox.conftest import Connect
from tests.collectors.sandbox.test_functions import code_of, every, names


def events_of(client: Any, name: str) -> list[str]:
    wanted = [{"AttributeKey": "ResourceName", "AttributeValue": name}]
    return [one["EventName"] for one in every(client, "lookup_events", "Events", LookupAttributes=wanted)]


def test_day_one_brings_a_deployment_and_changed_variables(own_sandbox: RunningSandbox, own_aws: Connect) -> None:
    client = own_aws("lambda")
    before = client.get_function_configuration(FunctionName="checkout-api")
    own_sandbox.day = 1
    after = client.get_function_configuration(FunctionName="checkout-api")
    assert before["CodeSha256"] != after["CodeSha256"] and before["RevisionId"] != after["RevisionId"]
    assert client.list_aliases(FunctionName="checkout-api")["Aliases"][0]["FunctionVersion"] == "4"
    mail = client.get_function_configuration(FunctionName="mailer")["Environment"]["Variables"]
    assert mail["SMTP_HOST"] == "relay.larkfield.example" and mail["SMTP_PASSWORD"]
    assert events_of(own_aws("cloudtrail"), "checkout-api")[:3] == [
        "UpdateAlias20150331",
        "PublishVersion20150331",
        "UpdateFunctionCode20150331v2",
    ]


def test_day_two_brings_a_function_and_a_tag(own_sandbox: RunningSandbox, own_aws: Connect) -> None:
    assert "gift-cards" not in names(own_aws("lambda").list_functions())
    own_sandbox.day = 2
    assert "gift-cards" in names(own_aws("lambda").list_functions())
    assert events_of(own_aws("cloudtrail"), "gift-cards") == ["CreateFunction20150331"]
    arn = f"arn:aws:lambda:{IRELAND}:{SHOP}:function:thumbnails"
    assert own_aws("lambda", SHOP, IRELAND).list_tags(Resource=arn)["Tags"]["data"] == "public"


def test_day_three_brings_an_admin_and_a_runtime(own_sandbox: RunningSandbox, own_aws: Connect) -> None:
    own_sandbox.day = 2
    assert len(own_aws("iam").list_attached_role_policies(RoleName="janitor-role")["AttachedPolicies"]) == 1
    own_sandbox.day = 3
    attached = own_aws("iam").list_attached_role_policies(RoleName="janitor-role")["AttachedPolicies"]
    assert "AdministratorAccess" in {policy["PolicyName"] for policy in attached}
    assert events_of(own_aws("cloudtrail", SHOP, VIRGINIA), "janitor-role") == ["AttachRolePolicy"]
    reports = own_aws("lambda", SHOP, IRELAND).get_function_configuration(FunctionName="report-mailer")
    assert reports["Runtime"] == "nodejs22.x"


def test_day_four_opens_a_function_to_everyone(own_sandbox: RunningSandbox, own_aws: Connect) -> None:
    client = own_aws("lambda", SHOP, IRELAND)
    assert client.list_function_url_configs(FunctionName="thumbnails")["FunctionUrlConfigs"] == []
    closed = client.get_policy(FunctionName="thumbnails")
    own_sandbox.day = 4
    (url,) = client.list_function_url_configs(FunctionName="thumbnails")["FunctionUrlConfigs"]
    assert url["AuthType"] == "NONE"
    opened = client.get_policy(FunctionName="thumbnails")
    assert opened["RevisionId"] != closed["RevisionId"]
    assert [one["Principal"] for one in json.loads(opened["Policy"])["Statement"]][1:] == ["*", "*"]
    assert events_of(own_aws("cloudtrail", SHOP, IRELAND), "thumbnails")[:3] == [
        "AddPermission20150331v2",
        "AddPermission20150331v2",
        "CreateFunctionUrlConfig",
    ]


def test_day_five_takes_a_function_away(own_sandbox: RunningSandbox, own_aws: Connect) -> None:
    client = own_aws("lambda", SHOP, VIRGINIA)
    assert "old-import" in names(client.list_functions())
    own_sandbox.day = 5
    assert "old-import" not in names(client.list_functions())
    assert events_of(own_aws("cloudtrail", SHOP, VIRGINIA), "old-import") == ["DeleteFunction20150331"]
    reserved = own_aws("lambda", PAYMENTS).get_function_concurrency(FunctionName="price-lookup")
    assert reserved["ReservedConcurrentExecutions"] == 40


def test_day_six_closes_an_alias(own_sandbox: RunningSandbox, own_aws: Connect) -> None:
    own_sandbox.day = 6
    with pytest.raises(ClientError) as error:
        own_aws("lambda", PAYMENTS).get_policy(FunctionName="fx-rates", Qualifier="live")
    assert code_of(error) == "ResourceNotFoundException"


def test_lists_come_in_another_order_and_say_the_same(own_sandbox: RunningSandbox, own_aws: Connect) -> None:
    client = own_aws("lambda", PAYMENTS, VIRGINIA)
    first = client.list_functions()["Functions"]
    own_sandbox.day = 1
    second = client.list_functions()["Functions"]
    by_name = {one["FunctionName"]: one for one in second}
    assert [one["FunctionName"] for one in first] == [one["FunctionName"] for one in second][::-1]
    old, new = first[-1], by_name[first[-1]["FunctionName"]]
    for place in (old, new):
        place.get("VpcConfig", {}).get("SubnetIds", []).sort()
        place.get("VpcConfig", {}).get("SecurityGroupIds", []).sort()
    assert old == new
    moved = own_aws("lambda", PAYMENTS, VIRGINIA).get_function_configuration(FunctionName="foreign-key-user")
    own_sandbox.day = 0
    still = own_aws("lambda", PAYMENTS, VIRGINIA).get_function_configuration(FunctionName="foreign-key-user")
    assert moved["VpcConfig"]["SubnetIds"] == still["VpcConfig"]["SubnetIds"][::-1]
    assert moved["RevisionId"] == still["RevisionId"]


@pytest.mark.parametrize("day", [0, 3, 6])
def test_one_account_stays_closed_in_one_region(own_sandbox: RunningSandbox, own_aws: Connect, day: int) -> None:
    own_sandbox.day = day
    assert {(PAYMENTS, SYDNEY)} == DENIED
    expected = {
        "lambda": ("list_functions", "AccessDeniedException"),
        "ec2": ("describe_vpcs", "UnauthorizedOperation"),
        "logs": ("describe_log_groups", "AccessDeniedException"),
        "sns": ("list_subscriptions", "AccessDenied"),
    }
    for service, (operation, code) in expected.items():
        with pytest.raises(ClientError) as error:
            getattr(own_aws(service, PAYMENTS, SYDNEY), operation)()
        assert code_of(error) == code
    assert own_aws("iam", PAYMENTS, SYDNEY).list_account_aliases()["AccountAliases"]


def test_a_region_that_is_not_opted_in_knows_nobody(own_aws: Connect) -> None:
    expected = {
        "lambda": ("list_functions", "UnrecognizedClientException"),
        "ec2": ("describe_vpcs", "AuthFailure"),
        "sns": ("list_subscriptions", "InvalidClientTokenId"),
    }
    for service, (operation, code) in expected.items():
        with pytest.raises(ClientError) as error:
            getattr(own_aws(service, SHOP, OPTED_OUT), operation)()
        assert code_of(error) == code


def test_every_day_leaves_a_trail(own_sandbox: RunningSandbox, own_aws: Connect) -> None:
    seen = -1
    for day in range(1, 7):
        own_sandbox.day = day
        now = len(every(own_aws("cloudtrail", SHOP, FRANKFURT), "lookup_events", "Events"))
        assert now >= seen
        seen = now
    assert seen > len(every(own_aws("cloudtrail", PAYMENTS, VIRGINIA), "lookup_events", "Events"))
