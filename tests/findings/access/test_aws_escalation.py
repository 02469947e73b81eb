"""Escalation paths: which rows an identity satisfies, and what the account holds to use them on."""

from typing import Any

import pytest

from findings.access.aws.decide import Policies
from findings.privileges import Escalation, NamedPolicy, PathKind, Power, Target, assess, catalogue, paths

HOME = "111122223333"
APP = f"arn:aws:iam::{HOME}:role/app"
BOSS = f"arn:aws:iam::{HOME}:role/boss"


def allow(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def trust(principal: Any) -> dict[str, Any]:
    return {"Statement": [{"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}]}


def role(name: str, principal: Any) -> Target:
    return Target(f"arn:aws:iam::{HOME}:role/{name}", "role", trust=trust(principal))


def function(name: str, runs_as: str) -> Target:
    return Target(f"arn:aws:lambda:eu-west-1:{HOME}:function:{name}", "function", role=runs_as)


LAMBDA_ROLE = role("boss", {"Service": "lambda.amazonaws.com"})
EC2_ROLE = role("boss", {"Service": "ec2.amazonaws.com"})


def found(*statements: dict[str, Any], targets: list[Target] | None = None, **more: Any) -> dict[str, Escalation]:
    policies = Policies(identity=(NamedPolicy("p", {"Version": "2012-10-17", "Statement": list(statements)}),))
    return {one.path.id: one for one in paths(policies, APP, targets, **more)}


PASS = ["iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"]


def test_the_catalogue_is_whole() -> None:
    ids = [path.id for path in catalogue()]
    assert len(ids) == len(set(ids)) > 70
    assert all(path.service for path in catalogue() if path.kind is PathKind.NEW_PASSROLE)
    assert all(path.requires for path in catalogue())


def test_a_path_needs_all_its_permissions() -> None:
    assert "lambda-001" in found(allow(PASS))
    assert "lambda-001" not in found(allow(PASS[:2]))
    assert "lambda-001" not in found(allow(PASS), {**allow("iam:PassRole"), "Effect": "Deny"})


def test_without_knowing_the_account_a_path_is_potential() -> None:
    path = found(allow(PASS))["lambda-001"]
    assert (path.state, path.targets, path.certain) == ("potential", (), True)


def test_a_passable_role_that_trusts_the_service_confirms() -> None:
    path = found(allow(PASS), targets=[LAMBDA_ROLE, EC2_ROLE])["lambda-001"]
    assert (path.state, path.targets) == ("confirmed", (BOSS,))


@pytest.mark.parametrize(
    ("passable", "target"),
    [
        ("*", EC2_ROLE),
        (f"arn:aws:iam::{HOME}:role/other", LAMBDA_ROLE),
        ("*", role("app", {"Service": "lambda.amazonaws.com"})),
        ("*", Target(BOSS, "role", trust=None)),
    ],
)
def test_what_does_not_confirm(passable: str, target: Target) -> None:
    statements = allow("iam:PassRole", passable), allow(PASS[1:])
    assert found(*statements, targets=[target])["lambda-001"].state == "potential"


def test_passing_to_the_service_of_the_path_counts_and_to_another_does_not() -> None:
    passing = allow("iam:PassRole", Condition={"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}})
    held = found(passing, allow(["lambda:*", "ec2:RunInstances"]))
    assert held["lambda-001"].certain
    assert "ec2-001" not in held


def test_another_condition_stays_open() -> None:
    passing = allow("iam:PassRole", Condition={"StringEquals": {"aws:SourceVpc": "vpc-1"}})
    path = found(passing, allow(PASS[1:]))["lambda-001"]
    assert not path.certain and "aws:sourcevpc" in path.steps[0]


def test_steps_name_what_allows_each_permission() -> None:
    path = found(allow(PASS, Sid="Ship"))["lambda-001"]
    assert [step.split(" ")[0] for step in path.steps] == [*PASS, "leads"]
    assert "p, Ship: Allow" in path.steps[0]


def test_taking_over_a_function_needs_one_with_another_role() -> None:
    update = allow("lambda:UpdateFunctionCode", f"arn:aws:lambda:*:{HOME}:function:ops-*")
    targets = [function("ops-1", BOSS), function("ops-2", APP), function("web", BOSS)]
    path = found(update, targets=targets)["lambda-003"]
    assert path.targets == (f"arn:aws:lambda:eu-west-1:{HOME}:function:ops-1",)


def test_raising_itself_needs_its_own_role() -> None:
    own = Target(APP, "role", trust=trust({"Service": "lambda.amazonaws.com"}))
    assert found(allow("iam:PutRolePolicy"), targets=[own])["iam-005"].targets == (APP,)
    assert found(allow("iam:PutRolePolicy", BOSS), targets=[own])["iam-005"].state == "potential"


def test_rewriting_a_policy_needs_one_that_it_holds() -> None:
    def state(name: str) -> str:
        version = NamedPolicy(name, {"Statement": [allow("iam:CreatePolicyVersion")]})
        (path,) = paths(Policies(identity=(version,)), APP, [Target(APP, "role", trust=trust("*"))])
        return path.state

    assert state(f"arn:aws:iam::{HOME}:policy/app") == "confirmed"
    assert state("arn:aws:iam::aws:policy/PowerUserAccess") == "potential"
    assert state("inline") == "potential"


def test_becoming_another_role_needs_its_trust() -> None:
    assume = allow("sts:AssumeRole", BOSS)
    assert found(assume, targets=[role("boss", {"AWS": HOME})])["sts-001"].targets == (BOSS,)
    assert found(assume, targets=[role("boss", {"AWS": "444455556666"})])["sts-001"].state == "potential"


def test_becoming_a_user_needs_a_user() -> None:
    keys = allow("iam:CreateAccessKey")
    ana = Target(f"arn:aws:iam::{HOME}:user/ana", "user")
    assert found(keys, targets=[ana])["iam-002"].targets == (ana.arn,)
    assert found(keys, targets=[LAMBDA_ROLE])["iam-002"].state == "potential"


def test_stores_count_only_where_code_comes_from() -> None:
    put = allow("s3:PutObject", "arn:aws:s3:::artefacts/*")
    assert "aws-x4b" not in found(put)
    assert "aws-x4b" in found(put, code_sources=["arn:aws:s3:::artefacts/app.zip"])


def test_an_assessment_names_the_paths_that_count() -> None:
    policy = NamedPolicy("p", {"Statement": [allow(PASS), allow("sts:AssumeRole", BOSS)]})
    assessment = assess([policy], principal=APP, targets=[LAMBDA_ROLE])
    by_path = {p.escalation: p.scope for p in assessment.privileges if p.power is Power.IDENTITY_ESCALATION}
    assert by_path == {"lambda-001": BOSS, "aws-c1": BOSS}, "assuming one role is what roles are for"
