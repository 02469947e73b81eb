"""Google Cloud as the sandbox plays it, asked by Google's own clients."""

from typing import Any

import pytest
from google.api_core import exceptions

from collectors.sandbox import RunningSandbox
from collectors.sandbox.estate.gcp.organisation import (
    BELGIUM,
    DATA,
    DEV,
    FRANKFURT,
    IOWA,
    LEGAL,
    ORGANISATION,
    PROD_FOLDER,
    SHOP,
    STATIC,
    TAIWAN,
    account,
)
from collectors.sandbox.wire import Call
from tests.collectors.sandbox.google import client, get, pages, post

FUNCTIONS, SERVICES = "functions_v2.FunctionServiceClient", "run_v2.ServicesClient"
PROJECTS = "resourcemanager_v3.ProjectsClient"


def short(names: Any) -> set[str]:
    return {one.rsplit("/", 1)[-1] for one in names}


def version_3(resource: str) -> dict[str, Any]:
    return {"resource": resource, "options": {"requested_policy_version": 3}}


def test_the_functions_client_lists_both_generations_and_nothing_of_cloud_run(sandbox: RunningSandbox) -> None:
    found = list(client(sandbox, FUNCTIONS).list_functions(parent=f"projects/{SHOP}/locations/-"))
    assert {one.environment.name for one in found} == {"GEN_1", "GEN_2"}
    assert {"gift-finder", "store-locator"} <= short(one.name for one in found)
    assert not {"price-widget", "basket-render"} & short(one.name for one in found)


def test_a_location_that_does_not_answer_is_named_and_hides_what_is_in_it(sandbox: RunningSandbox) -> None:
    listed = client(sandbox, FUNCTIONS).list_functions(parent=f"projects/{DATA}/locations/-")
    assert [list(page.unreachable) for page in listed.pages] == [[TAIWAN]]
    assert "apac-relay" not in short(one.name for one in listed)
    with pytest.raises(exceptions.ServiceUnavailable):
        client(sandbox, FUNCTIONS).list_functions(parent=f"projects/{DATA}/locations/{TAIWAN}")


@pytest.mark.parametrize("size", [1, 4, 100])
def test_pages_together_are_the_whole_list(sandbox: RunningSandbox, size: int) -> None:
    path = f"/v2/projects/{SHOP}/locations/-/functions"
    found = pages(sandbox, path, "functions", size)
    names = [one["name"] for page in found for one in page]
    assert len(names) == len(set(names)) == len(get(sandbox, path).json()["functions"])
    assert max(map(len, found)) <= size


def test_a_wrong_page_token_is_refused(sandbox: RunningSandbox) -> None:
    answer = get(sandbox, f"/v2/projects/{SHOP}/locations/-/functions", pageToken="nonsense")
    assert (answer.status_code, answer.json()["error"]["status"]) == (400, "INVALID_ARGUMENT")


def test_the_wire_keeps_fields_that_the_client_drops(sandbox: RunningSandbox) -> None:
    name = f"projects/{SHOP}/locations/{BELGIUM}/functions/card-vault"
    raw = get(sandbox, f"/v2/{name}").json()
    assert raw["serviceConfig"]["directVpcNetworkInterface"][0]["network"].endswith("closed-vpc")
    assert raw["kmsKeyName"] and raw["satisfiesPzi"]
    assert client(sandbox, FUNCTIONS).get_function(name=name).kms_key_name == raw["kmsKeyName"]
    assert not hasattr(client(sandbox, FUNCTIONS).get_function(name=name).service_config, "direct_vpc_egress")


def test_the_first_generation_has_words_of_its_own(sandbox: RunningSandbox) -> None:
    listed = client(sandbox, "functions_v1.CloudFunctionsServiceClient").list_functions(
        request={"parent": f"projects/{SHOP}/locations/-"}
    )
    found = {one.name.rsplit("/", 1)[-1]: one for one in listed}
    assert found["gift-finder"].https_trigger.security_level.name == "SECURE_OPTIONAL"
    assert found["mailer"].event_trigger.event_type == "google.pubsub.topic.publish"
    assert "store-locator" not in found


