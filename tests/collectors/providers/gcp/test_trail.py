"""The activity log: who did what to which function, account or project."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from collectors.provider import Malformed, ReadFault
from collectors.providers.gcp import PROVIDER
from collectors.providers.gcp.normalize.trail import activity, actor_kind
from inventory.facts import ActivityFact
from tests.collectors.conftest import DAY
from tests.collectors.providers.gcp.estate import HERE, PROJECT, ROBOT, function_name, log_entry, service_name
from tests.collectors.providers.gcp.google import Google, Listed, refusal

Json = Any
AT = "2026-03-02T08:30:00.123456789Z"
UPDATE = "google.cloud.functions.v2.FunctionService.UpdateFunction"
OWNERS = {(HERE, "orders"): function_name("orders")}


def told(entry: Json) -> tuple[str, ActivityFact]:
    found = activity(entry, PROJECT, OWNERS)
    assert found is not None
    return found


def test_a_change_of_a_function_names_who_when_and_from_where() -> None:
    location, fact = told(log_entry(1, UPDATE, function_name("orders"), AT, labels={"region": HERE}))
    assert location == HERE
    assert fact.at == datetime(2026, 3, 2, 8, 30, 0, 123456, tzinfo=UTC)
    assert (fact.action, fact.subject) == ("cloudfunctions:UpdateFunction", function_name("orders"))
    assert (fact.actor, fact.actor_kind, fact.source_ip, fact.outcome) == (
        "dana@acme.example", "person", "203.0.113.7", "ok",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("resource", "labels", "expected"),
    [
        (function_name("report"), {}, (HERE, function_name("report"))),
        (service_name("orders"), {"location": HERE}, (HERE, function_name("orders"))),
        (f"namespaces/{PROJECT}/services/orders", {"location": HERE}, (HERE, function_name("orders"))),
        (f"namespaces/{PROJECT}/services/drift", {"location": HERE}, (HERE, service_name("drift"))),
        ("projects/-/serviceAccounts/1234", {"email_id": ROBOT}, ("global", ROBOT)),
        (f"projects/{PROJECT}", {}, ("global", f"projects/{PROJECT}")),
        (PROJECT, {}, ("global", f"projects/{PROJECT}")),
        (f"projects/{PROJECT}/roles/tidy", {}, ("global", f"projects/{PROJECT}/roles/tidy")),
    ],
)
def test_subjects_are_named_as_the_inventory_names_them(
    resource: str, labels: dict[str, str], expected: tuple[str, str]
) -> None:
    location, fact = told(log_entry(1, "SetIamPolicy", resource, AT, labels=labels))
    assert (location, fact.subject) == expected


def test_the_second_entry_of_an_operation_is_told_only_when_it_failed() -> None:
    last = {"id": "o1", "last": True}
    assert activity(log_entry(2, UPDATE, function_name("orders"), AT, operation=last), PROJECT, {}) is None
    failed = log_entry(2, UPDATE, function_name("orders"), AT, operation=last, status={"code": 7, "message": "no"})
    assert told(failed)[1].outcome == "PERMISSION_DENIED"


@pytest.mark.parametrize("method", ["google.cloud.run.v2.Services.ListServices", "GetFunction", "TestIamPermissions"])
def test_what_only_reads_is_no_activity(method: str) -> None:
    assert activity(log_entry(1, method, function_name("orders"), AT), PROJECT, {}) is None


def test_of_what_was_sent_only_the_change_of_a_policy_is_kept() -> None:
    delta = {"policyDelta": {"bindingDeltas": [{"action": "ADD", "role": "roles/run.invoker", "member": "allUsers"}]}}
    _, fact = told(log_entry(1, "SetIamPolicy", service_name("orders"), AT, serviceData=delta))
    assert fact.detail["policy"] == [{"action": "ADD", "role": "roles/run.invoker", "member": "allUsers"}]
    assert "hunter2" not in str(fact)


@pytest.mark.parametrize(
    ("actor", "kind"),
    [
        ("dana@acme.example", "person"), (ROBOT, "service"), ("4711@cloudbuild.gserviceaccount.com", "pipeline"),
        ("principal://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/gh/subject/x", "pipeline"),
        ("", "unknown"),
    ],
)  # fmt: skip
def test_actors_are_people_services_or_pipelines(actor: str, kind: str) -> None:
    assert actor_kind(actor) == kind


@pytest.mark.parametrize("entry", [None, {}, {"insertId": "x"}, {"insertId": "x", "timestamp": "soon"}, []])
def test_an_entry_without_id_or_time_is_malformed(entry: Json) -> None:
    with pytest.raises(Malformed):
        activity(entry, PROJECT, {})


def test_the_log_is_asked_once_for_all_scopes_a_little_before_the_watermark(google: Google, session: Any) -> None:
    google.answers["/v2/entries:list"] = Listed("entries", [
        log_entry(1, UPDATE, function_name("orders"), AT, labels={"location": HERE}),
        None,
        log_entry(2, "SetIamPolicy", f"projects/{PROJECT}", AT),
    ])  # fmt: skip
    since = DAY - timedelta(hours=1)
    pages = {scope: list(PROVIDER.activity(session, scope, since, DAY)) for scope in ("global", HERE, "us-central1")}
    assert {scope: [len(page.events) for page in found] for scope, found in pages.items()} == {
        "global": [1], HERE: [1], "us-central1": [0],
    }  # fmt: skip
    assert all(found[-1].until == DAY for found in pages.values())
    [asked] = [one for one in google.asked if one.path == "/v2/entries:list"]
    assert 'timestamp>="2026-03-02T07:55:00Z"' in asked.body["filter"]
    assert asked.body["resourceNames"] == [f"projects/{PROJECT}"]


def test_a_log_that_may_not_be_read_says_which_permission_is_missing(google: Google, session: Any) -> None:
    google.fail("/v2/entries:list", refusal(403))
    with pytest.raises(ReadFault) as fault:
        list(PROVIDER.activity(session, "global", DAY - timedelta(hours=1), DAY))
    assert fault.value.permission == "logging.logEntries.list"
