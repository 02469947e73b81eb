"""Calls about roles and policies, answered as the cloud answers them."""

import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from collectors.sandbox.estate.aws.accounts import (
    CLOSED,
    DEV,
    EXTERNAL_ID,
    FRANKFURT,
    LAB,
    MANAGEMENT,
    PAYMENTS,
    PROD_UNIT,
    READER_ROLE,
    ROOT,
    SANDBOX_UNIT,
    SHOP,
)
from tests.collectors.sandbox.conftest import Connect
from tests.collectors.sandbox.test_functions import code_of, every


def role_arn(account: str, name: str = READER_ROLE) -> str:
    return f"arn:aws:iam::{account}:role/{name}"


def test_account_details_come_in_pages_of_a_hundred(big_aws: Connect) -> None:
    iam = big_aws("iam")
    first = iam.get_account_authorization_details()
    entries = sum(len(first[key]) for key in ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies"))
    assert (entries, first["IsTruncated"]) == (100, True)
    every_role = every(iam, "get_account_authorization_details", "RoleDetailList", Filter=["Role"])
    assert len({role["Arn"] for role in every_role}) == len(every_role) > 40
    assert not iam.get_account_authorization_details(MaxItems=1000)["IsTruncated"]


def test_a_filter_gives_only_what_it_names(aws: Connect) -> None:
    answer = aws("iam", DEV).get_account_authorization_details(Filter=["User", "Group"], MaxItems=1000)
    assert [user["UserName"] for user in answer["UserDetailList"]] == ["workstation-7"]
    assert [group["GroupName"] for group in answer["GroupDetailList"]] == ["platform-engineers"]
    assert answer["RoleDetailList"] == answer["Policies"] == []


def test_only_attached_policies_of_aws_are_told(aws: Connect) -> None:
    answer = aws("iam", DEV).get_account_authorization_details(Filter=["AWSManagedPolicy"], MaxItems=1000)
    names = {policy["PolicyName"] for policy in answer["Policies"]}
    assert "AdministratorAccess" in names and "AmazonSQSFullAccess" not in names


def test_a_policy_tells_all_versions_and_which_is_in_force(aws: Connect) -> None:
    answer = aws("iam", DEV).get_account_authorization_details(Filter=["LocalManagedPolicy"], MaxItems=1000)
    policy = next(one for one in answer["Policies"] if one["PolicyName"] == "release-tools")
    assert [(one["VersionId"], one["IsDefaultVersion"]) for one in policy["PolicyVersionList"]] == [
        ("v2", True),
        ("v1", False),
    ]
    assert policy["PolicyVersionList"][1]["Document"]["Statement"][0]["Action"] == "*"
    assert policy["AttachmentCount"] == 1


def test_a_role_shows_trust_boundary_and_use(aws: Connect) -> None:
    role = aws("iam").get_role(RoleName="fenced-ops-role")["Role"]
    assert role["PermissionsBoundary"]["PermissionsBoundaryArn"].endswith(":policy/storage-fence")
    assert role["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] == {"Service": "lambda.amazonaws.com"}
    assert "LastUsedDate" in role["RoleLastUsed"]
    assert aws("iam").get_role(RoleName="idle-role")["Role"]["RoleLastUsed"] == {}


def test_a_role_can_be_read_piece_by_piece(aws: Connect) -> None:
    iam = aws("iam")
    attached = iam.list_attached_role_policies(RoleName="janitor-role")["AttachedPolicies"]
    assert [one["PolicyName"] for one in attached] == ["AWSLambdaBasicExecutionRole"]
    policy = iam.get_policy(PolicyArn=attached[0]["PolicyArn"])["Policy"]
    version = iam.get_policy_version(PolicyArn=policy["Arn"], VersionId=policy["DefaultVersionId"])["PolicyVersion"]
    assert "logs:PutLogEvents" in version["Document"]["Statement"][0]["Action"]
    (name,) = iam.list_role_policies(RoleName="janitor-role")["PolicyNames"]
    document = iam.get_role_policy(RoleName="janitor-role", PolicyName=name)["PolicyDocument"]
    assert "ec2:DeleteSnapshot" in document["Statement"][0]["Action"]


def test_a_missing_role_or_policy_is_no_such_entity(aws: Connect) -> None:
    iam = aws("iam", DEV)
    asked: dict[str, dict[str, str]] = {
        "get_role": {"RoleName": "role-that-was-deleted"},
        "get_policy": {"PolicyArn": f"arn:aws:iam::{SHOP}:policy/storage-fence"},
        "get_role_policy": {"RoleName": "edge-role", "PolicyName": "none"},
    }
    for operation, request in asked.items():
        with pytest.raises(ClientError) as error:
            getattr(iam, operation)(**request)
        assert code_of(error) == "NoSuchEntity"


def test_the_account_has_an_alias(aws: Connect) -> None:
    assert aws("iam").list_account_aliases()["AccountAliases"] == ["larkfield-shop-prod"]


def test_last_accessed_services_are_told_by_a_job(aws: Connect) -> None:
    iam = aws("iam")
    job = iam.generate_service_last_accessed_details(Arn=role_arn(SHOP, "checkout-role"), Granularity="ACTION_LEVEL")
    answer = iam.get_service_last_accessed_details(JobId=job["JobId"])
    assert answer["JobStatus"] == "COMPLETED"
    services = {one["ServiceNamespace"]: one for one in answer["ServicesLastAccessed"]}
    assert set(services) == {"dynamodb", "logs", "secretsmanager"}
    assert services["dynamodb"]["TrackedActionsLastAccessed"][0]["ActionName"] == "GetItem"
    assert "LastAuthenticated" not in services["logs"]


def test_the_key_says_the_account(aws: Connect) -> None:
    assert aws("sts", DEV).get_caller_identity()["Account"] == DEV
    assert aws("sts", "FANLIGHT" + LAB).get_caller_identity()["Account"] == LAB


def test_any_other_key_is_one_of_the_management_account(sandbox: Any) -> None:
    sts = boto3.client(
        "sts",
        region_name=FRANKFURT,
        endpoint_url=sandbox.url,
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
    )
    assert sts.get_caller_identity()["Account"] == MANAGEMENT


def test_the_reader_role_lets_in_with_the_agreed_external_id(aws: Connect) -> None:
    sts = aws("sts", MANAGEMENT)
    session = sts.assume_role(RoleArn=role_arn(PAYMENTS), RoleSessionName="fanlight", ExternalId=EXTERNAL_ID)
    keys = session["Credentials"]
    inside = aws("sts", keys["AccessKeyId"], FRANKFURT, keys["SessionToken"])
    assert inside.get_caller_identity()["Account"] == PAYMENTS
    assert session["AssumedRoleUser"]["Arn"].endswith(f"assumed-role/{READER_ROLE}/fanlight")


@pytest.mark.parametrize(
    ("caller", "arn", "external_id"),
    [
        (MANAGEMENT, role_arn(PAYMENTS), "wrong-id"),
        (MANAGEMENT, role_arn(CLOSED), EXTERNAL_ID),
        (MANAGEMENT, role_arn(PAYMENTS, "nobody"), EXTERNAL_ID),
        (DEV, role_arn(PAYMENTS), EXTERNAL_ID),
        (MANAGEMENT, role_arn(SHOP, "checkout-role"), EXTERNAL_ID),
    ],
    ids=["wrong external id", "closed account", "no such role", "wrong caller", "trusts only lambda"],
)
def test_assuming_a_role_is_denied(aws: Connect, caller: str, arn: str, external_id: str) -> None:
    with pytest.raises(ClientError) as error:
        aws("sts", caller).assume_role(RoleArn=arn, RoleSessionName="fanlight", ExternalId=external_id)
    assert code_of(error) == "AccessDenied"


def test_assuming_without_an_external_id_is_denied(aws: Connect) -> None:
    with pytest.raises(ClientError) as error:
        aws("sts", MANAGEMENT).assume_role(RoleArn=role_arn(PAYMENTS), RoleSessionName="fanlight")
    assert code_of(error) == "AccessDenied"


def test_a_session_key_without_its_token_is_nobody(aws: Connect) -> None:
    with pytest.raises(ClientError) as error:
        aws("lambda", "FANLIGHTSESSION" + PAYMENTS, FRANKFURT).list_functions()
    assert code_of(error) == "UnrecognizedClientException"


def test_the_key_of_a_closed_or_unknown_account_is_nobody(aws: Connect) -> None:
    for account in (CLOSED, "999999999999"):
        with pytest.raises(ClientError) as error:
            aws("sts", account).get_caller_identity()
        assert code_of(error) == "InvalidClientTokenId"


def test_the_organisation_is_a_tree(aws: Connect) -> None:
    org = aws("organizations", MANAGEMENT)
    assert org.describe_organization()["Organization"]["MasterAccountId"] == MANAGEMENT
    assert [root["Id"] for root in org.list_roots()["Roots"]] == [ROOT]
    units = every(org, "list_organizational_units_for_parent", "OrganizationalUnits", ParentId=ROOT)
    assert {unit["Name"] for unit in units} == {"prod", "dev", "sandbox"}
    inside = {a["Id"] for a in every(org, "list_accounts_for_parent", "Accounts", ParentId=PROD_UNIT)}
    assert inside == {SHOP, PAYMENTS}
    assert org.list_parents(ChildId=SHOP)["Parents"] == [{"Id": PROD_UNIT, "Type": "ORGANIZATIONAL_UNIT"}]
    assert org.list_parents(ChildId=PROD_UNIT)["Parents"] == [{"Id": ROOT, "Type": "ROOT"}]


def test_accounts_are_listed_with_their_state_and_in_pages(aws: Connect) -> None:
    org = aws("organizations", MANAGEMENT)
    accounts = every(org, "list_accounts", "Accounts", PaginationConfig={"PageSize": 2})
    states = {account["Id"]: account["State"] for account in accounts}
    assert len(states) == 6 and states[CLOSED] == "SUSPENDED" and states[SHOP] == "ACTIVE"


def test_policies_over_accounts_hang_on_roots_units_and_accounts(aws: Connect) -> None:
    org = aws("organizations", MANAGEMENT)
    kind = "SERVICE_CONTROL_POLICY"
    names = {one["Name"] for one in every(org, "list_policies", "Policies", Filter=kind)}
    assert {"FullAWSAccess", "guardrails", "lab-fence", "dev-regions"} <= names
    direct = org.list_policies_for_target(TargetId=SANDBOX_UNIT, Filter=kind)["Policies"]
    assert {one["Name"] for one in direct} == {"FullAWSAccess", "lab-fence"}
    fence = next(one["Id"] for one in direct if one["Name"] == "lab-fence")
    assert [one["TargetId"] for one in org.list_targets_for_policy(PolicyId=fence)["Targets"]] == [SANDBOX_UNIT]
    content = json.loads(org.describe_policy(PolicyId=fence)["Policy"]["Content"])
    assert "iam:*" in content["Statement"][0]["Action"]
    resource = org.list_policies(Filter="RESOURCE_CONTROL_POLICY")["Policies"]
    assert {one["Name"] for one in resource} == {"RCPFullAWSAccess", "data-perimeter"}


def test_members_may_not_read_the_organisation(aws: Connect) -> None:
    assert aws("organizations", SHOP).describe_organization()["Organization"]["Id"]
    with pytest.raises(ClientError) as error:
        aws("organizations", SHOP).list_accounts()
    assert code_of(error) == "AccessDeniedException"
