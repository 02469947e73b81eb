"""The REST API: shapes, search, pages by key, refusals as problem details, and that it shows no more than the pages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from collectors.models import Run, RunScope
from inventory.models import Account, Function, SavedSearch
from tests.cast import CHECKOUT_ROLE, DAY_TWO, NUMBER, Cast, native_id

LISTS = ("accounts", "functions", "identities", "bindings", "exposure", "trust", "privileges", "snapshots", "changes",
         "activity", "searches", "runs", "coverage")  # fmt: skip


@pytest.fixture
def api(cast: Cast, client: Client) -> Client:
    client.force_login(cast.analyst)
    return client


def rows(api: Client, name: str, **told: Any) -> list[dict[str, Any]]:
    answer = api.get(f"/api/v1/{name}/", told)
    assert answer.status_code == 200, answer.content
    found: list[dict[str, Any]] = answer.json()["results"]
    return found


def test_functions_are_told_as_the_command_tells_them(api: Client) -> None:
    (row,) = rows(api, "functions", q="has:url")
    assert row["native_id"] == native_id("thumbnails")
    assert row["privilege"] == {"level": "write", "classes": []}
    assert [point["auth"] for point in row["entry_points"]] == ["NONE"]
    assert row["bindings"][0]["principal"] == "*"


def test_fields_can_be_chosen(api: Client) -> None:
    with CaptureQueriesContext(connection) as asked:
        assert rows(api, "functions", q="name:mailer", fields="name,limits") == [
            {"name": "mailer", "limits": {"memory_mb": 256, "timeout_s": 15, "concurrency": None}}
        ]
    # Only PostgreSQL is asked what time it is.
    sent = [query["sql"] for query in asked.captured_queries if "clock_timestamp" not in query["sql"]]
    tables = [sql for sql in sent if sql.startswith(("SELECT", "WITH"))]
    assert len(tables) == 4, "session, user, keys, rows"


@pytest.mark.parametrize(
    ("told", "field", "says"),
    [
        ({"q": "privilege:root"}, "q", "at character 11"),
        ({"limit": "501"}, "limit", "from 1 to 500"),
        ({"limit": "٣"}, "limit", "from 1 to 500"),
        ({"sort": "colour"}, "sort", "One of name"),
        ({"fields": "colour"}, "fields", "no field “colour”"),
    ],
)
def test_what_is_not_understood_is_a_problem_with_its_place(
    api: Client, told: dict[str, str], field: str, says: str
) -> None:
    answer = api.get("/api/v1/functions/", told)
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == 400
    assert says in problem["errors"][field][0]


def test_pages_follow_each_other_by_key(api: Client) -> None:
    address, found = "/api/v1/functions/?limit=2&sort=-changed&count=1", []
    while address:
        answer = api.get(address).json()
        assert answer["count"] == 5
        found += [row["name"] for row in answer["results"]]
        address = answer["next"]
    assert sorted(found) == ["checkout", "invoices", "janitor", "mailer", "thumbnails"]


def test_one_function_and_one_identity_are_told_whole(api: Client, cast: Cast) -> None:
    function = api.get(f"/api/v1/functions/{cast.functions['invoices'].uid}/").json()
    assert function["document"]["config"]["memory_mb"] == 256
    assert function["unread"]["access"]["permission"] == "lambda:GetPolicy"
    identity = api.get(f"/api/v1/identities/{cast.identities['checkout'].uid}/").json()
    assert identity["native_id"] == CHECKOUT_ROLE
    assert identity["document"]["policies"]["policies"][0]["name"] == "orders"
    for name in ("functions", "identities"):
        assert api.get(f"/api/v1/{name}/{cast.functions['mailer'].uid[::-1]}/").status_code == 404
    assert api.get(f"/api/v1/identities/{cast.functions['mailer'].uid}/").status_code == 404


def test_identities_are_searched(api: Client) -> None:
    (row,) = rows(api, "identities", q="functions:>1")
    assert (row["name"], row["functions"], row["privilege"]["level"]) == ("office-shared", 2, "read")


def test_accounts_tell_no_connection(api: Client) -> None:
    (row,) = rows(api, "accounts")
    assert (row["native_id"], row["group"], row["functions"]) == (NUMBER, "shop", 5)
    assert "connection" not in json.dumps(row)


def test_bindings_and_privileges_are_filtered(api: Client, cast: Cast) -> None:
    assert [row["function_name"] for row in rows(api, "bindings", principal="*")] == ["thumbnails"]
    assert rows(api, "bindings", function=cast.functions["checkout"].uid)[0]["principal"] == "apigateway.amazonaws.com"
    assert [row["identity_name"] for row in rows(api, "privileges", power="admin")] == ["janitor-admin"]


def test_snapshots_and_changes_tell_what_was(api: Client, cast: Cast) -> None:
    uid = cast.functions["checkout"].uid
    assert [row["number"] for row in rows(api, "snapshots", resource=uid)] == [2, 1]
    assert api.get(f"/api/v1/snapshots/{uid}/1/").json()["document"]["config"]["memory_mb"] == 256
    assert api.get(f"/api/v1/snapshots/{uid}/9/").status_code == 404
    told = {row["name"]: row for row in rows(api, "changes", kind="function")}
    assert told["checkout"]["lines"][0]["text"] == "Memory 256 MiB → 512 MiB"
    assert told["thumbnails"]["risk"] == "up"
    assert [row["name"] for row in rows(api, "changes", risk="up")] == ["thumbnails"]
    assert {row["name"] for row in rows(api, "changes", about="removed")} == {"legacy"}
    assert rows(api, "changes", actor="nobody") == []
    assert api.get("/api/v1/changes/", {"about": "weather"}).status_code == 400
    assert rows(api, "changes", since="2027-01-01T00:00:00Z") == []
    assert api.get("/api/v1/changes/", {"since": "soon"}).status_code == 400


@pytest.mark.parametrize("name", ["changes", "activity", "snapshots"])
@pytest.mark.parametrize(
    ("since", "found"),
    [("0262-01-25T13:32:43-22:59", True), ("0001-01-01T00:00:00+20:00", True), ("9999-12-31T23:59:59-20:00", False)],
)
def test_a_moment_of_any_offset_is_compared(api: Client, name: str, since: str, found: bool) -> None:
    assert bool(rows(api, name, since=since)) is found


def test_activity_names_who_did_what(api: Client, cast: Cast) -> None:
    (row,) = rows(api, "activity", resource=cast.functions["thumbnails"].uid)
    assert (row["action"], row["actor_kind"]) == ("AddPermission20150331v2", "person")


def test_searches_are_one_s_own(api: Client, cast: Cast) -> None:
    SavedSearch.objects.create(owner=cast.analyst, slug="mine", name="Mine", query="has:url")
    SavedSearch.objects.create(owner=cast.viewer, slug="theirs", name="Theirs", query="")
    assert [row["slug"] for row in rows(api, "searches")] == ["mine"]


def test_runs_and_coverage_tell_how_it_was_read(api: Client, cast: Cast) -> None:
    run = Run.objects.create(account=cast.account, state="succeeded", queued_at=DAY_TWO)
    RunScope.objects.create(run=run, name="eu-west-1", state="complete", calls=7)
    (row,) = rows(api, "runs", account=NUMBER)
    assert row["scopes"][0]["calls"] == 7
    assert api.get(f"/api/v1/runs/{run.pk}/").json()["state"] == "succeeded"
    assert {"roles", "functions"} <= {row["part"] for row in rows(api, "coverage")}
    assert rows(api, "coverage", state="denied") == []


@pytest.mark.parametrize("name", LISTS)
def test_without_signing_in_nothing_is_told(client: Client, cast: Cast, name: str) -> None:
    answer = client.get(f"/api/v1/{name}/")
    assert answer.status_code in (401, 403)
    assert answer["Content-Type"] == "application/problem+json"
    assert set(answer.json()) == {"type", "title", "status", "detail", "errors"}


@pytest.mark.parametrize("name", LISTS)
def test_lists_only_read(api: Client, name: str) -> None:
    for call in (api.post, api.put, api.patch, api.delete):
        assert call(f"/api/v1/{name}/").status_code in (403, 405)


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("value", ["\x00", "9" * 40, "-1", "'", "[]", "\ud800", "a" * 3000])
def test_no_value_makes_an_error_of_ours(api: Client, name: str, value: str) -> None:
    keys = ("q", "cursor", "limit", "resource", "function", "account", "since", "kind", "principal", "power", "scope")
    for key in keys:
        answer = api.get(f"/api/v1/{name}/", {key: value.encode("utf-8", "replace").decode()})
        assert answer.status_code in (200, 400, 404), (key, answer.content[:200])


def test_pages_are_at_most_500_rows(api: Client) -> None:
    for name in LISTS:
        assert api.get(f"/api/v1/{name}/", {"limit": "500"}).status_code == 200
        refused = api.get(f"/api/v1/{name}/", {"limit": "501"})
        assert (refused.status_code, list(refused.json()["errors"])) == (400, ["limit"]), name


def test_the_schema_is_made_without_a_warning(cast: Cast, tmp_path: Path) -> None:
    call_command("spectacular", validate=True, fail_on_warn=True, file=str(tmp_path / "schema.yml"))


def test_the_schema_describes_every_address(api: Client) -> None:
    answer = api.get("/api/schema/", {"format": "json"})
    assert answer.status_code == 200
    paths = answer.json()["paths"]
    assert {f"/api/v1/{name}/" for name in LISTS} <= paths.keys()
    row = answer.json()["components"]["schemas"]["Function"]["properties"]
    assert {"uid", "native_id", "exposure", "privilege", "network", "unread"} <= row.keys()


@pytest.mark.parametrize("name", LISTS)
def test_the_number_of_queries_does_not_grow_with_the_rows(api: Client, cast: Cast, name: str,
                                                           django_assert_max_num_queries: Any) -> None:  # fmt: skip
    Account.objects.create(provider="gcp", native_id="acme-data", name="acme-data")
    with django_assert_max_num_queries(12):
        rows(api, name)


def test_addresses_have_names(cast: Cast) -> None:
    assert reverse("api-function", args=[Function.objects.first().uid])  # type: ignore[union-attr]


@pytest.mark.parametrize("name", LISTS)
def test_every_list_gives_the_fields_that_are_asked_for(api: Client, name: str) -> None:
    whole = rows(api, name)
    if whole:
        field = sorted(whole[0])[0]
        assert rows(api, name, fields=field) == [{field: row[field]} for row in whole]
    assert "there are: " in api.get(f"/api/v1/{name}/", {"fields": "colour"}).json()["errors"]["fields"][0]


@pytest.mark.parametrize("name", [*LISTS, "rules", "tokens", "findings"])
def test_a_misspelt_parameter_is_told(api: Client, name: str) -> None:
    answer = api.get(f"/api/v1/{name}/", {"acount": NUMBER})
    assert answer.status_code == 400, "an answer to less than was asked for looks like all there is"
    assert "no such parameter" in answer.json()["errors"]["acount"][0]


def test_a_revision_that_one_has_is_not_sent_again(api: Client, cast: Cast) -> None:
    for address in (f"/api/v1/snapshots/{cast.functions['checkout'].uid}/1/", "/api/v1/snapshots/?limit=1"):
        answer = api.get(address)
        again = api.get(address, headers={"if-none-match": f'"other", W/{answer["ETag"]}'})
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", answer["ETag"])
        assert api.get(address, headers={"if-none-match": '"other"'}).content == answer.content


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("cursor", ["cD14", "cD0weDEw", "bz0xJnA9Z2FyYmFnZQ==", "WyJuYW1lIl0", "!", "cD0lMDA="])
def test_a_place_that_is_none_is_told(api: Client, name: str, cursor: str) -> None:
    answer = api.get(f"/api/v1/{name}/", {"cursor": cursor})
    assert answer.status_code in (200, 400), "a forged place asked the database for what no column holds"
    if answer.status_code == 400:
        assert list(answer.json()["errors"]) == ["cursor"]


def test_what_is_no_address_of_the_api_is_a_problem_too(api: Client) -> None:
    for address in ("/api/v1/", "/api/v1/nothing/", "/api/v1/functions/not-a-uid/", "/api/v2/"):
        answer = api.get(address)
        assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json"), address
        assert answer.json()["status"] == 404
