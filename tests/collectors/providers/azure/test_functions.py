"""Function apps and slots: which there are, and what is told of each."""

from __future__ import annotations

from typing import Any

import pytest

from collectors.provider import BadAnswer, Denied, Malformed, Memory, Unsupported
from collectors.providers.azure.fetch.functions import functions
from collectors.providers.azure.ids import is_function_app
from collectors.providers.azure.normalize import normalize
from inventory.facts import Known, Observation, Section, Unread
from tests.collectors.conftest import DAY
from tests.collectors.providers.azure.arm import Azure, Said, refusal
from tests.collectors.providers.azure.conftest import Read
from tests.collectors.providers.azure.estate import (
    ANALYST,
    ARCHIVE,
    CHECKOUT,
    CUSTOM,
    IN,
    JANITOR,
    PIPELINE,
    SECRET,
    SHARED,
    STAGING,
    SUBSCRIPTION,
    SYSTEM,
    TEAM,
    THUMBNAILS,
    WEB,
    assignment,
)

Json = Any
CALLS_OF_AN_APP = ("/functions", "authsettingsv2", "basicpublishing", "configreferences", "diagnosticsettings")


def by_name(seen: list[Observation]) -> dict[str, Observation]:
    return {one.name: one for one in seen}


def remembered(seen: list[Observation]) -> dict[str, Known]:
    return {one.native_id: Known(one.revision, DAY, DAY) for one in seen}


def test_apps_and_slots_are_functions_and_logic_apps_and_web_apps_are_not(read: Read) -> None:
    seen = by_name(read("functions"))
    assert sorted(seen) == ["Checkout", "Checkout/staging", "archive", "janitor", "thumbnails"]
    assert seen["Checkout/staging"].native_id == STAGING.lower()
    assert seen["Checkout"].sections["config"]["kind"] == "Function App"
    assert seen["Checkout/staging"].sections["config"]["kind"] == "Function App slot"
    assert seen["Checkout"].region == "westeurope"


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"kind": "functionapp"}, True),
        ({"kind": "FunctionApp,Linux,Container"}, True),
        ({"kind": "functionapp,linux,container,azurecontainerapps"}, True),
        ({"kind": "functionapp,linux,kubernetes"}, True),
        ({"kind": None, "properties": {"functionAppConfig": {"runtime": {}}}}, True),
        ({"kind": "functionapp,workflowapp"}, False),
        ({"kind": "workflowapp,functionapp", "properties": {"functionAppConfig": {"runtime": {}}}}, False),
        ({"kind": "app,linux,container"}, False),
        ({"kind": "myfunctionapps"}, False),
        ({"kind": 7}, False),
    ],
)
def test_kinds_are_told_apart_whatever_their_case(row: dict[str, Json], expected: bool) -> None:
    assert is_function_app(row) is expected


def test_an_app_runs_as_its_own_identity_and_as_shared_ones(read: Read) -> None:
    seen = by_name(read("functions"))
    assert [one["id"] for one in seen["Checkout"].sections["identity"]["identities"]] == [SYSTEM]
    shared = seen["janitor"].sections["identity"]["identities"]
    assert [(one["assigned"], one["id"], one["client_id"]) for one in shared] == [("user", SHARED, "cc")]
    assert seen["thumbnails"].sections["identity"]["identities"] == []


def test_the_functions_inside_an_app_are_its_triggers_with_what_they_ask_of_callers(read: Read) -> None:
    seen = by_name(read("functions"))
    triggers = {one["qualifier"]: one for one in seen["thumbnails"].sections["triggers"]["triggers"]}
    assert triggers["Resize"]["kind"] == "http"
    assert triggers["Resize"]["detail"]["auth_level"] == "anonymous"
    assert triggers["Resize"]["detail"]["path"] == "/api/resize"
    assert (triggers["Nightly"]["kind"], triggers["Nightly"]["source"]) == ("timer", "0 0 3 * * *")
    urls = [one for one in seen["thumbnails"].sections["entry_points"]["entry_points"] if one["kind"] == "url"]
    assert [(one["auth"], one["method"], one["url"]) for one in urls] == [
        ("anonymous", "GET,POST", "https://thumbnails.azurewebsites.net/api/resize")
    ]
    tidy = seen["Checkout"].sections
    assert next(one for one in tidy["triggers"]["triggers"] if one["kind"] == "http")["detail"]["auth_level"] == ""
    assert next(one for one in tidy["entry_points"]["entry_points"] if one["kind"] == "url")["auth"] == "function"


