"""What a Google identity amounts to: classes by effect, breadth by place, escalation by what it takes."""

import time
from typing import Any

import pytest

from findings.access.gcp import Grants, Target, assess, reachable, read_policies
from findings.access.gcp.powers import CLASSED
from findings.access.gcp.roles import catalogue
from findings.access.privilege import Assessment, Breadth, Level, Power

ROBOT = "serviceAccount:robot@p1.iam.gserviceaccount.com"
OTHER = "boss@p1.iam.gserviceaccount.com"
ABOVE = {"projects/p1": ("folders/2", "organizations/1"), "buckets/b": ("projects/p1", "organizations/1")}


def held(role: str, on: str = "projects/p1", **more: Any) -> dict[str, Any]:
    return {"on": on, "role": role, "members": [ROBOT], **more}


def judge(*allow: dict[str, Any], **policies: Any) -> Assessment:
    return assess(ROBOT, Grants(read_policies(allow=allow, **policies)), above=ABOVE)


def custom(*permissions: str) -> dict[str, Any]:
    return {"roles": {"projects/p1/roles/own": permissions}}


@pytest.mark.parametrize(
    ("role", "on", "expected"),
    [
        ("roles/owner", "projects/p1", Level.ADMIN),
        ("roles/resourcemanager.projectIamAdmin", "organizations/1", Level.ADMIN),
        ("roles/editor", "projects/p1", Level.NEAR_ADMIN),
        ("roles/iam.serviceAccountTokenCreator", "projects/p1", Level.NEAR_ADMIN),
        ("roles/storage.objectAdmin", "buckets/b", Level.WRITE),
        ("roles/pubsub.publisher", "projects/p1", Level.WRITE),
        ("roles/browser", "projects/p1", Level.READ),
        ("roles/compute.networkUser", "projects/p1", Level.WRITE),
        ("roles/secretmanager.secretAccessor", "projects/p1", Level.READ),
        ("roles/viewer", "projects/p1", Level.READ),
    ],
)
def test_the_level_follows_what_the_role_can_do(role: str, on: str, expected: Level) -> None:
    assert judge(held(role, on)).level is expected


def test_admin_is_an_effect_not_a_name() -> None:
    grants = judge(held("projects/p1/roles/own"), **custom("resourcemanager.projects.setIamPolicy"))
    assert grants.level is Level.ADMIN
    harmless = judge(held("roles/owner"), roles={"roles/owner": ["run.services.get"]})
    assert harmless.level is Level.READ


def test_nothing_held_is_none_and_something_unread_is_unknown() -> None:
    assert judge().level is Level.NONE
    unread = judge(unread=["projects/p1"])
    assert unread.level is Level.UNKNOWN
    assert unread.unread[0].source == "projects/p1"


def test_a_role_nobody_read_is_unknown_not_nothing() -> None:
    assert judge(held("projects/p1/roles/own")).level is Level.UNKNOWN


def test_a_binding_to_everyone_says_nothing_about_one_identity() -> None:
    assert judge(held("roles/owner") | {"members": ["allUsers"]}).level is Level.NONE


@pytest.mark.parametrize(
    ("on", "breadth"),
    [
        ("organizations/1", Breadth.ORGANISATION),
        ("folders/2", Breadth.ORGANISATION),
        ("projects/p1", Breadth.ACCOUNT),
        ("buckets/b", Breadth.RESOURCE),
    ],
)
def test_breadth_is_where_the_binding_is(on: str, breadth: Breadth) -> None:
    reading = [one for one in judge(held("roles/storage.objectViewer", on)).privileges if one.power is Power.DATA_READ]
    assert [(one.breadth, one.via, one.scope) for one in reading] == [(breadth, "roles/storage.objectViewer", on)]
    assert reading[0].actions == ("storage.objects.get",)


def test_an_undecided_condition_makes_admin_near_admin_and_is_shown() -> None:
    assessment = judge(held("roles/resourcemanager.projectIamAdmin", condition="resource.matchTag('1/env', 'test')"))
    assert assessment.level is Level.NEAR_ADMIN
    assert all(one.conditional and "matchTag" in one.condition for one in assessment.privileges)


