"""What an Azure identity amounts to: classes by effect, breadth by scope, the directory beside Resource Manager."""

import time
from dataclasses import replace
from typing import Any

import pytest

from findings.access.azure import Grants, Identity, assess, read_policies
from findings.access.azure.powers import GLOBAL_ADMINISTRATOR
from findings.access.azure.roles import catalogue
from findings.access.privilege import Assessment, Breadth, Level, Power

SUBSCRIPTION = "/subscriptions/s1"
RG = f"{SUBSCRIPTION}/resourceGroups/r1"
APP = f"{RG}/providers/Microsoft.Web/sites/f1"
PAY = Identity("u1", "s1", frozenset(), (), (), {})
ROLE_IDS = {role["name"]: guid for guid, role in catalogue()["roles"].items()}


def held(role: str, scope: str = SUBSCRIPTION, principal: str = "u1", **more: Any) -> dict[str, Any]:
    body = {"principalId": principal, "principalType": "ServicePrincipal", "scope": scope}
    return {"properties": body | {"roleDefinitionId": ROLE_IDS.get(role, role)} | more}


def judge(*assignments: dict[str, Any], identity: Identity = PAY, **policies: Any) -> Assessment:
    return assess(identity, Grants(read_policies(assignments=assignments, **policies)))


def flat(*actions: str, scope: str = SUBSCRIPTION, **more: Any) -> dict[str, Any]:
    return {"principal": "u1", "scope": scope, "actions": actions, **more}


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ("Owner", Level.ADMIN),
        ("User Access Administrator", Level.ADMIN),
        ("Contributor", Level.NEAR_ADMIN),
        ("Managed Identity Contributor", Level.NEAR_ADMIN),
        ("Key Vault Data Access Administrator", Level.NEAR_ADMIN),
        ("Website Contributor", Level.WRITE),
        ("Storage Blob Data Contributor", Level.WRITE),
        ("Storage Account Key Operator Service Role", Level.WRITE),
        ("Storage Blob Data Reader", Level.READ),
        ("Key Vault Secrets User", Level.READ),
        ("Monitoring Reader", Level.READ),
        ("Reader", Level.READ),
    ],
)
def test_the_level_follows_what_the_role_can_do(role: str, expected: Level) -> None:
    assert judge(held(role)).level is expected


def test_admin_is_an_effect_at_a_group_of_resources_or_above() -> None:
    grant = "Microsoft.Authorization/roleAssignments/write"
    assert judge(flat(grant, scope=RG)).level is Level.ADMIN
    on_one = judge(flat(grant, scope=APP))
    assert (on_one.level, Power.IAM_WRITE in on_one.powers) == (Level.WRITE, True)
    assert judge(flat("*", notActions=["Microsoft.Authorization/*"])).level is Level.NEAR_ADMIN


def test_nothing_held_is_none_and_something_unread_is_unknown() -> None:
    assert judge().level is Level.NONE
    assert judge(unread=[SUBSCRIPTION]).level is Level.UNKNOWN
    assert judge(held("0000-custom")).level is Level.UNKNOWN


@pytest.mark.parametrize(
    "identity", [replace(PAY, directory_roles=None), replace(PAY, graph=None), replace(PAY, vault_policies=None)]
)
def test_a_directory_that_was_not_read_is_unknown_never_none(identity: Identity) -> None:
    assessment = judge(identity=identity)
    assert assessment.level is Level.UNKNOWN
    assert len(assessment.unread) == 1


@pytest.mark.parametrize(
    ("scope", "breadth"),
    [
        ("/", Breadth.ORGANISATION),
        ("/providers/Microsoft.Management/managementGroups/m1", Breadth.ORGANISATION),
        (SUBSCRIPTION, Breadth.ACCOUNT),
        (RG, Breadth.PATTERN),
        (APP, Breadth.RESOURCE),
    ],
)
def test_breadth_is_the_scope_of_the_assignment(scope: str, breadth: Breadth) -> None:
    deploying = [one for one in judge(held("Website Contributor", scope)).privileges if one.power is Power.DEPLOY_CODE]
    assert [(one.breadth, one.via) for one in deploying] == [(breadth, "Website Contributor")]
    assert "Microsoft.Web/sites/write" in deploying[0].actions


def test_the_master_key_is_code_not_only_calls() -> None:
    powers = judge(flat("Microsoft.Web/sites/host/listkeys/action")).powers
    assert {Power.DEPLOY_CODE, Power.INVOKE} <= powers


