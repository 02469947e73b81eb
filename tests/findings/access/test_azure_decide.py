"""Azure decisions, rule by rule."""

from dataclasses import replace
from typing import Any

import pytest

from findings.access.azure import Request, decide, read_policies
from findings.access.azure.conditions import evaluate
from findings.access.azure.roles import bundled, catalogue
from findings.access.azure.scopes import breadth, reaches, subscription_of
from findings.access.decision import Effect, Outcome

RG = "/subscriptions/s1/resourceGroups/r1"
APP = f"{RG}/providers/Microsoft.Web/sites/f1"
GROUP_SCOPE = "/providers/Microsoft.Management/managementGroups/m1"
WRITE = "Microsoft.Web/sites/write"
ASK = Request("u1", WRITE, APP)
OWNER = {"principal": "u1", "scope": "/subscriptions/s1", "actions": ["*"]}
NO_WEB: dict[str, Any] = {"scope": RG, "actions": ["Microsoft.Web/*"], "principals": ["everyone"]}
OWNER_ROLE = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
KEY_VAULT_ADMIN = "8b54135c-b56d-4d72-a534-26097cfdc8d8"


def outcome(request: Request = ASK, **policies: Any) -> Outcome:
    return decide(request, read_policies(**policies)).outcome


@pytest.mark.parametrize("scope", ["/", "/subscriptions/S1/", RG, APP.upper()])
def test_an_assignment_at_or_above_the_resource_grants(scope: str) -> None:
    assert outcome(assignments=[OWNER | {"scope": scope}]) is Outcome.ALLOWED


@pytest.mark.parametrize("scope", ["/subscriptions/s2", "/subscriptions/s1/resourceGroups/r", f"{APP}/functions/x"])
def test_an_assignment_beside_or_below_does_not(scope: str) -> None:
    assert outcome(assignments=[OWNER | {"scope": scope}]) is Outcome.DENIED_IMPLICIT


def test_a_management_group_reaches_down_when_the_chain_is_known() -> None:
    assignments = [OWNER | {"scope": GROUP_SCOPE}]
    assert outcome(assignments=assignments) is Outcome.ALLOWED_IF
    assert outcome(assignments=assignments, management_groups=["M1", "top"]) is Outcome.ALLOWED
    assert outcome(assignments=assignments, management_groups=["top"]) is Outcome.DENIED_IMPLICIT


def test_an_assignment_as_the_api_lists_it_uses_the_role_definition() -> None:
    raw = {
        "id": f"{RG}/providers/Microsoft.Authorization/roleAssignments/a1",
        "properties": {
            "principalId": "U1",
            "principalType": "ServicePrincipal",
            "scope": RG,
            "roleDefinitionId": f"/subscriptions/s1/providers/Microsoft.Authorization/roleDefinitions/{OWNER_ROLE}",
        },
    }
    decision = decide(ASK, read_policies(assignments=[raw]))
    assert decision.outcome is Outcome.ALLOWED
    assert decision.because[0].says == f"Owner to u1 at {RG}"
    live = {"name": OWNER_ROLE, "properties": {"roleName": "Owner", "permissions": [{"actions": ["*/read"]}]}}
    assert outcome(assignments=[raw], roles=[live]) is Outcome.DENIED_IMPLICIT


def test_a_role_nobody_read_leaves_the_question_open() -> None:
    raw = {"properties": {"principalId": "u1", "scope": RG, "roleDefinitionId": "0000-custom"}}
    assert outcome(assignments=[raw]) is Outcome.ALLOWED_IF


def test_not_actions_subtract_within_their_role_and_never_deny() -> None:
    most = OWNER | {"notActions": [WRITE]}
    assert outcome(assignments=[most]) is Outcome.DENIED_IMPLICIT
    assert outcome(assignments=[most, OWNER | {"actions": ["Microsoft.Web/sites/*"], "scope": RG}]) is Outcome.ALLOWED