def test_what_a_deny_policy_takes_away_is_not_held() -> None:
    deny = {
        "on": "organizations/1",
        "deniedPrincipals": ["principalSet://goog/public:all"],
        "deniedPermissions": ["secretmanager.googleapis.com/versions.access"],
    }
    assert Power.SECRETS_READ in judge(held("roles/secretmanager.secretAccessor")).powers
    assert Power.SECRETS_READ not in judge(held("roles/secretmanager.secretAccessor"), deny=[deny]).powers
    maybe = judge(held("roles/secretmanager.secretAccessor"), deny=[deny | {"denialCondition": "request.host == ''"}])
    assert [one.conditional for one in maybe.privileges if one.power is Power.SECRETS_READ] == [True]


def test_acting_as_another_account_alone_is_no_escalation() -> None:
    assert Power.IDENTITY_ESCALATION not in judge(held("roles/iam.serviceAccountUser")).powers


def test_roles_held_above_combine_with_those_held_below() -> None:
    assessment = judge(held("roles/iam.serviceAccountUser", "organizations/1"), held("roles/run.developer"))
    paths = {one.escalation: one for one in assessment.privileges if one.escalation}
    assert paths["gcp-x1"].scope == "projects/p1"
    assert paths["gcp-x1"].via == "roles/iam.serviceAccountUser, roles/run.developer"
    assert not paths["gcp-x1"].conditional


def test_a_path_that_needs_an_uncertain_binding_is_conditional() -> None:
    unsure = held("roles/iam.serviceAccountUser", condition="request.host == ''")
    paths = [one for one in judge(unsure, held("roles/run.developer")).privileges if one.escalation == "gcp-x1"]
    assert [one.conditional for one in paths] == [True]


def test_roles_in_different_projects_do_not_combine() -> None:
    assessment = judge(held("roles/iam.serviceAccountUser", "projects/p2"), held("roles/run.developer"))
    assert "gcp-x1" not in {one.escalation for one in assessment.privileges}


def test_rewriting_roles_escalates_only_who_holds_a_custom_one() -> None:
    rewriting = judge(held("projects/p1/roles/own"), **custom("iam.roles.update"))
    assert "gcp-r01" in {one.escalation for one in rewriting.privileges}
    assert "gcp-r01" not in {one.escalation for one in judge(held("roles/iam.roleAdmin")).privileges}


def test_minting_tokens_for_itself_is_no_gain() -> None:
    own = "projects/p1/serviceAccounts/robot@p1.iam.gserviceaccount.com"
    boss = f"projects/p1/serviceAccounts/{OTHER}"
    minting = "roles/iam.serviceAccountTokenCreator"
    assert Power.IDENTITY_ESCALATION not in judge(held(minting, own)).powers
    assert Power.IDENTITY_ESCALATION in judge(held(minting, boss)).powers


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        ("projects/p2", True),
        ("projects/p2/locations/x/services/s", True),
        ("organizations/1", True),
        ("projects/p1", False),
        ("projects/99", False),
        ("buckets/b", False),
    ],
)
def test_bindings_elsewhere_reach_across_projects(on: str, expected: bool) -> None:
    assert (Power.CROSS_ACCOUNT_ASSUME in judge(held("roles/viewer", on)).powers) is expected


def test_impersonation_edges_name_the_permission_and_the_binding() -> None:
    policies = read_policies(allow=[held("roles/iam.serviceAccountTokenCreator"), held("roles/iam.serviceAccountUser")])
    edges = {
        one.permission: one for one in reachable(ROBOT, [Target(OTHER), Target(ROBOT.partition(":")[2])], policies)
    }
    assert {one.target for one in edges.values()} == {OTHER}
    assert edges["iam.serviceAccounts.getAccessToken"].decision.because[0].source == "projects/p1"
    assert edges["iam.serviceAccounts.actAs"].acts_as_only
    assert "iam.serviceAccountKeys.create" not in edges


def test_every_name_in_the_tables_exists() -> None:
    assert set(catalogue()["permissions"]) >= CLASSED


def test_two_thousand_identities_take_about_a_second() -> None:
    roles = ["roles/editor", "roles/run.invoker", "roles/storage.objectAdmin", "roles/viewer"]
    accounts = [f"serviceAccount:a{n}@p1.iam.gserviceaccount.com" for n in range(2000)]
    allow = [{"on": "projects/p1", "role": roles[n % 4], "members": [one]} for n, one in enumerate(accounts)]
    grants = Grants(read_policies(allow=allow))
    start = time.perf_counter()
    for account in accounts:
        assess(account, grants)
    assert time.perf_counter() - start < 4
