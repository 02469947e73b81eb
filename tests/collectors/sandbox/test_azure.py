"""Azure as the sandbox plays it, asked by Azure's own client."""

import pytest
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError

from collectors.sandbox import RunningSandbox
from collectors.sandbox.estate.azure.access import GRAPH_APPLICATION, OWNER, identity
from collectors.sandbox.estate.azure.app import App
from collectors.sandbox.estate.azure.network import BY_KEY
from collectors.sandbox.estate.azure.tenant import DATA, DEV, DEV_GROUP, LEGAL, SHOP, SUBSCRIPTIONS
from collectors.sandbox.wire import Call
from tests.collectors.sandbox.microsoft import WEB, ask, listed, query, web

SITES = f"/subscriptions/{SHOP}/providers/Microsoft.Web/sites"
AUTHORIZATION = f"/subscriptions/{SHOP}/providers/Microsoft.Authorization"


def of(subscription: str, name: str, group: str = "rg-shop") -> str:
    return App(subscription, name, group=group).id


def test_the_client_lists_every_site_of_a_subscription_and_no_slot(sandbox: RunningSandbox) -> None:
    found = {one.name: one for one in web(sandbox).web_apps.list()}
    assert {"lark-webhooks", "lark-approvals", "lark-www"} <= found.keys()
    assert "workflowapp" in found["lark-approvals"].kind and found["lark-www"].kind == "app,linux"
    assert not any("/" in name for name in found)
    assert found["lark-orders"].identity.type == "UserAssigned"
    assert found["lark-orders"]["properties"]["functionAppConfig"]["runtime"]["name"] == "python"
    assert found["lark-www"].public_network_access is None


def test_the_client_follows_the_pages_of_a_long_list(big_sandbox: RunningSandbox) -> None:
    names = [one.name for one in web(big_sandbox).web_apps.list()]
    assert len(names) == len(set(names)) > 100
    assert sum(one.operation == "sites.list" for one in big_sandbox.requests) > 4


def test_slots_are_sites_of_their_own(sandbox: RunningSandbox) -> None:
    (slot,) = web(sandbox).web_apps.list_slots("rg-shop", "lark-media")
    assert slot.name == "lark-media/staging"
    one, app = (
        web(sandbox).web_apps.get_auth_settings_v2_without_secrets_slot("rg-shop", "lark-media", "staging"),
        web(sandbox).web_apps.get_auth_settings_v2_without_secrets("rg-shop", "lark-media"),
    )
    assert not one.platform.enabled and app.platform.enabled and app.global_validation.require_authentication
    functions = web(sandbox).web_apps.list_instance_functions_slot("rg-shop", "lark-media", "staging")
    assert [fn.config["bindings"][0]["authLevel"] for fn in functions] == ["anonymous"]


def test_a_sites_configuration_functions_and_publishing_can_be_read(sandbox: RunningSandbox) -> None:
    apps = web(sandbox).web_apps
    config = apps.get_configuration("rg-shop", "lark-legacy")
    assert (config.ftps_state, config.min_tls_version, config.remote_debugging_enabled) == ("AllAllowed", "1.0", True)
    assert {
        one.name: one.allow for one in apps.list_basic_publishing_credentials_policies("rg-shop", "lark-legacy")
    } == {
        "ftp": True,
        "scm": True,
    }
    (hook, tidy) = apps.list_functions("rg-shop", "lark-webhooks")
    assert hook.name == "lark-webhooks/hook" and hook.invoke_url_template.endswith("/api/hooks/{source}")
    assert tidy.config["bindings"][0]["type"] == "timerTrigger"
    kinds = {one.sku.tier for one in web(sandbox).app_service_plans.list()}
    assert {"Dynamic", "FlexConsumption", "ElasticPremium", "Standard"} <= kinds


def test_ids_are_compared_without_case(sandbox: RunningSandbox) -> None:
    answer = ask(sandbox, of(SHOP, "lark-webhooks").upper())
    assert answer.json()["name"] == "lark-webhooks"


