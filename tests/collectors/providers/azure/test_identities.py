"""Managed identities: what is granted to them from near and far, who may sign in as them, what the directory says."""

from __future__ import annotations

from typing import Any

import pytest

from collectors.provider import Malformed, Memory
from collectors.providers.azure.normalize import normalize
from inventory.facts import Kind, Known, Observation
from tests.collectors.conftest import DAY
from tests.collectors.providers.azure.arm import Azure, refusal
from tests.collectors.providers.azure.conftest import Read
from tests.collectors.providers.azure.estate import (
    ASSIGNMENTS,
    CUSTOM,
    GRAPH_SP,
    GROUP,
    IN,
    MANAGEMENT_GROUP,
    OTHER,
    SHARED,
    SHARED_ID,
    SYSTEM,
    TEAM,
    assignment,
    role,
)

Json = Any
MEMBER = f"/v1.0/serviceprincipals/{SHARED}/transitivememberof"
GRANTED = f"/v1.0/serviceprincipals/{SHARED}/approleassignments"


def by_id(seen: list[Observation]) -> dict[str, Observation]:
    return {one.native_id: one for one in seen}


def test_user_and_system_assigned_identities_are_told_under_their_principal_id(read: Read) -> None:
    seen = by_id(read("identities"))
    assert {key: (one.name, one.sections["config"]["assigned"]) for key, one in seen.items()} == {
        SHARED: ("Caretaker", "user"),
        SYSTEM: ("Checkout", "system"),
    }
    assert all(one.kind is Kind.IDENTITY for one in seen.values())
    assert seen[SHARED].sections["config"]["resource"] == SHARED_ID.lower()


def test_grants_come_from_management_groups_and_from_other_subscriptions(read: Read) -> None:
    seen = by_id(read("identities"))
    owner = (seen[SHARED].grants or ())[0]
    assert (owner.source_kind, owner.source_name, owner.scope) == ("assignment", "Owner", MANAGEMENT_GROUP.lower())
    assert owner.statement.actions == ("*",) and not owner.statement.inverted
    assert {grant.scope for grant in seen[SYSTEM].grants or ()} == {GROUP.lower(), f"/subscriptions/{OTHER}"}


def test_a_condition_stays_with_the_statement(read: Read) -> None:
    reader = next(one for one in by_id(read("identities"))[SYSTEM].grants or () if one.source_name == "Reader")
    assert reader.statement.body["condition"] == "@Resource[name] StringEquals 'x'"


def test_the_conditions_of_role_and_assignment_must_both_hold(read: Read, azure: Azure) -> None:
    conditioned = role("c" * 8, "Careful", "CustomRole", {"actions": ["a/b"], "condition": "@One"})
    azure.answers[f"{IN}/providers/microsoft.authorization/roledefinitions"].append(conditioned)
    azure.answers[f"{IN}/providers/microsoft.authorization/roleassignments"] = [
        assignment(9, SHARED, "c" * 8, IN, "ServicePrincipal", "@Two")
    ]
    careful = next(one for one in by_id(read("identities"))[SHARED].grants or () if one.source_name == "Careful")
    assert careful.statement.body["condition"] == "(@One) AND (@Two)"


def test_a_role_nobody_could_read_is_a_grant_by_its_id(read: Read, azure: Azure) -> None:
    azure.answers[f"{IN}/providers/microsoft.authorization/roledefinitions"].clear()
    grants = by_id(read("identities"))[SHARED].grants or ()
    assert [grant.statement.body["roleDefinitionId"] for grant in grants] == ["cccccccc-0000-0000-0000-000000000001"]