def test_actions_and_data_actions_are_separate_planes() -> None:
    read_blob = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read"
    assert outcome(replace(ASK, action=read_blob, data=True), assignments=[OWNER]) is Outcome.DENIED_IMPLICIT
    reader = OWNER | {"actions": [], "dataActions": ["Microsoft.Storage/*/read"]}
    assert outcome(replace(ASK, action=read_blob, data=True), assignments=[reader]) is Outcome.ALLOWED
    assert outcome(replace(ASK, action=read_blob, data=False), assignments=[reader]) is Outcome.DENIED_IMPLICIT
    less = reader | {"notDataActions": [read_blob.upper()]}
    assert outcome(replace(ASK, action=read_blob, data=True), assignments=[less]) is Outcome.DENIED_IMPLICIT


def test_group_membership_counts_when_it_is_known() -> None:
    group = OWNER | {"principal": "g1", "principalType": "Group"}
    assert outcome(assignments=[group]) is Outcome.ALLOWED_IF
    assert outcome(replace(ASK, groups=frozenset({"G1"})), assignments=[group]) is Outcome.ALLOWED
    assert outcome(replace(ASK, groups=frozenset()), assignments=[group]) is Outcome.DENIED_IMPLICIT
    assert outcome(assignments=[group], groups={"G1": ["g2"], "g2": ["U1", "g1"]}) is Outcome.ALLOWED
    assert outcome(assignments=[group], groups={"g1": ["g2"], "g2": ["g1"]}) is Outcome.DENIED_IMPLICIT


def test_scopes_that_could_not_be_read_are_not_empty() -> None:
    assert outcome(unread=["/subscriptions/s1"]) is Outcome.ALLOWED_IF
    assert outcome(unread=["/subscriptions/s2"]) is Outcome.DENIED_IMPLICIT


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, Outcome.DENIED_EXPLICIT),
        ({"scope": GROUP_SCOPE}, Outcome.ALLOWED_IF),
        ({"scope": "/subscriptions/s2"}, Outcome.ALLOWED),
        ({"doNotApplyToChildScopes": True}, Outcome.ALLOWED),
        ({"doNotApplyToChildScopes": True, "scope": APP.lower()}, Outcome.DENIED_EXPLICIT),
        ({"excludePrincipals": ["U1"]}, Outcome.ALLOWED),
        ({"excludePrincipals": [{"id": "g1", "type": "Group"}]}, Outcome.ALLOWED_IF),
        (
            {"principals": [{"id": "00000000-0000-0000-0000-000000000000", "type": "SystemDefined"}]},
            Outcome.DENIED_EXPLICIT,
        ),
        ({"principals": ["u2"]}, Outcome.ALLOWED),
        ({"principals": [{"id": "g1", "type": "Group"}]}, Outcome.ALLOWED_IF),
        ({"notActions": [WRITE]}, Outcome.ALLOWED),
        ({"actions": [], "dataActions": ["*"]}, Outcome.ALLOWED),
        ({"actions": [], "permissions": [{"actions": ["*/write"]}]}, Outcome.DENIED_EXPLICIT),
    ],
)
def test_what_a_deny_assignment_reaches(change: dict[str, Any], expected: Outcome) -> None:
    assert outcome(assignments=[OWNER], denials=[NO_WEB | change]) is expected


def test_a_deny_is_named() -> None:
    decision = decide(ASK, read_policies(assignments=[OWNER], denials=[NO_WEB]))
    assert [one.effect for one in decision.because] == [Effect.DENY]


GRANT = "Microsoft.Authorization/roleAssignments/write"
ONLY_READERS = (
    "((!(ActionMatches{'Microsoft.Authorization/roleAssignments/write'})) OR "
    "(@Request[Microsoft.Authorization/roleAssignments:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals "
    "{acdd72a7-3385-48ef-bd42-f606fba81ae7}))"
)
ROLE_ASKED = "Microsoft.Authorization/roleAssignments:RoleDefinitionId"