def test_apps_that_are_down_do_not_tell_their_functions(sandbox: RunningSandbox) -> None:
    apps = web(sandbox, DEV).web_apps
    with pytest.raises(ResourceNotFoundError):
        list(apps.list_functions("rg-dev", "lark-stopped"))
    with pytest.raises(HttpResponseError) as error:
        list(apps.list_functions("rg-dev", "lark-broken"))
    assert error.value.status_code == 500


def test_only_a_call_for_secrets_gives_settings(sandbox: RunningSandbox) -> None:
    told = ask(sandbox, f"{of(SHOP, 'lark-legacy')}/config/appsettings/list", body={}).json()
    assert told["properties"]["DATABASE_URL"] in sandbox.estate.canaries()
    path = f"{of(DATA, 'lark-secrets', 'rg-data')}/config/configreferences/appsettings"
    assert {one["name"]: one["properties"]["status"] for one in listed(sandbox, path)} == {
        "PAYMENT_KEY": "Resolved",
        "OLD_TOKEN": "VaultNotFound",
    }


def test_one_subscription_refuses_apps_and_resource_graph_does_not_say_so(sandbox: RunningSandbox) -> None:
    with pytest.raises(HttpResponseError) as error:
        list(web(sandbox, LEGAL).web_apps.list())
    assert error.value.status_code == 403 and "AuthorizationFailed" in str(error.value)
    assert "Microsoft.Web/sites/read" in error.value.message
    assert query(sandbox, "resources | where type =~ 'microsoft.web/sites' | project id", 100, LEGAL) == []
    assert ask(sandbox, f"/subscriptions/{LEGAL}", "2022-12-01").json()["displayName"] == "legal"


def test_resource_graph_gives_sites_slots_and_configurations_in_pages(sandbox: RunningSandbox) -> None:
    text = (
        "resources | where type in~ ('microsoft.web/sites', 'microsoft.web/sites/slots') "
        "| project id, name, type, kind, location, properties | order by id asc"
    )
    whole, paged = query(sandbox, text), query(sandbox, text, 3)
    assert whole == paged and len({one["id"] for one in whole}) == len(whole) > 25
    assert {one["location"] for one in whole} == {"westeurope", "northeurope"}
    configs = query(
        sandbox, "appserviceresources | where type == 'microsoft.web/sites/config/web' | project id, properties"
    )
    assert any(one["properties"]["cors"]["allowedOrigins"] == ["*"] for one in configs)
    chain = query(
        sandbox, "resourcecontainers | where type =~ 'microsoft.resources/subscriptions' | project id, properties"
    )
    assert all(one["properties"]["managementGroupAncestorsChain"] for one in chain) and len(chain) == len(SUBSCRIPTIONS)


def test_rows_without_ids_cannot_be_paged(sandbox: RunningSandbox) -> None:
    body = {"query": "resources | project name", "options": {"$top": 2}}
    told = ask(sandbox, "/providers/Microsoft.ResourceGraph/resources", "2021-03-01", body).json()
    assert told["resultTruncated"] == "true" and "$skipToken" not in told and told["totalRecords"] > 2


def test_a_query_that_cannot_be_read_is_refused(sandbox: RunningSandbox) -> None:
    for text in ("resources | join other", "nosuchtable", "resources | where name ~~ 'x'", "resources | where ("):
        answer = ask(sandbox, "/providers/Microsoft.ResourceGraph/resources", "2021-03-01", {"query": text})
        assert answer.status_code == 400 and answer.json()["error"]["details"][0]["code"] == "InvalidQuery"


