"""Role trust policies, admin power, and the principals of an account."""

from typing import Any

import pytest

from findings.access.aws import (
    NamedPolicy,
    Policies,
    ResourcePolicy,
    TrustFlaw,
    full_service_access,
    is_admin,
    loose_trusts,
    policies_by_principal,
    scp_levels,
    trusts,
    trusts_service,
    who_can,
)

HOME, AWAY = "111122223333", "444455556666"
GITHUB = f"arn:aws:iam::{HOME}:oidc-provider/token.actions.githubusercontent.com"


def trust(principal: Any, action: str = "sts:AssumeRole", **condition: Any) -> dict[str, Any]:
    return {"Statement": [{"Effect": "Allow", "Principal": principal, "Action": action, "Condition": condition}]}


def github(**keys: Any) -> dict[str, Any]:
    named = {f"token.actions.githubusercontent.com:{key}": value for key, value in keys.items()}
    return trust({"Federated": GITHUB}, "sts:AssumeRoleWithWebIdentity", StringLike=named)


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (trust({"AWS": "*"}), [TrustFlaw.ANYONE]),
        (trust({"AWS": "*"}, StringEquals={"aws:PrincipalOrgID": "o-ours000000"}), []),
        (trust({"AWS": AWAY}), [TrustFlaw.EXTERNAL_WITHOUT_EXTERNAL_ID]),
        (trust({"AWS": AWAY}, StringEquals={"sts:ExternalId": "7Qx"}), []),
        (trust({"AWS": AWAY}, StringLike={"sts:ExternalId": "*"}), [TrustFlaw.EXTERNAL_WITHOUT_EXTERNAL_ID]),
        (trust({"AWS": HOME}), []),
        (trust({"Service": "lambda.amazonaws.com"}), [TrustFlaw.SERVICE_UNSCOPED]),
        (trust({"Service": "lambda.amazonaws.com"}, StringEquals={"aws:SourceAccount": HOME}), []),
        (github(), [TrustFlaw.OIDC_WITHOUT_AUDIENCE, TrustFlaw.OIDC_WITHOUT_SUBJECT]),
        (github(aud="sts.amazonaws.com"), [TrustFlaw.OIDC_WITHOUT_SUBJECT]),
        (github(aud="sts.amazonaws.com", sub="repo:acme/shop:*"), []),
        (github(aud="sts.amazonaws.com", sub="repo:*"), [TrustFlaw.OIDC_SUBJECT_WILDCARD]),
        (github(aud="sts.amazonaws.com", sub=["repo:acme/shop:*", "*"]), [TrustFlaw.OIDC_SUBJECT_WILDCARD]),
        (
            trust({"Federated": "cognito-identity.amazonaws.com"}, "sts:AssumeRoleWithWebIdentity"),
            [TrustFlaw.WEB_IDENTITY_WITHOUT_AUDIENCE],
        ),
        (trust({"AWS": "*"}, "sts:TagSession"), []),
    ],
)
def test_what_is_loose(policy: dict[str, Any], expected: list[TrustFlaw]) -> None:
    assert [found.flaw for found in loose_trusts(policy, [HOME])] == expected


def test_whom_a_role_trusts() -> None:
    assert trusts_service(trust({"Service": "lambda.amazonaws.com"}), "lambda.amazonaws.com") is True
    assert trusts_service(trust({"Service": "lambda.amazonaws.com"}), "ec2.amazonaws.com") is False
    scoped = trust({"Service": "lambda.amazonaws.com"}, StringEquals={"aws:SourceAccount": HOME})
    assert trusts_service(scoped, "lambda.amazonaws.com") is None
    caller = f"arn:aws:iam::{HOME}:role/app"
    assert trusts(trust({"AWS": HOME}), caller).allowed is True
    assert trusts(trust({"AWS": AWAY}), caller).allowed is False
    assert trusts(trust({"AWS": caller}, StringEquals={"sts:ExternalId": "x"}), caller).allowed is None


def allow(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ([allow("*")], True),
        ([allow("*:*")], True),
        ([allow("iam:*")], True),
        ([allow(["iam:?*", "s3:*"])], True),
        ([{"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}], True),
        ([{"Effect": "Allow", "Action": "*", "NotResource": "arn:aws:s3:::x"}], True),
        ([allow("*", ["arn:aws:iam::*:role/*", "arn:aws:iam::*:user/*", "arn:aws:iam::*:policy/*"])], True),
        ([{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}], False),
        ([{"Effect": "Allow", "Action": "*", "NotResource": "arn:aws:iam::*:*"}], False),
        ([allow("*", "arn:aws:iam::*:role/app")], False),
        ([allow("*"), {"Effect": "Deny", "Action": "iam:*", "Resource": "*"}], False),
        ([allow("*", Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}})], False),
        ([allow("s3:*")], False),
        ([allow("iam:Get*")], False),
        ([], False),
    ],
)
def test_admin_is_told_from_effect(statements: list[dict[str, Any]], expected: bool) -> None:
    assert is_admin({"Version": "2012-10-17", "Statement": statements}) is expected