def test_calls_of_a_second_generation_function_are_decided_on_its_service(sandbox: RunningSandbox) -> None:
    name = f"projects/{SHOP}/locations/{BELGIUM}"
    own = client(sandbox, FUNCTIONS).get_iam_policy(request=version_3(f"{name}/functions/store-locator"))
    service = client(sandbox, SERVICES).get_iam_policy(request=version_3(f"{name}/services/store-locator"))
    assert list(own.bindings) == []
    assert [list(one.members) for one in service.bindings] == [["allUsers"]]


def test_a_services_name_is_spelt_as_cloud_run_spells_it(sandbox: RunningSandbox) -> None:
    found = get(sandbox, f"/v2/projects/{DATA}/locations/{BELGIUM}/functions/partner_feed").json()
    assert found["serviceConfig"]["service"].endswith("/services/partner-feed")
    assert get(sandbox, f"/v2/{found['serviceConfig']['service']}").json()["generation"]


def test_cloud_run_lists_one_location_at_a_time_but_for_its_older_api(sandbox: RunningSandbox) -> None:
    with pytest.raises(exceptions.BadRequest, match="wildcard"):
        client(sandbox, SERVICES).list_services(parent=f"projects/{SHOP}/locations/-")
    here = {one.name.rsplit("/", 1)[-1]: one for one in
            client(sandbox, SERVICES).list_services(parent=f"projects/{SHOP}/locations/{BELGIUM}")}  # fmt: skip
    assert here["price-widget"].build_config.function_target == "main"
    assert here["promo-banner"].invoker_iam_disabled and not here["store-locator"].build_config.function_target
    assert here["web-frontend"].uri and not here["web-frontend"].build_config.function_target
    assert get(sandbox, f"/v2/projects/{DATA}/locations/{FRANKFURT}/services/back-office").json()["iapEnabled"]
    first = get(sandbox, f"/v1/projects/{SHOP}/locations/-/services", limit=3).json()
    assert len(first["items"]) == 3 and first["metadata"]["continue"]
    second = get(sandbox, f"/v1/projects/{SHOP}/locations/-/services", **{"continue": first["metadata"]["continue"]})
    assert not {one["metadata"]["name"] for one in first["items"]} & {
        one["metadata"]["name"] for one in second.json()["items"]
    }


def test_conditions_show_only_to_those_who_ask_for_version_three(sandbox: RunningSandbox) -> None:
    name = f"projects/{DATA}/locations/{FRANKFURT}/services/month-end"
    asked = client(sandbox, SERVICES).get_iam_policy(request=version_3(name))
    assert asked.version == 3 and asked.bindings[0].condition.expression.startswith("request.time")
    older = client(sandbox, SERVICES).get_iam_policy(request={"resource": name})
    assert older.version == 1 and not older.bindings[0].condition.expression
    assert older.bindings[0].role.startswith("roles/run.invoker_withcond_")
    project = client(sandbox, PROJECTS).get_iam_policy(request={"resource": f"projects/{DATA}"})
    assert any("_withcond_" in one.role for one in project.bindings)


def test_an_api_that_is_switched_off_says_so(sandbox: RunningSandbox) -> None:
    with pytest.raises(exceptions.Forbidden) as error:
        client(sandbox, FUNCTIONS).list_functions(parent=f"projects/{STATIC}/locations/-")
    assert error.value.reason == "SERVICE_DISABLED"
    assert error.value.metadata["service"] == "cloudfunctions.googleapis.com"
    states = {
        one["config"]["name"]: one["state"]
        for one in get(sandbox, f"/v1/projects/{STATIC}/services").json()["services"]
    }
    assert states["cloudfunctions.googleapis.com"] == "DISABLED" and states["run.googleapis.com"] == "ENABLED"


