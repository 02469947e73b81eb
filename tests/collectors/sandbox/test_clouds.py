"""What the three clouds of the sandbox have in common: one organisation, one port, days, faults, a low price."""

import http.client
import json
import time
from typing import Any
from urllib.parse import quote

import pytest
import requests
from google.api_core import exceptions

from collectors.sandbox import RunningSandbox
from collectors.sandbox.estate import LAST_DAY, Estate
from collectors.sandbox.estate.azure import tenant
from collectors.sandbox.estate.azure.access import identity
from collectors.sandbox.estate.azure.app import App
from collectors.sandbox.estate.gcp.organisation import BELGIUM, DATA, IOWA, SHOP, account
from tests.collectors.sandbox.conftest import Connect
from tests.collectors.sandbox.google import client, get
from tests.collectors.sandbox.microsoft import ask, listed

GOOGLE, AZURE = (
    f"/v2/projects/{SHOP}/locations/-/functions",
    f"/subscriptions/{tenant.SHOP}/providers/Microsoft.Web/sites",
)
VERSION = "?api-version=2025-05-01"


def names(running: RunningSandbox, project: str = SHOP) -> set[str]:
    listed_here = get(running, f"/v2/projects/{project}/locations/-/functions").json()["functions"]
    return {one["name"].rsplit("/", 1)[-1] for one in listed_here}


def invokers(running: RunningSandbox, resource: str, version: str = "v2") -> set[str]:
    policy = get(running, f"/{version}/{resource}:getIamPolicy").json()
    return {member for one in policy.get("bindings", ()) for member in one["members"]}


def owners(running: RunningSandbox, project: str) -> set[str]:
    policy = client(running, "resourcemanager_v3.ProjectsClient").get_iam_policy(
        request={"resource": f"projects/{project}"}
    )
    return {member for one in policy.bindings if one.role == "roles/owner" for member in one.members}


def apps(running: RunningSandbox) -> set[str]:
    return {one["name"] for one in listed(running, AZURE)}


def test_one_port_serves_three_clouds(sandbox: RunningSandbox, aws: Connect) -> None:
    assert aws("lambda").list_functions()["Functions"]
    assert get(sandbox, GOOGLE).json()["functions"]
    assert listed(sandbox, AZURE)
    assert requests.get(f"{sandbox.url}/v1beta/nothing", timeout=5).status_code == 404


def everything(estate: Estate, day: int) -> list[object]:
    today = estate.at(day)
    google, azure = today.gcp, today.azure
    return [
        *google.all_functions(),
        *google.level_policies.items(),
        *azure.all_apps(),
        azure.holdings,
        google.entries(frozenset({SHOP, DATA})),
        azure.entries(tenant.SHOP),
    ]


def test_same_seed_gives_the_same_google_and_azure_on_every_day() -> None:
    first, second = Estate(600, seed=7), Estate(600, seed=7)
    for day in range(LAST_DAY + 1):
        assert everything(first, day) == everything(second, day)
    assert everything(first, 0) != everything(Estate(600, seed=8), 0)


@pytest.mark.parametrize(("size", "google", "azure"), [(130, 35, 30), (1300, 350, 300)])
def test_the_other_clouds_grow_with_the_first(size: int, google: int, azure: int) -> None:
    today = Estate(size).at(0)
    assert (len(today.gcp.all_functions()), len(today.azure.all_apps())) == (google, azure)
    assert len({one.resource for one in today.gcp.all_functions()}) == google


def test_every_service_account_exists_but_the_one_that_was_deleted() -> None:
    google = Estate(1300).at(0).gcp
    orphans = {one.name for one in google.all_functions() if google.account(one.email) is None}
    assert orphans == {"orphan-job"}


def test_canaries_of_all_clouds_are_known() -> None:
    today, known = Estate().at(0), Estate().canaries()
    mailer = today.gcp.function(SHOP, IOWA, "mailer")
    legacy = today.azure.app(tenant.SHOP, "lark-legacy")
    assert mailer and legacy and {mailer.environment["SMTP_PASSWORD"], legacy.secret} <= known
    assert mailer.environment["SMTP_HOST"] not in known