def test_assignments_come_from_below_and_above_the_scope(sandbox: RunningSandbox) -> None:
    every = listed(sandbox, f"{AUTHORIZATION}/roleAssignments", "2022-04-01")
    scopes = {one["properties"]["scope"].lower() for one in every}
    assert (
        any("managementgroups" in one for one in scopes) and f"/subscriptions/{SHOP}/resourcegroups/rg-shop" in scopes
    )
    assert not any(DATA in one for one in scopes)
    here = listed(sandbox, f"{AUTHORIZATION}/roleAssignments", "2022-04-01", **{"$filter": "atScope()"})
    assert not any("resourcegroups" in one["properties"]["scope"].lower() for one in here)
    principal = identity(DEV, "id-ops").principal
    dev = f"/subscriptions/{DEV}/providers/Microsoft.Authorization/roleAssignments"
    (inherited,) = listed(sandbox, dev, "2022-04-01", **{"$filter": f"assignedTo('{principal}')"})
    assert inherited["properties"]["scope"].endswith(f"/managementGroups/{DEV_GROUP}")
    assert inherited["properties"]["roleDefinitionId"].endswith(OWNER)
    broken = ask(sandbox, f"{AUTHORIZATION}/roleAssignments", "2022-04-01", **{"$filter": "nonsense eq 'x'"})
    assert broken.status_code == 400


def test_custom_roles_of_a_group_show_only_below(sandbox: RunningSandbox) -> None:
    names = {one["properties"]["roleName"] for one in listed(sandbox, f"{AUTHORIZATION}/roleDefinitions", "2022-04-01")}
    below = listed(sandbox, f"{AUTHORIZATION}/roleDefinitions", "2022-04-01", **{"$filter": "atScopeAndBelow()"})
    assert "Owner" in names and "Larkfield Slot Deployer" not in names and "Larkfield Gatekeeper" not in names
    assert "Larkfield Slot Deployer" in {one["properties"]["roleName"] for one in below}


def test_denials_eligibility_and_conditions_are_told(sandbox: RunningSandbox) -> None:
    (denial,) = listed(sandbox, f"{AUTHORIZATION}/denyAssignments", "2022-04-01")
    assert denial["properties"]["principals"][0]["type"] == "SystemDefined"
    (waiting,) = listed(sandbox, f"{AUTHORIZATION}/roleEligibilityScheduleInstances", "2020-10-01")
    assert waiting["properties"]["memberType"] == "Direct"
    data = f"/subscriptions/{DATA}/providers/Microsoft.Authorization/roleAssignments"
    conditions = [one["properties"]["condition"] for one in listed(sandbox, data, "2022-04-01")]
    assert any(one and "roleAssignments:RoleDefinitionId" in one for one in conditions)


def test_identities_tell_who_outside_may_become_them(sandbox: RunningSandbox) -> None:
    path = f"/subscriptions/{DEV}/providers/Microsoft.ManagedIdentity/userAssignedIdentities"
    found = {one["name"]: one for one in listed(sandbox, path, "2023-01-31")}
    (outside,) = listed(sandbox, f"{found['id-runner']['id']}/federatedIdentityCredentials", "2023-01-31")
    assert outside["properties"]["subject"].endswith(":*")
    assert listed(sandbox, f"{found['id-ops']['id']}/federatedIdentityCredentials", "2023-01-31") == []


def test_microsoft_graph_tells_application_permissions_and_groups(sandbox: RunningSandbox) -> None:
    (graph,) = ask(sandbox, "/v1.0/servicePrincipals", "", **{"$filter": f"appId eq '{GRAPH_APPLICATION}'"}).json()[
        "value"
    ]
    names = {one["id"]: one["value"] for one in graph["appRoles"]}
    principal = App(SHOP, "lark-directory").principal
    granted = ask(sandbox, f"/v1.0/servicePrincipals/{principal}/appRoleAssignments", "").json()["value"]
    assert "RoleManagement.ReadWrite.Directory" in {names[one["appRoleId"]] for one in granted}
    member = ask(sandbox, f"/v1.0/servicePrincipals/{App(SHOP, 'lark-oncall').principal}/transitiveMemberOf", "")
    assert member.json()["value"][0]["@odata.type"] == "#microsoft.graph.group"
    assert ask(sandbox, "/v1.0/servicePrincipals/nobody/appRoleAssignments", "").status_code == 404