def test_one_project_shows_no_policy_of_any_kind(sandbox: RunningSandbox) -> None:
    place = f"projects/{LEGAL}/locations/{FRANKFURT}"
    assert short(one.name for one in client(sandbox, FUNCTIONS).list_functions(parent=place)) == {"contract-archive"}
    for kind, resource in (
        (FUNCTIONS, f"{place}/functions/contract-archive"),
        (SERVICES, f"{place}/services/contract-archive"),
        (PROJECTS, f"projects/{LEGAL}"),
    ):
        with pytest.raises(exceptions.Forbidden) as error:
            client(sandbox, kind).get_iam_policy(request=version_3(resource))
        assert error.value.reason == "IAM_PERMISSION_DENIED"


def test_projects_are_found_by_search_by_parent_by_id_and_by_number(sandbox: RunningSandbox) -> None:
    projects = client(sandbox, PROJECTS)
    assert {one.project_id for one in projects.search_projects(query="state:ACTIVE")} == {
        SHOP,
        DATA,
        DEV,
        LEGAL,
        STATIC,
    }
    assert {one.project_id for one in projects.list_projects(parent=PROD_FOLDER)} == {SHOP, DATA, STATIC}
    by_id = projects.get_project(name=f"projects/{SHOP}")
    assert projects.get_project(name=by_id.name) == by_id and by_id.parent == PROD_FOLDER
    folder = client(sandbox, "resourcemanager_v3.FoldersClient").get_folder(name=PROD_FOLDER)
    assert folder.parent == ORGANISATION
    with pytest.raises(exceptions.Forbidden):
        projects.get_project(name="projects/somebody-elses")


def test_the_asset_inventory_finds_functions_of_all_projects(sandbox: RunningSandbox) -> None:
    assets = client(sandbox, "asset_v1.AssetServiceClient")
    kinds = ["cloudfunctions.googleapis.com/Function", "cloudfunctions.googleapis.com/CloudFunction"]
    found = list(assets.search_all_resources(request={"scope": ORGANISATION, "asset_types": kinds, "page_size": 7}))
    assert {one.asset_type for one in found} == set(kinds)
    assert len({one.project for one in found}) == 4
    below = assets.search_all_resources(request={"scope": PROD_FOLDER, "asset_types": kinds})
    assert {one.folders[0] for one in below} == {PROD_FOLDER}
    public = assets.search_all_iam_policies(request={"scope": ORGANISATION, "query": 'memberTypes:"allUsers"'})
    assert any(one.resource.endswith("/services/store-locator") for one in public)


def test_lists_of_deny_policies_leave_the_rules_out(sandbox: RunningSandbox) -> None:
    path = f"/v2/policies/cloudresourcemanager.googleapis.com%2Fprojects%2F{DEV}/denypolicies"
    (listed,) = get(sandbox, path).json()["policies"]
    assert "rules" not in listed
    assert get(sandbox, f"/v2/{listed['name']}").json()["rules"][0]["denyRule"]["deniedPermissions"]
    twice = get(sandbox, path.replace("%2F", "%252F")).json()["policies"]
    assert [one["name"] for one in twice] == [listed["name"]]


def test_service_accounts_tell_who_may_act_as_them_and_their_keys(sandbox: RunningSandbox) -> None:
    path = f"/v1/projects/{DATA}/serviceAccounts"
    assert account("warehouse-admin", DATA) in {one["email"] for one in get(sandbox, path).json()["accounts"]}
    held = post(sandbox, f"{path}/{account('warehouse-admin', DATA)}:getIamPolicy", {}).json()
    assert held["bindings"][0]["members"] == [f"serviceAccount:{account('token-minter', DATA)}"]
    keys = get(
        sandbox, f"/v1/projects/-/serviceAccounts/{account('mailer', SHOP)}/keys", keyTypes="USER_MANAGED"
    ).json()
    assert [one["keyType"] for one in keys["keys"]] == ["USER_MANAGED"]
    assert get(sandbox, f"{path}/nobody@example.com").status_code == 404