def test_day_two_brings_new_functions(own_sandbox: RunningSandbox) -> None:
    assert "gift-cards" not in names(own_sandbox) and "lark-gifts" not in apps(own_sandbox)
    own_sandbox.day = 2
    assert "gift-cards" in names(own_sandbox) and "lark-gifts" in apps(own_sandbox)


def test_day_three_makes_owners_of_two_identities(own_sandbox: RunningSandbox) -> None:
    janitor = identity(tenant.SHOP, "id-janitor").principal
    path = f"/subscriptions/{tenant.SHOP}/providers/Microsoft.Authorization/roleAssignments"
    asked = {"$filter": f"principalId eq '{janitor}'"}
    google = f"serviceAccount:{account('janitor', SHOP)}"
    assert google not in owners(own_sandbox, SHOP) and len(listed(own_sandbox, path, "2022-04-01", **asked)) == 1
    own_sandbox.day = 3
    assert google in owners(own_sandbox, SHOP) and len(listed(own_sandbox, path, "2022-04-01", **asked)) == 2


def test_day_four_opens_two_functions_to_everyone(own_sandbox: RunningSandbox) -> None:
    photos = f"projects/{DATA}/locations/{BELGIUM}/services/photo-import"
    signing = f"{App(tenant.DATA, 'lark-photos', group='rg-data').id}/config/authsettingsV2"
    assert "allUsers" not in invokers(own_sandbox, photos)
    assert ask(own_sandbox, signing).json()["properties"]["platform"]["enabled"]
    own_sandbox.day = 4
    assert "allUsers" in invokers(own_sandbox, photos)
    assert get(own_sandbox, f"/v2/{photos}").json()["ingress"] == "INGRESS_TRAFFIC_ALL"
    assert not ask(own_sandbox, signing).json()["properties"]["platform"]["enabled"]


def test_day_five_takes_functions_away_and_day_six_closes_others(own_sandbox: RunningSandbox) -> None:
    finder = f"projects/{SHOP}/locations/{IOWA}/functions/gift-finder"
    assert "old-feed" in names(own_sandbox) and "lark-oldimport" in apps(own_sandbox)
    assert invokers(own_sandbox, finder, "v1") == {"allUsers"}
    own_sandbox.day = 6
    assert "old-feed" not in names(own_sandbox) and "lark-oldimport" not in apps(own_sandbox)
    assert invokers(own_sandbox, finder, "v1") == set()


def test_what_happens_is_in_the_logs_of_its_day_and_not_before(own_sandbox: RunningSandbox) -> None:
    logs = {"google": 0, "azure": 0}
    for day in range(LAST_DAY + 1):
        own_sandbox.day = day
        today = own_sandbox.estate.at(day)
        here = {"google": len(today.gcp.entries(frozenset({SHOP}))), "azure": len(today.azure.entries(tenant.SHOP))}
        assert all(here[cloud] >= logs[cloud] for cloud in logs)
        stamp = today.gcp.stamp(day * 24)
        assert all(
            entry["timestamp"] <= stamp for entry in today.gcp.entries(frozenset({SHOP})) if "operation" not in entry
        )
        logs = here
    assert logs["google"] > 20 and logs["azure"] > 20


def test_lists_come_in_another_order_and_say_the_same(own_sandbox: RunningSandbox) -> None:
    path = f"/v2/projects/{DATA}/locations/-/functions"
    first = get(own_sandbox, path).json()["functions"]
    own_sandbox.day = 1
    second = get(own_sandbox, path).json()["functions"]
    assert first != second and sorted(first, key=lambda one: one["name"]) == sorted(second, key=lambda one: one["name"])