def test_deny_assignments_are_grants_that_deny(read: Read, azure: Azure) -> None:
    azure.answers[f"{IN}/providers/microsoft.authorization/denyassignments"] = [
        {"id": f"{IN}/providers/Microsoft.Authorization/denyAssignments/d1", "properties": {
            "denyAssignmentName": "stack", "scope": IN, "principals": [{"id": "0" * 8 + "-0000-0000-0000-" + "0" * 12}],
            "excludePrincipals": [{"id": SYSTEM}], "permissions": [{"actions": ["*/delete"]}]}}
    ]  # fmt: skip
    denied = [one for one in by_id(read("identities"))[SHARED].grants or () if one.source_kind == "deny"]
    assert [(one.statement.effect, one.statement.actions) for one in denied] == [("deny", ("*/delete",))]
    assert denied[0].statement.body["excludePrincipals"] == [SYSTEM]


def test_what_could_be_activated_is_shown_apart_and_grants_nothing(read: Read, azure: Azure) -> None:
    azure.answers[f"{IN}/providers/microsoft.authorization/roleeligibilityscheduleinstances"] = [
        {"properties": {"principalId": SHARED, "roleDefinitionId": f"x/{CUSTOM}", "scope": IN}}
    ]
    shared = by_id(read("identities"))[SHARED]
    assert shared.sections["eligibility"]["eligible"] == [{"role": CUSTOM, "name": "Key Reader", "scope": IN}]
    assert [grant.source_name for grant in shared.grants or ()] == ["Owner"]


def test_without_the_licence_nothing_can_be_activated(read: Read, azure: Azure) -> None:
    azure.fail("roleeligibility", refusal(400, "AadPremiumLicenseRequired"))
    shared = by_id(read("identities"))[SHARED]
    assert shared.sections["eligibility"] == {"eligible": []} and "eligibility" not in shared.unread
    azure.faults.clear()
    azure.fail("roleeligibility", refusal(403, "AuthorizationFailed"))
    assert by_id(read("identities"))[SHARED].unread["eligibility"].error_class == "denied"


def test_federated_credentials_are_who_may_sign_in_from_outside(read: Read) -> None:
    seen = by_id(read("identities"))
    assert seen[SHARED].sections["trust"]["federated"][0]["subject"] == "repo:acme/shop:ref"
    assert seen[SYSTEM].sections["trust"] == {"federated": []}


def test_the_directory_names_graph_permissions_roles_and_groups(read: Read, azure: Azure) -> None:
    azure.answers[GRANTED] = [
        {"resourceId": GRAPH_SP, "appRoleId": "r1"},
        {"resourceId": "else", "resourceDisplayName": "Payroll", "appRoleId": "r9"},
    ]
    azure.answers[MEMBER] = [
        {"@odata.type": "#microsoft.graph.group", "id": TEAM.upper()},
        {"@odata.type": "#microsoft.graph.directoryRole", "roleTemplateId": "ABC", "displayName": "Global Reader"},
    ]
    shared = by_id(read("identities"))[SHARED]
    assert shared.sections["directory"] == {
        "graph": ["RoleManagement.ReadWrite.Directory"],
        "applications": ["Payroll: r9"],
        "roles": [{"id": "abc", "name": "Global Reader"}],
        "groups": [TEAM],
    }
    assert {grant.source_name for grant in shared.grants or ()} == {"Owner", "Key Reader"}


def test_a_directory_that_may_not_be_read_is_unknown_and_asked_once(read: Read, azure: Azure) -> None:
    azure.fail("/v1.0/", refusal(403, "Authorization_RequestDenied"))
    seen = read("identities")
    assert {one.unread["directory"].permission for one in seen} == {"Application.Read.All"}
    assert all("directory" not in one.sections for one in seen)
    assert len(azure.paths("/v1.0/")) == 1


def test_half_of_the_directory_is_told_and_the_other_half_is_none(read: Read, azure: Azure) -> None:
    azure.fail("transitivememberof", refusal(403, "Authorization_RequestDenied"))
    shared = by_id(read("identities"))[SHARED]
    assert shared.sections["directory"] == {"graph": [], "applications": [], "roles": None, "groups": None}
    assert shared.unread["directory"].permission == "Directory.Read.All"


