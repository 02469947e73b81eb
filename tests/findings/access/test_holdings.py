"""What is held service by service, and what goes with each policy, over the three clouds."""

from __future__ import annotations

from typing import Any

import pytest

from findings.access.aws import NamedPolicy
from findings.access.aws.decide import Policies
from findings.access.aws.services import holdings as of_aws
from findings.access.azure.policies import read_policies as azure_policies
from findings.access.azure.privileges import Identity
from findings.access.azure.services import holdings as of_azure
from findings.access.azure.services import level_of as azure_level
from findings.access.gcp.policies import read_policies as google_policies
from findings.access.gcp.services import holdings as of_google
from findings.access.gcp.services import level_of as google_level
from findings.access.holdings import Holdings, Slice
from findings.access.wild import any_action, any_resource

ROLE = "arn:aws:iam::111122223333:role/app"
ROBOT = "robot@p1.iam.gserviceaccount.com"
SUBSCRIPTION = "/subscriptions/0000"


def aws(*policies: NamedPolicy, boundary: NamedPolicy | None = None) -> Holdings:
    return of_aws(Policies(tuple(policies), boundary=boundary), ROLE)


def policy(name: str, *actions: str, on: str = "*", effect: str = "Allow", **more: Any) -> NamedPolicy:
    statement = {"Effect": effect, "Action": list(actions), "Resource": on, **more}
    return NamedPolicy(name, {"Version": "2012-10-17", "Statement": [statement]})


def row(told: Holdings, service: str) -> Slice:
    return next(one for one in told.slices if one.service == service)


def test_actions_are_counted_once_by_their_weightiest_level() -> None:
    told = aws(policy("one", "s3:GetObject", "s3:PutObject"), policy("two", "s3:GetObject", "s3:PutBucketPolicy"))
    s3 = row(told, "s3")
    assert dict(s3.counts) == {"permissions": 1, "write": 1, "read": 1}
    assert s3.held == 3
    assert s3.level == "permissions"
    assert s3.whole > 100, "how many actions S3 has in all"
    assert s3.policies == ("one", "two")
    assert s3.title == "Amazon S3"


def test_what_a_deny_or_boundary_takes_away_is_not_held() -> None:
    denied = aws(policy("all", "s3:*", "sqs:SendMessage"), policy("no", "s3:*", effect="Deny"))
    assert [one.service for one in denied.slices] == ["sqs"]
    bounded = aws(policy("all", "*"), boundary=policy("edge", "sqs:*"))
    assert [one.service for one in bounded.slices] == ["sqs"]


def test_a_service_held_only_under_a_condition_says_so() -> None:
    condition = {"StringEquals": {"aws:PrincipalTag/team": "shop"}}
    told = aws(policy("if", "sqs:SendMessage", Condition=condition), policy("sure", "s3:GetObject"))
    assert row(told, "sqs").conditional
    assert not row(told, "s3").conditional


def test_widest_resources_come_first() -> None:
    told = aws(policy("narrow", "s3:GetObject", on="arn:aws:s3:::b/x"), policy("wide", "s3:GetObject", on="*"))
    assert row(told, "s3").resources[0] == "*"


def test_a_policy_takes_with_it_only_what_no_other_gives() -> None:
    told = aws(
        policy("reader", "s3:GetObject", "secretsmanager:GetSecretValue"),
        policy("more", "s3:GetObject", "lambda:UpdateFunctionCode"),
    )
    reader, more = told.losses
    assert (reader.count, reader.actions) == (1, ("secretsmanager:GetSecretValue",))
    assert reader.powers == ("secrets_read",), "data is still read through the other policy"
    assert "deploy_code" in more.powers
    assert more.level == "read"


def test_a_policy_that_others_repeat_takes_nothing() -> None:
    told = aws(policy("a", "s3:GetObject"), policy("b", "s3:*"))
    assert told.losses[0].count == 0
    assert told.losses[0].powers == ()


def test_removing_a_deny_loses_nothing() -> None:
    told = aws(policy("all", "s3:*"), policy("no", "s3:DeleteBucket", effect="Deny"))
    assert told.losses[1].count == 0