FAULTS = [
    ("throttle", 429, "RESOURCE_EXHAUSTED", "SubscriptionRequestsThrottled"),
    ("error500", 500, "INTERNAL", "InternalServerError"),
    ("denied", 403, "PERMISSION_DENIED", "AuthorizationFailed"),
    ("expired", 401, "UNAUTHENTICATED", "ExpiredAuthenticationToken"),
]


@pytest.mark.parametrize(("kind", "status", "google", "azure"), FAULTS)
def test_an_ordered_refusal_comes_in_the_clouds_own_words(
    own_sandbox: RunningSandbox, kind: Any, status: int, google: str, azure: str
) -> None:
    own_sandbox.fault("cloudfunctions:ListFunctions|Microsoft.Web:sites.list", kind, times=2)
    refused, other = get(own_sandbox, GOOGLE), ask(own_sandbox, AZURE)
    assert (refused.status_code, refused.json()["error"]["status"]) == (status, google)
    assert (other.status_code, other.json()["error"]["code"]) == (status, azure)
    assert (status == 429) == ("Retry-After" in refused.headers) == ("Retry-After" in other.headers)
    assert get(own_sandbox, GOOGLE).ok and ask(own_sandbox, AZURE).status_code == 200


def test_a_fault_strikes_only_its_calls_location_and_account(own_sandbox: RunningSandbox) -> None:
    own_sandbox.fault("run:ListServices", "denied", region=BELGIUM, account=SHOP)
    own_sandbox.fault("^Microsoft.Web:", "error500", account=tenant.DATA)
    path = "/v2/projects/{}/locations/{}/services"
    assert get(own_sandbox, path.format(SHOP, BELGIUM)).status_code == 403
    assert get(own_sandbox, path.format(SHOP, IOWA)).ok and get(own_sandbox, path.format(DATA, BELGIUM)).ok
    assert ask(own_sandbox, AZURE).status_code == 200
    assert ask(own_sandbox, AZURE.replace(tenant.SHOP, tenant.DATA)).status_code == 500


def test_broken_connections_and_half_answers_come_from_all_clouds(own_sandbox: RunningSandbox) -> None:
    for path in (GOOGLE, AZURE + VERSION):
        own_sandbox.fault("", "reset", times=1)
        with pytest.raises(requests.ConnectionError):
            requests.get(own_sandbox.url + path, timeout=5)
        own_sandbox.fault("", "truncate", times=1)
        connection = http.client.HTTPConnection("127.0.0.1", own_sandbox.port)
        connection.request("GET", path)
        with pytest.raises(http.client.IncompleteRead):
            connection.getresponse().read()


def test_googles_client_reads_a_refusal(own_sandbox: RunningSandbox) -> None:
    own_sandbox.fault("cloudfunctions:", "throttle", times=1)
    functions = client(own_sandbox, "functions_v2.FunctionServiceClient")
    with pytest.raises(exceptions.TooManyRequests):
        functions.list_functions(parent=f"projects/{SHOP}/locations/-")


def test_bodies_that_cannot_be_read_are_refused(sandbox: RunningSandbox) -> None:
    for path, code in (
        ("/v2/entries:list", "INVALID_ARGUMENT"),
        ("/providers/Microsoft.ResourceGraph/resources?api-version=2021-03-01", "InvalidRequestContent"),
    ):
        answer = requests.post(sandbox.url + path, data=b"{not json", timeout=5)
        assert answer.status_code == 400 and code in answer.text


def test_six_hundred_requests_cost_less_than_a_second_of_one_core(sandbox: RunningSandbox) -> None:
    service = f"/v2/projects/{SHOP}/locations/{BELGIUM}/services/store-locator:getIamPolicy"
    config = quote(App(tenant.SHOP, "lark-webhooks").id) + f"/config/web{VERSION}"
    connection = http.client.HTTPConnection("127.0.0.1", sandbox.port)
    before = time.process_time()
    for path in (service, config, f"{config.replace('config/web', 'functions')}") * 195 + (GOOGLE,) * 15:
        connection.request("GET", path)
        assert json.loads(connection.getresponse().read())
    assert time.process_time() - before < 1