def test_key_vaults_that_let_it_in_by_an_access_policy_are_told(read: Read, azure: Azure) -> None:
    assert by_id(read("identities"))[SHARED].sections["vaults"] == {"policies": {}}
    policies = [{"objectId": SHARED.upper(), "permissions": {"secrets": ["Get", "List"], "keys": []}}]
    for name, by_role in (("old", False), ("new", True)):
        azure.rows["resources"].append(
            {"id": f"/subscriptions/{OTHER}/resourceGroups/r/providers/Microsoft.KeyVault/vaults/{name}",
             "type": "microsoft.keyvault/vaults",
             "properties": {"enableRbacAuthorization": by_role, "accessPolicies": policies}}
        )  # fmt: skip
    told = by_id(read("identities"))[SHARED].sections["vaults"]["policies"]
    assert {vault.rpartition("/")[2]: given for vault, given in told.items()} == {
        "old": ["secrets/get", "secrets/list"]
    }


def test_vaults_that_may_not_be_read_are_unknown_and_not_none(read: Read, azure: Azure) -> None:
    azure.fail("/vaults", refusal(403, "AuthorizationFailed"))
    shared = by_id(read("identities"))[SHARED]
    assert shared.unread["vaults"].permission == "Microsoft.KeyVault/vaults/read" and "vaults" not in shared.sections
    azure.faults.clear()
    azure.fail("/vaults", refusal(404, "NotFound"))
    silent = by_id(read("identities"))[SHARED]
    assert "vaults" not in silent.sections and "vaults" not in silent.unread


def test_refused_assignments_leave_grants_unknown(read: Read, azure: Azure) -> None:
    azure.fail("roleassignments", refusal(403, "AuthorizationFailed"))
    for one in read("identities"):
        assert one.grants is None
        assert one.unread["policies"].permission == "Microsoft.Authorization/roleAssignments/read"


def test_unchanged_identities_cost_no_request_of_their_own_and_keep_their_grants(read: Read, azure: Azure) -> None:
    known = {one.native_id: Known(one.revision, DAY, DAY) for one in read("identities")}
    azure.asked.clear()
    again = read("identities", Memory(DAY, known, frozenset()))
    assert all(one.grants is None and not one.core_read and "policies" not in one.sections for one in again)
    assert azure.paths("/v1.0/") == [] and azure.paths("federated") == []


@pytest.mark.parametrize("principal", [SHARED, TEAM])
def test_a_new_assignment_to_it_or_to_a_group_is_read_at_once(read: Read, azure: Azure, principal: str) -> None:
    known = {one.native_id: Known(one.revision, DAY, DAY) for one in read("identities")}
    more = assignment(8, principal, CUSTOM, IN, "Group" if principal == TEAM else "ServicePrincipal")
    azure.answers[f"{IN}/providers/microsoft.authorization/roleassignments"] = [*ASSIGNMENTS, more]
    again = by_id(read("identities", Memory(DAY, known, frozenset())))
    assert again[SHARED].core_read


def test_an_identity_without_principal_is_malformed() -> None:
    with pytest.raises(Malformed):
        normalize("identities", {"identity": {"principal": ""}})


def test_role_definitions_are_told_where_they_are_the_tenants_own_or_in_use(read: Read) -> None:
    seen = {one.name: one for one in read("roles")}
    assert sorted(seen) == ["Contributor", "Key Reader", "Owner", "Reader"]
    assert seen["Key Reader"].kind is Kind.POLICY
    assert seen["Key Reader"].sections["config"]["kind"] == "custom role"
    assert seen["Owner"].sections["document"]["permissions"][0]["actions"] == ["*"]


def test_the_subscription_tells_the_groups_above_and_who_holds_what_there(read: Read) -> None:
    (seen,) = read("subscription")
    assert seen.kind is Kind.ACCOUNT and seen.name == "acme-office"
    assert [one["id"] for one in seen.sections["organisation"]["management_groups"]] == ["acme-office", "acme-root"]
    held = seen.sections["access"]["assignments"]
    assert {(one["role"], one["level"]) for one in held} == {
        ("Owner", "management group Acme"),
        ("Contributor", "the subscription"),
    }