def test_a_condition_bears_on_role_assignments_and_data_only() -> None:
    assignments = [OWNER | {"condition": ONLY_READERS}]
    assert outcome(assignments=assignments) is Outcome.ALLOWED
    decision = decide(replace(ASK, action=GRANT), read_policies(assignments=assignments))
    assert decision.outcome is Outcome.ALLOWED_IF
    assert decision.unless[0].condition == ONLY_READERS


def test_a_condition_is_decided_when_its_attributes_are_known() -> None:
    assignments = [OWNER | {"condition": ONLY_READERS}]
    reader = {ROLE_ASKED: "ACDD72A7-3385-48EF-BD42-F606FBA81AE7"}
    assert outcome(replace(ASK, action=GRANT, attributes=reader), assignments=assignments) is Outcome.ALLOWED
    other = {ROLE_ASKED: OWNER_ROLE}
    assert outcome(replace(ASK, action=GRANT, attributes=other), assignments=assignments) is Outcome.DENIED_IMPLICIT


def test_a_condition_in_the_role_itself_counts_too() -> None:
    raw = {"properties": {"principalId": "u1", "scope": RG, "roleDefinitionId": KEY_VAULT_ADMIN}}
    assert outcome(replace(ASK, action=GRANT), assignments=[raw]) is Outcome.ALLOWED_IF


NAME = "@Resource[Microsoft.Storage/storageAccounts/blobServices/containers:name]"
BLOB_READ = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read"


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (f"{NAME} StringEquals 'logs'", True),
        (f"{NAME} StringNotEquals 'logs'", False),
        (f"{NAME} StringLike 'l*s'", True),
        (f"{NAME} StringStartsWith 'x'", False),
        (f"{NAME} ForAnyOfAnyValues:StringEqualsIgnoreCase {{'A', 'LOGS'}}", True),
        (f"{NAME} ForAnyOfAllValues:StringNotEquals {{'a', 'logs'}}", False),
        (f"NOT ({NAME} StringEquals 'logs')", False),
        (f"Exists {NAME}", True),
        (f"{NAME} StringEquals 'logs' && ActionMatches{{'*/blobs/read'}}", True),
        ("!(ActionMatches{'*/blobs/read'} AND NOT SubOperationMatches{'Blob.List'})", None),
        ("@Request[a:b] StringEquals 'x'", None),
        (f"@Request[a:b] StringEquals 'x' OR {NAME} StringEquals 'logs'", True),
        (f"@Request[a:b] StringEquals 'x' AND {NAME} StringEquals 'other'", False),
        (f"{NAME} NumericGreaterThan 5", None),
        (f"{NAME} StringEquals {NAME}", True),
        ("not a condition", None),
        ("(" * 300, None),
    ],
)
def test_conditions_are_three_valued(condition: str, expected: bool | None) -> None:
    known = {"Microsoft.Storage/storageAccounts/blobServices/containers:name": "logs"}
    assert evaluate(condition, BLOB_READ, known) is expected


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        ("/", "root"),
        (GROUP_SCOPE, "management_group"),
        ("/subscriptions/s1/", "subscription"),
        (RG, "resource_group"),
        (APP, "resource"),
    ],
)
def test_a_scope_tells_how_wide_it_is(scope: str, expected: str) -> None:
    assert breadth(scope) == expected


def test_scopes_compare_by_segment() -> None:
    assert reaches("/subscriptions/s1", "/subscriptions/s11") is False
    assert subscription_of(APP.upper()) == "s1"


def test_the_bundled_roles_say_where_they_come_from() -> None:
    assert {"source", "licence", "date"} <= catalogue().keys()
    owner = bundled(f"/providers/Microsoft.Authorization/roleDefinitions/{OWNER_ROLE.upper()}")
    assert owner is not None
    assert owner.name == "Owner"