@pytest.mark.parametrize(
    ("permission", "level"),
    [
        ("storage.objects.get", "read"),
        ("storage.objects.list", "list"),
        ("storage.objects.delete", "write"),
        ("storage.buckets.setIamPolicy", "permissions"),
        ("storage.buckets.getIamPolicy", "read"),
        ("iam.serviceAccounts.actAs", "permissions"),
        ("iam.serviceAccounts.getAccessToken", "permissions"),
        ("storage.buckets.createTagBinding", "tagging"),
    ],
)
def test_google_levels_follow_the_verb(permission: str, level: str) -> None:
    assert google_level(permission) == level


def google(*roles: tuple[str, str]) -> Holdings:
    member = f"serviceAccount:{ROBOT}"
    allow = [{"on": on, "role": role, "members": [member]} for role, on in roles]
    known = {"roles/a": frozenset({"storage.objects.get", "pubsub.topics.publish"}),
             "roles/b": frozenset({"storage.objects.get"})}  # fmt: skip
    return of_google(member, google_policies(allow, roles=known), ("projects/p1",), {})


def test_google_roles_are_split_by_service() -> None:
    told = google(("roles/a", "projects/p1"), ("roles/b", "projects/p1/buckets/x"))
    storage = row(told, "storage")
    assert (storage.held, storage.level) == (1, "read")
    assert storage.resources[0] == "projects/p1", "the widest place first"
    assert storage.policies == ("roles/a", "roles/b")
    first, second = told.losses
    assert (first.count, first.actions) == (1, ("pubsub.topics.publish",))
    assert second.count == 0


@pytest.mark.parametrize(
    ("action", "level"),
    [
        ("*", "permissions"),
        ("*/read", "read"),
        ("Microsoft.Web/sites/read", "read"),
        ("Microsoft.Web/sites/write", "write"),
        ("Microsoft.Web/*", "write"),
        ("Microsoft.Authorization/*", "permissions"),
        ("Microsoft.Authorization/roleAssignments/write", "permissions"),
        ("Microsoft.Authorization/*/read", "read"),
    ],
)
def test_azure_levels_follow_the_pattern(action: str, level: str) -> None:
    assert azure_level(action) == level


def test_azure_roles_are_split_by_provider() -> None:
    flat = {"principal": "me", "notActions": [], "dataActions": [], "notDataActions": []}
    told = of_azure(
        Identity("me"),
        azure_policies([
            flat | {"scope": SUBSCRIPTION, "actions": ["Microsoft.Web/sites/write", "*/read"]},
            flat | {"scope": f"{SUBSCRIPTION}/resourceGroups/rg", "actions": ["Microsoft.Web/sites/write"]},
        ]),
    )  # fmt: skip
    web, everything = row(told, "Microsoft.Web"), row(told, "*")
    assert web.patterns
    assert web.resources[0] == SUBSCRIPTION
    assert everything.level == "read"
    assert [loss.count for loss in told.losses] == [1, 0]


@pytest.mark.parametrize(
    ("body", "source", "wild"),
    [
        ({"Action": "*"}, "", True),
        ({"Action": ["s3:Get*", "sqs:*"]}, "", True),
        ({"Action": "s3:Get*"}, "", False),
        ({"NotAction": "iam:*"}, "", True),
        ({"actions": ["*/read"]}, "", False),
        ({"actions": ["Microsoft.Web/*"]}, "", True),
        ({"permissions": ["storage.objects.get"]}, "roles/editor", True),
        ({"permissions": ["storage.objects.get"]}, "roles/storage.objectViewer", False),
    ],
)
def test_which_statements_grant_every_action(body: dict[str, Any], source: str, wild: bool) -> None:
    assert any_action(body, source) is wild


@pytest.mark.parametrize(
    ("provider", "body", "scope", "wild"),
    [
        ("aws", {"Resource": "*"}, "", True),
        ("aws", {"Resource": ["arn:aws:s3:::reports/*"]}, "", False),
        ("aws", {"NotResource": "arn:aws:s3:::reports"}, "", True),
        ("gcp", {}, "projects/p1", True),
        ("gcp", {}, "projects/p1/buckets/x", False),
        ("gcp", {}, "organizations/1", True),
        ("azure", {}, "/subscriptions/1", True),
        ("azure", {}, "/subscriptions/1/resourceGroups/rg", False),
    ],
)
def test_which_statements_hold_on_everything(provider: str, body: dict[str, Any], scope: str, wild: bool) -> None:
    assert any_resource(provider, body, scope) is wild