def test_control_of_everything_does_not_read_blobs_but_lists_the_keys() -> None:
    reading = [one for one in judge(flat("*")).privileges if one.power is Power.DATA_READ]
    assert "Microsoft.Storage/storageAccounts/listkeys/action" in reading[0].actions
    assert not any("blobs/read" in action for action in reading[0].actions)


def test_a_condition_of_the_role_is_shown() -> None:
    admin = [one for one in judge(held("Key Vault Data Access Administrator")).privileges if one.power is Power.ADMIN]
    assert admin[0].conditional
    assert "ForAnyOfAnyValues:GuidEquals" in admin[0].condition


def test_what_a_deny_assignment_takes_away_is_not_held() -> None:
    deny = {"scope": SUBSCRIPTION, "actions": ["Microsoft.Web/*"], "principals": ["everyone"]}
    assert Power.DEPLOY_CODE not in judge(held("Website Contributor"), denials=[deny]).powers
    group = deny | {"principals": [{"id": "g1", "type": "Group"}]}
    unsure = judge(held("Website Contributor"), denials=[group], identity=replace(PAY, groups=None))
    assert [one.conditional for one in unsure.privileges if one.power is Power.DEPLOY_CODE] == [True]


def test_groups_count_when_known_and_stay_open_when_not() -> None:
    team = held("Owner", principal="g1", principalType="Group")
    assert judge(team).level is Level.NONE
    assert judge(team, identity=replace(PAY, groups=frozenset({"g1"}))).level is Level.ADMIN
    assert judge(team, groups={"g1": ["u1"]}, identity=replace(PAY, groups=None)).level is Level.ADMIN
    open_membership = judge(team, identity=replace(PAY, groups=None))
    assert open_membership.level is Level.NEAR_ADMIN
    assert all(one.conditional for one in open_membership.privileges)


def test_assigning_an_identity_needs_somewhere_to_put_it() -> None:
    assign = "Microsoft.ManagedIdentity/userAssignedIdentities/assign/action"
    assert Power.IDENTITY_ESCALATION not in judge(flat(assign)).powers
    assert (
        Power.IDENTITY_ESCALATION
        not in judge(flat(assign, scope=f"{SUBSCRIPTION}/resourceGroups/r2"), held("Website Contributor", RG)).powers
    )
    both = judge(flat(assign), held("Website Contributor", RG))
    steps = [one for one in both.privileges if one.escalation == "az-08"]
    assert [(one.scope, one.breadth) for one in steps] == [(RG, Breadth.PATTERN)]
    assert assign in steps[0].actions


@pytest.mark.parametrize(
    ("scope", "expected"),
    [(SUBSCRIPTION.upper(), False), (APP, False), ("/subscriptions/s2", True), ("/", True)],
)
def test_assignments_elsewhere_reach_across_subscriptions(scope: str, expected: bool) -> None:
    assert (Power.CROSS_ACCOUNT_ASSUME in judge(held("Reader", scope)).powers) is expected


@pytest.mark.parametrize(
    ("identity", "expected"),
    [
        (replace(PAY, directory_roles=(GLOBAL_ADMINISTRATOR.upper(),)), Level.ADMIN),
        (replace(PAY, graph=("RoleManagement.ReadWrite.Directory",)), Level.ADMIN),
        (replace(PAY, graph=("Application.ReadWrite.All",)), Level.NEAR_ADMIN),
        (replace(PAY, graph=("Mail.Send",)), Level.WRITE),
        (replace(PAY, graph=("User.Read.All",)), Level.READ),
        (replace(PAY, vault_policies={"/vaults/v": ("secrets/get",)}), Level.READ),
        (replace(PAY, vault_policies={"/vaults/v": ("secrets/All",)}), Level.WRITE),
        (replace(PAY, vault_policies={"/vaults/v": ("secrets/list",)}), Level.NONE),
    ],
)
def test_the_directory_and_vaults_count_beside_role_assignments(identity: Identity, expected: Level) -> None:
    assert judge(identity=identity).level is expected


def test_two_thousand_identities_take_about_a_second() -> None:
    names = ["Owner", "Contributor", "Website Contributor", "Storage Blob Data Contributor"]
    grants = Grants(read_policies(assignments=[held(names[n % 4], principal=f"u{n}") for n in range(2000)]))
    start = time.perf_counter()
    for n in range(2000):
        assess(replace(PAY, principal=f"u{n}"), grants)
    assert time.perf_counter() - start < 4