def test_who_may_deploy_or_read_keys_is_told_with_the_scope_it_is_inherited_from(read: Read) -> None:
    seen = by_name(read("functions"))
    held = {(one.principal, one.via): one for one in seen["thumbnails"].bindings or ()}
    assert set(held) == {
        (SHARED, "Owner at management group Acme"),
        (ANALYST, "Contributor at the subscription"),
        (TEAM, "Key Reader at resource group shop"),
    }
    owner = held[SHARED, "Owner at management group Acme"]
    assert "Microsoft.Authorization/roleAssignments/write" in owner.actions
    contributor = held[ANALYST, "Contributor at the subscription"]
    assert "Microsoft.Authorization/roleAssignments/write" not in contributor.actions
    assert {"Microsoft.Web/sites/write", "Microsoft.Web/sites/host/listkeys/action"} <= set(contributor.actions)
    assert held[TEAM, "Key Reader at resource group shop"].actions == ("Microsoft.Web/sites/host/listkeys/action",)
    own = {one.principal: one.via for one in seen["Checkout"].bindings or ()}
    assert own[PIPELINE] == "Contributor at the app itself"


def test_a_slot_inherits_from_its_app_and_has_actions_of_its_own(read: Read) -> None:
    staging = by_name(read("functions"))["Checkout/staging"]
    of_pipeline = next(one for one in staging.bindings or () if one.principal == PIPELINE)
    assert "Microsoft.Web/sites/slots/write" in of_pipeline.actions
    assert "Microsoft.Web/sites/write" not in of_pipeline.actions


def test_the_section_keeps_only_what_is_near_so_that_one_change_above_is_not_every_apps_change(read: Read) -> None:
    near = by_name(read("functions"))["Checkout"].sections["access"]["assignments"]
    assert {one["principal"] for one in near} == {TEAM, PIPELINE}


def test_where_traffic_may_go_follows_from_routing_and_the_subnet(read: Read) -> None:
    seen = by_name(read("functions"))
    network = seen["Checkout"].sections["network"]
    assert network["attached"] and network["route_all"] is True
    assert [one["via"] for one in network["egress"]] == ["nat gateway"]
    assert network["subnets"][0]["default_outbound"] is False
    rule = network["security_groups"][0]["egress"][0]
    assert (rule["action"], rule["to"], rule["priority"]) == ("deny", "0.0.0.0/0", 100)
    assert network["ingress"][0]["from"] == "0.0.0.0/0" and network["scm_uses_main"] is True
    assert seen["thumbnails"].sections["network"]["egress"] == [{"to": "0.0.0.0/0", "via": "platform"}]


def test_sign_in_before_the_code_and_passwords_for_deployment_are_told(read: Read) -> None:
    access = by_name(read("functions"))["thumbnails"].sections["access"]
    assert access["easy_auth"]["platform"] == {"enabled": False}
    assert access["publishing"] == {"ftp": False, "scm": True}


def test_references_to_key_vault_are_named_and_other_settings_stay_unknown(read: Read) -> None:
    environment = by_name(read("functions"))["Checkout"].sections["environment"]
    assert environment["variables"] is None
    assert environment["references"][0]["name"] == "DB"
    assert environment["references"][0]["vault"] == "acme"
    assert environment["references"][0]["identity"] == "SystemAssigned"


def test_a_stopped_app_has_unread_functions_and_not_none(read: Read, azure: Azure) -> None:
    assert Section.TRIGGERS not in by_name(read("functions"))["archive"].sections
    for status in (404, 409, 500):
        azure.faults.clear()
        azure.fail(f"{ARCHIVE}/functions", refusal(status, "ServerError"))
        stopped = by_name(read("functions"))["archive"]
        assert Section.TRIGGERS not in stopped.sections
        assert stopped.unread["triggers"].error_class == "not applicable"
        assert "stopped" in stopped.unread["triggers"].reason


def test_a_running_app_that_lists_no_function_is_not_said_to_have_none(read: Read, azure: Azure) -> None:
    azure.answers[f"{JANITOR}/functions".lower()] = []
    silent = by_name(read("functions"))["janitor"]
    assert "triggers" in silent.unread and "triggers" not in silent.sections