def test_the_surroundings_of_an_app_in_a_network_can_be_read(sandbox: RunningSandbox) -> None:
    closed = BY_KEY["vnet-core/apps-closed"]
    subnet = ask(sandbox, closed.id, "2024-05-01").json()["properties"]
    rules = ask(sandbox, subnet["networkSecurityGroup"]["id"], "2024-05-01").json()["properties"]["securityRules"]
    assert rules[0]["properties"]["destinationAddressPrefix"] == "Internet"
    routes = ask(sandbox, subnet["routeTable"]["id"], "2024-05-01").json()["properties"]["routes"]
    assert routes[0]["properties"]["nextHopType"] == "VirtualAppliance"
    (store, *_) = listed(sandbox, f"/subscriptions/{SHOP}/providers/Microsoft.Storage/storageAccounts", "2023-05-01")
    assert store["properties"]["allowSharedKeyAccess"] is True
    path = f"{of(SHOP, 'lark-egress')}/providers/Microsoft.Insights/diagnosticSettings"
    assert listed(sandbox, path, "2021-05-01-preview")[0]["properties"]["workspaceId"]


def test_the_activity_log_tells_an_operation_in_three_events(own_sandbox: RunningSandbox) -> None:
    own_sandbox.day = 3
    path = f"/subscriptions/{SHOP}/providers/Microsoft.Insights/eventtypes/management/values"
    wanted = "eventTimestamp ge '2026-11-01T00:00:00Z' and resourceProvider eq 'Microsoft.Authorization'"
    events = listed(own_sandbox, path, "2015-04-01", **{"$filter": wanted})
    assert [one["status"]["value"] for one in events] == ["Succeeded", "Accepted", "Started"]
    assert len({one["correlationId"] for one in events}) == 1
    assert identity(SHOP, "id-janitor").principal in events[-1]["properties"]["requestbody"]
    chosen = listed(own_sandbox, path, "2015-04-01", **{"$filter": wanted, "$select": "caller,status"})
    assert {"caller", "status"} <= chosen[0].keys() and "claims" not in chosen[0]
    assert ask(own_sandbox, path, "2015-04-01").status_code == 400


def test_subscriptions_below_a_management_group_are_found(sandbox: RunningSandbox) -> None:
    found = listed(sandbox, "/providers/Microsoft.Management/managementGroups/larkfield/descendants", "2020-05-01")
    assert {one["name"] for one in found if one["type"].endswith("/subscriptions")} == {one.id for one in SUBSCRIPTIONS}
    assert {one["subscriptionId"] for one in listed(sandbox, "/subscriptions", "2022-12-01")} == {
        one.id for one in SUBSCRIPTIONS
    }


def test_what_is_not_there_is_not_found_in_azures_words(own_sandbox: RunningSandbox) -> None:
    def code(path: str, version: str = WEB) -> tuple[int, str]:
        answer = ask(own_sandbox, path, version)
        return answer.status_code, answer.json()["error"]["code"]

    assert code(of(SHOP, "nothing")) == (404, "ResourceNotFound")
    assert code("/subscriptions/00000000-0000-4000-8000-000000000000/providers/Microsoft.Web/sites") == (
        404,
        "SubscriptionNotFound",
    )
    assert code(SITES, "") == (400, "MissingApiVersionParameter")
    answer = ask(own_sandbox, SITES, **{"$skiptoken": "nonsense"})
    assert answer.status_code == 400


def test_calls_are_noted_with_provider_kind_and_subscription(own_sandbox: RunningSandbox) -> None:
    ask(own_sandbox, SITES)
    ask(own_sandbox, f"{of(SHOP, 'lark-webhooks')}/config/web")
    ask(own_sandbox, f"{of(SHOP, 'lark-webhooks')}/functions")
    ask(own_sandbox, "/providers/Microsoft.ResourceGraph/resources", "2021-03-01", {"query": "resources"})
    assert own_sandbox.requests == [
        Call("Microsoft.Web", "sites.list", "", SHOP),
        Call("Microsoft.Web", "sites/config/web.get", "", SHOP),
        Call("Microsoft.Web", "sites/functions.list", "", SHOP),
        Call("Microsoft.ResourceGraph", "resources.post", "", ""),
    ]