def test_a_boundary_or_an_organisation_policy_takes_admin_away() -> None:
    everything = (NamedPolicy("AdministratorAccess", [allow("*")]),)
    assert is_admin(everything)
    assert not is_admin(Policies(identity=everything, boundary=NamedPolicy("b", [allow("s3:*")])))
    assert not is_admin(Policies(identity=everything, scps=((NamedPolicy("s", [allow("s3:*")]),),)))


def test_full_service_access() -> None:
    assert full_service_access([allow("s3:*")], "s3")
    assert full_service_access([{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}], "s3")
    assert not full_service_access([allow("s3:Get*")], "s3")
    assert not full_service_access([allow("s3:*", "arn:aws:s3:::one/*")], "s3")
    assert not full_service_access([allow("s3:*"), {"Effect": "Deny", "Action": "s3:PutObject", "Resource": "*"}], "s3")


def details() -> dict[str, Any]:
    def managed(name: str, *statements: dict[str, Any]) -> dict[str, Any]:
        version = {"IsDefaultVersion": True, "Document": {"Statement": list(statements)}}
        old = {"IsDefaultVersion": False, "Document": {"Statement": [allow("*")]}}
        return {"Arn": f"arn:aws:iam::{HOME}:policy/{name}", "PolicyVersionList": [old, version]}

    queue = {"PolicyName": "inline", "PolicyDocument": {"Statement": [allow("sqs:*")]}}
    store = {"PolicyArn": f"arn:aws:iam::{HOME}:policy/store"}
    return {
        "Policies": [managed("store", allow("s3:*")), managed("edge", allow("sqs:*"))],
        "GroupDetailList": [{"GroupName": "devs", "GroupPolicyList": [queue], "AttachedManagedPolicies": [store]}],
        "UserDetailList": [{"Arn": f"arn:aws:iam::{HOME}:user/ana", "GroupList": ["devs"]}],
        "RoleDetailList": [
            {
                "Arn": f"arn:aws:iam::{HOME}:role/app",
                "AttachedManagedPolicies": [store],
                "PermissionsBoundary": {"PermissionsBoundaryArn": f"arn:aws:iam::{HOME}:policy/edge"},
                "AssumeRolePolicyDocument": trust({"AWS": f"arn:aws:iam::{HOME}:user/ana"}),
            },
            {
                "Arn": f"arn:aws:iam::{HOME}:role/dark",
                "AttachedManagedPolicies": [{"PolicyArn": "arn:aws:iam::aws:policy/X"}],
            },
        ],
    }


def who(action: str, resource: str, **more: Any) -> list[str]:
    return [access.principal.rsplit(":", 1)[1] for access in who_can([details()], action, resource, **more)]


def test_groups_and_managed_policies_count_in_their_default_version() -> None:
    policies = policies_by_principal(details())[f"arn:aws:iam::{HOME}:user/ana"]
    assert [policy.name for policy in policies.identity] == ["inline", f"arn:aws:iam::{HOME}:policy/store"]


def test_a_policy_that_is_not_in_the_details_is_unread() -> None:
    assert policies_by_principal(details())[f"arn:aws:iam::{HOME}:role/dark"].unread == {"identity"}


def test_who_can() -> None:
    bucket = "arn:aws:s3:::data/x"
    assert who("s3:GetObject", bucket) == ["role/dark", "user/ana"], "app is outside its boundary, dark is not known"
    refusing = ResourcePolicy("arn:aws:s3:::data", [{"Effect": "Deny", "Principal": "*", "Action": "*"}], HOME)
    assert who("s3:GetObject", bucket, resource_policies=[refusing]) == []
    assert who("sts:AssumeRole", f"arn:aws:iam::{HOME}:role/app") == ["user/ana"], (
        "named by the role's own trust policy"
    )


def test_organisation_policies_are_read_from_the_root_down() -> None:
    def node(identity: str, *children: dict[str, Any], account: str = AWAY) -> dict[str, Any]:
        arn = f"arn:aws:organizations::{account}:{identity}"
        policies = [{"Name": identity, "Content": {"Statement": [allow("*")]}}]
        return {"Id": identity, "Arn": arn, "Policies": policies, "Children": list(children)}

    tree = node("root", node("unit", node(HOME)), node(AWAY))
    levels = scp_levels(tree, HOME)
    assert levels is not None
    assert [[policy.name for policy in level] for level in levels] == [["root"], ["unit"], [HOME]]
    assert scp_levels(tree, AWAY) is None, "the management account is not bound"
    assert scp_levels(tree, "000000000000") is None