def test_a_refused_part_is_unread_with_the_missing_action_and_costs_nothing_else(read: Read, azure: Azure) -> None:
    azure.fail(f"{THUMBNAILS}/config/authsettingsV2", refusal(403, "AuthorizationFailed"))
    azure.fail(f"{STAGING}/functions", refusal(403, "AuthorizationFailed"))
    seen = by_name(read("functions"))
    assert seen["thumbnails"].unread["access"].permission == "Microsoft.Web/sites/config/read"
    assert "easy_auth" not in seen["thumbnails"].sections["access"]
    assert seen["thumbnails"].sections["access"]["publishing"] == {"ftp": False, "scm": True}
    assert seen["Checkout/staging"].unread["triggers"].permission == "Microsoft.Web/sites/slots/functions/read"
    assert not seen["Checkout"].unread


def test_refused_assignments_leave_bindings_unknown(read: Read, azure: Azure) -> None:
    azure.fail("roleassignments", refusal(403, "AuthorizationFailed"))
    seen = read("functions")
    assert all(one.bindings is None for one in seen)
    assert {one.unread["access"].permission for one in seen} == {"Microsoft.Authorization/roleAssignments/read"}


def test_unchanged_apps_cost_no_request_of_their_own(read: Read, azure: Azure) -> None:
    first = read("functions")
    azure.asked.clear()
    again = read("functions", Memory(DAY, remembered(first), frozenset()))
    assert [path for path in azure.paths() if any(call in path for call in CALLS_OF_AN_APP)] == []
    assert {one.native_id for one in again} == {one.native_id for one in first}
    assert not any(one.core_read or one.detail_read for one in again)
    firsts = {one.native_id: one for one in first}
    for one in again:
        assert one.bindings is None
        for name, body in one.sections.items():
            assert body == firsts[one.native_id].sections[name]


def test_a_role_given_further_up_changes_the_bindings_and_costs_no_request_of_an_app(read: Read, azure: Azure) -> None:
    known = remembered(read("functions"))
    azure.answers[f"{IN}/providers/microsoft.authorization/roleassignments"].append(assignment(8, TEAM, CUSTOM, IN))
    azure.asked.clear()
    again = read("functions", Memory(DAY, known, frozenset()))
    told = {
        one.name for one in again if any(held.via == "Key Reader at the subscription" for held in one.bindings or ())
    }
    assert told == {"Checkout", "thumbnails", "janitor", "archive"}
    assert not any(one.core_read for one in again)
    assert [path for path in azure.paths() if any(call in path for call in CALLS_OF_AN_APP)] == []


def test_a_changed_or_named_app_is_read_again_alone(read: Read, azure: Azure) -> None:
    known = remembered(read("functions"))
    row = next(row for row in azure.rows["resources"] if row["id"] == JANITOR)
    row["properties"]["httpsOnly"] = False
    azure.asked.clear()
    seen = read("functions", Memory(DAY, known, frozenset({STAGING.lower()})))
    assert {one.name for one in seen if one.core_read} == {"janitor", "Checkout/staging"}


def test_what_changes_by_itself_changes_no_revision(read: Read, azure: Azure) -> None:
    first = {one.native_id: one.revision for one in read("functions")}
    for row in azure.rows["resources"]:
        row["properties"] |= {"outboundIpAddresses": "203.0.113.9", "usageState": "Exceeded"}
    assert {one.native_id: one.revision for one in read("functions")} == first


def test_without_resource_graph_the_lists_of_resource_manager_tell_the_same(read: Read, azure: Azure) -> None:
    with_graph = by_name(read("functions"))
    azure.graph_understands = False
    azure.answers[f"{CHECKOUT}/slots".lower()] = [row for row in azure.rows["resources"] if row["id"] == STAGING]
    seen = by_name(read("functions"))
    assert sorted(seen) == sorted(with_graph)
    assert seen["thumbnails"].sections["network"] == with_graph["thumbnails"].sections["network"]
    assert seen["thumbnails"].sections["access"] == with_graph["thumbnails"].sections["access"]


def test_refused_slots_leave_the_list_incomplete_and_the_apps_told(session: Any, azure: Azure) -> None:
    azure.graph_understands = False
    azure.fail("/slots", refusal(403, "AuthorizationFailed"))
    session.begin(SUBSCRIPTION, 600)
    told: list[str] = []
    with pytest.raises(Denied) as denied:
        told.extend(raw["site"]["name"] for raw in functions(session, SUBSCRIPTION, Memory(DAY)))
    assert told == ["Checkout", "thumbnails", "janitor", "archive"]
    assert denied.value.permission == "Microsoft.Web/sites/slots/read" and len(azure.paths("/slots")) == 1


