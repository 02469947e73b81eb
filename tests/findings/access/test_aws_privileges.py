"""Classes of power of AWS identities, their breadth, and agreement with the decision engine."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from findings.access.aws.breadth import breadth_of
from findings.access.aws.callers import caller_of
from findings.access.aws.decide import Policies, Request, decide
from findings.access.aws.documents import MalformedPolicy
from findings.access.aws.grants import effective
from findings.access.aws.masks import mask, names_of
from findings.access.decision import Outcome
from findings.privileges import Assessment, Breadth, Level, NamedPolicy, Power, assess, can, effective_grants

HOME, AWAY = "111122223333", "444455556666"
APP = f"arn:aws:iam::{HOME}:role/app"


def allow(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {**allow(action, resource, **more), "Effect": "Deny"}


def named(*statements: dict[str, Any], name: str = "p") -> NamedPolicy:
    return NamedPolicy(name, {"Version": "2012-10-17", "Statement": list(statements)})


def of(*statements: dict[str, Any], **more: Any) -> Assessment:
    return assess([named(*statements)], principal=APP, **more)


@pytest.mark.parametrize(
    ("statement", "power"),
    [
        (allow("iam:PutRolePolicy"), Power.IAM_WRITE),
        (allow("s3:PutBucketAcl"), Power.IAM_WRITE),
        (allow("lambda:Add*"), Power.IAM_WRITE),
        (allow("secretsmanager:GetSecretValue"), Power.SECRETS_READ),
        (allow("ssm:GetParameter*"), Power.SECRETS_READ),
        (allow("s3:Get*"), Power.DATA_READ),
        (allow("dynamodb:Scan"), Power.DATA_READ),
        (allow("s3:DeleteObject"), Power.DATA_WRITE_DESTROY),
        (allow("kms:ScheduleKeyDeletion"), Power.DATA_WRITE_DESTROY),
        (allow("lambda:UpdateFunctionCode"), Power.DEPLOY_CODE),
        (allow("ec2:AuthorizeSecurityGroupIngress"), Power.NETWORK_CHANGE),
        (allow("cloudtrail:StopLogging"), Power.LOGGING_TAMPER),
        (allow("lambda:InvokeFunction"), Power.INVOKE),
        (allow("sts:AssumeRole"), Power.CROSS_ACCOUNT_ASSUME),
        (allow("iam:CreateAccessKey"), Power.IDENTITY_ESCALATION),
        (allow("*"), Power.ADMIN),
    ],
)
def test_each_class_is_found(statement: dict[str, Any], power: Power) -> None:
    assert power in of(statement).powers


def test_a_class_says_by_what_and_how_wide() -> None:
    read = of(allow("s3:GetObject", "arn:aws:s3:::data/*", Sid="Read")).privileges
    assert [(p.power, p.breadth, p.actions, p.via, p.scope, p.conditional) for p in read] == [
        (Power.DATA_READ, Breadth.RESOURCE, ("s3:GetObject",), "p: Read", "arn:aws:s3:::data/*", False)
    ]


def test_a_condition_is_kept() -> None:
    (read,) = of(allow("s3:GetObject", Condition={"StringEquals": {"aws:SourceVpc": "vpc-1"}})).privileges
    assert read.conditional and "aws:sourcevpc" in read.condition


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        ("*", Breadth.ACCOUNT),
        ("arn:aws:s3:::*", Breadth.ACCOUNT),
        ("arn:aws:s3:::*/*", Breadth.ACCOUNT),
        (f"arn:aws:lambda:*:{HOME}:function:*", Breadth.ACCOUNT),
        (f"arn:aws:iam::{HOME}:role/*", Breadth.ACCOUNT),
        (f"arn:aws:iam::{HOME}:role/team/*", Breadth.PATTERN),
        ("arn:aws:s3:::acme-*", Breadth.PATTERN),
        ("arn:aws:s3:::acme-*/x", Breadth.PATTERN),
        ("arn:aws:s3:::data", Breadth.RESOURCE),
        ("arn:aws:s3:::data/*", Breadth.RESOURCE),
        (f"arn:aws:logs:r:{HOME}:log-group:/aws/lambda/f:*", Breadth.RESOURCE),
        (f"arn:aws:lambda:r:{HOME}:function:f:*", Breadth.RESOURCE),
        (f"arn:aws:lambda:r:{HOME}:function:f*", Breadth.PATTERN),
        (f"arn:aws:dynamodb:r:{HOME}:table/orders/index/*", Breadth.RESOURCE),
        (f"arn:aws:secretsmanager:r:{HOME}:secret:db-??????", Breadth.RESOURCE),
        (f"arn:aws:sqs:r:{HOME}:*", Breadth.ACCOUNT),
        ("arn:aws:*", Breadth.ACCOUNT),
    ],
)
def test_breadth(resource: str, expected: Breadth) -> None:
    assert breadth_of(resource) is expected


@pytest.mark.parametrize(
    ("statements", "level"),
    [
        ([allow("*")], Level.ADMIN),
        ([allow("iam:*")], Level.ADMIN),
        ([{"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}], Level.ADMIN),
        ([{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}], Level.NEAR_ADMIN),
        ([allow("*", Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}})], Level.NEAR_ADMIN),
        ([allow(["iam:PassRole", "lambda:CreateFunction"])], Level.NEAR_ADMIN),
        ([allow("iam:PutRolePolicy", APP)], Level.NEAR_ADMIN),
        ([allow("lambda:UpdateFunctionCode")], Level.NEAR_ADMIN),
        ([allow("lambda:UpdateFunctionCode", f"arn:aws:lambda:r:{HOME}:function:f")], Level.WRITE),
        ([allow("s3:PutObject")], Level.WRITE),
        ([allow("sns:Publish")], Level.WRITE),
        ([allow("s3:GetObject")], Level.READ),
        ([allow("ec2:Describe*")], Level.READ),
        ([allow("sts:AssumeRole", f"arn:aws:iam::{AWAY}:role/x")], Level.WRITE),
        ([allow(["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"])], Level.NONE),
        ([allow("*"), deny("*")], Level.NONE),
        ([], Level.NONE),
    ],
)
def test_levels(statements: list[dict[str, Any]], level: Level) -> None:
    assert of(*statements).level is level


def test_a_deny_of_iam_takes_admin_away() -> None:
    assessment = of(allow("*"), deny("iam:*"))
    assert assessment.level is Level.NEAR_ADMIN and Power.ADMIN not in assessment.powers


def test_a_boundary_and_organisation_policies_limit() -> None:
    edge = named(allow("s3:Get*"), name="edge")
    assert of(allow("*"), boundary=edge).level is Level.READ
    assert of(allow("*"), scps=((edge,),)).powers == {Power.DATA_READ}
    assert of(allow("*"), session=[edge]).level is Level.READ


def test_a_boundary_narrows_the_resource() -> None:
    (read,) = of(allow("s3:GetObject"), boundary=named(allow("*", "arn:aws:s3:::data/*"))).privileges
    assert (read.breadth, read.scope) == (Breadth.RESOURCE, "arn:aws:s3:::data/*")


def test_a_deny_of_a_part_leaves_the_rest() -> None:
    (read,) = of(allow("s3:GetObject"), deny("s3:*", "arn:aws:s3:::secret/*")).privileges
    assert (read.breadth, read.conditional) == (Breadth.ACCOUNT, False)


def test_a_deny_nobody_can_decide_makes_it_conditional() -> None:
    (read,) = of(allow("s3:GetObject"), deny("s3:*", Condition={"Bool": {"aws:SecureTransport": "false"}})).privileges
    assert read.conditional and "unless refused by p" in read.condition


def test_assuming_a_role_counts_when_it_leaves_the_account() -> None:
    assert Power.CROSS_ACCOUNT_ASSUME in of(allow("sts:AssumeRole", f"arn:aws:iam::{AWAY}:role/x")).powers
    assert Power.CROSS_ACCOUNT_ASSUME in of(allow("sts:AssumeRole", "arn:aws:iam::*:role/audit")).powers
    assert Power.CROSS_ACCOUNT_ASSUME not in of(allow("sts:AssumeRole", f"arn:aws:iam::{HOME}:role/x")).powers


def test_writing_to_a_store_deploys_only_where_code_comes_from() -> None:
    statement = allow("s3:PutObject", "arn:aws:s3:::artefacts/*")
    assert Power.DEPLOY_CODE not in of(statement).powers
    assert Power.DEPLOY_CODE in of(statement, code_sources=["arn:aws:s3:::artefacts/app.zip"]).powers
    assert Power.DEPLOY_CODE not in of(statement, code_sources=["arn:aws:s3:::other/app.zip"]).powers


def test_the_name_of_a_policy_means_nothing() -> None:
    assert assess([named(allow("s3:ListBucket"), name="AdministratorAccess")]).level is Level.READ


def test_a_users_own_name_means_nothing_to_a_role() -> None:
    own = allow("iam:CreateAccessKey", "arn:aws:iam::*:user/${aws:username}")
    assert of(own).privileges == ()
    ana = f"arn:aws:iam::{HOME}:user/ana"
    assert assess([named(own)], principal=ana).privileges == (), "one's own keys are no escalation"
    grants = effective_grants(Policies(identity=(named(own),)), ana)
    assert [grant.resource for grant in grants] == ["arn:aws:iam::*:user/ana"]
    assert effective_grants(Policies(identity=(named(own),)), APP) == []


def test_what_could_not_be_read_is_unknown() -> None:
    unread = assess([], principal=APP, unread=["identity"])
    assert unread.level is Level.UNKNOWN and unread.unread[0].says == "could not be read"
    limited = assess([named(allow("s3:GetObject"))], principal=APP, unread=["boundary"])
    assert limited.level is Level.READ and limited.privileges[0].conditional
    with pytest.raises(MalformedPolicy, match="broken"):
        assess([NamedPolicy("broken", "{}")])


def test_can_answers_for_any_action() -> None:
    held = [named(allow("s3:*", "arn:aws:s3:::data/*"), deny("s3:DeleteObject"))]
    assert can(held, "s3:GetObject").outcome is Outcome.ALLOWED
    assert can(held, "s3:GetObject", "arn:aws:s3:::other/x").outcome is Outcome.DENIED_IMPLICIT
    assert can(held, "s3:DeleteObject", "arn:aws:s3:::data/x").outcome is Outcome.DENIED_EXPLICIT
    assert can(held, "sqs:SendMessage").outcome is Outcome.DENIED_IMPLICIT


def test_effective_grants_are_readable() -> None:
    (grant,) = effective_grants(Policies(identity=(named(allow("s3:GetObj*")),)), APP, most=2)
    assert grant.actions == ("s3:GetObject", "s3:GetObjectVersion") and grant.breadth is Breadth.ACCOUNT


ACTIONS = ["s3:GetObject", "s3:Get*", "s3:*", "*", "iam:*", "sqs:SendMessage", "lambda:?nvoke*"]
RESOURCES = ["*", "arn:aws:s3:::data/*", "arn:aws:s3:::data/x", "arn:aws:s3:::d*"]
CONDITIONS: list[Any] = [
    {},
    {},
    {"StringEquals": {"aws:PrincipalAccount": HOME}},
    {"StringNotEquals": {"aws:PrincipalAccount": HOME}},
    {"Bool": {"aws:SecureTransport": "true"}},
]
NOTS = st.sampled_from([("Action", "Resource"), ("NotAction", "Resource"), ("Action", "NotResource")])


def build(
    effect: str, names: tuple[str, str], actions: list[str], resources: list[str], condition: Any
) -> dict[str, Any]:
    return {"Effect": effect, names[0]: actions, names[1]: resources, "Condition": condition}


statements = st.lists(
    st.builds(
        build,
        st.sampled_from(["Allow", "Allow", "Deny"]),
        NOTS,
        st.lists(st.sampled_from(ACTIONS), min_size=1, max_size=2),
        st.lists(st.sampled_from(RESOURCES), min_size=1, max_size=2),
        st.sampled_from(CONDITIONS),
    ),
    min_size=1,
    max_size=4,
)
ASKED = ("s3:GetObject", "s3:PutObject", "sqs:SendMessage", "iam:PutRolePolicy", "lambda:InvokeFunction")


@settings(deadline=None)
@given(statements, st.none() | statements)
def test_all_actions_at_once_agree_with_one_decision_at_a_time(
    identity: list[dict[str, Any]], boundary: list[dict[str, Any]] | None
) -> None:
    policies = Policies(identity=(named(*identity),), boundary=named(*boundary) if boundary else None)
    held = effective(policies, caller_of(APP))
    for action in ASKED:
        grants = [grant for grant in held if grant.actions & mask(action.lower())]
        decision = decide(Request(APP, action, None), policies)
        if any(not grant.open for grant in grants):
            assert decision.outcome is Outcome.ALLOWED
        elif not grants:
            assert decision.outcome in (Outcome.DENIED_IMPLICIT, Outcome.DENIED_EXPLICIT)
        else:
            assert decision.allowed is not False


def test_every_pattern_of_actions_is_found_like_one_by_one() -> None:
    assert names_of(mask("sqs:send*"), 10) == ("sqs:SendMessage",)
    assert mask("*:getobject") == mask("s3:getobject") | mask("*:getobject")
    assert mask("*") == mask("*:*") and mask("nothing:here") == 0
    assert mask("*:sendmessage") & mask("sqs:sendmessage")
