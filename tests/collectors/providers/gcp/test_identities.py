"""Service accounts and roles: what is granted on which level, who may act as whom, whose keys are old."""

from __future__ import annotations

import pytest

from collectors.provider import ReadFault
from inventory.facts import Observation
from tests.collectors.providers.gcp.conftest import Read
from tests.collectors.providers.gcp.estate import COMPUTE, OFFICE_HOURS, PROJECT, ROBOT, ROLES, binding, policy
from tests.collectors.providers.gcp.google import Google, disabled, refusal


@pytest.fixture
def accounts(read: Read) -> dict[str, Observation]:
    return {one.native_id: one for one in read("service accounts", "global")}


def test_an_account_is_named_by_its_email_as_functions_name_it(accounts: dict[str, Observation]) -> None:
    assert accounts.keys() == {ROBOT, COMPUTE}
    assert accounts[COMPUTE].sections["config"]["default"] == "compute"
    assert "default" not in accounts[ROBOT].sections["config"]


def test_roles_of_every_level_become_grants_with_their_permissions(accounts: dict[str, Observation]) -> None:
    grants = {(one.source, one.scope): one for one in accounts[ROBOT].grants or () if one.source_kind == "role"}
    assert grants.keys() == {
        ("roles/run.invoker", f"projects/{PROJECT}"),
        ("organizations/99/roles/deployer", "organizations/99"),
    }
    deployer = grants["organizations/99/roles/deployer", "organizations/99"].statement
    assert deployer.actions == ("cloudfunctions.functions.sourceCodeSet",)
    invoker = grants["roles/run.invoker", f"projects/{PROJECT}"].statement
    assert invoker.body["condition"] == OFFICE_HOURS
    editor = next(one for one in accounts[COMPUTE].grants or () if one.source == "roles/editor")
    assert editor.statement.actions == tuple(sorted(ROLES["roles/editor"]))


def test_equal_grants_are_one_statement(google: Google, read: Read) -> None:
    both = binding("roles/editor", f"serviceAccount:{ROBOT}", f"serviceAccount:{COMPUTE}")
    google.answers[f"/v3/projects/{PROJECT}:getIamPolicy"] = policy(both)
    shas = {one.statement.sha for seen in read("service accounts", "global") for one in seen.grants or ()
            if one.source == "roles/editor"}  # fmt: skip
    assert len(shas) == 1


def test_a_role_that_was_refused_is_a_grant_whose_permissions_are_not_known(google: Google, read: Read) -> None:
    google.fail("/v1/roles/editor", refusal(403))
    compute = next(one for one in read("service accounts", "global") if one.native_id == COMPUTE)
    [grant] = [one for one in compute.grants or () if one.source == "roles/editor"]
    assert grant.statement.body["permissions"] is None
    role = next(one for one in read("roles", "global") if one.native_id == "roles/editor")
    assert role.unread["document"].permission == "iam.roles.get"


def test_deny_rules_that_may_concern_it_are_denials(accounts: dict[str, Observation]) -> None:
    [denied] = [one for one in accounts[ROBOT].grants or () if one.source_kind == "deny"]
    assert denied.statement.effect == "deny"
    assert denied.scope == "folders/77"
    assert denied.statement.actions == ("run.googleapis.com/services.setIamPolicy",)


def test_who_may_act_as_it_and_its_own_keys_are_told(accounts: dict[str, Observation]) -> None:
    robot = accounts[ROBOT].sections
    assert robot["trust"]["document"]["bindings"] == [
        {"role": "roles/iam.serviceAccountUser", "members": ["user:dana@acme.example"]}
    ]
    assert robot["keys"]["keys"][0]["created"] == "2024-01-01T00:00:00Z"
    assert accounts[COMPUTE].sections["keys"] == {"keys": []}


def test_the_recommenders_word_is_told_where_it_may_be_read(
    google: Google, read: Read, accounts: dict[str, Observation]
) -> None:
    assert accounts[COMPUTE].sections["usage"]["recommendations"] == [{"role": "roles/editor", "kind": "REMOVE_ROLE"}]
    assert accounts[ROBOT].sections["usage"] == {"recommendations": []}


def test_without_the_recommender_everything_else_is_told(google: Google, read: Read) -> None:
    google.fail("/recommenders/", disabled("recommender.googleapis.com"))
    robot = read("service accounts", "global")[0]
    assert robot.unread["usage"].error_class == "not applicable"
    assert robot.grants


def test_without_the_projects_policy_nothing_is_known_to_be_granted(google: Google, read: Read) -> None:
    google.fail(f"/v3/projects/{PROJECT}:getIamPolicy", refusal(403))
    robot = read("service accounts", "global")[0]
    assert robot.grants is None
    assert "policies" not in robot.sections
    assert robot.unread["policies"].permission == "resourcemanager.projects.getIamPolicy"


def test_roles_are_custom_ones_and_those_in_use_each_with_what_it_contains(read: Read) -> None:
    roles = {one.native_id: one for one in read("roles", "global")}
    assert {
        "roles/editor",
        "roles/owner",
        f"projects/{PROJECT}/roles/tidy",
        "organizations/99/roles/deployer",
    } <= roles.keys()
    editor = roles["roles/editor"].sections
    assert editor["document"]["document"]["includedPermissions"] == sorted(ROLES["roles/editor"])
    assert roles[f"projects/{PROJECT}/roles/gone"].sections["config"]["deleted"] is True


def test_predefined_roles_are_asked_once_a_day_by_one_process(google: Google, read: Read, session: object) -> None:
    read("roles", "global")
    asked = len(google.paths("/v1/roles/"))
    session._shared.clear()  # type: ignore[attr-defined]
    read("roles", "global")
    assert len(google.paths("/v1/roles/")) == asked


def test_a_list_of_custom_roles_that_was_refused_is_incomplete_and_the_others_are_told(
    google: Google, read: Read
) -> None:
    google.fail(f"/v1/projects/{PROJECT}/roles", refusal(403))
    with pytest.raises(ReadFault) as told:
        read("roles", "global")
    assert told.value.permission == "iam.roles.list"