def test_roles_show_their_permissions_one_by_one_or_in_full_lists(sandbox: RunningSandbox) -> None:
    assert get(sandbox, "/v1/roles/run.invoker").json()["includedPermissions"] == ["run.jobs.run", "run.routes.invoke"]
    (custom,) = get(sandbox, f"/v1/projects/{DEV}/roles", view="FULL").json()["roles"]
    assert "iam.roles.update" in custom["includedPermissions"]
    assert "includedPermissions" not in get(sandbox, f"/v1/projects/{DEV}/roles").json()["roles"][0]
    assert get(sandbox, f"/v1/{custom['name']}").json() == custom


def test_runtimes_tell_until_when_they_are_supported(sandbox: RunningSandbox) -> None:
    listed = client(sandbox, FUNCTIONS).list_runtimes(parent=f"projects/{SHOP}/locations/{IOWA}").runtimes
    dates = {(one.name, one.environment.name): one.decommission_date.year for one in listed}
    assert dates["nodejs16", "GEN_1"] == 2025 and dates["python313", "GEN_2"] == 2030


def test_what_surrounds_functions_is_listed(sandbox: RunningSandbox) -> None:
    at = f"/v1/projects/{SHOP}/locations/{BELGIUM}"
    assert get(sandbox, f"{at}/connectors").json()["connectors"][0]["network"] == "core-vpc"
    assert get(sandbox, f"{at}/triggers").json()["triggers"][0]["destination"]["cloudRun"]["service"] == "upload-scan"
    assert get(sandbox, f"{at}/jobs").json()["jobs"][0]["httpTarget"]["uri"].startswith("https://janitor-")
    pushed = get(sandbox, f"/v1/projects/{SHOP}/subscriptions").json()["subscriptions"]
    assert any("store-locator" in one["pushConfig"].get("pushEndpoint", "") for one in pushed)
    rules = get(sandbox, f"/compute/v1/projects/{SHOP}/global/firewalls").json()["items"]
    assert {one["direction"] for one in rules} == {"EGRESS"}
    routers = get(sandbox, f"/compute/v1/projects/{SHOP}/aggregated/routers").json()["items"]
    assert "nats" in routers[f"regions/{BELGIUM}"]["routers"][0] and "warning" in routers[f"regions/{IOWA}"]


def test_the_log_tells_each_operation_twice(own_sandbox: RunningSandbox) -> None:
    own_sandbox.day = 1
    wanted = (
        'logName:"activity" AND protoPayload.methodName:"UpdateFunction" AND protoPayload.resourceName:"store-locator"'
    )
    body = {"resourceNames": [f"projects/{SHOP}"], "filter": wanted, "orderBy": "timestamp desc", "pageSize": 2}
    latest, first = post(own_sandbox, "/v2/entries:list", body).json()["entries"]
    assert first["operation"]["first"] and latest["operation"]["last"]
    assert first["operation"]["id"] == latest["operation"]["id"] and first["insertId"] != latest["insertId"]
    assert first["protoPayload"]["authenticationInfo"]["principalEmail"] == account("release", SHOP)
    broken = post(own_sandbox, "/v2/entries:list", {**body, "filter": "a = ("})
    assert broken.json()["error"]["status"] == "INVALID_ARGUMENT"


def test_what_is_not_there_is_not_found_in_googles_words(own_sandbox: RunningSandbox) -> None:
    for path in ("/v2/projects/p/bridges", f"/v2/projects/{SHOP}/locations/{IOWA}/functions/nothing", "/v9x/projects"):
        answer = get(own_sandbox, path)
        assert answer.status_code == 404
    assert get(own_sandbox, "/v2/projects/p/bridges").json()["error"]["status"] == "NOT_FOUND"


def test_calls_are_noted_with_api_operation_location_and_project(own_sandbox: RunningSandbox) -> None:
    client(own_sandbox, FUNCTIONS).list_functions(parent=f"projects/{SHOP}/locations/-")
    get(own_sandbox, "/v2/projects/700000000011/locations/europe-west1/services")
    assert own_sandbox.requests == [
        Call("cloudfunctions", "ListFunctions", "", SHOP),
        Call("run", "ListServices", BELGIUM, SHOP),
    ]