def test_what_resource_graph_leaves_out_is_asked_of_resource_manager_before_it_counts_as_gone(
    read: Read, azure: Azure
) -> None:
    known = remembered(read("functions"))
    azure.rows["resources"] = [row for row in azure.rows["resources"] if row["id"] != JANITOR]
    seen = by_name(read("functions", Memory(DAY, known, frozenset())))
    assert "janitor" in seen
    azure.rows["resources"] = []
    azure.fail("/providers/microsoft.web/sites", refusal(403, "AuthorizationFailed"))
    with pytest.raises(Denied) as denied:
        read("functions", Memory(DAY, known, frozenset()))
    assert denied.value.permission == "Microsoft.Web/sites/read"


def test_an_entry_without_id_is_malformed_and_no_value_of_a_setting_gets_through(read: Read, azure: Azure) -> None:
    with pytest.raises(Malformed):
        normalize("functions", {"site": {"id": "/subscriptions/x"}})
    with pytest.raises(Malformed):
        normalize("functions", {"site": None})
    told = str([(one.sections, one.raw) for one in read("functions")])
    assert SECRET not in told and "hunter2" not in told and "print('source')" not in told
    assert not any(path.endswith(("/list", "/listkeys")) for path in azure.paths())


def test_odd_shapes_make_a_section_unread_and_never_empty(read: Read, azure: Azure) -> None:
    azure.rows["appserviceresources"] = [
        row | {"properties": row["properties"] | {"ipSecurityRestrictions": "everything"}}
        for row in azure.rows["appserviceresources"]
    ]
    for one in read("functions"):
        assert one.unread["network"] == Unread("ipSecurityRestrictions is no list.", error_class="bad answer")
        assert "network" not in one.sections


def test_a_listing_that_is_no_list_is_a_failed_page(read: Read, azure: Azure) -> None:
    azure.fail("resourcegraph", Said({"data": None, "totalRecords": 3}))
    with pytest.raises(BadAnswer):
        read("functions")


def test_an_endpoint_without_either_list_is_unsupported(read: Read, azure: Azure) -> None:
    azure.graph_understands = False
    azure.fail(f"{IN}/providers/microsoft.web/sites", refusal(501, "NotImplemented"))
    with pytest.raises(Unsupported):
        read("functions")


def test_storage_accounts_that_the_settings_name_are_told_with_their_protection(read: Read, azure: Azure) -> None:
    azure.rows["resources"].append(
        {"id": f"{WEB.replace('Web', 'Storage')}/storageAccounts/shopfiles",
         "type": "microsoft.storage/storageaccounts",
         "properties": {"allowSharedKeyAccess": True, "minimumTlsVersion": "TLS1_0"}}
    )  # fmt: skip
    for row in azure.rows["appserviceresources"]:
        if row["id"].startswith(JANITOR):
            row["properties"]["azureStorageAccounts"] = {
                "x": {"accountName": "shopfiles", "accessKey": "canary-key"},
                "y": {"accountName": "faraway"},
            }
    seen = by_name(read("functions"))
    (faraway, shop) = seen["janitor"].sections["encryption"]["storage"]
    assert (shop["keys_allowed"], shop["least_tls"], faraway["found"]) == (True, "TLS1_0", "not listed")
    assert seen["Checkout"].sections["encryption"]["storage_known"] is False
    assert "canary-key" not in str(seen["janitor"].raw)


def test_the_plan_says_whether_it_is_spread_over_zones(read: Read, azure: Azure) -> None:
    assert by_name(read("functions"))["Checkout"].sections["config"]["plan"]["zone_redundant"] is False
    plan = next(row for row in azure.rows["resources"] if row["id"] == f"{WEB}/serverfarms/plan")
    del plan["properties"]["zoneRedundant"]
    assert "zone_redundant" not in by_name(read("functions"))["Checkout"].sections["config"]["plan"]


def test_the_plan_says_how_it_is_hosted(read: Read, azure: Azure) -> None:
    assert by_name(read("functions"))["Checkout"].sections["config"]["hosting"] == "Premium"
    plan = next(row for row in azure.rows["resources"] if row["id"] == f"{WEB}/serverfarms/plan")
    for tier, word in (("Dynamic", "Consumption"), ("FlexConsumption", "Flex Consumption"), ("Basic", "Dedicated")):
        plan["sku"] = {"tier": tier}
        assert by_name(read("functions"))["Checkout"].sections["config"]["hosting"] == word
